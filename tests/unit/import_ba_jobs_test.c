/* core/import/ba_jobs.c: advertisements of the jobs search, in its shapes. */
#include "import_source.h"

START_TEST(search_v6_becomes_offers)
{
    feed f = source_feed("ba_jobs_v6_2026-09.json", "ba-jobs");

    ck_assert_int_eq(feed_count(&f, "created"), 2);
    source_has(&f, "ba-10000-9000000001-S", "\"kind\":\"job\"");
    source_has(&f, "ba-10000-9000000001-S",
               "\"title\":{\"de\":\"Lagerhelfer (m/w/d) Spätschicht\"}");
    source_has(&f, "ba-10000-9000000001-S", "\"postcode\":\"01067\",\"lat\":51.05");
    source_has(&f, "ba-10000-9000000001-S", "\"school_min\":\"intermediate\"");
    source_has(&f, "ba-10000-9000000001-S",
               "\"working_time\":[\"full_time\",\"part_time_morning\"]");
    source_has(&f, "ba-10000-9000000001-S", "\"contract\":\"fixed_term\"");
    source_has(
        &f, "ba-10000-9000000001-S",
        "\"start\":\"2026-12-01\",\"seats\":1,\"seats_free\":1,\"seats_source\":\"assumed\"");
    source_has(&f, "ba-10000-9000000001-S",
               "\"last_seen\":\"2026-09-12\",\"valid_to\":\"2026-12-31\"");
    source_has(&f, "ba-10000-9000000002-S", "\"kind\":\"apprenticeship\"");
    source_lacks(&f, "Geheimweg");
    source_lacks(&f, "example.org");
    ck_assert_int_eq(feed_key(&f, "unknown_keys", "neuesFeld"), 1);
    ck_assert_int_eq(feed_key(&f, "unmapped_codes", "stellenlokationen (further places)"), 1);
    ck_assert_int_eq(feed_count(&f, "refused"), 1); /* self-employment is no kind of offer */
    feed_end(&f);
}
END_TEST

START_TEST(search_v6_without_matches_has_no_list)
{
    feed f = {.options = {.format = "auto"}};
    feed_file(&f, BYTES("{\"maxErgebnisse\":0,\"page\":1,\"size\":25,\"woOutput\":{}}"));
    ck_assert_int_eq(feed_count(&f, "read"), 0);
    feed_refused(&f, BYTES("{\"maxErgebnisse\":3,\"page\":1,\"size\":25}"), ERR_IMPORT_DRIFT);
    ck_assert_str_eq(f.error.path, "/ergebnisliste");
    feed_end(&f);
}
END_TEST

START_TEST(detail_v4_becomes_one_offer)
{
    feed f = source_feed("ba_job_detail_2026-08.json", "ba-job-detail");

    ck_assert_int_eq(feed_count(&f, "created"), 1);
    source_has(&f, "ba-10000-9000000001-S", "Waren annehmen.\\nKommissionieren");
    source_has(&f, "ba-10000-9000000001-S", "\"contract\":\"temporary_agency\"");
    source_has(&f, "ba-10000-9000000001-S",
               "\"seats\":3,\"seats_free\":3,\"seats_source\":\"stated\"");
    feed_end(&f);
}
END_TEST

START_TEST(search_v4_is_outdated_unless_insisted)
{
    feed f = source_feed("ba_jobs_v4_search_2021-07.json", "ba-jobs-v4");
    source_has(&f, "ba-10000-9000000004-S", "\"postcode\":\"01067\"");
    source_has(&f, "ba-10000-9000000004-S", "\"title\":{\"de\":\"Elektroinstallateur/in\"}");
    buf file = {0};
    source_read("ba_jobs_v4_search_2021-07.json", &file);
    feed strict = {.options = {.format = "auto"}};

    feed_refused(&strict, buf_bytes(&file), ERR_IMPORT_OUTDATED);

    ck_assert_ptr_nonnull(strstr(strict.error.hint, "--allow-outdated"));
    feed_end(&strict);
    feed_end(&f);
    buf_fini(&file);
}
END_TEST

START_TEST(broken_answers_change_nothing)
{
    source_refuses_broken("ba_jobs_v6_2026-09.json", "ba-jobs", "\"referenznummer\"");
    source_refuses_broken("ba_jobs_v6_2026-09.json", "ba-jobs", "\"ergebnisliste\"");
    source_refuses_broken("ba_job_detail_2026-08.json", "ba-job-detail", "\"referenznummer\"");
    source_refuses_broken("ba_jobs_v4_search_2021-07.json", "ba-jobs-v4", "\"refnr\"");
}
END_TEST

FEED_RUN("import_ba_jobs", search_v6_becomes_offers, search_v6_without_matches_has_no_list,
         detail_v4_becomes_one_offer, search_v4_is_outdated_unless_insisted,
         broken_answers_change_nothing)
