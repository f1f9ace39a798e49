/* A table of postcodes in a few documents of the store. */

#include "api/places.h"

#include <math.h>
#include <string.h>

#include "base/limits.h"

#define SETTING_PREFIX "postcodes."

enum { GROUP_LEN = 2, POSTCODE_LEN_MAX = 16, SETTING_COUNT_MAX = 100000 };

#define DEGREE_STEPS 1e5

static uint64_t pack(double lat, double lon)
{
    int32_t lat_steps = (int32_t)lround(lat * DEGREE_STEPS);
    int32_t lon_steps = (int32_t)lround(lon * DEGREE_STEPS);
    return (uint64_t)(uint32_t)lat_steps << 32 | (uint32_t)lon_steps;
}

static double lat_of(uint64_t packed)
{
    return (int32_t)(uint32_t)(packed >> 32) / DEGREE_STEPS;
}

static double lon_of(uint64_t packed)
{
    return (int32_t)(uint32_t)packed / DEGREE_STEPS;
}

bool places_add(places *p, bytes postcode, double lat, double lon, err *e)
{
    bool is_sound = postcode.len > 0 && postcode.len <= POSTCODE_LEN_MAX && lat >= -90 &&
                    lat <= 90 && lon >= -180 && lon <= 180;
    if (!is_sound) {
        return fail(e, ERR_FIELD_RANGE, "a postcode's place lies nowhere on earth");
    }
    return map_put(&p->by_postcode, postcode, pack(lat, lon)) ||
           fail(e, ERR_MEMORY, "no memory for the postcodes");
}

bool places_find(const places *p, bytes postcode, double *ret_lat, double *ret_lon)
{
    uint64_t packed = 0;
    if (!map_get(&p->by_postcode, postcode, &packed)) {
        return false;
    }
    *ret_lat = lat_of(packed);
    *ret_lon = lon_of(packed);
    return true;
}

uint32_t places_count(const places *p)
{
    return p->by_postcode.count;
}

void places_fini(places *p)
{
    map_fini(&p->by_postcode);
}

/* ---------------------------------------------------------------------- reading */

static bool add_entry(places *p, const json_node *n, err *e)
{
    const json_node *lat = json_type_of(n) == JSON_ARRAY ? json_child(n) : NULL;
    const json_node *lon = lat == NULL ? NULL : json_next(lat);
    if (lon == NULL || json_type_of(lat) != JSON_NUMBER || json_type_of(lon) != JSON_NUMBER) {
        return fail(e, ERR_STORE_CORRUPT, "the stored postcodes cannot be read");
    }
    return places_add(p, json_key(n), json_number(lat), json_number(lon), e);
}

static bool add_document(places *p, bytes text, err *e)
{
    json_doc *doc = NULL;
    if (!json_parse(text, JSON_DEPTH_MAX, &doc, e)) {
        return false;
    }
    bool is_added = json_type_of(json_root(doc)) == JSON_OBJECT ||
                    fail(e, ERR_STORE_CORRUPT, "the stored postcodes cannot be read");
    for (const json_node *n = is_added ? json_child(json_root(doc)) : NULL; n != NULL && is_added;
         n = json_next(n)) {
        is_added = add_entry(p, n, e);
    }
    json_doc_free(&doc);
    return is_added;
}

typedef struct reading {
    places *places;
    bool failed;
    err why;
} reading;

static bool on_setting(void *context, const store_record *record)
{
    reading *r = context;
    if (!bytes_starts_with(record->id, SETTING_PREFIX)) {
        return false; /* ids come in order: these were all */
    }
    r->failed = !add_document(r->places, record->body, &r->why);
    return !r->failed;
}

bool places_read(places *p, store_reader *r, err *e)
{
    reading all = {.places = p};
    if (!store_list(r, STORE_SETTING, BYTES(SETTING_PREFIX), (bytes){0}, SETTING_COUNT_MAX,
                    on_setting, &all, e)) {
        return false;
    }
    if (all.failed) {
        *e = all.why;
    }
    return !all.failed;
}

/* ---------------------------------------------------------------------- writing */

static bytes group_of(bytes postcode)
{
    return (bytes){postcode.base, postcode.len < GROUP_LEN ? postcode.len : GROUP_LEN};
}

static void print_entry(json_writer *w, bytes postcode, uint64_t packed)
{
    json_put_key_bytes(w, postcode);
    json_begin_array(w);
    json_put_double(w, lat_of(packed));
    json_put_double(w, lon_of(packed));
    json_end_array(w);
}

/* One document: what is stored under the group with the new entries in its place or beside it. */
static bool write_group(const places *p, const places *stored, bytes group, engine_writes *writes,
                        err *e)
{
    buf text = {0};
    buf id = {0};
    json_writer w = json_writer_to(&text);
    uint32_t at = 0;
    bytes postcode = {0};
    uint64_t packed = 0;
    uint64_t newer = 0;

    json_begin_object(&w);
    while (map_next(&stored->by_postcode, &at, &postcode, &packed)) {
        if (bytes_equal(group_of(postcode), group) && !map_get(&p->by_postcode, postcode, &newer)) {
            print_entry(&w, postcode, packed);
        }
    }
    at = 0;
    while (map_next(&p->by_postcode, &at, &postcode, &packed)) {
        if (bytes_equal(group_of(postcode), group)) {
            print_entry(&w, postcode, packed);
        }
    }
    json_end_object(&w);
    buf_text(&id, SETTING_PREFIX);
    buf_put(&id, group.base, group.len);
    bool is_written = !text.failed && !id.failed
                          ? engine_writes_put_setting(writes, buf_bytes(&id), buf_bytes(&text),
                                                      STORE_ANY_VERSION, e)
                          : fail(e, ERR_MEMORY, "no memory for the postcodes");
    buf_fini(&text);
    buf_fini(&id);
    return is_written;
}

bool places_write(const places *p, store_reader *r, engine_writes *writes, err *e)
{
    places stored = {0};
    map groups = {0};
    uint32_t at = 0;
    bytes postcode = {0};
    uint64_t packed = 0;
    uint64_t seen = 0;
    bool is_written = places_read(&stored, r, e);

    while (is_written && map_next(&p->by_postcode, &at, &postcode, &packed)) {
        bytes group = group_of(postcode);
        if (map_get(&groups, group, &seen)) {
            continue;
        }
        is_written = map_put(&groups, group, 1)
                         ? write_group(p, &stored, group, writes, e)
                         : fail(e, ERR_MEMORY, "no memory for the postcodes");
    }
    map_fini(&groups);
    places_fini(&stored);
    return is_written;
}
