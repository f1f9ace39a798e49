# Puts the drawings of core/say/pictograms into the library, in the order of letter_topic.
set(PICTOGRAM_NAMES offer reasons place way time language childcare support money documents steps phone question person)
set(PICTOGRAM_ENTRIES "")
foreach(name IN LISTS PICTOGRAM_NAMES)
  set(path ${CMAKE_CURRENT_LIST_DIR}/pictograms/${name}.svg)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${path})
  file(READ ${path} text)
  string(REPLACE "\\" "\\\\" text "${text}")
  string(REPLACE "\"" "\\\"" text "${text}")
  string(REPLACE "\n" "\\n" text "${text}")
  string(APPEND PICTOGRAM_ENTRIES "    {\"${name}\", \"${text}\"},\n")
endforeach()
file(CONFIGURE OUTPUT ${CMAKE_BINARY_DIR}/generated/say_pictograms.c @ONLY CONTENT
"/* Made by core/say/pictograms.cmake from core/say/pictograms. */
#include \"say/pictograms.h\"

const pictogram PICTOGRAMS[] = {
@PICTOGRAM_ENTRIES@};
")
target_sources(lotse_say PRIVATE ${CMAKE_BINARY_DIR}/generated/say_pictograms.c)
