/* Cases worked by hand for every rule of plugins/eligibility/rules: what a person's times, facts
 * and entitlements come to on a day, with the paragraph it rests on. */

#include <sys/wait.h>

#include "base/day.h"
#include "plugin/toy_table.h"
#include "unit/plugin_folder.h"

static registry *plugins;

static void open_plugins(void)
{
    static const char *const builtin[] = {BUILD_DIR "/bin/plugins"};
    registry_config config = {.builtin_dirs = builtin, .builtin_dir_count = 1};
    err e = {0};
    ck_assert_msg(registry_new(&config, &plugins, &e), "%s", e.text);
}

static void close_plugins(void)
{
    registry_free(&plugins);
}

/* ------------------------------------------------------------------------------------ the notation
 */

/* Spells: "unemployed 2023-01-01 -; measure 2024-01-08 2024-06-28"; entitlements: "SGB3_81 ISSUED
 * VALID_TO", with "!" behind the code for somebody who is obliged to it and "." for somebody who is
 * not. "-" is null, "?" is absent. A list that is NULL is absent, "" is empty. Facts: y, n or
 * ? for 25 or over, a minor child, a severe disability. */
typedef struct times {
    int32_t codes[TOY_ENTRY_MAX], from[TOY_ENTRY_MAX], to[TOY_ENTRY_MAX];
    int32_t obliged[TOY_ENTRY_MAX];
    uint32_t count;
} times;

static int32_t day_of(const char *text)
{
    day d = 0;
    if (strcmp(text, "?") == 0) {
        return LOTSE_ABSENT;
    }
    if (strcmp(text, "-") == 0) {
        return LOTSE_OPEN;
    }
    ck_assert_msg(day_parse(bytes_of(text), &d), "\"%s\" is no day", text);
    return d;
}

static times times_of(const char *text, const code_list *list)
{
    times t = {.count = 0};
    char code[40], from[16], to[16];
    int used = 0;
    for (; sscanf(text, " %39s %15s %15[^; ]%n", code, from, to, &used) == 3; t.count++) {
        uint32_t position = 0;
        size_t last = strlen(code) - 1;
        ck_assert_uint_lt(t.count, TOY_ENTRY_MAX);
        t.obliged[t.count] = code[last] == '!' ? 1 : code[last] == '.' ? 0 : LOTSE_ABSENT;
        code[t.obliged[t.count] == LOTSE_ABSENT ? last + 1 : last] = '\0';
        ck_assert_msg(code_find(list, bytes_of(code), &position), "\"%s\" is no code", code);
        t.codes[t.count] = (int32_t)position;
        t.from[t.count] = day_of(from);
        t.to[t.count] = day_of(to);
        text += used;
        text += *text == ';';
    }
    return t;
}

static void put_times(toy_table *t, const char *text, const code_list *list, const lotse_column *c,
                      const lotse_column *from, const lotse_column *to, const lotse_column *obliged)
{
    if (text != NULL) {
        times all = times_of(text, list);
        if (obliged != NULL) {
            toy_put_list(t, obliged, 0, all.obliged, all.count);
        }
        toy_put_list(t, c, 0, all.codes, all.count);
        toy_put_list(t, from, 0, all.from, all.count);
        toy_put_list(t, to, 0, all.to, all.count);
    }
}

static toy_table *table_of(const char *spells, const char *facts, const char *entitlements)
{
    toy_table *t = malloc(sizeof(*t));
    toy_init(t, LOTSE_SEEKER, 1);
    const lotse_column *status = toy_add_list(t, LOTSE_CODE_LIST);
    const lotse_column *from = toy_add_list(t, LOTSE_DAY_LIST);
    const lotse_column *to = toy_add_list(t, LOTSE_DAY_LIST);
    put_times(t, spells, CODES(spell_status), status, from, to, NULL);
    for (uint32_t i = 0; i < 3; i++) {
        const lotse_column *c = toy_add(t, LOTSE_FLAG, 1);
        uint8_t flag = facts[i] == 'y';
        if (facts[i] != '?') {
            toy_put(t, c, 0, &flag, 1);
        }
    }
    const lotse_column *code = toy_add_list(t, LOTSE_CODE_LIST);
    const lotse_column *valid_to = toy_add_list(t, LOTSE_DAY_LIST);
    const lotse_column *issued = toy_add_list(t, LOTSE_DAY_LIST);
    const lotse_column *obliged = toy_add_list(t, LOTSE_INT_LIST);
    put_times(t, entitlements, CODES(entitlement), code, issued, valid_to, obliged);
    return t;
}

static int derive(const char *path, const toy_table *t, day as_of, void *value)
{
    const match_program *p = registry_program(plugins);
    const uint32_t row = 0;
    uint8_t known = 77;
    lotse_error why = {.size = sizeof(why)};
    uint32_t i = 0;
    while (i < p->derived_count && strcmp(p->derived[i].path, path) != 0) {
        i++;
    }
    ck_assert_uint_lt(i, p->derived_count);
    const lotse_field *f =
        p->derived[i].factory->create(program_host(), p->derived[i].field_id, &why);
    ck_assert_ptr_nonnull(f);
    ck_assert_int_eq(f->derive(f->self, &t->table, &row, 1, as_of, value, &known), LOTSE_OK);
    f->destroy(f->self);
    return known;
}

