/* The protocol's methods, each once: name, who may call it, summary, parameters, whether it changes
 * anything, and what it answers. rpc holds requests against this table, rpc.discover shows it. */

#include "account/role.h"
#include "api/parts.h"
#include "api/results.h"
#include "base/limits.h"
#include "path/path.h"

#define COUNT(array) ((uint32_t)(sizeof(array) / sizeof((array)[0])))

/* clang-format off */

enum { NOTE_LEN_MAX = 2000, VERSION_MAX = INT32_MAX, FEED_LEN_MAX = FRAME_LEN_MAX };

#define PARAM_ID {"id", RPC_TEXT, true, 1, ID_LEN_MAX, NULL, "the id"}
#define PARAM_LANG {"lang", RPC_TEXT, false, 2, 35, NULL, "language of the texts: en, de, de-x-simple, ar, uk, tr, bg or ro; en if not said"}
#define PARAM_REPLACES \
    {"replaces", RPC_INT, false, 0, VERSION_MAX, NULL, "the version it replaces; 0: it must not be there yet"}
#define PARAM_LIMIT {"limit", RPC_INT, false, 1, LIST_LIMIT_MAX, NULL, "records at most, 100 if not said"}
#define PARAM_CURSOR {"cursor", RPC_TEXT, false, 1, 256, NULL, "where the last answer ended"}
#define PARAM_STRATEGY {"strategy", RPC_TEXT, false, 1, ID_LEN_MAX, NULL, "id of the strategy, \"default\" if not said"}
#define PARAM_WEIGHTS {"weights", RPC_OBJECT, false, 0, 0, NULL, "weights in parts per million by criterion; the others share the rest"}
#define PARAM_AS_OF {"as_of", RPC_DAY, false, 0, 0, NULL, "the day to answer for, today in Europe/Berlin if not said"}
#define PARAM_WHAT_IF {"what_if", RPC_OBJECT, false, 0, 0, NULL, "merge patch (RFC 7386) on the anchor; nothing is stored"}
#define PARAM_INTAKE {"intake", RPC_TEXT, false, 1, ID_LEN_MAX + 16, NULL, "one intake of the offer; all if not said"}

static const rpc_param ID_ONLY[] = {PARAM_ID};
static const rpc_param ID_LANG[] = {PARAM_ID, PARAM_LANG, PARAM_AS_OF};
static const rpc_param ID_REPLACES[] = {PARAM_ID, PARAM_REPLACES};
static const rpc_param LANG_AS_OF[] = {PARAM_LANG, PARAM_AS_OF};

static const rpc_param SEEKER_PUT[] = {
    {"seeker", RPC_OBJECT, true, 0, 0, "record/seeker.schema.json", "the record"},
    PARAM_REPLACES,
};
static const rpc_param SEEKER_LIST[] = {
    PARAM_LIMIT, PARAM_CURSOR,
    {"unit", RPC_TEXT, false, 1, ID_LEN_MAX, NULL, "those of one unit only"},
};
static const rpc_param OFFER_PUT[] = {
    {"offer", RPC_OBJECT, true, 0, 0, "record/offer.schema.json", "the record"},
    PARAM_REPLACES,
};
static const rpc_param OFFER_LIST[] = {PARAM_LIMIT, PARAM_CURSOR};

