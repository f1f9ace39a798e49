/* One table of options: it feeds the parser, the help and the suggestions. */
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/day.h"
#include "cli/cli.h"

typedef enum option_kind { OPTION_FLAG, OPTION_VALUE, OPTION_REPEATED } option_kind;

typedef struct option {
    const char *name; /* with its dashes */
    const char *alias;
    option_kind kind;
    size_t offset;
    const char *value; /* what the value is called in help */
    const char *help;
} option;

#define AT(member) offsetof(cli, member)
static const option OPTIONS[] = {
    {"--data", NULL, OPTION_VALUE, AT(data_dir), "DIR",
     "the data folder (LOTSE_DATA, else ./lotse-data)"},
    {"--socket", NULL, OPTION_VALUE, AT(socket), "PATH",
     "a server's socket, or HOST:PORT on loopback"},
    {"--json", NULL, OPTION_FLAG, AT(is_json), NULL, "one JSON document on stdout"},
    {"--lang", NULL, OPTION_VALUE, AT(lang), "LANG",
     "language of sentences: en, de, de-x-simple, ar, uk, tr, bg or ro"},
    {"--as-of", NULL, OPTION_VALUE, AT(as_of), "DATE",
     "the day asked about, YYYY-MM-DD (today in Berlin)"},
    {"--strategy", NULL, OPTION_REPEATED, AT(strategy), "S", "the strategy to match with"},
    {"--weights", NULL, OPTION_VALUE, AT(weights), "LIST",
     "weights in ppm: skills=400000,commute=100000"},
    {"--kinds", NULL, OPTION_VALUE, AT(kinds), "LIST", "kinds of offers: job,language_course"},
    {"--limit", "-n", OPTION_VALUE, AT(limit), "N", "at most so many"},
    {"--cursor", NULL, OPTION_VALUE, AT(cursor), "CURSOR", "go on where a list ended"},
    {"--format", NULL, OPTION_VALUE, AT(format), "NAME", "the files' format (auto)"},
    {"--map", NULL, OPTION_VALUE, AT(map), "FILE", "mapping file for CSV"},
    {"--source", NULL, OPTION_VALUE, AT(source), "LABEL", "what the source is called in reports"},
    {"--scheme", NULL, OPTION_VALUE, AT(scheme), "NAME", "esco, isco or kldb (all)"},
    {"--dry-run", NULL, OPTION_FLAG, AT(is_dry_run), NULL, "only say what would happen"},
    {"--allow-outdated", NULL, OPTION_FLAG, AT(allows_outdated), NULL,
     "take files of an outdated shape"},
    {"--sync", NULL, OPTION_VALUE, AT(sync), "SOURCE",
     "the file is SOURCE's complete export of people"},
    {"--erase-after", NULL, OPTION_VALUE, AT(erase_after), "DAYS",
     "with --sync: erase who is missing so long (30)"},
    {"--yes", NULL, OPTION_FLAG, AT(is_confirmed), NULL, "confirm what needs a confirmation"},
    {"--seekers", NULL, OPTION_VALUE, AT(seekers), "N", "how many people to invent"},
    {"--offers", NULL, OPTION_VALUE, AT(offers), "N", "how many offers to invent"},
    {"--seed", NULL, OPTION_VALUE, AT(seed), "S", "the same seed invents the same (1)"},
    {"--tcp", NULL, OPTION_VALUE, AT(tcp), "HOST:PORT", "also listen on loopback TCP"},
    {"--http", NULL, OPTION_VALUE, AT(http), "WHERE",
     "also serve HTTP: HOST:PORT on loopback, or unix:PATH"},
    {"--https", NULL, OPTION_VALUE, AT(https), "ADDRESS:PORT",
     "also serve HTTP over TLS; certificate and key are in the configuration"},
    {"--config", NULL, OPTION_VALUE, AT(config), "FILE",
     "the configuration (LOTSE_CONFIG, else DIR/lotse.conf or /etc/lotse/lotse.conf)"},
    {"--token-file", NULL, OPTION_VALUE, AT(token_file), "FILE",
     "sign in at a server with the token in it; -: stdin (LOTSE_TOKEN_FILE)"},
    {"--effective", NULL, OPTION_FLAG, AT(is_effective), NULL,
     "settings as they are in force, and from where"},
    {"--workers", NULL, OPTION_VALUE, AT(workers), "N", "worker threads (one per processor)"},
    {"--role", NULL, OPTION_VALUE, AT(role), "ROLE", "of a user: caseworker, team_lead, ..."},
    {"--units", NULL, OPTION_VALUE, AT(units), "LIST", "units whose people a user sees (all)"},
    {"--provider", NULL, OPTION_VALUE, AT(provider), "ID", "whose offers are a user's own"},
    {"--days", NULL, OPTION_VALUE, AT(days), "N", "how long a token is good (365; 0: for ever)"},
    {"--withdraw", NULL, OPTION_FLAG, AT(withdraws), NULL, "the user's other tokens end"},
    {"--edges", NULL, OPTION_VALUE, AT(edges), "FILE", "CSV: seeker,intake,score[,ranks]"},
    {"--seats", NULL, OPTION_VALUE, AT(seats), "FILE", "CSV: intake,seats[,min_seats]"},
    {"--needs", NULL, OPTION_VALUE, AT(needs), "FILE", "CSV: seeker,seats_needed"},
    {"--allocator", NULL, OPTION_VALUE, AT(allocator), "ID", "who hands out the seats"},
    {"--reason", NULL, OPTION_VALUE, AT(reason), "CODE", "why a person decides so"},
    {"--text", NULL, OPTION_VALUE, AT(text), "TEXT", "a note in words"},
    {"--proposal", NULL, OPTION_VALUE, AT(proposal), "ID", "the kept proposal that is answered"},
    {"--day", NULL, OPTION_VALUE, AT(day), "DATE", "when it happened (today)"},
    {"--hold-until", NULL, OPTION_VALUE, AT(hold_until), "DATE", "keep the seat until that day"},
    {"--html", NULL, OPTION_FLAG, AT(is_html), NULL,
     "as a page: a letter to print, a report with plots"},
    {"--aloud", NULL, OPTION_FLAG, AT(is_aloud), NULL, "sentences for a speech program"},
    {"--to", NULL, OPTION_VALUE, AT(to), "FILE", "where to (backup)"},
    {"--keys", NULL, OPTION_VALUE, AT(keys), "FILE", "keys of people (restore; FILE.keys)"},
    {"--to", NULL, OPTION_VALUE, AT(to), "GOAL",
     "where to: isco:5321, kldb:81302, offer:ID, kind:job"},
    {"--to", NULL, OPTION_VALUE, AT(to), "GOAL",
     "where to: isco:5321, kldb:81302, offer:ID, kind:job"},
    {"--by", NULL, OPTION_VALUE, AT(by), "DATE", "the last day to arrive"},
    {"--steps", NULL, OPTION_VALUE, AT(steps), "N", "steps before the goal at most (4)"},
    {"--assume-recurring", NULL, OPTION_FLAG, AT(assumes_recurring), NULL,
     "dated intakes come again in the next three years"},
    {"--out", NULL, OPTION_VALUE, AT(out), "FILE", "write there instead of stdout"},
    {"--top", NULL, OPTION_VALUE, AT(top), "K", "offers for each person of a batch run (10)"},
    {"--explain", NULL, OPTION_VALUE, AT(explain), "WHICH",
     "reasons in a batch run: none, top, all"},
    {"--shard", NULL, OPTION_VALUE, AT(shard), "I/N", "only the I-th of N parts of the people"},
    {"--offer-strategy", NULL, OPTION_VALUE, AT(offer_strategy), "S",
     "the strategy by which intakes prefer people"},
    {"--cap", NULL, OPTION_VALUE, AT(cap), "N", "people an intake is proposed to at most"},
    {"--keep", NULL, OPTION_VALUE, AT(keep), "FILE",
     "what a run before proposed, to stay where it can"},
    {"--forget", NULL, OPTION_FLAG, AT(wants_forget), NULL, "also remove what the run wrote"},
    {"--sensitive", NULL, OPTION_FLAG, AT(wants_sensitive), NULL, "only fields that need a grant"},
    {"--quiet", "-q", OPTION_FLAG, AT(is_quiet), NULL, "no progress, no summary"},
    {"--help", "-h", OPTION_FLAG, AT(wants_help), NULL, "this text"},
};
#undef AT
enum { OPTION_COUNT = sizeof OPTIONS / sizeof *OPTIONS };

