#include "app/config.h"
#include "model/schema.h"
#include "unit/rpc_toy.h"

static configuration *c;

static void set_up(void)
{
    err e;
    ck_assert(config_new(&c, &e));
}

/* What the text is refused with; NULL: it is not. */
static const char *refusal(const char *text)
{
    static char why[sizeof((err *)0)->text + sizeof((err *)0)->hint];
    err e = {0};
    set_up();
    bool is_read = config_read_text(c, bytes_of(text), "x.conf", &e);
    config_free(&c);
    if (is_read) {
        return NULL;
    }
    ck_assert_int_eq(e.code, ERR_CONFIG);
    snprintf(why, sizeof why, "%s %s", e.text, e.hint);
    return why;
}

static void expect_refused(const char *text, const char *part)
{
    const char *why = refusal(text);
    ck_assert_msg(why != NULL, "taken: %s", text);
    ck_assert_msg(strstr(why, part) != NULL, "%s: %s", text, why);
}

START_TEST(defaults_are_good_by_themselves)
{
    err e;
    set_up();
    ck_assert(config_check(c, &e));
    ck_assert_int_eq(config_int(c, CONFIG_SERVER_CONNECTIONS), 10000);
    ck_assert(config_bool(c, CONFIG_ACCESS_LOOPBACK));
    ck_assert_ptr_null(config_text(c, CONFIG_SERVER_TCP));
    ck_assert_str_eq(config_origin(c, CONFIG_SERVER_TCP), "default");
    buf template = {0};
    config_write_template(&template);
    ck_assert(config_read_text(c, buf_bytes(&template), "template", &e));
    buf_fini(&template);
    config_free(&c);
    for (uint32_t i = 0; i < CONFIG_COUNT; i++) {
        set_up();
        ck_assert_msg(config_set(c, (config_key)i, config_rows()[i].value, "x", &e), "%s", e.text);
        config_free(&c);
    }
}
END_TEST

START_TEST(text_sets_what_it_names)
{
    err e;
    set_up();
    ck_assert_msg(config_read_text(c,
                                   BYTES("; first\n[server]\ntcp = 127.0.0.1:7000 \n\n[access]\r\n"
                                         "loopback=no\r\n# last\n"),
                                   "x.conf", &e),
                  "%s", e.text);
    ck_assert_str_eq(config_text(c, CONFIG_SERVER_TCP), "127.0.0.1:7000");
    ck_assert_str_eq(config_origin(c, CONFIG_SERVER_TCP), "x.conf");
    ck_assert(!config_bool(c, CONFIG_ACCESS_LOOPBACK));
    config_free(&c);
}
END_TEST

START_TEST(what_is_not_there_is_refused_with_what_was_meant)
{
    expect_refused("[server]\n\nhtttp = x\n", "line 3: there is no setting \"htttp\" in [server]");
    expect_refused("[server]\nhtttp = x\n", "Did you mean \"http\"?");
    expect_refused("[sever]\ntcp = x\n", "Did you mean \"server\"?");
    expect_refused("[zzzzzzzz]\ntcp = x\n", "`lotse config show`");
    expect_refused("tcp = x\n", "before the first [section]");
    expect_refused("[server]\ntcp = a\ntcp = b\n", "line 3: server.tcp stands twice");
    expect_refused("[server]\nnonsense\n", "line 2");
    expect_refused("[server\n", "line 1");
    expect_refused("[server]\ntcp = a\n  b\n", "line 3: it begins with a space");
    expect_refused("[server]\ntcp = a\x01\n", "control character");
}
END_TEST

START_TEST(values_are_of_their_kind)
{
    expect_refused("[server]\nconnections = 15\n", "expected a number from 16 to 100000");
    ck_assert_ptr_null(refusal("[server]\nconnections = 16\n"));
    ck_assert_ptr_null(refusal("[server]\nconnections = 100000\n"));
    expect_refused("[server]\nconnections = 100001\n", "expected a number");
    expect_refused("[server]\nconnections = 1e3\n", "expected a number");
    expect_refused("[server]\nconnections =\n", "expected a number");
    expect_refused("[server]\nconnections = -16\n", "expected a number");
    expect_refused("[access]\nloopback = true\n", "expected yes or no");
    expect_refused("[access]\nlocal = king\n", "expected a role or none");
    ck_assert_ptr_null(refusal("[access]\nlocal = none\n"));
    ck_assert_ptr_null(refusal("[access]\nlocal = auditor\n"));
    expect_refused("[proxy]\nroles = a=king\n", "expected word=role");
    expect_refused("[proxy]\nroles = =admin\n", "expected word=role");
    expect_refused("[proxy]\nroles = admin\n", "expected word=role");
    ck_assert_ptr_null(refusal("[proxy]\nroles = a=admin,b=planner\n"));
}
END_TEST

