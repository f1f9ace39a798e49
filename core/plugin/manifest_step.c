#include "plugin/manifest_part.h"

/* Steps: what must still be obtained, by whom, until when. */

static const reader_choice sides[] = {{"seeker", SIDE_SEEKER}, {"offer", SIDE_OFFER}};

/* The codes of a step's field: of the list that the catalogue says the field has; a flag has the
 * one bit that says it is set. */
static bool read_step_codes(const reader *r, const reader *path_at, record_side side, bytes path,
                            arena *a, uint64_t *ret, err *e)
{
    const field *f = field_find(side, path.base, a);
    if (f == NULL) {
        return reader_refuse(path_at, e, "there is no field \"%s\" of %s", path.base,
                             side == SIDE_SEEKER ? "seekers" : "offers");
    }
    if (f->type == LOTSE_FLAG) {
        bool is_set = true;
        if (!reader_flag(r, &is_set, e)) {
            return false;
        }
        *ret = is_set ? 2 : 1;
        return true;
    }
    if (f->codes == NULL) {
        return reader_refuse(path_at, e, "\"%s\" has no codes that a step could wait for",
                             path.base);
    }
    return manifest_read_code_mask(r, f->codes, a, ret, e);
}

static bool read_step_when(const reader *r, arena *a, manifest_step *s, err *e)
{
    static const char *const keys[] = {"side", "field", "or_field", "any"};
    reader at;
    reader any;
    uint32_t side = SIDE_OFFER;
    if (!reader_object(r, keys, COUNT_OF(keys), e) || !reader_need(r, "side", &at, e) ||
        !reader_choose(&at, sides, COUNT_OF(sides), &side, e) || !reader_need(r, "field", &at, e) ||
        !manifest_read_path(&at, a, &s->when_path, e) || !reader_need(r, "any", &any, e)) {
        return false;
    }
    s->when_side = (record_side)side;
    if (!read_step_codes(&any, &at, s->when_side, s->when_path, a, &s->when_codes, e)) {
        return false;
    }
    if (!reader_member(r, "or_field", &at)) {
        return true;
    }
    uint64_t codes = 0;
    return manifest_read_path(&at, a, &s->when_or_path, e) &&
           read_step_codes(&any, &at, s->when_side, s->when_or_path, a, &codes, e);
}

static bool read_step_seeker(const reader *r, arena *a, manifest_step *s, err *e)
{
    static const char *const keys[] = {"field", "any", "none"};
    reader at;
    reader codes;
    if (!reader_object(r, keys, COUNT_OF(keys), e) || !reader_need(r, "field", &at, e) ||
        !manifest_read_path(&at, a, &s->seeker_path, e)) {
        return false;
    }
    bool has_any = reader_member(r, "any", &codes);
    s->seeker_is_none = reader_member(r, "none", &codes);
    if (has_any == s->seeker_is_none) {
        return reader_refuse(r, e, "either \"any\" or \"none\" must stand here");
    }
    s->has_seeker_when = true;
    return read_step_codes(&codes, &at, SIDE_SEEKER, s->seeker_path, a, &s->seeker_codes, e);
}

static bool read_step_by(const reader *r, arena *a, manifest_step *s, err *e)
{
    if (!manifest_read_path(r, a, &s->by_path, e)) {
        return false;
    }
    const field *f = field_find(SIDE_OFFER, s->by_path.base, a);
    if (f == NULL || f->type != LOTSE_DAY) {
        return reader_refuse(r, e, "\"%s\" is no day of an offer", s->by_path.base);
    }
    return true;
}

static bool read_step(const reader *r, arena *a, manifest_step *s, err *e)
{
    static const char *const keys[] = {"id", "when", "seeker", "who", "by", "text"};
    reader at;
    return reader_object(r, keys, COUNT_OF(keys), e) && reader_need(r, "id", &at, e) &&
           manifest_read_id(&at, a, &s->id, e) && reader_need(r, "when", &at, e) &&
           read_step_when(&at, a, s, e) &&
           (!reader_member(r, "seeker", &at) || read_step_seeker(&at, a, s, e)) &&
           reader_need(r, "who", &at, e) && manifest_read_id(&at, a, &s->who, e) &&
           (!reader_member(r, "by", &at) || read_step_by(&at, a, s, e)) &&
           reader_need(r, "text", &at, e) && manifest_read_texts(&at, NULL, 0, a, &s->text, e);
}

bool manifest_read_steps(const reader *root, arena *a, manifest *m, err *e)
{
    reader list;
    void *entries = NULL;
    if (!reader_member(root, "steps", &list)) {
        return true;
    }
    if (!manifest_read_array(&list, STEP_COUNT_MAX, sizeof(manifest_step), a, &m->step_count,
                             &entries, e)) {
        return false;
    }
    manifest_step *steps = entries;
    m->steps = steps;
    const json_node *node = NULL;
    uint32_t index = 0;
    reader entry;
    while (reader_next(&list, &node, &index, &entry)) {
        if (!read_step(&entry, a, &steps[index], e) ||
            !manifest_refuse_twice(&entry, steps, sizeof(steps[0]), index, steps[index].id, e)) {
            return false;
        }
    }
    return true;
}
