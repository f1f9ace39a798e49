/* Splitting by counting (Koehn and Knight 2003): of all ways to cut a word into known parts the one
 * with the greatest geometric mean of the parts' counts, the whole word being one of the ways. */
#include "taxonomy/compound.h"

#include <math.h>
#include <string.h>

#include "base/arena.h"
#include "taxonomy/numbering.h"
#include "taxonomy/title.h"

enum { PART_LEN_MIN = 3, LEARNED_LEN_MIN = 4, LEARNED_COUNT_MIN = 2, ROUND_COUNT = 2 };

struct compounds {
    numbering known;
    float *counts; /* by number: words built with it; 0: not known yet */
    float *pending;
    uint32_t cap;
};

/* Letters that join parts. The empty one comes first. */
static const char *const JOINTS[] = {"", "s", "n", "en", "es", "er", "e", "ns", "ens"};
enum { JOINT_COUNT = sizeof JOINTS / sizeof *JOINTS };

static uint32_t number_of(compounds *c, uint64_t key)
{
    uint32_t number = numbering_add(&c->known, key);
    if (number == NUMBERING_NONE) {
        return NUMBERING_NONE;
    }
    if (number >= c->cap) {
        uint32_t cap = c->cap == 0 ? 4096 : c->cap * 2;
        size_t old_len = c->cap * sizeof(float);
        float *counts = mem_resize(c->counts, old_len, cap * sizeof(float));
        c->counts = counts != NULL ? counts : c->counts;
        float *pending = mem_resize(c->pending, old_len, cap * sizeof(float));
        c->pending = pending != NULL ? pending : c->pending;
        if (counts == NULL || pending == NULL) {
            return NUMBERING_NONE;
        }
        c->cap = cap;
    }
    return number;
}

static float count_of(const compounds *c, const spans *s, uint32_t begin, uint32_t end)
{
    uint32_t number = numbering_find(&c->known, spans_hash(s, begin, end, 0));
    return number == NUMBERING_NONE ? 0.0f : c->counts[number];
}

static bool ends_in(bytes word, uint32_t end, const char *joint)
{
    size_t len = strlen(joint);
    return end >= len && memcmp(word.base + end - len, joint, len) == 0;
}

/* The end of the longest known part that begins the word and, with a joint, reaches `cut`; 0: none.
 */
static uint32_t known_head(const compounds *c, const spans *s, bytes word, uint32_t cut)
{
    for (uint32_t i = 0; i < JOINT_COUNT; i++) {
        uint32_t joint_len = (uint32_t)strlen(JOINTS[i]);
        if (cut >= PART_LEN_MIN + joint_len && ends_in(word, cut, JOINTS[i]) &&
            count_of(c, s, 0, cut - joint_len) > 0.0f) {
            return cut - joint_len;
        }
    }
    return 0;
}

static bool note_part(compounds *c, const spans *s, uint32_t begin, uint32_t end)
{
    uint32_t number = number_of(c, spans_hash(s, begin, end, 0));
    if (number == NUMBERING_NONE) {
        return false;
    }
    c->pending[number] += 1.0f;
    return true;
}

/* Every cut of the word with a known part on one side tells of the part on the other. */
static bool learn_from(compounds *c, bytes word)
{
    spans s;
    spans_begin(&s, word);
    uint32_t len = s.len;
    for (uint32_t cut = PART_LEN_MIN; cut + PART_LEN_MIN <= len; cut++) {
        uint32_t head_end = known_head(c, &s, word, cut);
        bool is_tail_known = count_of(c, &s, cut, len) > 0.0f;
        if (head_end > 0 && (is_tail_known || len - cut >= LEARNED_LEN_MIN) &&
            !note_part(c, &s, cut, len)) {
            return false;
        }
        if (is_tail_known) {
            char stem[TITLE_WORD_LEN_MAX];
            uint32_t stem_len = title_stem((bytes){word.base, cut}, stem);
            uint32_t end = head_end > 0 ? head_end : stem_len < cut ? stem_len : cut;
            if ((head_end > 0 || end >= LEARNED_LEN_MIN) && !note_part(c, &s, 0, end)) {
                return false;
            }
        }
    }
    return true;
}