static char answer_for(const toy_table *t, day as_of, const char *code)
{
    lotse_codes codes = {0, 0};
    uint32_t position = 0;
    ck_assert(code_find(CODES(instrument), bytes_of(code), &position));
    ck_assert_int_eq(derive("lotse.eligibility.instruments", t, as_of, &codes), 1);
    ck_assert_uint_eq(codes.members & ~codes.known, 0);
    return (codes.known >> position & 1u) == 0     ? '?'
           : (codes.members >> position & 1u) != 0 ? 'y'
                                                   : 'n';
}

/* ------------------------------------------------------------------------------------ instruments
 */

static const struct {
    const char *paragraph, *why, *code, *as_of, *spells, *facts, *entitlements;
    char wanted; /* y, n; ?: somebody must look */
} cases[] = {
    /* SGB II section 16i (3), text of 2019 */
    {"16i (3) 1-3", "six years of benefits to the day", "SGB2_16i", "2026-06-30",
     "benefit_sgb2 2020-06-30 -", "ynn", "", 'y'},
    {"16i (3) 2", "a day less than six years", "SGB2_16i", "2026-06-30",
     "benefit_sgb2 2020-07-02 -", "ynn", "", 'n'},
    {"16i (3) 2", "six of seven years with a break", "SGB2_16i", "2026-06-30",
     "benefit_sgb2 2019-06-30 2023-01-31; benefit_sgb2 2023-12-01 -", "ynn", "", 'y'},
    {"16i (3) 2", "breaks of more than a year", "SGB2_16i", "2026-06-30",
     "benefit_sgb2 2019-06-30 2022-01-31; benefit_sgb2 2023-12-01 -", "ynn", "", 'n'},
    {"16i (3) 1", "under 25", "SGB2_16i", "2026-06-30", "benefit_sgb2 2015-01-01 -", "nnn", "",
     'n'},
    {"16i (3) 1", "age not known", "SGB2_16i", "2026-06-30", "benefit_sgb2 2015-01-01 -", "?nn", "",
     '?'},
    {"16i (3) 3", "work in that time: short or not, somebody must look", "SGB2_16i", "2026-06-30",
     "benefit_sgb2 2015-01-01 -; employed_insured 2022-03-01 2022-04-30", "ynn", "", '?'},
    {"16i (3) 3", "work before that time", "SGB2_16i", "2026-06-30",
     "benefit_sgb2 2015-01-01 -; employed_insured 2014-01-01 2015-12-31", "ynn", "", 'y'},
    {"16i (3) s. 3", "five years and a minor child", "SGB2_16i", "2026-06-30",
     "benefit_sgb2 2021-06-30 -", "yyn", "", 'y'},
    {"16i (3) s. 3", "five years and a severe disability", "SGB2_16i", "2026-06-30",
     "benefit_sgb2 2021-06-30 -", "yny", "", 'y'},
    {"16i (3) s. 3", "less than five years and a child: \"in the last five years\" leaves room",
     "SGB2_16i", "2026-06-30", "benefit_sgb2 2023-06-30 -", "yyn", "", '?'},
    {"16i (3) s. 3", "five years, child not known", "SGB2_16i", "2026-06-30",
     "benefit_sgb2 2021-06-30 -", "y?n", "", '?'},
    {"16i (3)", "no benefits now", "SGB2_16i", "2026-06-30", "benefit_sgb2 2015-01-01 2026-06-29",
     "ynn", "", 'n'},
    {"16i (3)", "an end of the benefits is missing", "SGB2_16i", "2026-06-30",
     "benefit_sgb2 2015-01-01 ?", "ynn", "", '?'},
    {"16i (3)", "benefits under AsylbLG are others", "SGB2_16i", "2026-06-30",
     "benefit_asylblg 2015-01-01 -", "ynn", "", 'n'},
    {"16i (3)", "nothing recorded", "SGB2_16i", "2026-06-30", NULL, "ynn", "", '?'},
    {"16i from 2026-07-01", "the same person a day later", "SGB2_16i", "2026-07-01",
     "benefit_sgb2 2020-06-30 -", "ynn", "", '?'},
    {"16i from 2026-07-01", "without benefits: never no from a rule that is not verified",
     "SGB2_16i", "2026-07-01", "", "nnn", "", '?'},
    {"before 2019", "no text was read", "SGB2_16i", "2018-12-31", "benefit_sgb2 2005-01-01 -",
     "ynn", "", '?'},
    /* SGB II section 16e (1), text of 2019, with SGB III section 18 */
    {"16e (1)", "two years to the day", "SGB2_16e", "2026-06-30",
     "unemployed 2024-06-30 -; benefit_sgb2 2024-06-30 -", "???", "", 'y'},
    {"16e (1)", "a day less", "SGB2_16e", "2026-06-30",
     "unemployed 2024-07-01 -; benefit_sgb2 2024-06-30 -", "???", "", 'n'},
    {"16e (1)", "two years, no benefits", "SGB2_16e", "2026-06-30", "unemployed 2020-01-01 -",
     "???", "", 'n'},
    {"16e (1)", "not unemployed now", "SGB2_16e", "2026-06-30",
     "unemployed 2020-01-01 2026-06-01; benefit_sgb2 2020-01-01 -", "???", "", 'n'},
    {"18 (1)", "ill for six weeks in between", "SGB2_16e", "2026-06-30",
     "unemployed 2024-01-01 2025-01-31; sickness 2025-02-01 2025-03-14; unemployed 2025-03-15 -; "
     "benefit_sgb2 2024-01-01 -",
     "???", "", 'y'},
    {"18 (2) 1", "a measure of half a year, and two years without it", "SGB2_16e", "2026-06-30",
     "unemployed 2023-06-01 2024-06-30; measure 2024-07-01 2024-12-31; unemployed 2025-01-01 -; "
     "benefit_sgb2 2023-01-01 -",
     "???", "", 'y'},
    {"18 (2) 1", "two years only with the measure: whether it counts is open", "SGB2_16e",
     "2026-06-30",
     "unemployed 2024-04-01 2024-06-30; measure 2024-07-01 2024-12-31; unemployed 2025-01-01 -; "
     "benefit_sgb2 2023-01-01 -",
     "???", "", '?'},
    {"18 (2) 1", "not two years even with the measure", "SGB2_16e", "2026-06-30",
     "unemployed 2024-08-01 2024-09-30; measure 2024-10-01 2024-12-31; unemployed 2025-01-01 -; "
     "benefit_sgb2 2023-01-01 -",
     "???", "", 'n'},
    {"18 (2) 2", "ill for three months", "SGB2_16e", "2026-06-30",
     "unemployed 2023-06-01 2024-06-30; sickness 2024-07-01 2024-09-30; unemployed 2024-10-01 -; "
     "benefit_sgb2 2023-01-01 -",
     "???", "", 'y'},
    {"18 (2) 3", "raised a child for a year", "SGB2_16e", "2026-06-30",
     "unemployed 2022-06-01 2024-01-31; child_raising 2024-02-01 2025-01-31; unemployed 2025-02-01 "
     "-; benefit_sgb2 2022-01-01 -",
     "???", "", 'y'},
    {"18 (2) 3", "cared for a relative", "SGB2_16e", "2026-06-30",
     "unemployed 2022-06-01 2024-01-31; care 2024-02-01 2025-01-31; unemployed 2025-02-01 -; "
     "benefit_sgb2 2022-01-01 -",
     "???", "", 'y'},
    {"18 (2) 5", "worked for five months in all", "SGB2_16e", "2026-06-30",
     "unemployed 2023-01-01 2024-06-30; employed_insured 2024-07-01 2024-11-30; unemployed "
     "2024-12-01 -; benefit_sgb2 2022-01-01 -",
     "???", "", 'y'},
    {"18 (2) 5", "worked for a year", "SGB2_16e", "2026-06-30",
     "unemployed 2022-01-01 2023-12-31; employed_insured 2024-01-01 2024-12-31; unemployed "
     "2025-01-01 -; benefit_sgb2 2022-01-01 -",
     "???", "", 'n'},
    {"18 (2) 5", "twice four months make eight: which of them is passed over is open", "SGB2_16e",
     "2026-06-30",
     "unemployed 2022-01-01 2023-12-31; employed_insured 2024-01-01 2024-04-30; unemployed "
     "2024-05-01 2024-12-31; self_employed 2025-01-01 2025-04-30; unemployed 2025-05-01 -; "
     "benefit_sgb2 2022-01-01 -",
     "???", "", '?'},
    {"18 (2) 6, 7", "a year of which nothing is recorded", "SGB2_16e", "2026-06-30",
     "unemployed 2022-01-01 2023-12-31; unemployed 2025-01-01 -; benefit_sgb2 2022-01-01 -", "???",
     "", '?'},
    {"18 (2)", "a break longer than five years ago ends the count", "SGB2_16e", "2026-06-30",
     "unemployed 2015-01-01 2019-12-31; sickness 2020-01-01 2020-06-30; unemployed 2024-07-01 -; "
     "benefit_sgb2 2022-01-01 -",
     "???", "", '?'},
    {"18 (2)", "an end of the work is missing", "SGB2_16e", "2026-06-30",
     "unemployed 2022-01-01 2023-12-31; employed_insured 2024-01-01 ?; unemployed 2025-01-01 -; "
     "benefit_sgb2 2022-01-01 -",
     "???", "", '?'},
    {"16e from 2026-07-01", "two years of unemployment a day later", "SGB2_16e", "2026-07-01",
     "unemployed 2020-01-01 -; benefit_sgb2 2020-01-01 -", "???", "", '?'},
    {"16e from 2026-07-01", "unemployed for a month", "SGB2_16e", "2026-07-01",
     "unemployed 2026-06-01 -; benefit_sgb2 2026-06-01 -", "???", "", '?'},
    /* SGB II section 16d (6) */
    {"16d (6)", "never in one", "SGB2_16d", "2026-06-30", "benefit_sgb2 2024-01-01 -", "???", "",
     'y'},
    {"16d (6)", "23 months in two years", "SGB2_16d", "2026-06-30",
     "benefit_sgb2 2022-01-01 -; work_opportunity 2024-01-01 2025-11-30", "???", "", 'y'},
    {"16d (6) s. 3", "24 months used: twelve more are possible", "SGB2_16d", "2026-06-30",
     "benefit_sgb2 2022-01-01 -; work_opportunity 2024-01-01 2025-12-31", "???", "", '?'},
    {"16d (6) s. 2", "the five years since the first are over", "SGB2_16d", "2026-06-30",
     "benefit_sgb2 2018-01-01 -; work_opportunity 2019-01-01 2020-12-31", "???", "", 'y'},
    {"16d (6) s. 2", "the five years are not over yet", "SGB2_16d", "2025-12-31",
     "benefit_sgb2 2018-01-01 -; work_opportunity 2021-01-01 2022-12-31", "???", "", '?'},
    {"16d (6) s. 2", "the second five years have begun", "SGB2_16d", "2026-06-30",
     "benefit_sgb2 2018-01-01 -; work_opportunity 2019-01-01 2020-12-31; work_opportunity "
     "2024-02-01 2026-01-31",
     "???", "", '?'},
    {"16d (6)", "an end is missing", "SGB2_16d", "2026-06-30",
     "benefit_sgb2 2022-01-01 -; work_opportunity 2024-01-01 ?", "???", "", '?'},
    {"16d (1)", "no benefits", "SGB2_16d", "2026-06-30", "unemployed 2020-01-01 -", "???", "", 'n'},
    {"16d from 2026-07-01", "never in one, a day later", "SGB2_16d", "2026-07-01",
     "benefit_sgb2 2024-01-01 -", "???", "", '?'},
    /* SGB II sections 16k and 15 */
    {"16k (1)", "benefits", "SGB2_16k", "2026-06-30", "benefit_sgb2 2026-06-30 -", "???", "", 'y'},
    {"16k (1)", "benefits ended yesterday", "SGB2_16k", "2026-06-30",
     "benefit_sgb2 2024-01-01 2026-06-29", "???", "", 'n'},
    {"16k", "before the rule was there", "SGB2_16k", "2023-06-30", "benefit_sgb2 2020-01-01 -",
     "???", "", '?'},
    {"16k from 2026-07-01", "a day later", "SGB2_16k", "2026-07-01", "benefit_sgb2 2024-01-01 -",
     "???", "", '?'},
    {"15", "benefits", "SGB2_15", "2026-06-30", "benefit_sgb2 2024-01-01 -", "???", "", 'y'},
    {"15 from 2026-07-01", "a day later", "SGB2_15", "2026-07-01", "benefit_sgb2 2024-01-01 -",
     "???", "", '?'},
    /* SGB III section 45 */
    {"45 (1)", "unemployed, on either side of July 2026", "SGB3_45", "2026-06-30",
     "unemployed 2026-06-01 -", "???", "", 'y'},
    {"45 (1)", "unemployed, on either side of July 2026", "SGB3_45", "2026-07-01",
     "unemployed 2026-06-01 -", "???", "", 'y'},
    {"45 (1)", "jobseeking", "SGB3_45", "2026-11-23", "jobseeking 2026-06-01 -", "???", "", 'y'},
    {"45 (1)", "at work: threatened by unemployment or not", "SGB3_45", "2026-11-23",
     "employed_insured 2020-01-01 -", "???", "", '?'},
    {"45 (4) 1", "voucher for a provider in hand", "SGB3_45", "2026-11-23", "", "???",
     "SGB3_45_PROVIDER 2026-10-01 2026-12-31", 'y'},
    {"45 (4) 2", "voucher for an employer in hand", "SGB3_45", "2026-11-23", "", "???",
     "SGB3_45_EMPLOYER ? 2026-11-23", 'y'},
    {"45 (4) 3", "voucher for an agent, run out yesterday", "SGB3_45", "2026-11-23", "", "???",
     "SGB3_45_AGENT 2026-08-23 2026-11-22", '?'},
    {"45 (4)", "a voucher that does not say until when", "SGB3_45", "2026-11-23", "", "???",
     "SGB3_45_AGENT 2026-08-23 ?", '?'},
    /* SGB III sections 81 and 82 */
    {"81 (1) 1", "unemployed, before 2025", "SGB3_81", "2024-12-31", "unemployed 2024-01-01 -",
     "???", "", 'y'},
    {"81 (1) 1", "unemployed, from 2025", "SGB3_81", "2025-01-01", "unemployed 2024-01-01 -", "???",
     "", 'y'},
    {"81 (4)", "voucher in hand", "SGB3_81", "2026-11-23", "", "???",
     "SGB3_81 2026-11-01 2027-01-31", 'y'},
    {"81 (2)", "no vocational degree, at work: somebody must look", "SGB3_81", "2026-11-23",
     "employed_insured 2020-01-01 -", "???", "", '?'},
    {"82 (1)", "nobody employs the person", "SGB3_82", "2026-11-23", "unemployed 2020-01-01 -",
     "???", "", 'n'},
    {"82 (1)", "employed: company and training are to be looked at", "SGB3_82", "2026-11-23",
     "employed_insured 2020-01-01 -", "???", "", '?'},
    /* AufenthG sections 44 and 44a */
    {"44 (1), (2)", "entitled half a year ago", "AUFENTHG_43", "2026-11-23", "", "???",
     "AUFENTHG_44 2026-05-23 2027-05-23", 'y'},
    {"44 (2)", "the entitlement lapses after a year, whatever stands there", "AUFENTHG_43",
     "2026-11-23", "", "???", "AUFENTHG_44 2025-11-22 2027-05-23", '?'},
    {"44 (2)", "a year to the day", "AUFENTHG_43", "2026-11-23", "", "???",
     "AUFENTHG_44 2025-11-23 2027-05-23", 'y'},
    {"44 (2)", "day of issue not known", "AUFENTHG_43", "2026-11-23", "", "???",
     "AUFENTHG_44 ? 2027-05-23", '?'},
    {"44a (1)", "obliged", "AUFENTHG_43", "2026-11-23", "", "???",
     "AUFENTHG_44A 2024-11-23 2027-05-23", 'y'},
    {"44 (4)", "not entitled, before admission was halted", "AUFENTHG_43", "2026-02-08", "", "???",
     "", '?'},
    {"44 (4)", "not entitled, admission halted: an obligation stays a way", "AUFENTHG_43",
     "2026-02-09", "", "???", "", '?'},
    /* DeuFöV */
    {"DeuFöV 6", "issued three weeks ago", "AUFENTHG_45A", "2026-11-23", "", "???",
     "AUFENTHG_45A 2026-11-02 2027-02-02", 'y'},
    {"DeuFöV 6", "lapses after three months", "AUFENTHG_45A", "2027-02-03", "", "???",
     "AUFENTHG_45A 2026-11-02 2027-06-30", '?'},
    {"DeuFöV 6 (3)", "the shorter period that the job centre set", "AUFENTHG_45A", "2026-12-03", "",
     "???", "AUFENTHG_45A! 2026-11-02 2026-12-02", '?'},
    {"DeuFöV 6 (3)", "obliged, on the last day of the shorter period", "AUFENTHG_45A", "2026-12-02",
     "", "???", "AUFENTHG_45A! 2026-11-02 2026-12-02", 'y'},
    {"DeuFöV 6 (3)", "obliged, a longer period set: three months all the same", "AUFENTHG_45A",
     "2027-02-03", "", "???", "AUFENTHG_45A! 2026-11-02 2027-06-30", '?'},
    {"DeuFöV 6 (3)", "not obliged: three months, whatever day is written", "AUFENTHG_45A",
     "2026-12-03", "", "???", "AUFENTHG_45A. 2026-11-02 2026-12-02", 'y'},
    {"DeuFöV 6 (3)", "not obliged, on the last day of the three months", "AUFENTHG_45A",
     "2027-02-02", "", "???", "AUFENTHG_45A. 2026-11-02 -", 'y'},
    {"DeuFöV 6 (3)", "obliged or not is not recorded, and it matters", "AUFENTHG_45A", "2026-12-03",
     "", "???", "AUFENTHG_45A 2026-11-02 2026-12-02", '?'},
    {"DeuFöV 6", "a second one after the first lapsed", "AUFENTHG_45A", "2026-11-23", "", "???",
     "AUFENTHG_45A 2026-02-02 2026-05-02; AUFENTHG_45A 2026-11-02 2027-02-02", 'y'},
    {"DeuFöV 4", "none", "AUFENTHG_45A", "2026-11-23", "", "???", "", '?'},
    {"DeuFöV 4", "not recorded", "AUFENTHG_45A", "2026-11-23", "", "???", NULL, '?'},
    /* no rule */
    {"-", "other funding has no rule", "OTHER_PUBLIC", "2026-11-23", "unemployed 2020-01-01 -",
     "ynn", "", '?'},
};