static const rpc_param MATCH_QUERY[] = {
    {"seeker", RPC_TEXT, false, 1, ID_LEN_MAX, NULL, "the person offers are looked for"},
    {"offer", RPC_TEXT, false, 1, ID_LEN_MAX, NULL, "the offer people are looked for"},
    PARAM_INTAKE,
    {"seeker_record", RPC_OBJECT, false, 0, 0, "record/seeker.schema.json", "a person who is not stored; answered and forgotten"},
    {"offer_record", RPC_OBJECT, false, 0, 0, "record/offer.schema.json", "an offer that is not stored; answered and forgotten"},
    PARAM_STRATEGY, PARAM_WEIGHTS, PARAM_AS_OF, PARAM_LANG,
    {"kinds", RPC_ARRAY, false, 1, 64, NULL, "kinds of offers that bound the rows"},
    {"verdicts", RPC_ARRAY, false, 1, 2, NULL, "yes, check, or both"},
    {"filter", RPC_ARRAY, false, 1, 16, NULL, "gates that bound the rows: {\"seeker\",\"op\",\"offer\"}"},
    {"totals", RPC_BOOL, false, 0, 0, NULL, "false: no total and excluded_by, which spares a full pass"},
    PARAM_WHAT_IF,
    {"limit", RPC_INT, false, 1, MATCH_LIMIT_MAX, NULL, "matches at most, 10 if not said"},
    {"keep", RPC_BOOL, false, 0, 0, NULL, "true: the matches of a stored person are kept as a proposal"},
};
static const rpc_param MATCH_EXPLAIN[] = {
    {"seeker", RPC_TEXT, false, 1, ID_LEN_MAX, NULL, "the person"},
    {"offer", RPC_TEXT, true, 1, ID_LEN_MAX, NULL, "the offer"},
    PARAM_INTAKE,
    {"seeker_record", RPC_OBJECT, false, 0, 0, "record/seeker.schema.json", "a person who is not stored; answered and forgotten"},
    PARAM_STRATEGY, PARAM_WEIGHTS, PARAM_AS_OF, PARAM_LANG, PARAM_WHAT_IF,
};

static const rpc_param DECISION_RECORD[] = {
    {"seeker", RPC_TEXT, true, 1, ID_LEN_MAX, NULL, "the person"},
    {"offer", RPC_TEXT, false, 1, ID_LEN_MAX, NULL, "the offer; needed to propose or decline"},
    PARAM_INTAKE,
    {"decision", RPC_TEXT, true, 1, 32, NULL, "propose, decline, note or data_wrong (schemas/codes/decision.json)"},
    {"reason", RPC_TEXT, false, 1, 32, NULL, "why (schemas/codes/decision_reason.json); needed to propose or decline"},
    {"text", RPC_TEXT, false, 1, NOTE_LEN_MAX, NULL, "in words; needed for a note or wrong data"},
    {"proposal", RPC_TEXT, false, 1, ID_LEN_MAX, NULL, "the kept proposal it answers; one is kept if not said"},
    {"hold_until", RPC_DAY, false, 0, 0, NULL, "the seat is held for the person until this day"},
    PARAM_STRATEGY, PARAM_WEIGHTS, PARAM_AS_OF, PARAM_LANG,
};
static const rpc_param ABOUT_LIST[] = {
    {"seeker", RPC_TEXT, false, 1, ID_LEN_MAX, NULL, "those about one person"},
    {"offer", RPC_TEXT, false, 1, ID_LEN_MAX, NULL, "or those about one offer"},
    PARAM_LIMIT, PARAM_CURSOR,
};
static const rpc_param EVENT_RECORD[] = {
    {"seeker", RPC_TEXT, true, 1, ID_LEN_MAX, NULL, "the person"},
    {"offer", RPC_TEXT, false, 1, ID_LEN_MAX, NULL, "the offer"},
    PARAM_INTAKE,
    {"event", RPC_TEXT, true, 1, 32, NULL, "what happened (schemas/codes/event.json)"},
    {"day", RPC_DAY, false, 0, 0, NULL, "when; today if not said"},
    {"hold_until", RPC_DAY, false, 0, 0, NULL, "of what is proposed: the seat is held until this day"},
    PARAM_STRATEGY, PARAM_LANG,
};

static const rpc_param LETTER_GET[] = {
    {"seeker", RPC_TEXT, true, 1, ID_LEN_MAX, NULL, "the person"},
    {"offer", RPC_TEXT, true, 1, ID_LEN_MAX, NULL, "the offer"},
    PARAM_INTAKE, PARAM_STRATEGY, PARAM_AS_OF, PARAM_LANG,
    {"format", RPC_TEXT, false, 4, 5, NULL, "text, html or aloud; text if not said"},
};

static const rpc_param BACKUP_MAKE[] = {
    {"to", RPC_TEXT, true, 1, 4000, NULL, "path of a file on the server's machine; the keys stand beside it in FILE.keys"},
};
static const rpc_param AUDIT_LIST[] = {
    {"log", RPC_TEXT, true, 1, 16, NULL, "system: who did what; access: who looked at whom"},
    {"from", RPC_DAY, false, 0, 0, NULL, "the first day"},
    {"to", RPC_DAY, false, 0, 0, NULL, "the last day"},
    {"seeker", RPC_TEXT, false, 1, ID_LEN_MAX, NULL, "what concerns this person"},
    {"by", RPC_TEXT, false, 1, ID_LEN_MAX, NULL, "what this account did"},
    {"after", RPC_INT, false, 0, INT64_MAX, NULL, "numbers greater than this"},
    PARAM_LIMIT,
};