static bool learn(compounds *c, const bytes *words, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        spans s;
        spans_begin(&s, words[i]);
        if (s.len < PART_LEN_MIN) {
            continue;
        }
        uint32_t number = number_of(c, spans_hash(&s, 0, s.len, 0));
        if (number == NUMBERING_NONE) {
            return false;
        }
        c->counts[number] = 1.0f;
    }
    uint32_t word_count = c->known.count;
    for (uint32_t round = 0; round < ROUND_COUNT; round++) {
        if (c->cap > 0) {
            memset(c->pending, 0, c->cap * sizeof *c->pending);
        }
        for (uint32_t i = 0; i < count; i++) {
            if (!learn_from(c, words[i])) {
                return false;
            }
        }
        for (uint32_t i = 0; i < c->known.count; i++) {
            bool stays = i < word_count || c->pending[i] >= LEARNED_COUNT_MIN;
            c->counts[i] = stays ? (i < word_count ? 1.0f : 0.0f) + c->pending[i] : 0.0f;
        }
    }
    return true;
}

compounds *compounds_new(const bytes *words, uint32_t count)
{
    compounds *c = mem_new(sizeof *c);
    if (c != NULL && !learn(c, words, count)) {
        compounds_free(&c);
        return NULL;
    }
    return c;
}

void compounds_free(compounds **c)
{
    if (*c != NULL) {
        numbering_fini(&(*c)->known);
        mem_free((*c)->counts);
        mem_free((*c)->pending);
        mem_free(*c);
        *c = NULL;
    }
}

/* The best way to cut the first `end` bytes into k parts. */
typedef struct way {
    float sum; /* of the logarithms of counts; negative: no way */
    uint8_t from;
    uint8_t part_end;
} way;

static void extend_way(way ways[SPAN_TEXT_MAX + 1][COMPOUND_PART_MAX + 1], uint32_t begin,
                       uint32_t part_end, uint32_t end, float weight)
{
    for (uint32_t k = 0; k < COMPOUND_PART_MAX; k++) {
        if (ways[begin][k].sum >= 0.0f && ways[begin][k].sum + weight > ways[end][k + 1].sum) {
            ways[end][k + 1] =
                (way){ways[begin][k].sum + weight, (uint8_t)begin, (uint8_t)part_end};
        }
    }
}

uint32_t compounds_split(const compounds *c, bytes word, compound_part parts[COMPOUND_PART_MAX])
{
    static const float JOINT_COST = 0.1f; /* a joint is a little less likely than none */
    spans s;
    spans_begin(&s, word);
    uint32_t len = s.len;
    way ways[SPAN_TEXT_MAX + 1][COMPOUND_PART_MAX + 1];
    for (uint32_t i = 0; i <= len; i++) {
        for (uint32_t k = 0; k <= COMPOUND_PART_MAX; k++) {
            ways[i][k].sum = -1.0f;
        }
    }
    ways[0][0].sum = 0.0f;
    float whole = len >= PART_LEN_MIN ? count_of(c, &s, 0, len) : 0.0f;
    for (uint32_t begin = 0; begin + PART_LEN_MIN <= len; begin++) {
        bool is_reached = begin == 0;
        for (uint32_t k = 1; k < COMPOUND_PART_MAX; k++) {
            is_reached = is_reached || ways[begin][k].sum >= 0.0f;
        }
        for (uint32_t end = begin + PART_LEN_MIN; is_reached && end <= len; end++) {
            float count = begin == 0 && end == len ? 0.0f : count_of(c, &s, begin, end);
            if (count <= 0.0f) {
                continue;
            }
            float weight = logf(1.0f + count);
            extend_way(ways, begin, end, end, weight);
            for (uint32_t i = 1; i < JOINT_COUNT && end < len; i++) {
                uint32_t next = end + (uint32_t)strlen(JOINTS[i]);
                if (next + PART_LEN_MIN <= len && ends_in(word, next, JOINTS[i])) {
                    extend_way(ways, begin, end, next,
                               weight > JOINT_COST ? weight - JOINT_COST : 0.0f);
                }
            }
        }
    }
    uint32_t best = 1;
    float best_mean = logf(1.0f + whole);
    for (uint32_t k = 2; k <= COMPOUND_PART_MAX; k++) {
        if (ways[len][k].sum / (float)k > best_mean) {
            best = k;
            best_mean = ways[len][k].sum / (float)k;
        }
    }
    if (best == 1) {
        parts[0] = (compound_part){0, (uint8_t)len};
        return 1;
    }
    uint32_t end = len;
    for (uint32_t k = best; k > 0; k--) {
        parts[k - 1] = (compound_part){ways[end][k].from, ways[end][k].part_end};
        end = ways[end][k].from;
    }
    return best;
}
