/* Reads titles of occupations as people write them. German marks sex in a dozen ways; all of them
 * end as the same stem, so that counting and comparing need not know about them. */
#include "taxonomy/title.h"

#include <string.h>

#include "base/utf8.h"

typedef struct word_pair {
    const char *from;
    const char *to;
} word_pair;

static const char *const STOP_WORDS[] = {"und",         "oder",
                                         "fur",         "der",
                                         "die",         "das",
                                         "den",         "dem",
                                         "des",         "ein",
                                         "eine",        "einer",
                                         "eines",       "von",
                                         "vom",         "im",
                                         "in",          "mit",
                                         "zu",          "zur",
                                         "zum",         "bei",
                                         "am",          "an",
                                         "auf",         "aus",
                                         "als",         "sowie",
                                         "bzw",         "inkl",
                                         "ohne",        "u",
                                         "a",           "d",
                                         "i",           "m",
                                         "w",           "f",
                                         "x",           "div",
                                         "of",          "the",
                                         "and",         "for",
                                         "or",          "to",
                                         "with",        "fachrichtung",
                                         "bereich",     "dipl",
                                         "diplom",      "gepr",
                                         "gepruft",     "geprufter",
                                         "gepruft",     "staatl",
                                         "anerk",       "mwd",
                                         "mw",          "gn",
                                         "alle",        "geschlechter",
                                         "genders",     "all",
                                         "schwerpunkt", "uber",
                                         "et"};

/* Abbreviations as they stand in titles, Austrian degrees among them. */
static const word_pair ABBREVIATIONS[] = {{"di", "ingenieur"},
                                          {"ing", "ingenieur"},
                                          {"dr", "doktor"},
                                          {"kfz", "kraftfahrzeug"},
                                          {"lkw", "lastkraftwagen"},
                                          {"pkw", "personenkraftwagen"},
                                          {"edv", "informationstechnik"},
                                          {"it", "informationstechnik"},
                                          {"ikt", "informationstechnik"},
                                          {"ict", "informationstechnik"},
                                          {"stv", "stellvertretend"},
                                          {"gf", "geschaftsfuhrer"},
                                          {"asst", "assistent"},
                                          {"ass", "assistent"},
                                          {"techn", "technisch"},
                                          {"kaufm", "kaufmannisch"},
                                          {"mitarb", "mitarbeiter"},
                                          {"sachb", "sachbearbeiter"},
                                          {"hr", "personal"},
                                          {"pr", "offentlichkeitsarbeit"},
                                          {"qs", "qualitatssicherung"},
                                          {"oa", "oberarzt"},
                                          {"rae", "rechtsanwalt"},
                                          {"ra", "rechtsanwalt"},
                                          {"mfa", "medizinisch"},
                                          {"phys", "physikalisch"},
                                          {"med", "medizinisch"},
                                          {"mech", "mechanisch"},
                                          {"elektr", "elektrisch"},
                                          {"chem", "chemisch"}};

/* Words that end in -in and are no woman. */
static const char *const NOT_FEMININE[] = {"medizin", "termin", "benzin",    "magazin", "kamin",
                                           "vitamin", "urin",   "disziplin", "admin",   "insulin",
                                           "rubin",   "satin",  "platin",    "delfin",  "berlin",
                                           "robin",   "latin",  "cabin",     "resin",   "twin"};

static bool ends_with(bytes word, const char *end)
{
    size_t len = strlen(end);
    return word.len >= len && memcmp(word.base + word.len - len, end, len) == 0;
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           (unsigned char)c >= 0x80;
}

static bool is_letter_at(bytes text, size_t at)
{
    return at < text.len && is_letter(text.base[at]);
}

static size_t word_len_at(bytes text, size_t at)
{
    size_t end = at;
    while (is_letter_at(text, end)) {
        end++;
    }
    return end - at;
}

static bool is_one_of(bytes word, const char *const *list, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (bytes_equal_text(word, list[i])) {
            return true;
        }
    }
    return false;
}
#define IS_ONE_OF(word, list) is_one_of((word), (list), sizeof(list) / sizeof *(list))

