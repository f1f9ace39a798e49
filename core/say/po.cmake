# Compiles the catalogues of core/say/po with gettext's msgfmt and puts them into the library, so
# that the program carries its languages wherever it is installed. An entry with another form of
# placeholder or an unreadable file stops here.
find_program(MSGFMT msgfmt)
if(NOT MSGFMT)
  message(FATAL_ERROR "msgfmt is missing: install gettext (./dev build does)")
endif()
file(GLOB SAY_FILES CONFIGURE_DEPENDS ${CMAKE_CURRENT_LIST_DIR}/po/*/*.po)
list(SORT SAY_FILES)
set(SAY_NUMBER 0)
set(SAY_ARRAYS "")
set(SAY_ENTRIES "")
foreach(path IN LISTS SAY_FILES)
  math(EXPR SAY_NUMBER "${SAY_NUMBER} + 1")
  get_filename_component(lang ${path} NAME_WE)
  get_filename_component(domain ${path} DIRECTORY)
  get_filename_component(domain ${domain} NAME)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${path})
  set(compiled ${CMAKE_BINARY_DIR}/generated/${domain}.${lang}.mo)
  file(MAKE_DIRECTORY ${CMAKE_BINARY_DIR}/generated)
  execute_process(COMMAND ${MSGFMT} --check-format --check-domain --no-hash --endianness=little -o ${compiled} ${path}
                  COMMAND_ERROR_IS_FATAL ANY)
  file(READ ${compiled} text HEX)
  string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," text "${text}")
  string(APPEND SAY_ARRAYS "static const unsigned char FILE_${SAY_NUMBER}[] = {${text}};\n")
  string(APPEND SAY_ENTRIES "    {\"${domain}\", \"${lang}\", FILE_${SAY_NUMBER}, sizeof FILE_${SAY_NUMBER}},\n")
endforeach()
file(CONFIGURE OUTPUT ${CMAKE_BINARY_DIR}/generated/say_catalogues.c @ONLY CONTENT
"/* Made by core/say/po.cmake from core/say/po. */
#include \"say/catalogue.h\"

@SAY_ARRAYS@
const catalogue CATALOGUES[] = {
@SAY_ENTRIES@};
const uint32_t CATALOGUE_COUNT = sizeof CATALOGUES / sizeof CATALOGUES[0];
")
target_sources(lotse_say PRIVATE ${CMAKE_BINARY_DIR}/generated/say_catalogues.c)