START_TEST(lines_longer_than_the_reader_takes_are_refused)
{
    char line[400] = "[server]\nconsole = ";
    size_t head = strlen("[server]\n");
    while (strlen(line) - head < 190) {
        strcat(line, "a");
    }
    ck_assert_ptr_null(refusal(line));
    strcat(line, "a");
    expect_refused(line, "longer than 190 bytes");
}
END_TEST

START_TEST(environment_overrides_and_is_held_against_the_table)
{
    char *good[] = {"LOTSE_SERVER_TCP=127.0.0.1:1", "PATH=/bin", "LOTSE_DATA=x", "LOTSE_PLUGINS=y",
                    NULL};
    char *unknown[] = {"LOTSE_SERVER_TPC=127.0.0.1:1", NULL};
    char *wrong[] = {"LOTSE_ACCESS_LOOPBACK=maybe", NULL};
    err e = {0};
    set_up();
    ck_assert(config_read_text(c, BYTES("[server]\ntcp = 127.0.0.1:2\n"), "x.conf", &e));
    ck_assert(config_read_environment(c, good, &e));
    ck_assert_str_eq(config_text(c, CONFIG_SERVER_TCP), "127.0.0.1:1");
    ck_assert_str_eq(config_origin(c, CONFIG_SERVER_TCP), "LOTSE_SERVER_TCP");
    ck_assert(config_set(c, CONFIG_SERVER_TCP, NULL, "command line", &e));
    ck_assert_str_eq(config_text(c, CONFIG_SERVER_TCP), "127.0.0.1:1");
    ck_assert(config_set(c, CONFIG_SERVER_TCP, "127.0.0.1:3", "command line", &e));
    ck_assert_str_eq(config_text(c, CONFIG_SERVER_TCP), "127.0.0.1:3");
    ck_assert(!config_read_environment(c, unknown, &e));
    ck_assert_ptr_nonnull(strstr(e.hint, "LOTSE_SERVER_TCP"));
    ck_assert(!config_read_environment(c, wrong, &e));
    config_free(&c);
}
END_TEST

START_TEST(settings_that_need_each_other_are_checked_together)
{
    static const char *const BAD[] = {
        "[server]\nhttps = 0.0.0.0:1\n", "[server]\nhttps = 0.0.0.0:1\n[tls]\nkey = a\n",
        "[proxy]\nrole_header = X\n", "[proxy]\nuser_header = X\ncertificate = p\n"};
    for (size_t i = 0; i < sizeof BAD / sizeof BAD[0]; i++) {
        err e = {0};
        set_up();
        ck_assert(config_read_text(c, bytes_of(BAD[i]), "x", &e));
        ck_assert_msg(!config_check(c, &e), "%s", BAD[i]);
        config_free(&c);
    }
}
END_TEST

START_TEST(schema_is_the_committed_file)
{
    buf compact = {0};
    buf wanted = {0};
    buf found = {0};
    char piece[4096];
    size_t len;
    config_write_schema(&compact);
    schema_indent(buf_bytes(&compact), &wanted);
    const char *path = SOURCE_DIR "/schemas/config.schema.json";
    if (getenv("LOTSE_UPDATE") != NULL) {
        FILE *out = fopen(path, "wb");
        ck_assert_uint_eq(fwrite(wanted.base, 1, wanted.len, out), wanted.len);
        fclose(out);
    }
    FILE *in = fopen(path, "rb");
    ck_assert_ptr_nonnull(in);
    while ((len = fread(piece, 1, sizeof piece, in)) > 0) {
        buf_put(&found, piece, len);
    }
    fclose(in);
    ck_assert(bytes_equal(buf_bytes(&found), buf_bytes(&wanted)));
    buf_fini(&compact);
    buf_fini(&wanted);
    buf_fini(&found);
}
END_TEST

TOY_MAIN("app/config", defaults_are_good_by_themselves, text_sets_what_it_names,
         what_is_not_there_is_refused_with_what_was_meant, values_are_of_their_kind,
         lines_longer_than_the_reader_takes_are_refused,
         environment_overrides_and_is_held_against_the_table,
         settings_that_need_each_other_are_checked_together, schema_is_the_committed_file)