/* Levenshtein distance, bounded by short words. */
static uint32_t distance(const char *a, const char *b)
{
    enum { WORD_MAX = 40 };
    size_t la = strlen(a);
    size_t lb = strlen(b);
    if (la >= WORD_MAX || lb >= WORD_MAX) {
        return UINT32_MAX;
    }
    uint32_t row[WORD_MAX];
    for (uint32_t j = 0; j <= lb; j++) {
        row[j] = j;
    }
    for (uint32_t i = 1; i <= la; i++) {
        uint32_t diagonal = row[0];
        row[0] = i;
        for (uint32_t j = 1; j <= lb; j++) {
            uint32_t above = row[j];
            uint32_t best = diagonal + (a[i - 1] != b[j - 1]);
            best = above + 1 < best ? above + 1 : best;
            best = row[j - 1] + 1 < best ? row[j - 1] + 1 : best;
            row[j] = best;
            diagonal = above;
        }
    }
    return row[lb];
}

const char *cli_nearest(const char *given, const char *const *known, uint32_t known_count)
{
    const char *nearest = NULL;
    uint32_t least = 3; /* two slips at most: further away it is a guess */
    for (uint32_t i = 0; i < known_count; i++) {
        uint32_t d = distance(given, known[i]);
        if (d < least) {
            least = d;
            nearest = known[i];
        }
    }
    return nearest;
}

