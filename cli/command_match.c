/* match and explain: proposals with their reasons, told in words first and a number last. */
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "cli/cli.h"
#include "model/code.h"
#include "say/say.h"

static const char *word(const cli *c, const char *id)
{
    return say_word(c->lang != NULL ? c->lang : "en", id);
}

/* "skills=400000,commute=100000" into {"lotse.skills":400000,...}; a name without a dot is a
 * built-in's. */
static int put_weights(cli *c, json_writer *w)
{
    json_put_key(w, "weights");
    json_begin_object(w);
    const char *at = c->weights;
    while (*at != '\0') {
        const char *equals = strchr(at, '=');
        if (equals == NULL || equals == at) {
            return cli_usage(
                c, "--weights is \"%s\"; expected a list like skills=400000,commute=100000",
                c->weights);
        }
        char *end = NULL;
        long long weight = strtoll(equals + 1, &end, 10);
        if (end == equals + 1 || (*end != ',' && *end != '\0')) {
            return cli_usage(c, "the weight behind \"%.*s\" is not a whole number of ppm",
                             (int)(equals - at), at);
        }
        char name[160];
        bool is_full = memchr(at, '.', (size_t)(equals - at)) != NULL;
        snprintf(name, sizeof name, "%s%.*s", is_full ? "" : "lotse.", (int)(equals - at), at);
        json_member_int(w, name, weight);
        at = *end == ',' ? end + 1 : end;
    }
    json_end_object(w);
    return EXIT_DONE;
}

static int put_kinds(const cli *c, json_writer *w)
{
    const char *names[64];
    for (uint32_t i = 0; i < CODES(kind)->count; i++) {
        names[i] = CODES(kind)->entries[i].id;
    }
    json_put_key(w, "kinds");
    json_begin_array(w);
    const char *at = c->kinds;
    while (*at != '\0') {
        size_t len = strcspn(at, ",");
        uint32_t kind = 0;
        if (!code_find(CODES(kind), (bytes){at, len}, &kind)) {
            char given[64];
            snprintf(given, sizeof given, "%.*s", (int)len, at);
            const char *near = cli_nearest(given, names, CODES(kind)->count);
            return cli_usage(c, "there is no kind of offer \"%s\"%s%s%s", given,
                             near != NULL ? "; did you mean \"" : "", near != NULL ? near : "",
                             near != NULL ? "\"?" : "");
        }
        json_put_text(w, (bytes){at, len});
        at += len;
        at += *at == ',';
    }
    json_end_array(w);
    return EXIT_DONE;
}

/* The parameters that match and explain share. */
static int put_common(cli *c, json_writer *w)
{
    if (c->strategy_count > 0) {
        json_member_cstr(w, "strategy", c->strategy[0]);
    }
    int code = c->kinds != NULL ? put_kinds(c, w) : EXIT_DONE;
    if (code != EXIT_DONE) {
        return code;
    }
    return c->weights != NULL ? put_weights(c, w) : EXIT_DONE;
}

static bytes member_text(const json_node *n, const char *key)
{
    const json_node *m = n != NULL ? json_member(n, key) : NULL;
    return m != NULL && json_type_of(m) == JSON_TEXT ? json_text(m) : (bytes){NULL, 0};
}

static int64_t member_int(const json_node *n, const char *key)
{
    int64_t value = 0;
    const json_node *m = n != NULL ? json_member(n, key) : NULL;
    if (m != NULL) {
        (void)json_integer(m, &value); /* a reply of ours: absent reads as 0 */
    }
    return value;
}

static const char *verdict_word(const cli *c, const json_node *match)
{
    return bytes_equal_text(member_text(match, "verdict"), "yes")     ? word(c, "verdict.yes")
           : bytes_equal_text(member_text(match, "verdict"), "check") ? word(c, "verdict.check")
                                                                      : word(c, "verdict.no");
}