/* "m/w/d", "m./w.", "w|m|x", "gn": single letters of sexes with marks between them. */
static bool is_sex_marker(bytes inside)
{
    uint32_t letters = 0;
    uint32_t marks = 0;
    bool was_letter = false;
    if (bytes_equal_text(inside, "gn") || bytes_equal_text(inside, "GN")) {
        return true;
    }
    for (size_t i = 0; i < inside.len; i++) {
        char c = inside.base[i];
        if (strchr("mwdfxinaMWDFX", c) != NULL && c != '\0') {
            if (was_letter) {
                return false;
            }
            letters++;
            was_letter = true;
        } else if (strchr("/|.,*: -", c) != NULL && c != '\0') {
            marks++;
            was_letter = false;
        } else {
            return false;
        }
    }
    return letters >= 2 && marks > 0 && letters <= 5;
}

/* The length of a bracket that begins at `at` and only tells the sex or an ending, else 0. */
static size_t bracket_len(bytes text, size_t at)
{
    static const char *const ENDINGS[] = {"in", "innen", "r",   "e",    "er",   "n",     "en",
                                          "s",  "-in",   "/in", "/-in", "frau", "-frau", "mann",
                                          "/r", "em",    "ne",  "t",    "rin",  "ten",   "nen"};
    enum { BRACKET_LEN_MAX = 18 };
    size_t end = at + 1;
    while (end < text.len && text.base[end] != ')' && end - at < BRACKET_LEN_MAX) {
        end++;
    }
    if (end >= text.len || text.base[end] != ')') {
        return 0;
    }
    bytes inside = {text.base + at + 1, end - at - 1};
    if (is_sex_marker(inside)) {
        return end + 1 - at;
    }
    bool is_in_word = at > 0 && is_letter(text.base[at - 1]);
    return is_in_word && IS_ONE_OF(inside, ENDINGS) ? end + 1 - at : 0;
}

/* The length of "/in", "*innen", ":r", "/-frau" that begins at `at` behind a letter, else 0. */
static size_t slash_len(bytes text, size_t at)
{
    static const char *const ENDINGS[] = {"in", "innen", "r",    "n",   "e",  "er",  "en",   "s",
                                          "em", "frau",  "mann", "rin", "ne", "inn", "woman"};
    size_t begin = at + 1;
    begin += begin < text.len && text.base[begin] == '-';
    size_t len = word_len_at(text, begin);
    bytes word = {text.base + begin, len};
    return len > 0 && IS_ONE_OF(word, ENDINGS) ? begin + len - at : 0;
}

/* "m/w/d" without brackets. */
static size_t bare_marker_len(bytes text, size_t at)
{
    size_t end = at;
    while (end < text.len && end - at < 8 && text.base[end] != ' ' && text.base[end] != ')' &&
           text.base[end] != ',') {
        end++;
    }
    bytes word = {text.base + at, end - at};
    bool has_slash = memchr(word.base, '/', word.len) != NULL;
    return has_slash && word.len >= 3 && is_sex_marker(word) ? end - at : 0;
}

/* "TechnikerIn", "TechnikerInnen": a capital in the middle of a word. */
static size_t capital_len(bytes text, size_t at)
{
    static const char *const FORMS[] = {"In", "Innen"};
    bytes word = {text.base + at, word_len_at(text, at)};
    char before = text.base[at - 1];
    bool is_behind_small = (before >= 'a' && before <= 'z') || (unsigned char)before >= 0x80;
    return is_behind_small && IS_ONE_OF(word, FORMS) ? word.len : 0;
}

static size_t short_form_len(bytes text, size_t at)
{
    char c = text.base[at];
    bool is_behind_letter = at > 0 && is_letter(text.base[at - 1]);
    if (c == '(') {
        return bracket_len(text, at);
    }
    if (!is_behind_letter) {
        return strchr("mwdfMWDF", c) != NULL && c != '\0' ? bare_marker_len(text, at) : 0;
    }
    if (c == '/' || c == '*' || c == ':' || c == '_' || c == '|') {
        return slash_len(text, at);
    }
    return c == 'I' ? capital_len(text, at) : 0;
}

static void put_without_short_forms(bytes text, buf *out)
{
    size_t at = 0;
    while (at < text.len) {
        size_t skipped = short_form_len(text, at);
        if (skipped == 0) {
            buf_char(out, text.base[at]);
            skipped = 1;
        }
        at += skipped;
    }
}