enum { CASE_COUNT = sizeof(cases) / sizeof(cases[0]) };

START_TEST(a_case_worked_by_hand_comes_out)
{
    toy_table *t = table_of(cases[_i].spells, cases[_i].facts, cases[_i].entitlements);
    char found = answer_for(t, day_of(cases[_i].as_of), cases[_i].code);
    ck_assert_msg(found == cases[_i].wanted, "%s: %s, %s on %s: %c, not %c", cases[_i].code,
                  cases[_i].paragraph, cases[_i].why, cases[_i].as_of, found, cases[_i].wanted);
    toy_free(t);
}
END_TEST

START_TEST(there_are_enough_cases_and_every_answer_occurs)
{
    uint32_t counts[128] = {0};
    for (uint32_t i = 0; i < CASE_COUNT; i++) {
        counts[(unsigned char)cases[i].wanted]++;
    }
    ck_assert_uint_ge(CASE_COUNT, 60);
    ck_assert_uint_ge(counts['y'], 15);
    ck_assert_uint_ge(counts['n'], 10);
    ck_assert_uint_ge(counts['?'], 15);
}
END_TEST

/* ------------------------------------------------------------------------------------ durations */

static const struct {
    const char *why, *as_of, *spells;
    int32_t months; /* -1: not known */
} durations[] = {
    {"one open spell", "2026-11-23", "unemployed 2025-11-23 -", 12},
    {"one open spell, a day short", "2026-11-23", "unemployed 2025-11-24 -", 11},
    {"18 (1): six weeks of illness", "2026-11-23",
     "unemployed 2025-11-23 2026-02-28; sickness 2026-03-01 2026-04-11; unemployed 2026-04-12 -",
     12},
    {"18 (1): seven weeks of illness", "2026-11-23",
     "unemployed 2025-11-23 2026-02-28; sickness 2026-03-01 2026-04-18; unemployed 2026-04-19 -",
     7},
    {"18 (1): a measure, of section 45 or not", "2026-11-23",
     "unemployed 2025-01-01 2025-06-30; measure 2025-07-01 2025-12-31; unemployed 2026-01-01 -",
     -1},
    {"a measure while unemployed", "2026-11-23",
     "unemployed 2025-11-23 -; measure 2026-01-07 2026-06-30", 12},
    {"work of a day", "2026-11-23",
     "unemployed 2025-01-01 2026-06-29; employed_insured 2026-06-30 2026-06-30; unemployed "
     "2026-07-01 -",
     4},
};