static tone verdict_tone(const json_node *match)
{
    return bytes_equal_text(member_text(match, "verdict"), "yes")     ? TONE_GOOD
           : bytes_equal_text(member_text(match, "verdict"), "check") ? TONE_WARN
                                                                      : TONE_BAD;
}

/* A record asked for by id; NULL: it is gone meanwhile. The caller's. */
static json_doc *get_record(cli *c, const char *method, bytes id)
{
    buf params = {0};
    json_writer w = json_writer_to(&params);
    json_begin_object(&w);
    json_member_text(&w, "id", id);
    json_end_object(&w);
    buf result = {0};
    err e = {0};
    json_doc *doc = NULL;
    if (client_call(c->client, method, buf_bytes(&params), NULL, NULL, &result, &e) &&
        !json_parse(buf_bytes(&result), JSON_READER_DEPTH_MAX, &doc, &e)) {
        doc = NULL;
    }
    buf_fini(&result);
    buf_fini(&params);
    return doc;
}

static void print_offer_title(cli *c, bytes id)
{
    json_doc *doc = get_record(c, "offer.get", id);
    const json_node *offer = doc != NULL ? json_member(json_root(doc), "offer") : NULL;
    const json_node *title = offer != NULL ? json_member(offer, "title") : NULL;
    const char *lang = c->lang != NULL ? c->lang : "en";
    bytes text = member_text(title, lang);
    if (text.base == NULL && title != NULL && json_child(title) != NULL) {
        text = json_text(json_child(title));
    }
    output_toned(stdout, TONE_STRONG, text.base != NULL ? text : id);
    uint32_t kind = 0;
    if (offer != NULL && code_find(CODES(kind), member_text(offer, "kind"), &kind)) {
        printf("  (%s, %.*s)", say_code_label(lang, CODES(kind), kind), (int)id.len, id.base);
    }
    json_doc_free(&doc);
}

static void print_text(const json_node *entry, const char *mark, tone t)
{
    bytes text = member_text(entry, "text");
    fputs("      ", stdout);
    output_tone(stdout, t);
    printf("%s %.*s", mark, (int)text.len, text.base);
    output_tone(stdout, TONE_PLAIN);
}

static void print_texts(const json_node *match, const char *key, const char *mark, tone t)
{
    const json_node *list = json_member(match, key);
    for (const json_node *n = list != NULL ? json_child(list) : NULL; n != NULL; n = json_next(n)) {
        print_text(n, mark, t);
        fputc('\n', stdout);
    }
}

/* What must still be obtained, and by when. */
static void print_steps(const cli *c, const json_node *match)
{
    const json_node *list = json_member(match, "steps");
    for (const json_node *n = list != NULL ? json_child(list) : NULL; n != NULL; n = json_next(n)) {
        day by = 0;
        print_text(n, ">", TONE_DIM);
        if (day_parse(member_text(n, "by"), &by)) {
            buf text = {0};
            say_day(c->lang != NULL ? c->lang : "en", by, &text);
            printf("  (%s %s)", word(c, "step.by"), buf_terminated(&text));
            buf_fini(&text);
        }
        fputc('\n', stdout);
    }
}

/* Reasons with their points; a criterion's further reasons that add none show none. */
static void print_reasons(const json_node *match)
{
    const json_node *list = json_member(match, "reasons");
    bytes before = {NULL, 0};
    for (const json_node *n = list != NULL ? json_child(list) : NULL; n != NULL; n = json_next(n)) {
        bytes criterion = member_text(n, "criterion");
        print_text(n, "+", TONE_PLAIN);
        if (member_int(n, "max") > 0 &&
            (member_int(n, "points") > 0 || !bytes_equal(before, criterion))) {
            output_tone(stdout, TONE_DIM);
            printf("  [%lld/%lld]", (long long)((member_int(n, "points") + 5000) / 10000),
                   (long long)((member_int(n, "max") + 5000) / 10000));
            output_tone(stdout, TONE_PLAIN);
        }
        fputc('\n', stdout);
        before = criterion;
    }
}

