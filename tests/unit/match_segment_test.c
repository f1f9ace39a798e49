/* Segments: columns read back as the records say, files that are refused when damaged, indexes that
 * hold every row once. */
#include "match_world.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "match/segment_file.h"

enum { RECORD_COUNT = 80 };

static segment *build_offers(world *w, const void **records)
{
    segment_input inputs[RECORD_COUNT];
    segment *s;
    err e = {0};
    for (uint32_t i = 0; i < RECORD_COUNT; i++) {
        /* Not in the order of their ids. */
        uint32_t number = i * 37 % RECORD_COUNT;
        records[number] = world_record(w, SIDE_OFFER, number);
        inputs[i] = (segment_input){records[number], 100 + number};
    }
    ck_assert_msg(
        segment_build(&w->program, SIDE_OFFER, inputs, RECORD_COUNT, w->dictionary, false, &s, &e),
        "%s", e.text);
    return s;
}

/* One value of a column against what the record says. */
static void compare_value(world *w, const segment *s, uint32_t column, uint32_t row,
                          const field_value *expected)
{
    const lotse_table *t = segment_table(s);
    const lotse_column *c = segment_column(s, column);
    const field *f = w->program.columns[SIDE_OFFER].columns[column].field;
    bool is_known = expected->is_known && (f->type != LOTSE_CONCEPT || expected->count > 0);
    ck_assert_msg(is_known == (lotse_is_known(t, c, row) != 0), "%s of row %u", f->path, row);
    if (!is_known) {
        return;
    }
    ck_assert_uint_eq(c->type, f->type);
    const void *value = lotse_value(t, c, row);
    switch (f->type) {
    case LOTSE_INT:
    case LOTSE_DAY:
        ck_assert_int_eq(*(const int32_t *)value, expected->number);
        break;
    case LOTSE_FLAG:
        ck_assert_int_eq(*(const uint8_t *)value, expected->number);
        break;
    case LOTSE_CODE:
        ck_assert_int_eq(*(const uint16_t *)value, expected->number);
        break;
    case LOTSE_CODE_SET:
        ck_assert_mem_eq(value, &expected->codes, sizeof expected->codes);
        break;
    case LOTSE_PLACE:
        ck_assert_mem_eq(value, &expected->x, 3 * sizeof expected->x);
        break;
    case LOTSE_WEEK:
        ck_assert_mem_eq(value, expected->week, sizeof expected->week);
        break;
    case LOTSE_INT_LIST:
    case LOTSE_DAY_LIST:
    case LOTSE_CODE_LIST: {
        const lotse_range *range = value;
        ck_assert_uint_eq(range->end - range->begin, expected->count);
        ck_assert_mem_eq((const int32_t *)lotse_values(t, c) + range->begin, expected->numbers,
                         expected->count * sizeof(int32_t));
        break;
    }
    case LOTSE_CONCEPT_SET: {
        const lotse_range *range = value;
        const uint32_t *values = (const uint32_t *)lotse_values(t, c) + range->begin;
        ck_assert_uint_eq(range->end - range->begin, expected->count);
        for (uint32_t i = 0; i < expected->count; i++) {
            concept number;
            ck_assert(dictionary_find(w->dictionary, expected->concepts[i], &number));
            bool is_there = false;
            for (uint32_t k = 0; k < expected->count; k++) {
                is_there = is_there || values[k] == number;
                ck_assert(k == 0 || values[k - 1] < values[k]);
            }
            ck_assert(is_there);
        }
        break;
    }
    default:
        break;
    }
}

START_TEST(segment_columns_say_what_the_records_say)
{
    static world w;
    const void *records[RECORD_COUNT];
    world_start(&w, 11, false);
    segment *s = build_offers(&w, records);

    ck_assert_uint_eq(segment_record_count(s), RECORD_COUNT);
    uint32_t row_count = 0;
    for (uint32_t number = 0; number < RECORD_COUNT; number++) {
        char id[16];
        const uint32_t *rows;
        uint32_t count;
        snprintf(id, sizeof id, "o-%u", number);
        ck_assert(segment_find(s, bytes_of(id), &rows, &count));
        ck_assert_uint_eq(count, record_row_count(SIDE_OFFER, records[number]));
        row_count += count;
        for (uint32_t i = 0; i < count; i++) {
            ck_assert(bytes_equal_text(segment_record_id(s, rows[i]), id));
            ck_assert_int_eq(segment_version(s, rows[i]), 100 + number);
            for (uint32_t c = 0; c < w.program.columns[SIDE_OFFER].stored_count; c++) {
                arena scratch = {0};
                field_value expected = {0};
                field_read(w.program.columns[SIDE_OFFER].columns[c].field, records[number], i,
                           &scratch, &expected);
                compare_value(&w, s, c, rows[i], &expected);
                arena_fini(&scratch);
            }
        }
    }
    ck_assert_uint_eq(segment_row_count(s), row_count);

    segment_free(&s);
    world_end(&w);
}
END_TEST

