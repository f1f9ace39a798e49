# Copies the console's files beside the program and packs each: pages, styles, scripts, texts.
find_program(GZIP_PROGRAM gzip REQUIRED)
file(GLOB_RECURSE web_files CONFIGURE_DEPENDS RELATIVE ${CMAKE_CURRENT_LIST_DIR}
  core/web/*.html core/web/*.css core/web/*.js core/web/*.mjs core/web/*.json core/web/*.svg
  core/web/*.txt core/web/*.webmanifest)
set(web_dir ${CMAKE_RUNTIME_OUTPUT_DIRECTORY}/web)
set(web_made "")
foreach(name IN LISTS web_files)
  set(from ${CMAKE_CURRENT_LIST_DIR}/${name})
  get_filename_component(folder ${web_dir}/${name} DIRECTORY)
  add_custom_command(OUTPUT ${web_dir}/${name} ${web_dir}/${name}.gz
    COMMAND ${CMAKE_COMMAND} -E make_directory ${folder}
    COMMAND ${CMAKE_COMMAND} -E copy ${from} ${web_dir}/${name}
    COMMAND ${GZIP_PROGRAM} -9nkf ${web_dir}/${name}
    DEPENDS ${from})
  list(APPEND web_made ${web_dir}/${name})
endforeach()
add_custom_target(lotse_web ALL DEPENDS ${web_made})
