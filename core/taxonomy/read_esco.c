/* ESCO as the Commission ships it, and short tables made of it. */
#include <stdio.h>
#include <string.h>

#include "taxonomy/read_parts.h"

#define URI_BASE "http://data.europa.eu/esco/"
enum { ID_ROOM = 80 };

/* ISCO-08's skill levels by its first digits; the armed forces and managers differ inside. */
static uint32_t isco_level(bytes digits)
{
    static const char MAJOR_LEVELS[] = "0443222221";
    char first = digits.base[0];
    char second = digits.len > 1 ? digits.base[1] : '\0';
    if (first == '0') {
        return second == '1' ? 4 : second == '2' ? 2 : second == '3' ? 1 : 0;
    }
    if (first == '1') {
        return second == '\0' ? 0 : second == '4' ? 3 : 4;
    }
    return (uint32_t)(MAJOR_LEVELS[first - '0'] - '0');
}

static bool refuse_uri(bytes uri, err *e)
{
    return fail(e, ERR_FIELD_FORMAT, "\"%.*s\" is no URI of ESCO",
                (int)(uri.len < 80 ? uri.len : 80), uri.base);
}

static bool isco_concept(reading *r, bytes digits, uint32_t *ret, err *e)
{
    char room[16];
    bytes id;
    if (!read_code("isco:", digits, (uint32_t)digits.len, room, &id) || digits.len > 4) {
        return fail(e, ERR_FIELD_FORMAT, "\"%.*s\" is no group of ISCO",
                    (int)(digits.len < 40 ? digits.len : 40), digits.base);
    }
    return draft_concept(r->draft, id, TAXONOMY_ISCO, isco_level(digits), ret, e);
}

static bool esco_concept(reading *r, bytes name, taxonomy_kind kind, uint32_t *ret, err *e)
{
    char room[ID_ROOM];
    if (name.len > ID_ROOM - 6) {
        return refuse_uri(name, e);
    }
    memcpy(room, "esco:", 5);
    memcpy(room + 5, name.base, name.len);
    /* ISCED fields stand behind a slash, which records do not know. */
    for (size_t i = 5; i < name.len + 5; i++) {
        room[i] = room[i] == '/' ? '.' : room[i];
    }
    return draft_concept(r->draft, (bytes){room, name.len + 5}, kind, 0, ret, e);
}

/* The concept of a URI; the type tells skills from their groups. */
static bool uri_concept(reading *r, bytes uri, bytes type, uint32_t *ret, err *e)
{
    static const char *const FOLDERS[] = {URI_BASE "isco/C", URI_BASE "occupation/",
                                          URI_BASE "skill/", URI_BASE};
    for (size_t i = 0; i < sizeof FOLDERS / sizeof *FOLDERS; i++) {
        size_t len = strlen(FOLDERS[i]);
        if (!bytes_starts_with(uri, FOLDERS[i]) || uri.len == len) {
            continue;
        }
        bytes name = {uri.base + len, uri.len - len};
        bool is_group = bytes_equal_text(type, "SkillGroup") || i == 3;
        return i == 0   ? isco_concept(r, name, ret, e)
               : i == 1 ? esco_concept(r, name, TAXONOMY_ESCO_OCCUPATION, ret, e)
                        : esco_concept(r, name,
                                       is_group ? TAXONOMY_ESCO_SKILL_GROUP : TAXONOMY_ESCO_SKILL,
                                       ret, e);
    }
    return refuse_uri(uri, e);
}

/* Labels in one cell: a line each, or " | " between them. */
static bool put_labels(reading *r, uint32_t at, const char *lang, bytes cell, err *e)
{
    size_t begin = 0;
    for (size_t i = 0; i <= cell.len; i++) {
        if (i == cell.len || cell.base[i] == '\n' || cell.base[i] == '|') {
            bytes one = {cell.base + begin, i - begin};
            if (!draft_label(r->draft, at, lang, LABEL_OTHER, one, e)) {
                return false;
            }
            begin = i + 1;
        }
    }
    return true;
}

static bool put_names(reading *r, uint32_t at, uint32_t preferred, uint32_t others, err *e)
{
    return draft_label(r->draft, at, r->lang, LABEL_PREFERRED, read_cell(r, preferred), e) &&
           put_labels(r, at, r->lang, read_cell(r, others), e);
}

static bool on_occupation(reading *r, err *e)
{
    uint32_t at;
    uint32_t group;
    return uri_concept(r, read_cell(r, 0), BYTES("Occupation"), &at, e) &&
           isco_concept(r, read_cell(r, 1), &group, e) &&
           draft_relate(r->draft, at, RELATION_BROADER, group, e) && put_names(r, at, 2, 3, e) &&
           put_labels(r, at, r->lang, read_cell(r, 4), e);
}

static bool on_skill(reading *r, err *e)
{
    uint32_t at;
    return uri_concept(r, read_cell(r, 0), (bytes){"", 0}, &at, e) && put_names(r, at, 2, 3, e) &&
           put_labels(r, at, r->lang, read_cell(r, 4), e);
}

static bool on_skill_group(reading *r, err *e)
{
    uint32_t at;
    return uri_concept(r, read_cell(r, 0), BYTES("SkillGroup"), &at, e) &&
           put_names(r, at, 1, 2, e);
}

static bool on_isco_group(reading *r, err *e)
{
    uint32_t at;
    return uri_concept(r, read_cell(r, 0), (bytes){"", 0}, &at, e) && put_names(r, at, 2, 3, e);
}

static bool on_broader(reading *r, err *e)
{
    uint32_t from;
    uint32_t to;
    return uri_concept(r, read_cell(r, 1), read_cell(r, 0), &from, e) &&
           uri_concept(r, read_cell(r, 3), read_cell(r, 2), &to, e) &&
           draft_relate(r->draft, from, RELATION_BROADER, to, e);
}

