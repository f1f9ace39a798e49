/* lotse config: what can be set, what is set, and whether it can be used. */
#include <string.h>

#include "app/app.h"
#include "app/rules.h"
#include "cli/cli.h"

app_config cli_app_config(const cli *c)
{
    return (app_config){.data_dir = c->data_dir,
                        .config_path = c->config,
                        .socket = c->socket,
                        .tcp = c->tcp,
                        .http = c->http,
                        .https = c->https,
                        .workers = c->workers};
}

static void print_json(const configuration *c)
{
    buf out = {0};
    json_writer w = json_writer_to(&out);
    json_begin_object(&w);
    json_put_key(&w, "settings");
    json_begin_array(&w);
    for (uint32_t i = 0; i < CONFIG_COUNT; i++) {
        const config_row *row = &config_rows()[i];
        const char *text = config_text(c, (config_key)i);
        json_begin_object(&w);
        json_member_cstr(&w, "section", row->section);
        json_member_cstr(&w, "key", row->key);
        json_member_cstr(&w, "value", text == NULL ? "" : text);
        json_member_cstr(&w, "default", row->value);
        json_member_cstr(&w, "from", config_origin(c, (config_key)i));
        json_member_bool(&w, "reload", row->can_reload);
        json_member_cstr(&w, "text", row->doc);
        json_end_object(&w);
    }
    json_end_array(&w);
    json_end_object(&w);
    printf("%.*s\n", (int)out.len, out.base == NULL ? "" : out.base);
    buf_fini(&out);
}

static int show(cli *c)
{
    buf out = {0};
    configuration *settings = NULL;
    err e = {0};
    app_config asked = cli_app_config(c);
    bool needs_settings = c->is_effective || c->is_json;
    if (needs_settings && !app_read_config(&asked, &settings, &e)) {
        return cli_report(c, &e);
    }
    if (c->is_json) {
        print_json(settings);
    } else if (c->is_effective) {
        config_write_effective(settings, &out);
    } else {
        config_write_template(&out);
    }
    printf("%.*s", (int)out.len, out.base == NULL ? "" : out.base);
    buf_fini(&out);
    config_free(&settings);
    return EXIT_DONE;
}

/* As `serve` would read it, users and groups, certificate and key included. */
static int check_all(cli *c)
{
    configuration *settings = NULL;
    err e = {0};
    access_rules rules;
    app_config asked = cli_app_config(c);
    bool is_good = app_read_config(&asked, &settings, &e) && rules_read(settings, &rules, &e) &&
                   app_check_tls(settings, &e);
    config_free(&settings);
    if (!is_good) {
        return cli_report(c, &e);
    }
    if (!c->is_quiet) {
        fprintf(stderr, "the configuration is in order\n");
    }
    return EXIT_DONE;
}

int command_config(cli *c)
{
    if (c->arg_count == 2 && strcmp(c->args[1], "show") == 0) {
        return show(c);
    }
    if ((c->arg_count == 2 || c->arg_count == 3) && strcmp(c->args[1], "check") == 0) {
        c->config = c->arg_count == 3 ? c->args[2] : c->config;
        return check_all(c);
    }
    return cli_usage(c,
                     "expected `lotse config check [FILE]` or `lotse config show [--effective]`");
}