static void print_totals(const cli *c, const json_node *reply)
{
    const json_node *total = json_member(reply, "total");
    if (total == NULL) {
        return;
    }
    printf("%lld %s: %lld %s, %lld %s, %lld %s", (long long)member_int(total, "rows"),
           word(c, "total.rows"), (long long)member_int(total, "proposed"),
           word(c, "total.proposed"), (long long)member_int(total, "check"), word(c, "total.check"),
           (long long)member_int(total, "excluded"), word(c, "total.excluded"));
    const json_node *by = json_member(reply, "excluded_by");
    const char *separator = " (";
    for (const json_node *n = by != NULL ? json_child(by) : NULL; n != NULL; n = json_next(n)) {
        int64_t count = 0;
        (void)json_integer(n, &count); /* counts of ours are integers */
        bytes key = json_key(n);
        printf("%s%.*s %lld", separator, (int)key.len, key.base, (long long)count);
        separator = ", ";
    }
    puts(strcmp(separator, ", ") == 0 ? ")" : "");
}

static void print_match(cli *c, const json_node *match, uint32_t rank)
{
    bytes offer = member_text(match, "offer");
    bytes seeker = member_text(match, "seeker");
    printf("\n %2u. ", rank);
    if (seeker.base != NULL) {
        output_toned(stdout, TONE_STRONG, seeker);
    } else {
        print_offer_title(c, offer);
    }
    fputs("\n      ", stdout);
    output_toned(stdout, verdict_tone(match), bytes_of(verdict_word(c, match)));
    printf(" · %lld %s 100", (long long)((member_int(match, "score") + 5000) / 10000),
           word(c, "score.of"));
    bytes intake = member_text(match, "intake");
    if (intake.base != NULL) {
        printf(" · %.*s", (int)intake.len, intake.base);
    }
    fputc('\n', stdout);
    print_reasons(match);
    print_texts(match, "checks", "?", TONE_WARN);
    print_steps(c, match);
}

/* One of the people for an offer. They stand in groups (fits; fits with a step; to check), inside a
 * group by how long they have waited; no number stands for a person. */
typedef struct candidate {
    const json_node *match;
    uint32_t index;
    uint32_t group;
    bool has_since;
    day since; /* unemployed since */
} candidate;

static uint32_t group_of(const json_node *match)
{
    if (!bytes_equal_text(member_text(match, "verdict"), "yes")) {
        return 2;
    }
    const json_node *steps = json_member(match, "steps");
    return steps != NULL && json_count(steps) > 0 ? 1 : 0;
}

/* The first day of the earliest unemployment that goes on. */
static void find_since(cli *c, candidate *p)
{
    json_doc *doc = get_record(c, "seeker.get", member_text(p->match, "seeker"));
    const json_node *seeker = doc != NULL ? json_member(json_root(doc), "seeker") : NULL;
    const json_node *spells = seeker != NULL ? json_member(seeker, "spells") : NULL;
    for (const json_node *n = spells != NULL ? json_child(spells) : NULL; n != NULL;
         n = json_next(n)) {
        const json_node *to = json_member(n, "to");
        day from = 0;
        if (bytes_equal_text(member_text(n, "status"), "unemployed") && to != NULL &&
            json_type_of(to) == JSON_NULL && day_parse(member_text(n, "from"), &from) &&
            (!p->has_since || from < p->since)) {
            p->has_since = true;
            p->since = from;
        }
    }
    json_doc_free(&doc);
}

static int compare_candidates(const void *a, const void *b)
{
    const candidate *x = a;
    const candidate *y = b;
    if (x->group != y->group) {
        return x->group < y->group ? -1 : 1;
    }
    if (x->has_since != y->has_since) {
        return x->has_since ? -1 : 1;
    }
    if (x->has_since && x->since != y->since) {
        return x->since < y->since ? -1 : 1;
    }
    return x->index < y->index ? -1 : 1;
}