START_TEST(segment_does_not_find_what_is_not_there)
{
    static world w;
    const void *records[RECORD_COUNT];
    world_start(&w, 12, false);
    segment *s = build_offers(&w, records);
    const uint32_t *rows;
    uint32_t count;

    ck_assert(!segment_find(s, BYTES("o-80"), &rows, &count));
    ck_assert(!segment_find(s, BYTES(""), &rows, &count));
    ck_assert(segment_find(s, BYTES("o-79"), &rows, &count));

    segment_free(&s);
    world_end(&w);
}
END_TEST

START_TEST(segment_refuses_two_records_of_one_id)
{
    static world w;
    segment *s = NULL;
    err e = {0};
    world_start(&w, 13, false);
    const void *record = world_record(&w, SIDE_SEEKER, 1);
    segment_input inputs[] = {{record, 1}, {record, 2}};

    ck_assert(!segment_build(&w.program, SIDE_SEEKER, inputs, 2, w.dictionary, false, &s, &e));

    ck_assert_int_eq(e.code, ERR_CONFLICT);
    world_end(&w);
}
END_TEST

START_TEST(segment_numbers_strangers_only_when_asked)
{
    static world w;
    segment *s = NULL;
    seeker *stranger;
    err e = {0};
    world_start(&w, 14, false);
    const char text[] = "{\"id\":\"s-1\",\"skills\":[\"esco:nobody-knows\",\"esco:nor-this\"]}";
    ck_assert(seeker_parse(BYTES(text), NULL, &w.memory, &stranger, &e));
    segment_input input = {stranger, 1};

    ck_assert(!segment_build(&w.program, SIDE_SEEKER, &input, 1, w.dictionary, false, &s, &e));
    ck_assert(segment_build(&w.program, SIDE_SEEKER, &input, 1, w.dictionary, true, &s, &e));

    const lotse_column *c = segment_column(s, program_column(&w.program, SIDE_SEEKER, "skills"));
    const lotse_range *range = lotse_value(segment_table(s), c, 0);
    const uint32_t *values = lotse_values(segment_table(s), c);
    ck_assert_uint_eq(range->end - range->begin, 2);
    ck_assert_uint_gt(values[range->begin], dictionary_count(w.dictionary));
    ck_assert_uint_lt(values[range->begin], values[range->begin + 1]);
    segment_free(&s);
    world_end(&w);
}
END_TEST

/* Every row stands once in its group's cells or behind required_first, and the cells are in order.
 */
START_TEST(segment_index_holds_every_row_once)
{
    static world w;
    const void *records[RECORD_COUNT];
    world_start(&w, 15, false);
    segment *s = build_offers(&w, records);
    const segment_header *h = s->head;
    const segment_group *groups = segment_at(s, h->groups_off);
    const uint32_t *starts = segment_at(s, h->cell_starts_off);

    uint32_t at = 0;
    for (uint32_t g = 0; g < h->group_count; g++) {
        ck_assert_uint_eq(groups[g].first, at);
        ck_assert_uint_eq(starts[0], at);
        for (uint32_t c = 0; c < h->cell_count; c++) {
            ck_assert_uint_le(starts[c], starts[c + 1]);
        }
        ck_assert_uint_eq(starts[h->cell_count], groups[g].end);
        at = groups[g].end;
        starts += h->cell_count + 1;
    }
    ck_assert_uint_eq(at, h->required_first);
    uint32_t listed = 0;
    const list_slot *slots = segment_at(s, h->required.slots_off);
    for (uint32_t i = 0; i < h->required.slot_count; i++) {
        if (slots[i].key != 0) {
            ck_assert_ptr_eq(segment_list_find(s, &h->required, slots[i].key - 1), &slots[i]);
            listed += slots[i].end - slots[i].first;
        }
    }
    ck_assert_uint_gt(listed, 0);
    ck_assert_uint_eq(listed, h->row_count - h->required_first);

    segment_free(&s);
    world_end(&w);
}
END_TEST

static void path_of(char path[64])
{
    snprintf(path, 64, "segment-%d.lsg", (int)getpid());
}

