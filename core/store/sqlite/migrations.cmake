# Puts the numbered files of schemas/sql/sqlite into the library, so that the program carries its
# migrations wherever it is installed. They become byte arrays in a generated C file.
file(GLOB STORE_MIGRATIONS CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/schemas/sql/sqlite/*.sql)
list(SORT STORE_MIGRATIONS)
set(STORE_NUMBER 0)
set(STORE_ARRAYS "")
set(STORE_ENTRIES "")
foreach(path IN LISTS STORE_MIGRATIONS)
  math(EXPR STORE_NUMBER "${STORE_NUMBER} + 1")
  get_filename_component(name ${path} NAME_WE)
  if(NOT name MATCHES "^0*${STORE_NUMBER}_")
    message(FATAL_ERROR "migration ${name}.sql should have the number ${STORE_NUMBER}")
  endif()
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${path})
  file(READ ${path} text HEX)
  string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," text "${text}")
  string(APPEND STORE_ARRAYS "static const unsigned char TEXT_${STORE_NUMBER}[] = {${text}0x00};\n")
  string(APPEND STORE_ENTRIES "    {\"${name}\", (const char *)TEXT_${STORE_NUMBER}},\n")
endforeach()
if(STORE_NUMBER EQUAL 0)
  message(FATAL_ERROR "schemas/sql/sqlite holds no migration")
endif()
file(CONFIGURE OUTPUT ${CMAKE_BINARY_DIR}/generated/store_migrations.c @ONLY CONTENT
"/* Made by core/store/sqlite/migrations.cmake from schemas/sql/sqlite. */
#include \"store/sqlite/schema.h\"

@STORE_ARRAYS@
const schema_migration SCHEMA_MIGRATIONS[] = {
@STORE_ENTRIES@};
const int SCHEMA_VERSION = @STORE_NUMBER@;
")
target_sources(lotse_store PRIVATE ${CMAKE_BINARY_DIR}/generated/store_migrations.c)
