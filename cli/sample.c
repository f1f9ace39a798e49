/* Dice and the pieces that invented people and offers share. */
#include "cli/sample.h"

#include <string.h>

/* The quarters: a postcode and the middle of each in hundred-thousandths of a degree. */
typedef struct quarter {
    const char *postcode;
    int32_t lat;
    int32_t lon;
} quarter;

static const quarter QUARTERS[] = {
    {"44135", 5151422, 746557}, {"44137", 5150984, 746031}, {"44139", 5149873, 745114},
    {"44143", 5152051, 749912}, {"44145", 5153126, 746814}, {"44147", 5152812, 744203},
    {"44263", 5148207, 749013}, {"44328", 5155630, 752145}, {"44369", 5154021, 741158},
    {"44225", 5147566, 744921}, {"44532", 5160512, 752034}, {"44787", 5148126, 721933},
};
enum { QUARTER_COUNT = sizeof QUARTERS / sizeof *QUARTERS };

/* The mixing step of splitmix64: every bit of the input reaches every bit of the output. */
static uint64_t mix(uint64_t x)
{
    x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9U;
    x = (x ^ x >> 27) * 0x94d049bb133111ebU;
    return x ^ x >> 31;
}

dice dice_for(uint64_t seed, uint64_t stream, uint64_t number)
{
    return (dice){mix(mix(mix(seed) + stream) + number)};
}

uint32_t dice_below(dice *d, uint32_t count)
{
    d->state += 0x9e3779b97f4a7c15U;
    return (uint32_t)((mix(d->state) >> 32) * count >> 32);
}

int32_t dice_between(dice *d, int32_t low, int32_t high)
{
    return low + (int32_t)dice_below(d, (uint32_t)(high - low) + 1);
}

bool dice_chance(dice *d, uint32_t percent)
{
    return dice_below(d, 100) < percent;
}

void sample_put_id(sample *s, char letter, uint32_t number)
{
    char id[16];
    uint32_t at = sizeof id;
    for (uint32_t digit = 0; digit < 6 || number > 0; digit++) {
        id[--at] = (char)('0' + number % 10);
        number /= 10;
    }
    id[--at] = '-';
    id[--at] = letter;
    json_member_text(&s->w, "id", (bytes){id + at, sizeof id - at});
}

void sample_put_day(sample *s, const char *key, day d)
{
    char text[DAY_TEXT_LEN + 1];
    day_print(d, text);
    json_member_text(&s->w, key, (bytes){text, DAY_TEXT_LEN});
}

void sample_put_words(sample *s, const char *key, const char *words)
{
    json_put_key(&s->w, key);
    json_begin_array(&s->w);
    while (*words != '\0') {
        size_t len = strcspn(words, " ");
        json_put_text(&s->w, (bytes){words, len});
        words += len;
        words += *words == ' ';
    }
    json_end_array(&s->w);
}

static void put_concept(sample *s, const char *scheme, const char *code)
{
    char text[80];
    size_t scheme_len = strlen(scheme);
    size_t len = strlen(code);
    memcpy(text, scheme, scheme_len);
    memcpy(text + scheme_len, code, len);
    json_put_text(&s->w, (bytes){text, scheme_len + len});
}

void sample_put_concept(sample *s, const char *key, const char *isco)
{
    if (key != NULL) {
        json_put_key(&s->w, key);
    }
    put_concept(s, "isco:", isco);
}

void sample_put_skills(sample *s, const char *const *skills, uint32_t count, uint32_t percent,
                       uint32_t max)
{
    uint32_t at = dice_below(&s->dice, count);
    uint32_t put_count = 0;
    for (uint32_t i = 0; i < count && put_count < max; i++) {
        if (dice_chance(&s->dice, percent)) {
            put_concept(s, "esco:", skills[at]);
            put_count++;
        }
        at = at + 1 == count ? 0 : at + 1;
    }
}

/* Degrees with five decimals, without passing through floating point. */
static void put_degrees(sample *s, const char *key, int32_t value)
{
    char text[12];
    uint32_t at = sizeof text;
    for (uint32_t digit = 0; digit < 5 || value > 0; digit++) {
        if (digit == 5) {
            text[--at] = '.';
        }
        text[--at] = (char)('0' + value % 10);
        value /= 10;
    }
    json_put_key(&s->w, key);
    json_put_raw(&s->w, (bytes){text + at, sizeof text - at});
}

/* Near the middle more often than at the edge. */
static int32_t shift(dice *from, uint32_t radius)
{
    int32_t there = (int32_t)dice_below(from, radius + 1);
    int32_t back = (int32_t)dice_below(from, radius + 1);
    return there - back;
}

void sample_put_place(sample *s, dice *from, uint32_t radius, bool has_point)
{
    const quarter *q = &QUARTERS[dice_below(from, QUARTER_COUNT)];
    int32_t lat = q->lat + shift(from, radius);
    int32_t lon = q->lon + shift(from, radius);
    json_put_key(&s->w, "location");
    json_begin_object(&s->w);
    json_member_cstr(&s->w, "postcode", q->postcode);
    if (has_point) {
        put_degrees(s, "lat", lat);
        put_degrees(s, "lon", lon);
    }
    json_end_object(&s->w);
}

const char *sample_level(uint32_t level)
{
    static const char *const LEVELS[] = {"A0", "A1", "A2", "B1", "B2", "C1", "C2"};
    return LEVELS[level];
}