START_TEST(months_are_counted_as_section_18_1_says)
{
    toy_table *t = table_of(durations[_i].spells, "???", NULL);
    int32_t months = 0;
    int is_known =
        derive("lotse.eligibility.unemployed_months", t, day_of(durations[_i].as_of), &months);
    ck_assert_msg((is_known ? months : -1) == durations[_i].months, "%s: %d", durations[_i].why,
                  is_known ? months : -1);
    toy_free(t);
}
END_TEST

/* ------------------------------------------------------------------------------------ properties
 */

/* Whoever it is: from July 2026 no SGB II rule says yes or no, and on a day without any rule no
 * instrument does. */
START_TEST(a_rule_outside_its_days_and_one_not_verified_are_never_used)
{
    static const char *const sgb2[] = {"SGB2_16i", "SGB2_16e", "SGB2_16d", "SGB2_16k", "SGB2_15"};
    static const char *const days[] = {"2026-07-01", "2026-11-23", "2031-01-01"};
    for (uint32_t i = 0; i < CASE_COUNT; i++) {
        toy_table *t = table_of(cases[i].spells, cases[i].facts, cases[i].entitlements);
        for (uint32_t d = 0; d < 3; d++) {
            for (uint32_t k = 0; k < 5; k++) {
                ck_assert_int_eq(answer_for(t, day_of(days[d]), sgb2[k]), '?');
            }
        }
        for (uint32_t k = 0; k < CODES(instrument)->count; k++) {
            ck_assert_int_eq(answer_for(t, day_of("2018-12-31"), CODES(instrument)->entries[k].id),
                             '?');
        }
        toy_free(t);
    }
}
END_TEST

