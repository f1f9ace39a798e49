/* What a title is made of, for comparing: words, parts of compounds, pieces of three to five
 * letters with the ends of words marked. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "taxonomy/rank_parts.h"

static void put_feature(features *f, uint64_t key, float count, feature_kind kind)
{
    if (f->count < FEATURE_MAX) {
        f->list[f->count++] = (feature){key, count, (uint8_t)kind};
    }
}

static void put_grams(features *f, bytes stem, float count)
{
    char marked[TITLE_WORD_LEN_MAX + 2];
    marked[0] = '^';
    memcpy(marked + 1, stem.base, stem.len);
    marked[stem.len + 1] = '$';
    uint32_t len = (uint32_t)stem.len + 2;
    spans s;
    spans_begin(&s, (bytes){marked, len});
    for (uint32_t begin = 0; begin < len; begin++) {
        /* A piece begins where a letter begins; its length counts letters. */
        if (((unsigned char)marked[begin] & 0xC0) == 0x80) {
            continue;
        }
        uint32_t letters = 0;
        for (uint32_t end = begin + 1; end <= len && letters < GRAM_MAX; end++) {
            if (end < len && ((unsigned char)marked[end] & 0xC0) == 0x80) {
                continue;
            }
            letters++;
            if (letters >= GRAM_MIN) {
                put_feature(f, spans_hash(&s, begin, end, KIND_GRAM + 1), count, KIND_GRAM);
            }
        }
    }
}

static uint64_t key_of(bytes word, feature_kind kind)
{
    spans s;
    spans_begin(&s, word);
    return spans_hash(&s, 0, s.len, (uint64_t)kind + 1);
}

static int compare_features(const void *a, const void *b)
{
    uint64_t x = ((const feature *)a)->key;
    uint64_t y = ((const feature *)b)->key;
    return x < y ? -1 : x > y;
}

static void join_equal(features *f)
{
    qsort(f->list, f->count, sizeof *f->list, compare_features);
    uint32_t kept = 0;
    for (uint32_t i = 0; i < f->count; i++) {
        if (kept > 0 && f->list[kept - 1].key == f->list[i].key) {
            f->list[kept - 1].count += f->list[i].count;
        } else {
            f->list[kept++] = f->list[i];
        }
    }
    f->count = kept;
}

/* What trades are called elsewhere where German is spoken, as stems: Austrian first. */
static const char *const VARIANTS[][2] = {
    {"spengler", "klempner"},
    {"spengler", "dachdeck"},
    {"fleischhauer", "fleischer"},
    {"fleischhauer", "metzger"},
    {"fleischer", "metzger"},
    {"metzger", "fleischer"},
    {"tischler", "schrein"},
    {"schreiner", "tischler"},
    {"hafner", "ofenbauer"},
    {"rauchfangkehrer", "schornsteinfeger"},
    {"trafikant", "tabakwar"},
    {"trafik", "tabakwar"},
    {"tapezierer", "polsterer"},
    {"installateur", "anlagenmechanik"},
    {"ordination", "arztpraxis"},
    {"ordinationsassistent", "arzthelfer"},
    {"gehilf", "helfer"},
    {"helfer", "gehilf"},
    {"erzeuger", "hersteller"},
    {"macher", "hersteller"},
    {"fachmann", "fachkraft"},
    {"bursch", "hilfskraft"},
    {"kindergartenpadagog", "erzieher"},
    {"hort", "kindertagesstatt"},
    {"schlachter", "fleischer"},
    {"matura", "abitur"},
    {"zusteller", "brieftrager"},
    {"raumpfleger", "reinigungskraft"},
    {"bedienerin", "reinigungskraft"},
    {"bodenleger", "bodenbelag"},
    {"lagerist", "lagerarbeiter"},
    {"ingenieur", "techniker"},
};

static void put_part(features *f, bytes part, float count)
{
    char stem[TITLE_WORD_LEN_MAX];
    uint32_t len = title_stem(part, stem);
    put_feature(f, key_of((bytes){stem, len}, KIND_PART), count, KIND_PART);
}

static void put_variants(features *f, const compounds *c, bytes part, float count)
{
    static const float VARIANT_COUNT = 0.5f;
    for (size_t i = 0; i < sizeof VARIANTS / sizeof *VARIANTS; i++) {
        if (bytes_equal_text(part, VARIANTS[i][0])) {
            bytes other = bytes_of(VARIANTS[i][1]);
            compound_part parts[COMPOUND_PART_MAX];
            uint32_t part_count = compounds_split(c, other, parts);
            for (uint32_t p = 0; p < part_count; p++) {
                put_part(
                    f,
                    (bytes){other.base + parts[p].begin, (size_t)(parts[p].end - parts[p].begin)},
                    count * VARIANT_COUNT);
            }
        }
    }
}

static void put_token(features *f, const compounds *c, const title *t, uint32_t at, bool is_query)
{
    static const float ASIDE_COUNT = 0.5f;
    bytes stem = title_stem_of(t, at);
    float count = t->tokens[at].is_aside ? ASIDE_COUNT : 1.0f;
    compound_part parts[COMPOUND_PART_MAX];
    uint32_t part_count = compounds_split(c, stem, parts);
    for (uint32_t p = 0; p < part_count; p++) {
        bytes part = {stem.base + parts[p].begin, (size_t)(parts[p].end - parts[p].begin)};
        put_part(f, part, count);
        if (is_query) {
            put_variants(f, c, part, count);
        }
    }
    if (is_query && part_count > 1) {
        put_variants(f, c, stem, count);
    }
    put_grams(f, stem, count);
}

void features_of(const compounds *c, const title *t, features *ret)
{
    ret->count = 0;
    for (uint32_t i = 0; i < t->token_count; i++) {
        put_token(ret, c, t, i, false);
    }
    join_equal(ret);
}

void features_of_query(const compounds *c, const title *t, features *ret)
{
    ret->count = 0;
    for (uint32_t i = 0; i < t->token_count; i++) {
        put_token(ret, c, t, i, true);
    }
    join_equal(ret);
}

float feature_rarity(uint32_t entry_count, uint32_t with_count)
{
    return logf(1.0f + (float)entry_count / (1.0f + (float)with_count));
}