static const rpc_param PATH_FIND[] = {
    {"seeker", RPC_TEXT, false, 1, ID_LEN_MAX, NULL, "the person"},
    {"seeker_record", RPC_OBJECT, false, 0, 0, "record/seeker.schema.json", "a person who is not stored; answered and forgotten"},
    {"to", RPC_TEXT, false, 1, 128, NULL, "isco:CODE, kldb:CODE, offer:ID or kind:KIND; the person's goal or wishes if not said, else any job"},
    {"by", RPC_DAY, false, 0, 0, NULL, "the last day to arrive"},
    {"steps", RPC_INT, false, 0, PATH_STEP_MAX, NULL, "intakes before the goal at most, 4 if not said"},
    {"assume_recurring", RPC_BOOL, false, 0, 0, NULL, "true: dated intakes are assumed to come again in the next three years"},
    {"ideas", RPC_BOOL, false, 0, 0, NULL, "true: offers that are only ideas count too"},
    {"limit", RPC_INT, false, 1, 50, NULL, "chains at most, 3 if not said"},
    {"strategy", RPC_TEXT, false, 1, ID_LEN_MAX, NULL, "id of the strategy, \"casework\" if not said"},
    PARAM_WEIGHTS, PARAM_AS_OF, PARAM_LANG, PARAM_WHAT_IF,
};

static const rpc_param STRATEGY_PUT[] = {
    {"strategy", RPC_OBJECT, true, 0, 0, "strategy.schema.json", "the strategy"},
    PARAM_REPLACES,
};

static const rpc_param PLUGIN_GRANT[] = {
    PARAM_ID,
    {"columns", RPC_ARRAY, true, 0, 64, NULL, "paths of the columns, from the plugin's manifest"},
};

static const rpc_param PLUGIN_REVOKE[] = {
    PARAM_ID,
    {"columns", RPC_ARRAY, false, 0, 64, NULL, "paths of the columns; absent: all"},
};

static const rpc_param IMPORT_START[] = {
    {"format", RPC_TEXT, false, 1, 64, NULL, "name of a format, or auto"},
    {"source", RPC_TEXT, false, 1, 200, NULL, "label of the source, for ids and the report"},
    {"map", RPC_OBJECT, false, 0, 0, NULL, "mapping of columns, for csv"},
    {"dry_run", RPC_BOOL, false, 0, 0, NULL, "true: report only, store nothing"},
    {"allow_outdated", RPC_BOOL, false, 0, 0, NULL, "true: take files of an outdated shape"},
    {"sync", RPC_TEXT, false, 1, 200, NULL, "the file is all this system has of people or offers: who is missing is marked"},
    {"confirm_drop", RPC_BOOL, false, 0, 0, NULL, "true: mark them also where they are many"},
    {"erase_after_days", RPC_INT, false, 0, 3650, NULL, "erase who has been missing for so long (30)"},
};
static const rpc_param IMPORT_FEED[] = {
    {"import", RPC_TEXT, true, 1, 32, NULL, "what import.start answered"},
    {"text", RPC_TEXT, false, 0, FEED_LEN_MAX, NULL, "the next piece of the file"},
    {"base64", RPC_TEXT, false, 0, FEED_LEN_MAX, NULL, "or so: needed where it is not UTF-8, faster for records"},
};
static const rpc_param IMPORT_FINISH[] = {
    {"import", RPC_TEXT, true, 1, 32, NULL, "what import.start answered"},
};