static void print_candidate(const cli *c, const candidate *p)
{
    bytes id = member_text(p->match, "seeker");
    bytes intake = member_text(p->match, "intake");
    fputs("  ", stdout);
    output_toned(stdout, TONE_STRONG, id);
    if (intake.base != NULL) {
        printf(" · %.*s", (int)intake.len, intake.base);
    }
    if (p->has_since) {
        buf since = {0};
        say_day(c->lang != NULL ? c->lang : "en", p->since, &since);
        printf(" · %s %s", word(c, "person.since"), buf_terminated(&since));
        buf_fini(&since);
    }
    fputc('\n', stdout);
    print_texts(p->match, "reasons", "+", TONE_PLAIN);
    print_texts(p->match, "checks", "?", TONE_WARN);
    print_steps(c, p->match);
}

static void print_groups(cli *c, const json_node *matches)
{
    static const char *const TITLES[] = {"group.fits", "group.step", "group.check"};
    candidate people[MATCH_LIMIT_MAX] = {0};
    uint32_t count = 0;
    for (const json_node *n = json_child(matches); n != NULL && count < MATCH_LIMIT_MAX;
         n = json_next(n)) {
        people[count] = (candidate){.match = n, .index = count, .group = group_of(n)};
        find_since(c, &people[count++]);
    }
    qsort(people, count, sizeof *people, compare_candidates);
    for (uint32_t i = 0; i < count; i++) {
        if (i == 0 || people[i].group != people[i - 1].group) {
            fputc('\n', stdout);
            output_toned(stdout, TONE_STRONG, bytes_of(word(c, TITLES[people[i].group])));
            fputc('\n', stdout);
        }
        print_candidate(c, &people[i]);
    }
}

static void print_answer(cli *c, const json_node *reply, bool is_seeker)
{
    bytes anchor = member_text(reply, "anchor");
    bytes strategy_id = member_text(reply, "strategy");
    bytes as_of = member_text(reply, "as_of");
    output_tone(stdout, TONE_STRONG);
    printf("%s %.*s", word(c, is_seeker ? "title.offers_for" : "title.people_for"), (int)anchor.len,
           anchor.base);
    output_tone(stdout, TONE_PLAIN);
    printf(" · %.*s · %.*s\n", (int)strategy_id.len, strategy_id.base, (int)as_of.len, as_of.base);
    print_totals(c, reply);
    const json_node *matches = json_member(reply, "matches");
    if (!is_seeker) {
        print_groups(c, matches);
        return;
    }
    uint32_t rank = 0;
    for (const json_node *n = json_child(matches); n != NULL; n = json_next(n)) {
        print_match(c, n, ++rank);
    }
}

int command_match(cli *c)
{
    bool is_seeker = c->arg_count == 3 && strcmp(c->args[1], "seeker") == 0;
    bool is_offer = c->arg_count == 3 && strcmp(c->args[1], "offer") == 0;
    if (!is_seeker && !is_offer) {
        return cli_usage(c, "expected `lotse match seeker ID` or `lotse match offer ID`");
    }
    buf params = {0};
    json_writer w = cli_begin_params(c, &params);
    json_member_cstr(&w, is_seeker ? "seeker" : "offer", c->args[2]);
    char *end = NULL;
    long limit = c->limit != NULL ? strtol(c->limit, &end, 10) : 10;
    int code = c->limit != NULL && (*end != '\0' || limit < 1 || limit > MATCH_LIMIT_MAX)
                   ? cli_usage(c, "-n is \"%s\"; expected 1 to %d", c->limit, MATCH_LIMIT_MAX)
                   : put_common(c, &w);
    json_doc *doc = NULL;
    if (code == EXIT_DONE) {
        json_member_int(&w, "limit", limit);
        json_end_object(&w);
        code = cli_call(c, "match.query", &params, &doc);
    }
    if (code == EXIT_DONE) {
        const json_node *matches = json_member(json_root(doc), "matches");
        if (c->is_json) {
            cli_print_result(doc);
        } else {
            print_answer(c, json_root(doc), is_seeker);
        }
        code = json_count(matches) == 0 ? EXIT_NOTHING : EXIT_DONE;
    }
    json_doc_free(&doc);
    buf_fini(&params);
    return code;
}

