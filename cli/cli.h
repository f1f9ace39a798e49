#ifndef CLI_CLI_H
#define CLI_CLI_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "app/app.h"
#include "app/client.h"
#include "base/bytes.h"
#include "base/err.h"
#include "json/json.h"

/* The command line: every command is a client of the same methods that a server answers. Data goes
 * to stdout, everything else to stderr. */

enum exit_code {
    EXIT_DONE = 0,
    EXIT_FAILED = 1,
    EXIT_USAGE = 2,
    EXIT_NOTHING = 3,
    EXIT_NO_SERVER = 4,
    EXIT_FORBIDDEN = 5,
    EXIT_PARTLY = 6
};

enum { CLI_ARG_MAX = 64, CLI_REPEAT_MAX = 8 };

/* What stood on the command line: options of the table in options.c, by name; the rest in order. */
typedef struct cli {
    const char *data_dir;
    const char *socket;
    const char *lang;
    const char *as_of;
    const char *strategy[CLI_REPEAT_MAX]; /* --strategy may be given twice, for compare */
    uint32_t strategy_count;
    const char *weights;
    const char *kinds;
    const char *format;
    const char *map;
    const char *source;
    const char *scheme;
    const char *seekers;
    const char *offers;
    const char *seed;
    const char *limit;
    const char *cursor;
    const char *tcp;
    const char *http;
    const char *https;
    const char *config;
    const char *token_file;
    const char *role;
    const char *units;
    const char *provider;
    const char *days;
    const char *workers;
    const char *out;
    const char *edges;
    const char *seats;
    const char *needs;
    const char *allocator;
    const char *reason;
    const char *text;
    const char *proposal;
    const char *day;
    const char *hold_until;
    const char *to;
    const char *keys;
    const char *top;
    const char *explain;
    const char *shard;
    const char *offer_strategy;
    const char *cap;
    const char *keep;
    bool wants_forget;
    const char *by;
    const char *steps;
    bool assumes_recurring;
    bool is_json;
    bool is_html;
    bool is_aloud;
    bool is_dry_run;
    bool is_quiet;
    bool withdraws;
    bool is_effective;
    bool wants_help;
    bool wants_sensitive;
    bool allows_outdated;
    const char *sync;
    const char *erase_after;
    bool is_confirmed;
    const char *args[CLI_ARG_MAX]; /* args[0] is the command */
    uint32_t arg_count;
    client *client;
} cli;

typedef int cli_run(cli *c);

typedef struct command {
    const char *name;    /* "match" */
    const char *usage;   /* "match seeker ID | match offer ID  [-n 10] ..." */
    const char *summary; /* one line */
    const char *help;    /* a paragraph and an example */
    cli_run *run;
} command;

/* command_other.c: a list of the reply as a table of these members; one thing by its id. */
int cli_print_list(cli *c, const char *method, const char *list_key, const char *const *keys,
                   uint32_t key_count);
int cli_show_one(cli *c, const char *method, const char *id);

/* options.c */
bool cli_parse(cli *c, int argc, char **argv, err *e);
const char *cli_nearest(const char *given, const char *const *known,
                        uint32_t known_count); /* or NULL */
void cli_print_options(FILE *out);

/* call.c: connects on first use, calls, parses. On failure the err is printed and the exit code
 * returned; EXIT_DONE: *ret_doc is the result and the caller's. */
int cli_call(cli *c, const char *method, buf *params, json_doc **ret_doc);
int cli_report(const cli *c,
               const err *e); /* prints an error for a person (or --json), returns the exit code */
int cli_usage(const cli *c, const char *format, ...) __attribute__((format(printf, 2, 3)));
void cli_print_result(const json_doc *doc); /* one JSON document on stdout */

/* Starts params: {"lang":..,"as_of":..} as given; the writer is left inside the object. */
json_writer cli_begin_params(const cli *c, buf *params);

/* output.c */
typedef enum tone { TONE_PLAIN, TONE_STRONG, TONE_GOOD, TONE_WARN, TONE_BAD, TONE_DIM } tone;
bool output_is_colour(FILE *out);
void output_tone(FILE *out, tone t); /* TONE_PLAIN ends it */
void output_toned(FILE *out, tone t, bytes text);

/* A table that knows its widths: on a terminal aligned columns, piped tab-separated values. */
typedef struct table table;
table *table_new(const char *const *titles, uint32_t column_count);
void table_put(table *t, bytes cell); /* row by row; every column_count-th cell ends a row */
void table_print(table *t, FILE *out);
void table_free(table **t);

/* A line on stderr that is redrawn at most 10 times a second, only on a terminal. */
typedef struct progress {
    int64_t started_ns;
    int64_t drawn_ns;
    bool is_drawn;
    bool is_on;
} progress;
progress progress_start(const cli *c);
void progress_draw(progress *p, uint64_t done, uint64_t total, const char *what);
void progress_end(progress *p);

/* What stood on the command line for `serve` and `config`. */
app_config cli_app_config(const cli *c);

/* One file per command. */
int command_init(cli *c);
int command_serve(cli *c);
int command_call(cli *c);
int command_import(cli *c);
int command_match(cli *c);
int command_explain(cli *c);
int command_letter(cli *c);
int command_seeker(cli *c);
int command_offer(cli *c);
int command_path(cli *c);
int command_strategy(cli *c);
int command_plugin(cli *c);
int command_fields(cli *c);
int command_sample(cli *c);
int command_assign(cli *c);
int command_batch(cli *c);
int command_export(cli *c);
int command_decision(cli *c);
int command_event(cli *c);
int command_replay(cli *c);
int command_audit(cli *c);
int command_backup(cli *c);
int command_restore(cli *c);
int command_concept(cli *c);
int concept_load(cli *c); /* concept_taxonomy.c */
int concept_find(cli *c);
int command_user(cli *c);
int command_config(cli *c);
int command_doctor(cli *c);
int command_version(cli *c);

#endif
