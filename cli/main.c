/* The program's entry: finds the command, explains itself, runs it. */
#include <signal.h>
#include <string.h>

#include "cli/cli.h"

static const command COMMANDS[] = {
    {"init", "init", "make an empty data folder",
     "Makes the folder named by --data (or LOTSE_DATA, or ./lotse-data) ready for use. An empty\n"
     "folder that exists is accepted; one that holds data is left as it is.\n\n"
     "  lotse --data town init",
     command_init},
    {"import", "import [--format auto|NAME] [--map FILE] [--sync SOURCE] [--dry-run] FILE...",
     "bring in seekers and offers from files",
     "Reads native records (a JSON object a line), CSV with a mapping file, and saved answers of "
     "the\n"
     "employment agency's searches (jobs, language courses, training, coaching), of mein NOW and\n"
     "Integreat, schema.org JSON-LD, ESCO, ISCO-08, KldB 2010 and GeoNames postcodes; which one a\n"
     "file is, it finds out. Every record is kept or reported with its line and reason. Ends with "
     "6\n"
     "when some were refused.\n\n"
     "With --sync the file is SOURCE's complete export of people: who is missing is marked, "
     "shown,\n"
     "and erased after --erase-after days. Many at once need --yes.\n\n"
     "  lotse import --sync casework --dry-run people.ndjson\n"
     "  lotse import schemas/examples/offers.ndjson schemas/examples/seekers.ndjson",
     command_import},
    {"match",
     "match seeker ID | match offer ID  [-n 10] [--strategy S] [--weights skills=400000,...] "
     "[--kinds job,...]",
     "the best offers for a person, or people for an offer",
     "Proposes and explains; a person decides. People for an offer are shown in groups, not ranked "
     "by\n"
     "a number.\n\n"
     "  lotse match seeker s-017 -n 5 --lang de",
     command_match},
    {"explain", "explain SEEKER OFFER [--strategy S]",
     "one pair: every condition, and what would open it",
     "Tells each condition with what the person has and the offer needs, and the smallest changes "
     "that\n"
     "would open a closed one.\n\n"
     "  lotse explain s-017 o-042",
     command_explain},
    {"letter", "letter SEEKER OFFER [--lang LANG] [--html | --aloud] [--out FILE]",
     "a letter to the person about one offer",
     "What is proposed, why, where, when, how to get there, what to bring and what comes next, in "
     "plain\n"
     "words and without a score. The computer decides nothing, and the letter says so.\n\n"
     "  lotse letter s-017 o-042 --lang uk --html --out letter.html",
     command_letter},
    {"path", "path SEEKER [--to isco:5321|offer:ID|kind:job] [--by DATE] [-n 3] [--steps 4]",
     "dated chains of courses to a goal, and the next step now",
     "Finds the chains of real intakes that lead from what a person has to where they want to go:\n"
     "their own goal or wishes, or --to. Tells dates, seats, who to ask for what, what runs out "
     "when,\n"
     "and, where there is no way, which one more offer would open one. Proposes; a person "
     "decides.\n\n"
     "  lotse path s-017 --lang de",
     command_path},
    {"seeker", "seeker get ID | list | delete ID | put FILE | export ID",
     "look at, change or remove people's records",
     "  lotse seeker list -n 20\n  lotse seeker get s-017", command_seeker},
    {"offer", "offer get ID | list | delete ID | put FILE", "look at, change or remove offers",
     "  lotse offer get o-042 --json", command_offer},
    {"strategy", "strategy list | show ID | put FILE", "which criteria count, and how much",
     "  lotse strategy show default", command_strategy},
    {"plugin",
     "plugin list | show ID | enable ID | disable ID | reload | release ID | grant ID COLUMN... | "
     "revoke ID [COLUMN...]",
     "the plugins, their state and what they may see",
     "Plugins of DIR/plugins run in cages of their own and must be signed by a key of DIR/keys. A "
     "column\n"
     "that holds something sensitive is seen by a plugin only after it was granted. release lets a "
     "plugin\n"
     "out of quarantine; reload looks through the folders again.\n\n"
     "  lotse plugin show lotse.skills --lang de\n"
     "  lotse plugin grant org.example.night needs",
     command_plugin},
    {"fields", "fields [--sensitive]", "every field a gate or plugin can name",
     "  lotse fields --json", command_fields},
    {"concept",
     "concept load FILE... | find TEXT [--scheme esco|isco|kldb] [--lang de] [-n 10] | rank "
     "LABELS.tsv "
     "QUERIES.tsv [-n 100]",
     "texts to occupations and skills",
     "load builds the data folder's taxonomy anew from ESCO's zips or CSVs, KldB 2010 with its "
     "names,\n"
     "and pairs of KldB and ISCO, in any order. find codes a text and says how far it is to be "
     "believed\n"
     "(with --lang by labels in that language only).\n\n"
     "rank works on files alone: it ranks the labels of a list (id, tab, label) for each query of\n"
     "another (id, tab, text) and prints TREC run lines. Labels with one id, or with ids that "
     "differ\n"
     "only in a number behind the last \"_\" or \"#\", name one concept and stand up for each "
     "other;\n"
     "its first label is the preferred one.\n\n"
     "  lotse concept find \"Altenpflegehelfer/in\" --scheme kldb\n"
     "  lotse concept rank labels.tsv titles.tsv -n 10",
     command_concept},
    {"sample", "sample --seekers N --offers M [--seed S]",
     "invented people and offers, the same for the same seed",
     "Prints one record a line; import them with `lotse import`.\n\n"
     "  lotse sample --seekers 100 --offers 200 --seed 7 > town.ndjson",
     command_sample},
    {"assign", "assign --edges FILE --seats FILE [--needs FILE] --allocator ID --out FILE",
     "hand out limited seats, from files to a file",
     "Edges: seeker,intake,score[,seeker_rank,intake_rank,seats_needed]; seats: "
     "intake,seats[,min_seats];\n"
     "needs: seeker,seats_needed[,intake]. Scores are whole numbers. Allocators: lotse.welfare "
     "(greatest\n"
     "sum), lotse.deferred (stable), lotse.cardinality (most people), lotse.maximin (nobody left "
     "behind).\n"
     "Needs no data folder.\n\n"
     "  lotse assign --edges edges.csv --seats seats.csv --allocator lotse.welfare --out "
     "assignment.csv",
     command_assign},
    {"decision", "decision record SEEKER DECISION [OFFER[/INTAKE]] | list seeker|offer ID | report",
     "what a person says to a proposal",
     "DECISION is propose, decline, note or data_wrong. Proposing and declining take the same "
     "effort:\n"
     "a --reason (schemas/codes/decision_reason.json), and --text where there is more to say. What "
     "is\n"
     "proposed is kept with all it rests on; --hold-until keeps the seat. A later decision stands\n"
     "beside the earlier one.\n\n"
     "  lotse decision record s-017 propose o-042 --reason fits_goal\n"
     "  lotse decision report",
     command_decision},
    {"event", "event record SEEKER EVENT [OFFER[/INTAKE]] [--day DATE] | list seeker|offer ID",
     "what happened with an offer",
     "EVENT is one of schemas/codes/event.json: invited, started, completed, broken_off, placed "
     "... What\n"
     "ends a measure brings new matches along (--json shows them).\n\n"
     "  lotse event record s-017 started o-042/1 --day 2026-12-01",
     command_event},
    {"replay", "replay PROPOSAL", "make a kept proposal again",
     "The same matches and reasons, byte for byte, or the inputs that changed since (exit code "
     "6).\n\n"
     "  lotse replay p-019ac1f0a3b20000-9f3c",
     command_replay},
    {"audit", "audit list system|access [seeker ID | by ACCOUNT] [-n N] | verify",
     "who did what, and who looked at whom",
     "People stand in the logs as keyed hashes; who knows an id can ask for it. `verify` says "
     "whether\n"
     "the logs are as they were written; keep the last code elsewhere, and cutting off shows "
     "too.\n\n"
     "  lotse audit list access seeker s-017\n"
     "  lotse audit verify",
     command_audit},
    {"backup", "backup [--to FILE]", "everything to a file, while others go on",
     "What is about a person is sealed with a key of that person; the keys stand in FILE.keys. "
     "Keep that\n"
     "file apart and only the newest: whoever was erased since has no key there, and no older "
     "backup\n"
     "can tell of them any more.\n\n"
     "  lotse --data town backup --to /srv/backups/town.backup",
     command_backup},
    {"restore", "restore FILE [--keys FILE]", "a backup into a new data folder",
     "Everything as it was, with versions and change numbers, or nothing when the file is not "
     "whole.\n\n"
     "  lotse --data town2 restore /srv/backups/town.backup --keys /srv/keys/newest.keys",
     command_restore},
    {"batch",
     "batch run [--strategy S] [--top K] [--kinds LIST] [--explain none|top|all] [--shard I/N] "
     "[--allocator ID [--keep FILE] [--needs FILE] [--cap N] [--offer-strategy S]] [--out FILE] | "
     "status [ID] | cancel ID [--forget] | report [ID] [--html [--out FILE]] | merge PART... --out "
     "FILE",
     "everybody's best offers at once, on all processors",
     "Proposals for everybody, as ndjson or (FILE.csv) csv, in an order of the records' own. A run "
     "that\n"
     "was interrupted goes on when the same is asked for again, and ends with the same bytes. "
     "merge "
     "puts\n"
     "the parts of --shard together. Where a server runs, it does the work, and goes on without "
     "this\n"
     "command.\n\n"
     "With --allocator the free seats are handed out, one proposal for each person at most: "
     "lotse.welfare\n"
     "(greatest sum, proven to a gap over all pairs that may be), lotse.deferred (stable), "
     "lotse.cardinality\n"
     "(most people), lotse.maximin (nobody left behind). --keep leaves what stands where it can "
     "and "
     "says\n"
     "what changed and why. All of these are proposals; people decide.\n\n"
     "report counts to how many people each vacancy would be proposed under plain lists and under "
     "each\n"
     "allocator, and how people fare, by kind, region and target group.\n\n"
     "  lotse batch run --strategy casework --top 10 --out proposals.ndjson\n"
     "  lotse batch run --strategy casework --allocator lotse.welfare --keep last.csv --out "
     "next.csv",
     command_batch},
    {"export", "export", "all records, one a line, as they are kept",
     "  lotse export > backup.ndjson", command_export},
    {"serve", "serve [--tcp HOST:PORT] [--http WHERE] [--https ADDRESS:PORT] [--config FILE]",
     "answer others over a socket until told to stop",
     "Listens on DIR/lotse.sock (or --socket PATH), and on loopback TCP where asked. SIGTERM ends "
     "it\n"
     "after what is under way was answered.\n\n"
     "  lotse --data town serve",
     command_serve},
    {"config", "config check [FILE] | show [--effective]", "what can be set, and what is set",
     "show prints a file with every setting, its default and what it does; with --effective, what "
     "is in\nforce and from where: default, file, conf.d, LOTSE_SECTION_KEY, command line. check "
     "reads it as\n`serve` would, users, certificate and key included.\n\n"
     "  lotse config show > /etc/lotse/lotse.conf",
     command_config},
    {"user",
     "user list | add ID --role ROLE [--units LIST] [--provider ID] | token ID [--days N] "
     "[--withdraw] | disable ID | enable ID",
     "who may sign in, and what they may do",
     "Roles: caseworker, team_lead, plugin_operator, auditor, admin, provider, planner. A token is "
     "shown\nonce; it is what a user signs in with, and what a machine sends as \"Authorization: "
     "Bearer\".\nAn id need be no name.\n\n"
     "  lotse user add cw-07 --role caseworker --units u-12,u-13",
     command_user},
    {"call", "call METHOD [PARAMS-JSON]", "one method of the protocol, as it is",
     "  lotse call match.query '{\"seeker\":\"s-017\",\"limit\":3}'", command_call},
    {"doctor", "doctor", "is everything in order here?", "  lotse doctor", command_doctor},
    {"version", "version", "which version this is", "  lotse version --json", command_version},
};
enum { COMMAND_COUNT = sizeof COMMANDS / sizeof *COMMANDS };