static void print_gate(const cli *c, const json_node *condition)
{
    bytes text = member_text(condition, "text");
    bytes judged = member_text(condition, "verdict");
    bool is_yes = bytes_equal_text(judged, "yes");
    bool is_check = bytes_equal_text(judged, "check");
    fputs("  ", stdout);
    output_tone(stdout, is_yes ? TONE_GOOD : is_check ? TONE_WARN : TONE_BAD);
    printf("%s %s",
           is_yes     ? "+"
           : is_check ? "?"
                      : "-",
           word(c, is_yes     ? "verdict.yes"
                   : is_check ? "verdict.check"
                              : "verdict.no"));
    output_tone(stdout, TONE_PLAIN);
    printf("  %.*s\n", (int)text.len, text.base);
    const json_node *opens = json_member(condition, "opens");
    for (const json_node *n = opens != NULL ? json_child(opens) : NULL; n != NULL;
         n = json_next(n)) {
        bytes open_text = member_text(n, "text");
        printf("      > %.*s", (int)open_text.len, open_text.base);
        if (json_member(n, "score_after") != NULL) {
            output_tone(stdout, TONE_DIM);
            printf("  (%s %lld %s 100)", word(c, "score.after"),
                   (long long)((member_int(n, "score_after") + 5000) / 10000), word(c, "score.of"));
            output_tone(stdout, TONE_PLAIN);
        }
        fputc('\n', stdout);
    }
}

/* A condition that the offer does not set has nothing to tell, and is only counted. */
static void print_gates(const cli *c, const json_node *gates)
{
    uint32_t silent_count = 0;
    for (const json_node *n = gates != NULL ? json_child(gates) : NULL; n != NULL;
         n = json_next(n)) {
        const json_node *need = json_member(n, "need");
        bool is_set = need != NULL && json_type_of(need) != JSON_NULL;
        if (bytes_equal_text(member_text(n, "verdict"), "yes") && !is_set) {
            silent_count++;
        } else {
            print_gate(c, n);
        }
    }
    if (silent_count > 0) {
        output_tone(stdout, TONE_DIM);
        printf("  %s: %u\n", word(c, "total.not_asked"), silent_count);
        output_tone(stdout, TONE_PLAIN);
    }
}

int command_explain(cli *c)
{
    if (c->arg_count != 3) {
        return cli_usage(c, "expected `lotse explain SEEKER OFFER`");
    }
    buf params = {0};
    json_writer w = cli_begin_params(c, &params);
    json_member_cstr(&w, "seeker", c->args[1]);
    json_member_cstr(&w, "offer", c->args[2]);
    json_doc *doc = NULL;
    int code = put_common(c, &w);
    if (code == EXIT_DONE) {
        json_end_object(&w);
        code = cli_call(c, "match.explain", &params, &doc);
    }
    if (code == EXIT_DONE && c->is_json) {
        cli_print_result(doc);
    } else if (code == EXIT_DONE) {
        const json_node *reply = json_root(doc);
        const json_node *matches = json_member(reply, "matches");
        const json_node *match = matches != NULL ? json_child(matches) : reply;
        printf("%s · ", c->args[1]);
        print_offer_title(c, bytes_of(c->args[2]));
        fputs("\n  ", stdout);
        output_toned(stdout, verdict_tone(match), bytes_of(verdict_word(c, match)));
        if (!bytes_equal_text(member_text(match, "verdict"), "no")) {
            printf(" · %lld %s 100", (long long)((member_int(match, "score") + 5000) / 10000),
                   word(c, "score.of"));
        }
        fputc('\n', stdout);
        print_reasons(match);
        print_steps(c, match);
        printf("\n%s\n", word(c, "title.conditions"));
        const json_node *gates = json_member(match, "gates");
        if (gates == NULL) {
            gates = json_member(reply, "gates");
        }
        print_gates(c, gates);
    }
    json_doc_free(&doc);
    buf_fini(&params);
    return code;
}
