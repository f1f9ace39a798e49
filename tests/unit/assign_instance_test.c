#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "assign/instance.h"
#include "base/arena.h"

static char folder[32];
static char edges[64];
static char seats[64];
static char needs[64];

static void make_folder(void)
{
    strcpy(folder, "assign-test-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
    snprintf(edges, sizeof(edges), "%s/edges.csv", folder);
    snprintf(seats, sizeof(seats), "%s/seats.csv", folder);
    snprintf(needs, sizeof(needs), "%s/needs.csv", folder);
}

static void remove_folder(void)
{
    unlink(edges);
    unlink(seats);
    unlink(needs);
    rmdir(folder);
}

static void put(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");
    ck_assert_ptr_nonnull(file);
    fputs(text, file);
    fclose(file);
}

static instance_files files_of(bool has_needs)
{
    return (instance_files){edges, seats, has_needs ? needs : NULL};
}

static instance read_ok(bool has_needs)
{
    instance x;
    err e = {0};
    instance_files files = files_of(has_needs);
    ck_assert_msg(instance_read(&files, &x, &e), "%s", e.text);
    return x;
}

START_TEST(instance_is_in_the_order_of_ids_whatever_the_rows)
{
    static const char *const orders[] = {
        "seeker,intake,score\na,x,1\na,y,2\nb,x,3\nb,z,4\n",
        "score,intake,seeker\n4,z,b\n2,y,a\n3,x,b\n1,x,a\n",
        "seeker,intake,score\nb,z,4\nb,x,3\na,x,1\na,y,2\n",
    };
    put(edges, orders[_i]);
    put(seats, _i == 0 ? "intake,seats\nx,1\ny,2\nz,3\n" : "seats,intake\n3,z\n1,x\n2,y\n");

    instance x = read_ok(false);

    static const uint32_t intakes[] = {0, 1, 0, 2};
    ck_assert_uint_eq(x.edge_count, 4);
    ck_assert(bytes_equal_text(ids_text(&x.seekers, 0), "a"));
    ck_assert(bytes_equal_text(ids_text(&x.intakes, 2), "z"));
    ck_assert_uint_eq(x.begin[0], 0);
    ck_assert_uint_eq(x.begin[1], 2);
    ck_assert_uint_eq(x.begin[2], 4);
    for (uint32_t t = 0; t < 4; t++) {
        ck_assert_uint_eq(x.intake[t], intakes[t]);
        ck_assert_int_eq(x.score[t], t + 1);
    }
    ck_assert_uint_eq(x.seats[0], 1);
    ck_assert_uint_eq(x.seats[2], 3);
    instance_fini(&x);
}
END_TEST

START_TEST(instance_takes_ranks_and_needs)
{
    put(edges, "seeker,intake,score,seeker_rank,intake_rank,seats_needed\n"
               "b,x,5,1,2,\na,y,6,,3,4\na,x,7,2,,2\n");
    put(seats, "intake,seats,min_seats\nx,9,\ny,8,3\n");
    put(needs, "seeker,seats_needed,intake\nb,3,\nc,2,\na,5,y\n");

    instance x = read_ok(true);

    ck_assert_uint_eq(x.seeker_rank[0], 2);
    ck_assert_uint_eq(x.seeker_rank[1], LOTSE_NO_RANK);
    ck_assert_uint_eq(x.intake_rank[0], LOTSE_NO_RANK);
    ck_assert_uint_eq(x.need[0], 2);
    ck_assert_uint_eq(x.need[1], 5);
    ck_assert_uint_eq(x.need[2], 3);
    ck_assert_uint_eq(x.min_seats[0], 0);
    ck_assert_uint_eq(x.min_seats[1], 3);
    ck_assert_uint_eq(x.unused_need_count, 1);
    instance_fini(&x);
}
END_TEST

START_TEST(instance_may_be_empty)
{
    put(edges, "seeker,intake,score\n");
    put(seats, "intake,seats\n");

    instance x = read_ok(false);

    ck_assert_uint_eq(x.edge_count, 0);
    ck_assert_uint_eq(x.begin[0], 0);
    instance_fini(&x);
}
END_TEST

static const struct {
    const char *edges;
    const char *seats;
    const char *needs;
    err_code code;
    const char *says;
} bad[] = {
    {"seeker,intake,score\na,x,1\na,q,1\n", "intake,seats\nx,1\n", NULL, ERR_NOT_FOUND,
     "edges.csv:3: intake \"q\" is not in"},
    {"seeker,intake,score\na,q,1\na,x,one\n", "intake,seats\nx,1\n", NULL, ERR_NOT_FOUND,
     "edges.csv:2: intake \"q\""},
    {"seeker,intake,score\na,x,1\nb,x,2\na,x,3\n", "intake,seats\nx,1\n", NULL, ERR_FIELD_DUPLICATE,
     "edges.csv:4: \"a\" and \"x\" stood on line 2 already"},
    {"seeker,intake,score\na,x,1\na,x,3\n", "intake,seats\nx,1\n", NULL, ERR_FIELD_DUPLICATE,
     "edges.csv:3: \"a\" and \"x\" stood on line 2"},
    {"seeker,intake,score\na,x,1.0\n", "intake,seats\nx,1\n", NULL, ERR_FIELD_FORMAT,
     "edges.csv:2: score is \"1.0\""},
    {"seeker,intake,score\na,x,9223372036854775808\n", "intake,seats\nx,1\n", NULL, ERR_FIELD_RANGE,
     "edges.csv:2: score is"},
    {"seeker,intake,score\na,x,9223372036854775807\n", "intake,seats\nx,1\n", NULL, ERR_FIELD_RANGE,
     "too large"},
    {"seeker,intake,score\na,x,-9223372036854775807\n", "intake,seats\nx,1\n", NULL,
     ERR_FIELD_RANGE, "too large"},
    {"seeker,intake,score\n,x,1\n", "intake,seats\nx,1\n", NULL, ERR_FIELD_MISSING,
     "edges.csv:2: seeker is empty"},
    {"seeker,intake,score\na\x01,x,1\n", "intake,seats\nx,1\n", NULL, ERR_FIELD_FORMAT,
     "edges.csv:2: seeker is not printable"},
    {"seeker,intake,score,seeker_rank\na,x,1,0\n", "intake,seats\nx,1\n", NULL, ERR_FIELD_RANGE,
     "seeker_rank is 0"},
    {"seeker,intake,score,seats_needed\na,x,1,0\n", "intake,seats\nx,1\n", NULL, ERR_FIELD_RANGE,
     "seats_needed is 0"},
    {"seeker,intake,score\n", "intake,seats\nx,-1\n", NULL, ERR_FIELD_RANGE,
     "seats.csv:2: seats is -1"},
    {"seeker,intake,score\n", "intake,seats\nx,4294967295\n", NULL, ERR_FIELD_RANGE,
     "seats is 4294967295, expected 0 to 4294967294"},
    {"seeker,intake,score\n", "intake,seats\nx,1\ny,1\nx,2\n", NULL, ERR_FIELD_DUPLICATE,
     "seats.csv:4: intake \"x\" stands twice"},
    {"seeker,intake,score\na,x,1\n", "intake,seats\nx,1\n", "seeker,seats_needed\na,0\n",
     ERR_FIELD_RANGE, "needs.csv:2: seats_needed is 0"},
    {"seeker,intake,score\na,x,1\n", "intake,seats\nx,1\n", "seeker,seats_needed\na,1\na,2\n",
     ERR_FIELD_DUPLICATE, "needs.csv:3: seeker \"a\" stands twice"},
    {"seeker,intake,score\na,x,1\n", "intake,seats\nx,1\n", "seeker,seats_needed,intake\na,1,q\n",
     ERR_NOT_FOUND, "needs.csv:2: intake \"q\""},
};

START_TEST(instance_refuses_with_the_line)
{
    instance x;
    err e = {0};
    instance_files files = files_of(bad[_i].needs != NULL);
    put(edges, bad[_i].edges);
    put(seats, bad[_i].seats);
    put(needs, bad[_i].needs == NULL ? "" : bad[_i].needs);

    ck_assert(!instance_read(&files, &x, &e));

    ck_assert_msg(e.code == bad[_i].code, "%s", e.text);
    ck_assert_msg(strstr(e.text, bad[_i].says) != NULL, "%s", e.text);
}
END_TEST

START_TEST(instance_takes_the_greatest_numbers)
{
    char text[120];
    snprintf(text, sizeof(text), "seeker,intake,score\na,x,%lld\n", (1LL << 57) - 1);
    put(edges, text);
    put(seats, "intake,seats\nx,4294967294\n");

    instance x = read_ok(false);

    ck_assert_int_eq(x.score[0], (1LL << 57) - 1);
    ck_assert_uint_eq(x.seats[0], 4294967294u);
    instance_fini(&x);
}
END_TEST

/* Each allocation fails once: a refusal, no leak, nothing half made. */
START_TEST(instance_survives_a_lack_of_memory)
{
    put(edges, "seeker,intake,score,seeker_rank\nb,x,5,1\na,y,6,2\na,x,7,1\n");
    put(seats, "intake,seats,min_seats\ny,9,2\nx,8,3\n");
    put(needs, "seeker,seats_needed\nb,3\n");
    instance_files files = files_of(true);
    bool is_read = false;
    for (uint64_t n = 1; !is_read; n++) {
        instance x;
        err e = {0};
        mem_fail_at(n);
        is_read = instance_read(&files, &x, &e);
        mem_fail_at(0);
        if (is_read) {
            ck_assert_uint_gt(n, 20);
            instance_fini(&x);
        } else {
            ck_assert_msg(e.code == ERR_MEMORY, "%s", e.text);
        }
    }
}
END_TEST

#define COUNT(list) ((int)(sizeof(list) / sizeof((list)[0])))

int main(void)
{
    Suite *suite = suite_create("assign_instance");
    TCase *tests = tcase_create("instance");
    tcase_add_checked_fixture(tests, make_folder, remove_folder);
    tcase_add_loop_test(tests, instance_is_in_the_order_of_ids_whatever_the_rows, 0, 3);
    tcase_add_test(tests, instance_takes_ranks_and_needs);
    tcase_add_test(tests, instance_may_be_empty);
    tcase_add_loop_test(tests, instance_refuses_with_the_line, 0, COUNT(bad));
    tcase_add_test(tests, instance_takes_the_greatest_numbers);
    tcase_add_test(tests, instance_survives_a_lack_of_memory);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