static const rpc_param SESSION_LOGIN[] = {
    {"token", RPC_TEXT, true, 1, 256, NULL, "what user.add or user.token answered"},
};
static const rpc_param USER_ADD[] = {
    {"id", RPC_TEXT, true, 1, 48, NULL, "letters, digits, - _ . @; no name of a person is needed"},
    {"role", RPC_TEXT, true, 1, 32, NULL, "caseworker, team_lead, plugin_operator, auditor, admin, provider or planner"},
    {"units", RPC_ARRAY, false, 0, 16, NULL, "units whose people are seen; all if not said"},
    {"provider", RPC_TEXT, false, 1, ID_LEN_MAX, NULL, "whose offers are the user's own; for the role provider"},
    {"days", RPC_INT, false, 0, 3660, NULL, "how long the token is good; 0: for ever; 365 if not said"},
};
static const rpc_param USER_TOKEN[] = {
    {"id", RPC_TEXT, true, 1, 48, NULL, "the user"},
    {"days", RPC_INT, false, 0, 3660, NULL, "how long the token is good; 0: for ever; 365 if not said"},
    {"withdraw", RPC_BOOL, false, 0, 0, NULL, "true: the tokens there were are good for nothing any more"},
};
static const rpc_param USER_DISABLE[] = {
    {"id", RPC_TEXT, true, 1, 48, NULL, "the user"},
    {"disabled", RPC_BOOL, false, 0, 0, NULL, "false: may sign in again"},
};

static const rpc_param BATCH_START[] = {
    {"name", RPC_TEXT, false, 1, BATCH_NAME_LEN_MAX, NULL, "what the run is to be called; its id is then b-NAME"},
    PARAM_STRATEGY, PARAM_AS_OF,
    {"top", RPC_INT, false, 1, MATCH_LIMIT_MAX, NULL, "offers for each person at most, 10 if not said"},
    {"kinds", RPC_ARRAY, false, 1, 64, NULL, "kinds of offers that are proposed; all if not said"},
    {"explain", RPC_TEXT, false, 3, 4, NULL, "none, top (each person's first match) or all: reasons as ids and facts"},
    {"format", RPC_TEXT, false, 3, 6, NULL, "ndjson or csv"},
    {"shard", RPC_TEXT, false, 3, 16, NULL, "i/n: the i-th of n parts of the people"},
    {"allocator", RPC_TEXT, false, 1, ID_LEN_MAX, NULL, "who hands out the seats, as lotse.welfare; nobody if not said"},
    {"offer_strategy", RPC_TEXT, false, 1, ID_LEN_MAX, NULL, "id of the strategy by which intakes prefer people, for lotse.deferred"},
    {"cap", RPC_INT, false, 1, 1000000, NULL, "people an intake is proposed to at most; its free seats if not said"},
    {"report", RPC_BOOL, false, 0, 0, NULL, "true: one object, how crowded offers would be under everybody's best offers and under each allocator"},
    {"needs", RPC_TEXT, false, 0, FEED_LEN_MAX, NULL, "CSV seeker,seats_needed: who needs several seats together"},
    {"keep", RPC_TEXT, false, 0, FEED_LEN_MAX, NULL, "CSV seeker,offer,intake: what stands and is to stay where it can"},
};
static const rpc_param BATCH_STATUS[] = {
    {"id", RPC_TEXT, false, 1, BATCH_ID_LEN_MAX, NULL, "a run; all if not said"},
};
static const rpc_param BATCH_CANCEL[] = {
    {"id", RPC_TEXT, true, 1, BATCH_ID_LEN_MAX, NULL, "what batch.start answered"},
    {"forget", RPC_BOOL, false, 0, 0, NULL, "true: what it wrote is removed too"},
};
static const rpc_param BATCH_RESULT[] = {
    {"id", RPC_TEXT, true, 1, BATCH_ID_LEN_MAX, NULL, "what batch.start answered"},
    {"offset", RPC_INT, false, 0, INT64_MAX / 1024, NULL, "the byte to begin at, what \"next\" said before"},
    {"len", RPC_INT, false, 4096, FEED_LEN_MAX, NULL, "bytes at most"},
};

/* clang-format on */

/* A handler that runs `answer` on a worker. */
#define ON_WORKER(answer)                                                                          \
    static void handle_##answer(void *context, rpc_call *call, const json_node *params)            \
    {                                                                                              \
        api_run(context, call, params, answer);                                                    \
    }