START_TEST(segment_load_gives_back_what_was_saved)
{
    static world w;
    const void *records[RECORD_COUNT];
    char path[64];
    err e = {0};
    segment *loaded;
    path_of(path);
    world_start(&w, 16, false);
    segment *s = build_offers(&w, records);

    ck_assert_msg(segment_save(s, path, &e), "%s", e.text);
    ck_assert_msg(segment_load(&w.program, path, &loaded, &e), "%s", e.text);

    ck_assert_uint_eq(loaded->head->len, s->head->len);
    ck_assert_mem_eq(loaded->base + sizeof *s->head, s->base + sizeof *s->head,
                     s->head->len - sizeof *s->head);
    unlink(path);
    segment_free(&loaded);
    segment_free(&s);
    world_end(&w);
}
END_TEST

START_TEST(segment_load_refuses_damage_wherever_it_is)
{
    static world w;
    const void *records[RECORD_COUNT];
    char path[64];
    err e = {0};
    path_of(path);
    world_start(&w, 17, false);
    segment *s = build_offers(&w, records);
    ck_assert(segment_save(s, path, &e));

    for (uint32_t i = 0; i < 200; i++) {
        segment *loaded = NULL;
        off_t at = (off_t)((s->head->len - 1) * i / 199);
        unsigned char byte;
        int fd = open(path, O_RDWR);
        ck_assert_int_eq(pread(fd, &byte, 1, at), 1);
        byte ^= 0x10;
        ck_assert_int_eq(pwrite(fd, &byte, 1, at), 1);

        ck_assert_msg(!segment_load(&w.program, path, &loaded, &e), "byte %lld", (long long)at);

        byte ^= 0x10;
        ck_assert_int_eq(pwrite(fd, &byte, 1, at), 1);
        close(fd);
    }
    ck_assert_int_eq(truncate(path, (off_t)s->head->len - 1), 0);
    segment *cut = NULL;
    ck_assert(!segment_load(&w.program, path, &cut, &e));
    ck_assert_int_eq(truncate(path, 10), 0);
    ck_assert(!segment_load(&w.program, path, &cut, &e));
    unlink(path);
    segment_free(&s);
    world_end(&w);
}
END_TEST

START_TEST(segment_load_refuses_other_columns)
{
    static world w;
    const void *records[RECORD_COUNT];
    char path[64];
    err e = {0};
    segment *loaded = NULL;
    path_of(path);
    world_start(&w, 18, false);
    segment *s = build_offers(&w, records);
    ck_assert(segment_save(s, path, &e));
    w.program.columns[SIDE_OFFER].hash++;

    ck_assert(!segment_load(&w.program, path, &loaded, &e));

    ck_assert_int_eq(e.code, ERR_FILE);
    unlink(path);
    segment_free(&s);
    world_end(&w);
}
END_TEST

/* Each allocation that fails in turn ends in an error, and nothing leaks. */
START_TEST(segment_build_survives_want_of_memory)
{
    static world w;
    const void *records[RECORD_COUNT];
    world_start(&w, 19, false);
    segment *s = build_offers(&w, records);
    segment_free(&s);
    segment_input inputs[20];
    for (uint32_t i = 0; i < 20; i++) {
        inputs[i] = (segment_input){records[i], 1};
    }

    bool is_done = false;
    for (uint64_t call = 1; !is_done; call++) {
        err e = {0};
        mem_fail_at(call);
        is_done = segment_build(&w.program, SIDE_OFFER, inputs, 20, w.dictionary, false, &s, &e);
        mem_fail_at(0);
        ck_assert(is_done || e.code == ERR_MEMORY);
        ck_assert_uint_lt(call, 100000);
    }

    segment_free(&s);
    world_end(&w);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("match_segment");
    TCase *tests = tcase_create("all");
    tcase_set_timeout(tests, 600);
    tcase_add_test(tests, segment_columns_say_what_the_records_say);
    tcase_add_test(tests, segment_does_not_find_what_is_not_there);
    tcase_add_test(tests, segment_refuses_two_records_of_one_id);
    tcase_add_test(tests, segment_numbers_strangers_only_when_asked);
    tcase_add_test(tests, segment_index_holds_every_row_once);
    tcase_add_test(tests, segment_load_gives_back_what_was_saved);
    tcase_add_test(tests, segment_load_refuses_damage_wherever_it_is);
    tcase_add_test(tests, segment_load_refuses_other_columns);
    tcase_add_test(tests, segment_build_survives_want_of_memory);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