/* Every day or end left out of a case: never the opposite, and nothing more certain. */
START_TEST(a_fact_less_never_makes_an_answer_that_was_not_there)
{
    for (uint32_t i = 0; i < CASE_COUNT; i++) {
        const char *texts[2] = {cases[i].spells, cases[i].entitlements};
        for (uint32_t list = 0; list < 2; list++) {
            for (const char *at = texts[list]; at != NULL && *at != 0; at++) {
                char less[512];
                size_t len = strcspn(at, "; ");
                bool is_fact = at > texts[list] && at[-1] == ' ' &&
                               ((*at >= '0' && *at <= '9') || (*at == '-' && len == 1));
                if (!is_fact) {
                    continue;
                }
                snprintf(less, sizeof(less), "%.*s?%s", (int)(at - texts[list]), texts[list],
                         at + len);
                toy_table *t = table_of(list == 0 ? less : cases[i].spells, cases[i].facts,
                                        list == 1 ? less : cases[i].entitlements);
                char found = answer_for(t, day_of(cases[i].as_of), cases[i].code);
                ck_assert_msg(found == '?' || found == cases[i].wanted,
                              "%s: %s, without a fact %c, with it %c: %s", cases[i].code,
                              cases[i].why, found, cases[i].wanted, less);
                toy_free(t);
            }
        }
    }
}
END_TEST