static bool is_vowel(char c)
{
    return c == 'a' || c == 'e' || c == 'i' || c == 'o' || c == 'u';
}

/* "ae", "oe", "ue" written for an umlaut read like the umlaut, which folds to its vowel. */
static uint32_t join_umlauts(bytes word, char *out)
{
    uint32_t len = 0;
    for (size_t i = 0; i < word.len && len < TITLE_WORD_LEN_MAX; i++) {
        char c = word.base[i];
        bool is_second = c == 'e' && i > 0 && strchr("aou", word.base[i - 1]) != NULL &&
                         (i < 2 || (!is_vowel(word.base[i - 2]) && word.base[i - 2] != 'q'));
        if (!is_second) {
            out[len++] = c;
        }
    }
    return len;
}

static bool is_feminine(bytes word)
{
    if (word.len < 6 || !ends_with(word, "in") || is_vowel(word.base[word.len - 3])) {
        return false;
    }
    for (size_t i = 0; i < sizeof NOT_FEMININE / sizeof *NOT_FEMININE; i++) {
        if (ends_with(word, NOT_FEMININE[i])) {
            return false;
        }
    }
    return true;
}

static uint32_t adjective_len(bytes word)
{
    static const char *const ENDINGS[] = {"er", "es", "en", "em", "e"};
    static const char *const BASES[] = {"lich",  "end",  "ell",        "iert",  "stellt", "ional",
                                        "beamt", "isch", "bedienstet", "lernt", "ativ",   "sozial"};
    for (size_t i = 0; i < sizeof ENDINGS / sizeof *ENDINGS; i++) {
        if (!ends_with(word, ENDINGS[i])) {
            continue;
        }
        bytes base = {word.base, word.len - strlen(ENDINGS[i])};
        for (size_t b = 0; b < sizeof BASES / sizeof *BASES; b++) {
            bool is_long = base.len > 7 || strcmp(BASES[b], "isch") != 0;
            if (is_long && ends_with(base, BASES[b])) {
                return (uint32_t)base.len;
            }
        }
    }
    return 0;
}

static uint32_t strip_number(bytes word)
{
    size_t len = word.len;
    char before = len > 1 ? word.base[len - 2] : '\0';
    if (len > 6 && ends_with(word, "nen") && !is_vowel(word.base[len - 4])) {
        return (uint32_t)(len - 2);
    }
    if (len > 5 && ends_with(word, "en")) {
        return (uint32_t)(len - 2);
    }
    if (len > 5 && (ends_with(word, "ern") || ends_with(word, "eln"))) {
        return (uint32_t)(len - 1);
    }
    if (len > 4 && ends_with(word, "e")) {
        return (uint32_t)(len - 1);
    }
    if (len > 4 && ends_with(word, "s") && !is_vowel(before) && before != 's') {
        return (uint32_t)(len - 1);
    }
    return (uint32_t)len;
}

uint32_t title_stem(bytes word, char *out)
{
    char joined[TITLE_WORD_LEN_MAX];
    bytes w = {joined, join_umlauts(word, joined)};
    if (w.len > 8 && ends_with(w, "innen")) {
        w.len -= 5;
    } else if (is_feminine(w)) {
        w.len -= 2;
    }
    static const word_pair SEXES[] = {{"frau", "mann"},   {"frauen", "mann"},   {"leut", "mann"},
                                      {"leute", "mann"},  {"woman", "man"},     {"euse", "eur"},
                                      {"manner", "mann"}, {"madchen", "bursch"}};
    for (size_t i = 0; i < sizeof SEXES / sizeof *SEXES; i++) {
        size_t from_len = strlen(SEXES[i].from);
        if (w.len > from_len && ends_with(w, SEXES[i].from)) {
            size_t kept = w.len - from_len;
            memcpy(out, w.base, kept);
            memcpy(out + kept, SEXES[i].to, strlen(SEXES[i].to));
            return (uint32_t)(kept + strlen(SEXES[i].to));
        }
    }
    uint32_t len = adjective_len(w);
    if (len == 0) {
        len = strip_number(w);
    }
    memcpy(out, w.base, len);
    return len;
}

static bytes written_out(bytes word)
{
    for (size_t i = 0; i < sizeof ABBREVIATIONS / sizeof *ABBREVIATIONS; i++) {
        if (bytes_equal_text(word, ABBREVIATIONS[i].from)) {
            return bytes_of(ABBREVIATIONS[i].to);
        }
    }
    return word;
}