ON_WORKER(seeker_put)
ON_WORKER(seeker_get)
ON_WORKER(seeker_delete)
ON_WORKER(seeker_list)
ON_WORKER(seeker_export)
ON_WORKER(offer_put)
ON_WORKER(offer_get)
ON_WORKER(offer_delete)
ON_WORKER(offer_list)
ON_WORKER(match_answer_query)
ON_WORKER(match_answer_explain)
ON_WORKER(letter_get)
ON_WORKER(path_answer_find)
ON_WORKER(strategy_put)
ON_WORKER(strategy_get)
ON_WORKER(strategy_list)
ON_WORKER(plugin_list)
ON_WORKER(plugin_show)
ON_WORKER(plugin_enable)
ON_WORKER(plugin_disable)
ON_WORKER(plugin_grant)
ON_WORKER(plugin_revoke)
ON_WORKER(plugin_release)
ON_WORKER(plugin_reload)
ON_WORKER(decision_record)
ON_WORKER(decision_list)
ON_WORKER(decision_report)
ON_WORKER(event_record)
ON_WORKER(event_list)
ON_WORKER(proposal_get)
ON_WORKER(proposal_list)
ON_WORKER(proposal_replay)
ON_WORKER(backup_make)
ON_WORKER(audit_list)
ON_WORKER(audit_verify)
ON_WORKER(import_answer_start)
ON_WORKER(import_answer_feed)
ON_WORKER(import_answer_finish)
ON_WORKER(session_login)
ON_WORKER(session_whoami)
ON_WORKER(session_logout)
ON_WORKER(user_add)
ON_WORKER(user_token_add)
ON_WORKER(user_disable)
ON_WORKER(user_list)
ON_WORKER(batch_answer_status)
ON_WORKER(batch_answer_cancel)
ON_WORKER(batch_answer_result)
ON_WORKER(server_info)
ON_WORKER(server_health)
ON_WORKER(server_ready)
ON_WORKER(server_stats)
ON_WORKER(server_fields)

static void handle_batch_answer_start(void *context, rpc_call *call, const json_node *params)
{
    api_run_watched(context, call, params, batch_answer_start);
}

enum { READS = false, CHANGES = true };

/* clang-format off */

/* Who may call it, in words of account/role.def. Everybody of these is bounded further by units
 * and by whose offers they are; api/scope.c has that. */
enum {
    ADMINS = ROLE_ADMIN,
    LEADS = ROLE_TEAM_LEAD | ROLE_ADMIN,
    STAFF = ROLE_CASEWORKER | ROLE_TEAM_LEAD | ROLE_ADMIN, /* may see persons */
    OFFERERS = STAFF | ROLE_PROVIDER,
    BROWSERS = STAFF | ROLE_PROVIDER | ROLE_PLANNER,
    OPERATORS = ROLE_PLUGIN_OPERATOR | ROLE_ADMIN,
    WATCHERS = ROLE_PLUGIN_OPERATOR | ROLE_AUDITOR | ROLE_ADMIN,
    COUNTERS = ROLE_PLUGIN_OPERATOR | ROLE_AUDITOR | ROLE_TEAM_LEAD | ROLE_PLANNER | ROLE_ADMIN,
    AUDITORS = ROLE_AUDITOR | ROLE_ADMIN, /* read the logs, see no person */
    SIGNED_IN = ROLE_ALL,
    ANYBODY = RPC_ANYBODY
};