/* ------------------------------------------------------------------------------------ the table */

static int run_maker(const char *rules)
{
    plugin_folder f = folder_new();
    char command[600];
    folder_write(&f, "set", "rules.json", rules);
    snprintf(command, sizeof(command),
             "'%s/plugins/eligibility_rules' '%s/out.inc' '%s/set/rules.json' "
             "2>'%s/why'",
             BUILD_DIR, f.path, f.path, f.path);
    int status = system(command);
    snprintf(command, sizeof(command), "%s/out.inc", f.path);
    bool is_written = access(command, F_OK) == 0;
    folder_remove(&f);
    ck_assert_int_eq(is_written, status == 0);
    return WEXITSTATUS(status);
}

#define SET(rule) "{\"rule_set\":\"x\",\"title\":{},\"text_state\":null,\"rules\":[" rule "]}"
#define RULE(members, needs)                                                                       \
    "{\"id\":\"a\",\"instrument\":\"SGB3_45\",\"legal_basis\":\"b\"," members ",\"needs\":" needs  \
    "}"
#define DAYS "\"valid_from\":\"2020-01-01\",\"valid_to\":null,\"status\":\"verified\""
#define NEEDS "[[{\"test\":\"discretion\"}]]"

START_TEST(a_rule_set_that_is_wrong_is_refused)
{
    static const char *const wrong[] = {
        "{",
        "{\"rule_set\":\"x\"}",
        SET("{}"),
        SET(RULE("\"valid_from\":\"2020-02-30\",\"valid_to\":null,\"status\":\"verified\"", NEEDS)),
        SET(RULE("\"valid_from\":\"2020-02-01\",\"valid_to\":\"2020-01-31\","
                 "\"status\":\"verified\"",
                 NEEDS)),
        SET(RULE("\"valid_from\":\"2020-01-01\",\"valid_to\":null,\"status\":\"maybe\"", NEEDS)),
        SET(RULE(DAYS ",\"extra\":1", NEEDS)),
        SET(RULE(DAYS, "[]")),
        SET(RULE(DAYS, "[[]]")),
        SET(RULE(DAYS, "[[{\"test\":\"guess\"}]]")),
        SET(RULE(DAYS, "[[{\"test\":\"in_status\",\"code\":\"idle\"}]]")),
        SET(RULE(DAYS, "[[{\"test\":\"unemployed_months\"}]]")),
        SET(RULE(DAYS, "[[{\"test\":\"discretion\",\"months\":3}]]")),
        SET(RULE(DAYS, "[[{\"test\":\"discretion\",\"otherwise\":\"yes\"}]]")),
        SET(RULE(DAYS, NEEDS) "," RULE(DAYS, NEEDS)), /* twice for the same days */
    };
    ck_assert_int_eq(run_maker(SET(RULE(DAYS, NEEDS))), 0);
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        ck_assert_msg(run_maker(wrong[i]) != 0, "was taken: %s", wrong[i]);
    }
}
END_TEST

