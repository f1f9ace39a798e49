/* Any bytes as a record: it is refused with a pointer, or prints as canonical JSON that decodes and
 * prints the same again, and every column can be read. The first byte chooses the side. */
#include <string.h>

#include "base/check.h"
#include "base/utf8.h"
#include "fuzz.h"
#include "model/record.h"

static const code_entry SHIFT_ENTRIES[] = {{"early", "früh", "early", NULL},
                                           {"late", "spät", "late", NULL}};
static const code_list SHIFTS = {"shift", false, 2, SHIFT_ENTRIES, 2};
static const ext_key EXT_KEYS[] = {{"flag", SIDE_SEEKER, LOTSE_FLAG, NULL, false},
                                   {"int", SIDE_SEEKER, LOTSE_INT, NULL, false},
                                   {"day", SIDE_OFFER, LOTSE_DAY, NULL, false},
                                   {"set", SIDE_OFFER, LOTSE_CODE_SET, &SHIFTS, false}};
static const ext_keys EXT = {EXT_KEYS, 4};

static const void *parse(record_side side, bytes text, arena *a, err *e)
{
    seeker *s = NULL;
    offer *o = NULL;
    if (side == SIDE_SEEKER) {
        return seeker_parse(text, &EXT, a, &s, e) ? s : NULL;
    }
    return offer_parse(text, &EXT, a, &o, e) ? (const void *)o : NULL;
}

static void print(record_side side, const void *record, buf *out)
{
    json_writer w = json_writer_to(out);
    if (side == SIDE_SEEKER) {
        seeker_print(record, &w);
    } else {
        offer_print(record, &w);
    }
}

static void read_columns(record_side side, const void *record, arena *a)
{
    uint32_t count;
    const field *all = field_all(side, &count);
    uint32_t row_count = record_row_count(side, record);
    for (uint32_t i = 0; i < count; i++) {
        uint32_t rows = all[i].is_per_intake ? row_count : 1;
        for (uint32_t row = 0; row < rows; row++) {
            field_value value;
            check(field_read(&all[i], record, row, a, &value));
            bool is_list = all[i].type >= LOTSE_INT_LIST;
            check(value.is_known || is_list || value.count == 0);
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t len)
{
    if (len == 0) {
        return 0;
    }
    record_side side = input[0] == 'o' ? SIDE_OFFER : SIDE_SEEKER;
    bytes text = {(const char *)input + 1, len - 1};
    arena a = {0};
    err e = {0};
    const void *record = parse(side, text, &a, &e);
    if (record == NULL) {
        check(e.code != ERR_NONE);
        check(e.text[0] != '\0');
        check(utf8_is_valid(bytes_of(e.text), NULL));
        check(utf8_is_valid(bytes_of(e.path), NULL));
        check(e.path[0] == '\0' || e.path[0] == '/');
    } else {
        buf once = {0};
        buf twice = {0};
        print(side, record, &once);
        const void *again = parse(side, buf_bytes(&once), &a, &e);
        check(again != NULL);
        print(side, again, &twice);
        check(bytes_equal(buf_bytes(&once), buf_bytes(&twice)));
        read_columns(side, record, &a);
        buf_fini(&once);
        buf_fini(&twice);
    }
    arena_fini(&a);
    return 0;
}