#define METHOD(name, roles, answer, params, changes, result, summary) \
    {name, summary, handle_##answer, params, COUNT(params), changes, result, roles}
#define METHOD_BARE(name, roles, answer, result, summary) \
    {name, summary, handle_##answer, NULL, 0, false, result, roles}

static const rpc_method METHODS[] = {
    METHOD("seeker.put", STAFF, seeker_put, SEEKER_PUT, CHANGES, RESULT_WRITTEN, "Stores a person's record, new or in the place of the one before."),
    METHOD("seeker.get", STAFF, seeker_get, ID_ONLY, READS, RESULT_SEEKER, "A person's record."),
    METHOD("seeker.delete", LEADS, seeker_delete, ID_REPLACES, CHANGES, RESULT_WRITTEN, "Erases a person: record, index and log hold nothing of it afterwards."),
    METHOD("seeker.list", STAFF, seeker_list, SEEKER_LIST, READS, RESULT_SEEKERS, "Records in order of their ids, page by page."),
    METHOD("seeker.export", STAFF, seeker_export, ID_ONLY, READS, RESULT_SEEKER_EXPORT, "Everything that is kept about a person."),
    METHOD("offer.put", OFFERERS, offer_put, OFFER_PUT, CHANGES, RESULT_WRITTEN, "Stores an offer's record, new or in the place of the one before."),
    METHOD("offer.get", BROWSERS, offer_get, ID_ONLY, READS, RESULT_OFFER, "An offer's record."),
    METHOD("offer.delete", OFFERERS, offer_delete, ID_REPLACES, CHANGES, RESULT_WRITTEN, "Deletes an offer."),
    METHOD("offer.list", BROWSERS, offer_list, OFFER_LIST, READS, RESULT_OFFERS, "Records in order of their ids, page by page."),
    METHOD("match.query", STAFF, match_answer_query, MATCH_QUERY, READS, RESULT_MATCHES, "The best offers for a person, or people for an offer, with reasons."),
    METHOD("match.explain", STAFF, match_answer_explain, MATCH_EXPLAIN, READS, RESULT_EXPLAINED, "One pair whatever its verdict: reasons, every gate, and what would open it."),
    METHOD("letter.get", STAFF, letter_get, LETTER_GET, READS, RESULT_LETTER, "A letter to a person about one offer: plain text, a page to print, or text to be read aloud."),
    METHOD("path.find", STAFF, path_answer_find, PATH_FIND, READS, RESULT_PATHS, "Dated chains of intakes from where a person stands to a goal."),
    METHOD("strategy.put", STAFF, strategy_put, STRATEGY_PUT, CHANGES, RESULT_WRITTEN, "Stores a strategy."),
    METHOD("strategy.get", SIGNED_IN, strategy_get, ID_LANG, READS, RESULT_STRATEGY, "A strategy."),
    METHOD("strategy.list", SIGNED_IN, strategy_list, LANG_AS_OF, READS, RESULT_STRATEGIES, "The strategies there are, built in and stored."),
    METHOD("plugin.list", SIGNED_IN, plugin_list, LANG_AS_OF, READS, RESULT_PLUGINS, "The plugins there are, those that failed with the reason."),
    METHOD("plugin.show", SIGNED_IN, plugin_show, ID_LANG, READS, RESULT_PLUGIN, "What one plugin asks for, scores and says."),
    METHOD("plugin.enable", OPERATORS, plugin_enable, ID_ONLY, CHANGES, RESULT_PLUGIN_CHANGED, "Switches a plugin on."),
    METHOD("plugin.disable", OPERATORS, plugin_disable, ID_ONLY, CHANGES, RESULT_PLUGIN_CHANGED, "Switches a plugin off."),
    METHOD("plugin.grant", OPERATORS, plugin_grant, PLUGIN_GRANT, CHANGES, RESULT_PLUGIN_CHANGED, "Lets a plugin see sensitive columns, beside those that it sees already."),
    METHOD("plugin.revoke", OPERATORS, plugin_revoke, PLUGIN_REVOKE, CHANGES, RESULT_PLUGIN_CHANGED, "Takes sensitive columns from a plugin again."),
    METHOD("plugin.release", OPERATORS, plugin_release, ID_ONLY, CHANGES, RESULT_PLUGIN_CHANGED, "Lets a plugin out of quarantine and tries it again."),
    {"plugin.reload", "Looks through the plugin folders again.", handle_plugin_reload, NULL, 0, true, RESULT_RELOADED, OPERATORS},
    METHOD("decision.record", STAFF, decision_record, DECISION_RECORD, CHANGES, RESULT_DECISION, "What a person says to a proposal, with a reason; what is proposed is kept and can be made again."),
    METHOD("decision.list", STAFF, decision_list, ABOUT_LIST, READS, RESULT_DECISIONS, "Decisions about a person or an offer, the oldest first."),
    METHOD_BARE("decision.report", LEADS, decision_report, RESULT_DECISION_REPORT, "How often people deviated from what the engine proposed; only for groups large enough that nobody is recognised."),
    METHOD("event.record", STAFF, event_record, EVENT_RECORD, CHANGES, RESULT_EVENT, "What happened; the end of a measure brings new matches along."),
    METHOD("event.list", STAFF, event_list, ABOUT_LIST, READS, RESULT_EVENTS, "Events about a person or an offer, the oldest first."),
    METHOD("proposal.get", STAFF, proposal_get, ID_ONLY, READS, RESULT_PROPOSAL, "A kept proposal with everything it rests on."),
    METHOD("proposal.list", STAFF, proposal_list, ABOUT_LIST, READS, RESULT_PROPOSALS, "Proposals kept about a person, the oldest first."),
    METHOD("proposal.replay", STAFF, proposal_replay, ID_ONLY, READS, RESULT_REPLAY, "Makes a kept proposal again: the same bytes, or the inputs that changed."),
    METHOD("backup.make", ADMINS, backup_make, BACKUP_MAKE, CHANGES, RESULT_BACKUP, "Writes everything to a file while others go on; what is about a person is sealed with a key of that person."),
    METHOD("audit.list", AUDITORS, audit_list, AUDIT_LIST, READS, RESULT_AUDIT, "What stands in the logs; people are keyed hashes there."),
    METHOD_BARE("audit.verify", AUDITORS, audit_verify, RESULT_AUDIT_VERIFIED, "Whether the logs are as they were written."),
    METHOD("import.start", LEADS, import_answer_start, IMPORT_START, CHANGES, RESULT_IMPORT_STARTED, "Begins an import; the file follows in pieces."),
    METHOD("import.feed", LEADS, import_answer_feed, IMPORT_FEED, CHANGES, RESULT_IMPORT_FED, "The next piece of the file."),
    METHOD("import.finish", LEADS, import_answer_finish, IMPORT_FINISH, CHANGES, RESULT_IMPORT_REPORT, "Ends an import and reports what it did."),
    METHOD("batch.start", LEADS, batch_answer_start, BATCH_START, CHANGES, RESULT_BATCH_STARTED, "Begins a run of everybody's best offers, or goes on with an interrupted one; progress is told to a progress_token."),
    METHOD("batch.status", LEADS, batch_answer_status, BATCH_STATUS, READS, RESULT_BATCHES, "How far runs are, and what came of them."),
    METHOD("batch.cancel", LEADS, batch_answer_cancel, BATCH_CANCEL, CHANGES, RESULT_BATCH_CANCELLED, "Ends a run for good; what it wrote stays unless it is to be forgotten."),
    METHOD("batch.result", LEADS, batch_answer_result, BATCH_RESULT, READS, RESULT_BATCH_LINES, "What a run wrote, in whole lines, piece by piece; also while it is under way."),
    METHOD("session.login", ANYBODY, session_login, SESSION_LOGIN, CHANGES, RESULT_SESSION, "Signs this connection in with a user's token."),
    METHOD_BARE("session.whoami", ANYBODY, session_whoami, RESULT_SESSION, "Who this connection is signed in as, and what he may call."),
    {"session.logout", "Signs this connection out.", handle_session_logout, NULL, 0, true, RESULT_SESSION, ANYBODY},
    METHOD("user.add", ADMINS, user_add, USER_ADD, CHANGES, RESULT_USER_TOKEN, "Makes a user, or gives one another role, units and provider; answers a token, shown once."),
    METHOD("user.token", ADMINS, user_token_add, USER_TOKEN, CHANGES, RESULT_USER_TOKEN, "A further token for a user, shown once."),
    METHOD("user.disable", ADMINS, user_disable, USER_DISABLE, CHANGES, RESULT_USER, "Lets a user not sign in any more, or again; at once."),
    METHOD_BARE("user.list", ADMINS, user_list, RESULT_USERS, "The users there are, with the ids of their tokens."),
    METHOD_BARE("server.info", SIGNED_IN, server_info, RESULT_INFO, "What is running: versions, plugins, limits."),
    METHOD_BARE("server.health", WATCHERS, server_health, RESULT_HEALTH, "Whether database, records, plugins, strategies and taxonomy are well."),
    METHOD_BARE("server.stats", COUNTERS, server_stats, RESULT_STATS, "Counts since the start."),
    METHOD("server.fields", SIGNED_IN, server_fields, LANG_AS_OF, READS, RESULT_FIELDS, "The field catalogue: every value that gates and plugins can name."),
    METHOD_BARE("server.ready", WATCHERS, server_ready, RESULT_HEALTH, "Whether it can answer: database and strategies, without reading everything."),
};

/* clang-format on */

const rpc_method *api_methods(uint32_t *ret_count)
{
    *ret_count = COUNT(METHODS);
    return METHODS;
}