static json_doc *document_of(const char *path)
{
    static char text[128 * 1024];
    json_doc *doc = NULL;
    err e = {0};
    FILE *f = fopen(path, "rb");
    ck_assert_msg(f != NULL, "%s", path);
    size_t len = fread(text, 1, sizeof(text) - 1, f);
    ck_assert_int_eq(fclose(f), 0);
    ck_assert_uint_lt(len, sizeof(text) - 1);
    ck_assert_msg(json_parse((bytes){text, len}, 32, &doc, &e), "%s: %s", path, e.text);
    return doc;
}

static bool has_text(const json_node *n, const char *key, bytes expected)
{
    const json_node *member = json_member(n, key);
    return member != NULL && bytes_equal(json_text(member), expected);
}

static bool has_same(const json_node *a, const char *a_key, const json_node *b, const char *b_key)
{
    const json_node *own = json_member(a, a_key);
    ck_assert_ptr_nonnull(own);
    return json_type_of(own) == JSON_NULL ? json_type_of(json_member(b, b_key)) == JSON_NULL
                                          : has_text(b, b_key, json_text(own));
}

/* The rule as the manifest tells it to people. */
static const json_node *told_rule(const json_node *gates, bytes set, const json_node *rule)
{
    for (const json_node *g = json_child(gates); g != NULL; g = json_next(g)) {
        const json_node *rules = json_member(g, "rules");
        for (const json_node *r = rules == NULL ? NULL : json_child(rules); r != NULL;
             r = json_next(r)) {
            if (json_member(r, "code") != NULL && has_text(r, "set", set) &&
                has_same(rule, "instrument", r, "code") &&
                has_same(rule, "legal_basis", r, "basis") &&
                has_same(rule, "valid_from", r, "from") && has_same(rule, "valid_to", r, "to")) {
                return r;
            }
        }
    }
    return NULL;
}