static bool on_relation(reading *r, err *e)
{
    bytes type = read_cell(r, 1);
    bool is_essential = bytes_equal_text(type, "essential") || bytes_equal_text(type, "e");
    if (!is_essential && !bytes_equal_text(type, "optional") && !bytes_equal_text(type, "o")) {
        return fail(e, ERR_FIELD_CODE, "relation \"%.*s\" is neither essential nor optional",
                    (int)(type.len < 40 ? type.len : 40), type.base);
    }
    uint32_t from;
    uint32_t to;
    return uri_concept(r, read_cell(r, 0), (bytes){"", 0}, &from, e) &&
           uri_concept(r, read_cell(r, 2), (bytes){"", 0}, &to, e) &&
           draft_relate(r->draft, from, is_essential ? RELATION_ESSENTIAL : RELATION_OPTIONAL, to,
                        e);
}

static bool on_short_occupation(reading *r, err *e)
{
    uint32_t at;
    uint32_t group;
    return esco_concept(r, read_cell(r, 0), TAXONOMY_ESCO_OCCUPATION, &at, e) &&
           isco_concept(r, read_cell(r, 1), &group, e) &&
           draft_relate(r->draft, at, RELATION_BROADER, group, e) &&
           draft_label(r->draft, at, "en", LABEL_PREFERRED, read_cell(r, 2), e) &&
           draft_label(r->draft, at, "de", LABEL_PREFERRED, read_cell(r, 3), e) &&
           put_labels(r, at, "de", read_cell(r, 4), e);
}

static bool on_short_skill(reading *r, err *e)
{
    uint32_t at;
    return esco_concept(r, read_cell(r, 0), TAXONOMY_ESCO_SKILL, &at, e) &&
           draft_label(r->draft, at, "en", LABEL_PREFERRED, read_cell(r, 2), e) &&
           draft_label(r->draft, at, "de", LABEL_PREFERRED, read_cell(r, 3), e);
}

static bool on_short_relation(reading *r, err *e)
{
    bool is_essential = bytes_equal_text(read_cell(r, 2), "e");
    if (!is_essential && !bytes_equal_text(read_cell(r, 2), "o")) {
        return fail(e, ERR_FIELD_CODE, "a relation is neither \"e\" nor \"o\"");
    }
    uint32_t from;
    uint32_t to;
    return esco_concept(r, read_cell(r, 0), TAXONOMY_ESCO_OCCUPATION, &from, e) &&
           esco_concept(r, read_cell(r, 1), TAXONOMY_ESCO_SKILL, &to, e) &&
           draft_relate(r->draft, from, is_essential ? RELATION_ESSENTIAL : RELATION_OPTIONAL, to,
                        e);
}

/* The employment agency's competences beside ESCO's German skills. What is the same or nearly so is
 * another name; what is narrower is not. */
static bool on_agency_skill(reading *r, err *e)
{
    bytes uri = read_cell(r, 0);
    if (uri.len == 0) {
        return true; /* a competence that ESCO does not have */
    }
    bytes relation = read_cell(r, 3);
    bool is_same = bytes_equal_text(relation, "skos:exactMatch") ||
                   bytes_equal_text(relation, "skos:closeMatch");
    uint32_t at;
    return uri_concept(r, uri, (bytes){"", 0}, &at, e) &&
           draft_hint(r->draft, at, "de", LABEL_PREFERRED, read_cell(r, 1), e) &&
           (!is_same || draft_hint(r->draft, at, "de", LABEL_OTHER, read_cell(r, 2), e));
}

/* The first whose columns are all there; collections repeat what the main tables say. */
const read_format READ_ESCO[] = {
    {"esco collection", {"conceptUri", "broaderConceptUri"}, false, NULL},
    {"esco schemes", {"conceptSchemeUri", "hasTopConcept"}, false, NULL},
    {"esco skills hierarchy", {"Level 0 URI"}, false, NULL},
    {"esco occupations",
     {"conceptUri", "iscoGroup", "preferredLabel", "altLabels", "hiddenLabels"},
     true,
     on_occupation},
    {"esco skills",
     {"conceptUri", "skillType", "preferredLabel", "altLabels", "hiddenLabels"},
     true,
     on_skill},
    {"esco skill groups",
     {"conceptUri", "preferredLabel", "altLabels", "hiddenLabels"},
     true,
     on_skill_group},
    {"isco groups", {"conceptUri", "code", "preferredLabel", "altLabels"}, true, on_isco_group},
    {"esco hierarchy",
     {"conceptType", "conceptUri", "broaderType", "broaderUri"},
     false,
     on_broader},
    {"esco occupation skills", {"occupationUri", "relationType", "skillUri"}, false, on_relation},
    {"esco skill skills",
     {"originalSkillUri", "relationType", "relatedSkillUri"},
     false,
     on_relation},
    {"agency skills",
     {"Classification 1 URI", "Classification 1 PrefLabel", "Classification 2 PrefLabel",
      "Mapping relation"},
     false,
     on_agency_skill},
    {"esco short occupations",
     {"uuid", "isco08", "label_en_v111", "label_de_v120", "alt_de_v120"},
     false,
     on_short_occupation},
    {"esco short skills",
     {"uuid", "reuse_level", "label_en_v111", "label_de_v103"},
     false,
     on_short_skill},
    {"esco short relations",
     {"occupation_uuid", "skill_uuid", "relation"},
     false,
     on_short_relation},
};
const uint32_t READ_ESCO_COUNT = sizeof READ_ESCO / sizeof *READ_ESCO;