static const option *find_option(const char *given, size_t len)
{
    for (uint32_t i = 0; i < OPTION_COUNT; i++) {
        const option *o = &OPTIONS[i];
        if ((strlen(o->name) == len && memcmp(o->name, given, len) == 0) ||
            (o->alias != NULL && strlen(o->alias) == len && memcmp(o->alias, given, len) == 0)) {
            return o;
        }
    }
    return NULL;
}

static bool refuse_option(const char *given, err *e)
{
    const char *names[OPTION_COUNT];
    for (uint32_t i = 0; i < OPTION_COUNT; i++) {
        names[i] = OPTIONS[i].name;
    }
    const char *near = cli_nearest(given, names, OPTION_COUNT);
    fail(e, ERR_USAGE, "there is no option \"%s\"", given);
    if (near != NULL) {
        err_hint(e, "Did you mean \"%s\"?", near);
    } else {
        err_hint(e, "`lotse COMMAND --help` lists the options.");
    }
    return false;
}

static bool keep_value(cli *c, const option *o, const char *value, err *e)
{
    char *base = (char *)c + o->offset;
    if (o->kind == OPTION_REPEATED) {
        if (c->strategy_count == CLI_REPEAT_MAX) {
            return fail(e, ERR_USAGE, "option \"%s\" stands more than %d times", o->name,
                        CLI_REPEAT_MAX);
        }
        c->strategy[c->strategy_count++] = value;
        return true;
    }
    memcpy(base, &value, sizeof value);
    return true;
}

/* Handles argv[*at], which starts with a dash; moves *at past a value it took. */
static bool take_option(cli *c, int argc, char **argv, int *at, err *e)
{
    const char *given = argv[*at];
    const char *equals = strchr(given, '=');
    size_t len = equals != NULL && given[1] == '-' ? (size_t)(equals - given) : strlen(given);
    const option *o = find_option(given, len);
    if (o == NULL) {
        return refuse_option(given, e);
    }
    if (o->kind == OPTION_FLAG) {
        if (equals != NULL) {
            return fail(e, ERR_USAGE, "option \"%s\" takes no value", o->name);
        }
        *(bool *)((char *)c + o->offset) = true;
        return true;
    }
    if (equals != NULL) {
        return keep_value(c, o, equals + 1, e);
    }
    if (*at + 1 >= argc) {
        return fail(e, ERR_USAGE, "option \"%s\" needs a value: %s", o->name, o->value);
    }
    *at += 1;
    return keep_value(c, o, argv[*at], e);
}

bool cli_parse(cli *c, int argc, char **argv, err *e)
{
    bool is_rest = false; /* behind "--" everything is an argument */
    for (int at = 1; at < argc; at++) {
        if (!is_rest && strcmp(argv[at], "--") == 0) {
            is_rest = true;
        } else if (!is_rest && argv[at][0] == '-' && argv[at][1] != '\0') {
            if (!take_option(c, argc, argv, &at, e)) {
                return false;
            }
        } else if (c->arg_count == CLI_ARG_MAX) {
            return fail(e, ERR_USAGE, "more than %d arguments", CLI_ARG_MAX);
        } else {
            c->args[c->arg_count++] = argv[at];
        }
    }
    day as_of = 0;
    if (c->as_of != NULL && !day_parse(bytes_of(c->as_of), &as_of)) {
        return fail(e, ERR_USAGE, "--as-of is \"%s\"; expected a day as YYYY-MM-DD", c->as_of);
    }
    if (c->data_dir == NULL) {
        c->data_dir = getenv("LOTSE_DATA");
    }
    if (c->config == NULL) {
        c->config = getenv("LOTSE_CONFIG");
    }
    if (c->token_file == NULL) {
        c->token_file = getenv("LOTSE_TOKEN_FILE");
    }
    if (c->data_dir == NULL || c->data_dir[0] == '\0') {
        c->data_dir = "lotse-data";
    }
    return true;
}

void cli_print_options(FILE *out)
{
    for (uint32_t i = 0; i < OPTION_COUNT; i++) {
        const option *o = &OPTIONS[i];
        char shown[64];
        snprintf(shown, sizeof shown, "%s%s%s%s%s", o->alias != NULL ? o->alias : "",
                 o->alias != NULL ? ", " : "", o->name, o->value != NULL ? " " : "",
                 o->value != NULL ? o->value : "");
        fprintf(out, "  %-20s %s\n", shown, o->help);
    }
}