static const command *find_command(const char *name)
{
    for (uint32_t i = 0; i < COMMAND_COUNT; i++) {
        if (strcmp(COMMANDS[i].name, name) == 0) {
            return &COMMANDS[i];
        }
    }
    return NULL;
}

static void print_overview(FILE *out)
{
    fputs("lotse pairs people who are far from work with the offers that bring them closer.\n"
          "It proposes and explains; a person decides.\n\n"
          "usage: lotse [--data DIR] [--socket PATH] [--json] [--lang LANG] [--as-of DATE] "
          "COMMAND ...\n\n",
          out);
    for (uint32_t i = 0; i < COMMAND_COUNT; i++) {
        fprintf(out, "  %-9s %s\n", COMMANDS[i].name, COMMANDS[i].summary);
    }
    fputs("\n`lotse COMMAND --help` tells more, with an example.\n\n"
          "exit codes: 0 done, 1 failed, 2 usage, 3 nothing found, 4 no server, 5 forbidden, 6 "
          "partly done\n",
          out);
}

static void print_command(const command *m)
{
    printf("lotse %s\n  %s\n\n%s\n\noptions:\n", m->usage, m->summary, m->help);
    cli_print_options(stdout);
}

static int refuse_command(const cli *c, const char *name)
{
    const char *names[COMMAND_COUNT];
    for (uint32_t i = 0; i < COMMAND_COUNT; i++) {
        names[i] = COMMANDS[i].name;
    }
    const char *near = cli_nearest(name, names, COMMAND_COUNT);
    if (near != NULL) {
        return cli_usage(c, "there is no command \"%s\"; did you mean \"%s\"?", name, near);
    }
    return cli_usage(c, "there is no command \"%s\"; `lotse --help` lists them", name);
}

int main(int argc, char **argv)
{
    signal(SIGPIPE, SIG_IGN);
    cli c = {0};
    err e = {0};
    if (!cli_parse(&c, argc, argv, &e)) {
        return cli_report(&c, &e);
    }
    if (c.arg_count == 0) {
        print_overview(c.wants_help ? stdout : stderr);
        return c.wants_help ? EXIT_DONE : EXIT_USAGE;
    }
    const char *name = c.args[0];
    bool is_help = strcmp(name, "help") == 0;
    if (is_help && c.arg_count == 1) {
        print_overview(stdout);
        return EXIT_DONE;
    }
    const command *m = find_command(is_help ? c.args[1] : name);
    if (m == NULL) {
        return refuse_command(&c, is_help ? c.args[1] : name);
    }
    if (c.wants_help || is_help) {
        print_command(m);
        return EXIT_DONE;
    }
    int code = m->run(&c);
    client_close(&c.client);
    if (fflush(stdout) != 0 && code == EXIT_DONE) {
        code = EXIT_FAILED;
    }
    return code;
}
