/* schemas/openrpc.json is what rpc.discover answers. LOTSE_UPDATE=1 writes it anew. */
#include "account/role.h"
#include "api/api.h"
#include "model/schema.h"
#include "unit/rpc_toy.h"

static void read_file(const char *path, buf *ret)
{
    FILE *file = fopen(path, "rb");
    char part[4096];
    size_t len;
    while (file != NULL && (len = fread(part, 1, sizeof part, file)) > 0) {
        buf_put(ret, part, len);
    }
    if (file != NULL) {
        ck_assert_int_eq(fclose(file), 0);
    }
}

static void write_file(const char *path, bytes content)
{
    FILE *file = fopen(path, "wb");
    ck_assert_msg(file != NULL, "cannot write %s", path);
    ck_assert_uint_eq(fwrite(content.base, 1, content.len, file), content.len);
    ck_assert_int_eq(fclose(file), 0);
}

static void print_description(buf *out)
{
    rpc_server *server = NULL;
    rpc_config config = {.role_names = role_ids(), .role_count = ROLE_COUNT};
    buf compact = {0};
    err e;
    config.methods = api_methods(&config.method_count);
    ck_assert(rpc_server_new(&config, &server, &e));
    rpc_server_discover(server, &compact);
    schema_indent(buf_bytes(&compact), out);
    ck_assert(json_check(buf_bytes(out), 64, NULL, NULL));
    rpc_server_free(&server);
    buf_fini(&compact);
}

START_TEST(openrpc_document_is_the_committed_file)
{
    const char *path = SOURCE_DIR "/schemas/openrpc.json";
    buf wanted = {0};
    buf found = {0};
    print_description(&wanted);
    const char *update = getenv("LOTSE_UPDATE");
    if (update != NULL && strcmp(update, "1") == 0) {
        write_file(path, buf_bytes(&wanted));
    }
    read_file(path, &found);
    ck_assert_msg(bytes_equal(buf_bytes(&found), buf_bytes(&wanted)),
                  "%s differs from the methods; LOTSE_UPDATE=1 writes it anew", path);
    buf_fini(&wanted);
    buf_fini(&found);
}
END_TEST

/* Every parameter's schema is a file beside the document. */
START_TEST(openrpc_document_names_schemas_that_are_there)
{
    uint32_t count;
    const rpc_method *methods = api_methods(&count);
    for (uint32_t m = 0; m < count; m++) {
        for (uint32_t p = 0; p < methods[m].param_count; p++) {
            const char *schema = methods[m].params[p].schema;
            char path[512];
            snprintf(path, sizeof path, "%s/schemas/%s", SOURCE_DIR, schema);
            FILE *file = schema == NULL ? NULL : fopen(path, "rb");
            ck_assert_msg(schema == NULL || file != NULL, "%s: %s is not there", methods[m].name,
                          path);
            if (file != NULL) {
                ck_assert_int_eq(fclose(file), 0);
            }
        }
    }
}
END_TEST

/* What a generated client or a person needs to call a method. */
START_TEST(openrpc_methods_say_what_they_do_and_answer)
{
    uint32_t count;
    const rpc_method *methods = api_methods(&count);
    for (uint32_t m = 0; m < count; m++) {
        ck_assert_msg(methods[m].summary != NULL && methods[m].summary[0] != '\0', "%s",
                      methods[m].name);
        ck_assert_msg(methods[m].result_schema != NULL &&
                          json_check(bytes_of(methods[m].result_schema), 64, NULL, NULL),
                      "%s", methods[m].name);
        for (uint32_t p = 0; p < methods[m].param_count; p++) {
            ck_assert_msg(methods[m].params[p].summary != NULL, "%s", methods[m].name);
        }
    }
}
END_TEST

TOY_MAIN("app/openrpc", openrpc_document_is_the_committed_file,
         openrpc_document_names_schemas_that_are_there, openrpc_methods_say_what_they_do_and_answer)