static void keep_word(title *t, bytes word, bool is_aside)
{
    word.len = word.len < TITLE_WORD_LEN_MAX ? word.len : TITLE_WORD_LEN_MAX;
    bool is_room = t->token_count < TITLE_TOKEN_MAX &&
                   t->text_len + 2 * TITLE_WORD_LEN_MAX + 8 <= TITLE_LEN_MAX;
    if (word.len == 0 || !is_room || IS_ONE_OF(word, STOP_WORDS)) {
        return;
    }
    word = written_out(word);
    title_token *token = &t->tokens[t->token_count++];
    token->is_aside = is_aside;
    token->off = (uint16_t)t->text_len;
    token->len = (uint8_t)word.len;
    memcpy(t->text + t->text_len, word.base, word.len);
    t->text_len += (uint32_t)word.len;
    token->stem_off = (uint16_t)t->text_len;
    token->stem_len = (uint8_t)title_stem(word, t->text + t->text_len);
    t->text_len += token->stem_len;
}

/* The length of a separator at `at`: ASCII other than letters and digits, and the punctuation of
 * Latin-1 and of U+2000; 0 inside a word. */
static size_t separator_len(bytes text, size_t at)
{
    unsigned char c = (unsigned char)text.base[at];
    if (c < 0x80) {
        return is_letter((char)c) ? 0 : 1;
    }
    if (c == 0xC2) {
        return at + 1 < text.len ? 2 : 1;
    }
    bool is_general = c == 0xE2 && at + 2 < text.len && (unsigned char)text.base[at + 1] == 0x80;
    return is_general ? 3 : 0;
}

static void split_words(title *t, bytes folded)
{
    uint32_t depth = 0;
    bool is_behind_dash = false;
    size_t at = 0;
    while (at < folded.len) {
        size_t skipped = separator_len(folded, at);
        if (skipped > 0) {
            char c = folded.base[at];
            depth += c == '(' || c == '[';
            depth -= (c == ')' || c == ']') && depth > 0;
            bool is_free = at > 0 && folded.base[at - 1] == ' ' && at + skipped < folded.len &&
                           folded.base[at + skipped] == ' ';
            is_behind_dash = is_behind_dash || (is_free && (c == '-' || skipped == 3));
            at += skipped;
            continue;
        }
        size_t end = at;
        while (end < folded.len && separator_len(folded, end) == 0) {
            end++;
        }
        keep_word(t, (bytes){folded.base + at, end - at},
                  t->token_count > 0 && (depth > 0 || is_behind_dash));
        at = end;
    }
}

bool title_read(bytes text, buf *scratch, title *ret)
{
    enum { READ_LEN_MAX = 2048 };
    text.len = text.len < READ_LEN_MAX ? text.len : READ_LEN_MAX;
    ret->text_len = 0;
    ret->token_count = 0;
    buf_clear(scratch);
    put_without_short_forms(text, scratch);
    size_t plain_len = scratch->len;
    /* The folded text stands behind the plain one, which moves when the buffer grows. */
    if (buf_room(scratch, plain_len * 24 + 16) == NULL) {
        return false;
    }
    utf8_fold((bytes){scratch->base, plain_len}, scratch);
    if (scratch->failed) {
        return false;
    }
    split_words(ret, (bytes){scratch->base + plain_len, scratch->len - plain_len});
    return true;
}

uint64_t title_key(const title *t)
{
    uint64_t sum = 0;
    for (uint32_t i = 0; i < t->token_count; i++) {
        bytes stem = title_stem_of(t, i);
        bool is_new = true;
        for (uint32_t j = 0; j < i; j++) {
            is_new = is_new && !bytes_equal(stem, title_stem_of(t, j));
        }
        if (is_new) {
            uint64_t hash = bytes_hash(stem);
            sum += hash * (hash | 1);
        }
    }
    return sum;
}

bytes title_word(const title *t, uint32_t at)
{
    return (bytes){t->text + t->tokens[at].off, t->tokens[at].len};
}

bytes title_stem_of(const title *t, uint32_t at)
{
    return (bytes){t->text + t->tokens[at].stem_off, t->tokens[at].stem_len};
}