START_TEST(what_people_read_names_each_rule_its_days_and_its_basis)
{
    static const char *const sets[] = {"sgb2-2019-01", "sgb2-2026-07", "sgb3-2019-01",
                                       "aufenthg-2019-01"};
    json_doc *told_doc = document_of(SOURCE_DIR "/plugins/eligibility/manifest.json");
    const json_node *gates = json_member(json_root(told_doc), "gates");
    uint32_t count = 0;
    for (size_t i = 0; i < sizeof(sets) / sizeof(sets[0]); i++) {
        char path[200];
        snprintf(path, sizeof path, SOURCE_DIR "/plugins/eligibility/rules/%s.json", sets[i]);
        json_doc *rules = document_of(path);
        for (const json_node *r = json_child(json_member(json_root(rules), "rules")); r != NULL;
             r = json_next(r), count++) {
            const json_node *told = told_rule(gates, bytes_of(sets[i]), r);
            bytes id = json_text(json_member(r, "id"));
            ck_assert_msg(told != NULL, "%s: %.*s", sets[i], (int)id.len, id.base);
            const json_node *look_at = json_member(told, "look_at");
            ck_assert_ptr_nonnull(look_at);
            /* What is not verified says so. */
            bytes english = json_text(json_member(look_at, "en"));
            bool is_unverified = has_text(r, "status", BYTES("unverified"));
            ck_assert_msg((memmem(english.base, english.len, "not verified", 12) != NULL) ==
                              is_unverified,
                          "%s: %.*s", sets[i], (int)id.len, id.base);
        }
        json_doc_free(&rules);
    }
    ck_assert_uint_ge(count, 18);
    json_doc_free(&told_doc);
}
END_TEST

/* No sentence of any plugin or of the engine denies a person anything, promises what an office
 * decides, or speaks of duties and sanctions. */
START_TEST(no_sentence_anywhere_denies_promises_or_threatens)
{
    static const char *const never[] = {
        "not eligible",  "ineligible",     "nicht förderfähig", "nicht förderberechtigt",
        "entitled to",   "Anspruch auf",   "hat Anspruch",      "obliged to apply",
        "Sanktion",      "sanction",       "Pflichtverletzung", "abgelehnt wird",
        "DSGVO-konform", "GDPR-compliant", "rechtssicher"};
    static const char *const plugins_there[] = {
        "commute",  "education", "eligibility", "language",     "occupation", "progress",
        "schedule", "skills",    "support",     "target_group", "terms",      "wish"};
    static char text[256 * 1024];
    for (size_t i = 0; i < sizeof(plugins_there) / sizeof(plugins_there[0]) + 2; i++) {
        size_t own = sizeof(plugins_there) / sizeof(plugins_there[0]);
        char path[200];
        if (i < own) {
            snprintf(path, sizeof path, SOURCE_DIR "/plugins/%s/manifest.json", plugins_there[i]);
        } else {
            snprintf(path, sizeof path, SOURCE_DIR "/core/say/%s",
                     i == own ? "po/sentences/de.po" : "catalogue_en.def");
        }
        FILE *f = fopen(path, "rb");
        ck_assert_msg(f != NULL, "%s", path);
        size_t len = fread(text, 1, sizeof(text) - 1, f);
        ck_assert_int_eq(fclose(f), 0);
        ck_assert_uint_lt(len, sizeof(text) - 1);
        text[len] = '\0';
        for (size_t k = 0; k < sizeof(never) / sizeof(never[0]); k++) {
            ck_assert_msg(strstr(text, never[k]) == NULL, "%s says \"%s\"", path, never[k]);
        }
    }
}
END_TEST

int main(void)
{
    Suite *s = suite_create("plugin_eligibility_rules");
    TCase *c = tcase_create("rules");
    tcase_set_timeout(c, 60);
    tcase_add_checked_fixture(c, open_plugins, close_plugins);
    tcase_add_loop_test(c, a_case_worked_by_hand_comes_out, 0, CASE_COUNT);
    tcase_add_test(c, there_are_enough_cases_and_every_answer_occurs);
    tcase_add_loop_test(c, months_are_counted_as_section_18_1_says, 0,
                        (int)(sizeof(durations) / sizeof(durations[0])));
    tcase_add_test(c, a_rule_outside_its_days_and_one_not_verified_are_never_used);
    tcase_add_test(c, a_fact_less_never_makes_an_answer_that_was_not_there);
    tcase_add_test(c, a_rule_set_that_is_wrong_is_refused);
    tcase_add_test(c, what_people_read_names_each_rule_its_days_and_its_basis);
    tcase_add_test(c, no_sentence_anywhere_denies_promises_or_threatens);
    suite_add_tcase(s, c);
    SRunner *runner = srunner_create(s);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
