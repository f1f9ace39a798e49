/* Reads German course announcements word by word. */
#include "import/prose_facts.h"

#include <string.h>

#include "base/utf8.h"

enum {
    TOKEN_MAX = 1500,
    ALL_DAYS = 0x7f,
    SEATS_MAX = 1000,
    UNITS_MAX = 10000,
    WEEK_UNITS_MAX = 60
};

/* A word, a number, or one other character. */
typedef struct token {
    bytes text;
    int32_t number; /* -1: none */
} token;

typedef struct reading {
    token tokens[TOKEN_MAX];
    uint32_t count;
} reading;

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (unsigned char)c >= 0x80;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static void cut(bytes text, reading *r)
{
    uint32_t hidden = 0; /* what stands in brackets are exceptions */
    r->count = 0;
    for (size_t at = 0; at < text.len && r->count < TOKEN_MAX;) {
        size_t begin = at;
        int32_t number = -1;
        char c = text.base[at];
        if (is_letter(c)) {
            while (at < text.len && is_letter(text.base[at])) {
                at++;
            }
        } else if (is_digit(c)) {
            number = 0;
            while (at < text.len && is_digit(text.base[at])) {
                number = number > 100000 ? 1000000 : number * 10 + (text.base[at] - '0');
                at++;
            }
        } else {
            at++;
        }
        hidden += c == '(';
        if (c != ' ' && c != '\n' && c != '\t' && hidden == 0) {
            r->tokens[r->count++] = (token){{text.base + begin, at - begin}, number};
        }
        hidden -= c == ')' && hidden > 0;
    }
}

static bool is_word(const reading *r, uint32_t at, const char *word)
{
    return at < r->count && bytes_equal_text(r->tokens[at].text, word);
}

static bool is_one_of(const reading *r, uint32_t at, const char *const *words, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        if (is_word(r, at, words[i])) {
            return true;
        }
    }
    return false;
}

static bool starts_word(const reading *r, uint32_t at, const char *start)
{
    return at < r->count && bytes_starts_with(r->tokens[at].text, start);
}

static int32_t number_at(const reading *r, uint32_t at)
{
    return at < r->count ? r->tokens[at].number : -1;
}

static bool is_to(const reading *r, uint32_t at)
{
    static const char *const words[] = {"-", "bis", "–", "—"};
    return is_one_of(r, at, words, 4);
}

/* ------------------------------------------------------------------------------------ days */

/* The day's place in the week, 0 to 6; -1: none. Two letters are a day only where a dot, a dash or
 * a number follows: "do", "mi" and "so" are words as well. */
static int32_t day_at(const reading *r, uint32_t at, uint32_t *ret_len)
{
    static const char *const names[7] = {"montag",  "dienstag", "mittwoch", "donnerstag",
                                         "freitag", "samstag",  "sonntag"};
    static const char *const shorts[7] = {"mo", "di", "mi", "do", "fr", "sa", "so"};
    for (int32_t i = 0; i < 7; i++) {
        size_t len = strlen(names[i]);
        if (starts_word(r, at, names[i]) &&
            (r->tokens[at].text.len == len ||
             (r->tokens[at].text.len == len + 1 && r->tokens[at].text.base[len] == 's'))) {
            *ret_len = 1;
            return i;
        }
        if (is_word(r, at, shorts[i])) {
            bool has_dot = is_word(r, at + 1, ".");
            uint32_t next = at + 1 + has_dot;
            static const char *const joins[] = {"-", "–", "+", "/", "&", ",", "bis", "und", "von"};
            if (has_dot || number_at(r, next) >= 0 || is_one_of(r, next, joins, 9) ||
                (at > 0 &&
                 (is_to(r, at - 1) || is_word(r, at - 1, "+") || is_word(r, at - 1, "/")))) {
                *ret_len = 1 + has_dot;
                return i;
            }
        }
    }
    return -1;
}

/* "Montag bis Freitag", "Mo, Mi und Fr"; 0: no days begin here. */
static uint32_t days_at(const reading *r, uint32_t at, uint32_t *ret_len)
{
    static const char *const joins[] = {",", "und", "+", "/", "&", "sowie"};
    uint32_t len = 0;
    uint32_t from = at;
    uint32_t days = 0;
    int32_t first = day_at(r, at, &len);
    while (first >= 0) {
        at += len;
        int32_t last = is_to(r, at) ? day_at(r, at + 1, &len) : -1;
        if (last >= 0) {
            at += 1 + len;
        }
        for (int32_t d = first; d <= (last >= first ? last : first); d++) {
            days |= 1u << d;
        }
        first = is_one_of(r, at, joins, 6) ? day_at(r, at + 1, &len) : -1;
        at += first >= 0;
    }
    *ret_len = at - from;
    return days;
}

/* ------------------------------------------------------------------------------------ times */

/* "08:30", "8.30", "9"; -1: none. *ret_is_clock: it has minutes. */
static int32_t clock_at(const reading *r, uint32_t at, uint32_t *ret_len, bool *ret_is_clock)
{
    int32_t hours = number_at(r, at);
    if (hours < 0 || hours > 24 || r->tokens[at].text.len > 2) {
        return -1;
    }
    bool has_minutes = (is_word(r, at + 1, ":") || is_word(r, at + 1, ".")) &&
                       number_at(r, at + 2) >= 0 && number_at(r, at + 2) < 60 &&
                       r->tokens[at + 2].text.len == 2;
    *ret_len = has_minutes ? 3 : 1;
    *ret_is_clock = has_minutes;
    return hours * 60 + (has_minutes ? number_at(r, at + 2) : 0);
}

/* "08:30 - 12:35 Uhr", "9 Uhr bis 15 Uhr"; numbers without minutes need the word. */
static bool span_at(const reading *r, uint32_t at, int32_t *ret_start, int32_t *ret_end,
                    uint32_t *ret_len)
{
    uint32_t from = at;
    uint32_t len = 0;
    bool has_minutes[2] = {false, false};
    int32_t start = clock_at(r, at, &len, &has_minutes[0]);
    bool is_rest = at >= 2 && (is_word(r, at - 1, ":") || is_word(r, at - 1, ".")) &&
                   number_at(r, at - 2) >= 0; /* minutes of another time */
    if (start < 0 || is_rest) {
        return false;
    }
    at += len;
    bool has_word = is_word(r, at, "uhr") || is_word(r, at, "h");
    at += has_word;
    if (!is_to(r, at)) {
        return false;
    }
    int32_t end = clock_at(r, at + 1, &len, &has_minutes[1]);
    if (end < 0) {
        return false;
    }
    at += 1 + len;
    bool has_last_word = is_word(r, at, "uhr") || is_word(r, at, "h");
    at += has_last_word;
    bool is_day_of_month = is_word(r, at, ".") && number_at(r, at + 1) >= 0;
    bool is_told = has_word || has_last_word || (has_minutes[0] && has_minutes[1]);
    if (!is_told || end <= start || end > 24 * 60 || is_day_of_month) {
        return false;
    }
    *ret_start = start;
    *ret_end = end;
    *ret_len = at - from;
    return true;
}

static bool clashes(const prose_facts *f, const prose_window *w)
{
    for (uint32_t i = 0; i < f->window_count; i++) {
        const prose_window *other = &f->windows[i];
        if ((other->days & w->days) != 0 && other->start < w->end && w->start < other->end) {
            return true;
        }
    }
    return false;
}

/* Times belong to the days before them, or to those right behind. */
static void find_windows(const reading *r, prose_facts *f)
{
    enum { REACH = 14 }; /* words between days and their times */
    uint32_t days = 0;
    uint32_t days_end = 0;
    bool is_unclear = false;
    uint32_t first = f->window_count;
    for (uint32_t at = 0; at < r->count;) {
        uint32_t len = 1;
        int32_t start = 0;
        int32_t end = 0;
        uint32_t found = days_at(r, at, &len);
        if (found != 0) {
            days = found;
            at += len;
            days_end = at;
            continue;
        }
        len = 1;
        if (span_at(r, at, &start, &end, &len)) {
            uint32_t behind_len = 0;
            uint32_t behind = at + len + is_word(r, at + len, ",");
            bool has_days = days != 0 && at - days_end <= REACH;
            uint32_t mask = has_days ? days : days_at(r, behind, &behind_len);
            prose_window w = {(uint8_t)mask, (int16_t)start, (int16_t)end};
            is_unclear =
                is_unclear || mask == 0 || f->window_count == PROSE_WINDOW_MAX || clashes(f, &w);
            if (!is_unclear) {
                f->windows[f->window_count++] = w;
            }
            days_end = at + len;
        }
        at += len;
    }
    if (is_unclear) {
        f->window_count = first;
    }
}

/* ------------------------------------------------------------------------------------ the rest */

/* "600 UE", "135 Lerneinheiten", "25 UE/Woche", "20 Unterrichtsstunden pro Woche". */
static void find_units(const reading *r, prose_facts *f)
{
    static const char *const words[] = {
        "ue",   "unterrichtseinheiten", "lerneinheiten", "unterrichtsstunden", "einheiten",
        "ustd", "unterrichtsstd"};
    static const char *const weeks[] = {"woche", "wochentlich"};
    for (uint32_t at = 0; at + 1 < r->count; at++) {
        int32_t number = number_at(r, at);
        if (number <= 0 || number > UNITS_MAX || !is_one_of(r, at + 1, words, 7)) {
            continue;
        }
        uint32_t next = at + 2;
        next += is_word(r, next, ".");
        bool has_per = is_word(r, next, "/") || is_word(r, next, "pro") || is_word(r, next, "je") ||
                       is_word(r, next, "die");
        bool is_weekly = is_one_of(r, next + has_per, weeks, 2);
        if (is_weekly && number <= WEEK_UNITS_MAX && f->week_units == 0) {
            f->week_units = (uint32_t)number;
        } else if (!is_weekly && !has_per && f->units == 0) {
            f->units = (uint32_t)number;
        }
    }
}

/* "max. 15 Teilnehmer", "bis zu 8 Teilnehmende", "Gruppengrosse: 12". */
static void find_seats(const reading *r, prose_facts *f)
{
    for (uint32_t at = 0; at < r->count && f->seats == 0; at++) {
        int32_t number = number_at(r, at);
        bool is_people = starts_word(r, at + 1, "teilnehm") || is_word(r, at + 1, "tn") ||
                         is_word(r, at + 1, "personen") || is_word(r, at + 1, "platze");
        bool is_most = at >= 1 && (starts_word(r, at - 1, "max") || is_word(r, at - 1, "zu") ||
                                   starts_word(r, at - 1, "hochstens"));
        is_most = is_most || (at >= 2 && is_word(r, at - 1, ".") && is_word(r, at - 2, "max"));
        bool is_size = at >= 2 && is_word(r, at - 1, ":") && starts_word(r, at - 2, "gruppengross");
        if (number > 0 && number <= SEATS_MAX && ((is_people && is_most) || is_size)) {
            f->seats = (uint32_t)number;
        }
    }
}

static bool day_of_month_at(const reading *r, uint32_t at, day *ret)
{
    char text[DAY_TEXT_LEN + 1];
    int32_t d = number_at(r, at);
    int32_t m = number_at(r, at + 2);
    int32_t y = number_at(r, at + 4);
    if (d < 1 || d > 31 || m < 1 || m > 12 || !is_word(r, at + 1, ".") ||
        !is_word(r, at + 3, ".") || y < 2000 || y > 2100) {
        return false;
    }
    text[0] = (char)('0' + y / 1000);
    text[1] = (char)('0' + y / 100 % 10);
    text[2] = (char)('0' + y / 10 % 10);
    text[3] = (char)('0' + y % 10);
    text[4] = '-';
    text[5] = (char)('0' + m / 10);
    text[6] = (char)('0' + m % 10);
    text[7] = '-';
    text[8] = (char)('0' + d / 10);
    text[9] = (char)('0' + d % 10);
    return day_parse((bytes){text, DAY_TEXT_LEN}, ret);
}

/* "Anmeldeschluss: 15.01.2027", "Anmeldung bis zum 15.01.2027". */
static void find_registration(const reading *r, prose_facts *f)
{
    for (uint32_t at = 0; at < r->count && !f->has_register_by; at++) {
        bool is_end = starts_word(r, at, "anmeldeschlu") || starts_word(r, at, "anmeldefrist") ||
                      starts_word(r, at, "bewerbungsschlu") ||
                      starts_word(r, at, "bewerbungsfrist");
        bool is_until = is_word(r, at, "anmeldung") && is_word(r, at + 1, "bis");
        for (uint32_t k = at + 1; (is_end || is_until) && k < at + 6 && !f->has_register_by; k++) {
            f->has_register_by = day_of_month_at(r, k, &f->register_by);
        }
    }
}

static bool says(bytes folded, const char *phrase)
{
    return folded.len > 0 && memmem(folded.base, folded.len, phrase, strlen(phrase)) != NULL;
}

static bool says_one_of(bytes folded, const char *const *phrases, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        if (says(folded, phrases[i])) {
            return true;
        }
    }
    return false;
}

void prose_find_facts(bytes plain, prose_facts *facts)
{
    static const char *const rolling[] = {
        "einstieg jederzeit",     "jederzeit moglich",        "laufender einstieg",
        "individueller einstieg", "einstieg ist individuell", "taglich moglich",
        "jederzeit einsteigen",   "fortlaufender einstieg",   "einstieg laufend",
        "start jederzeit",        "beginn jederzeit",         "laufender beginn"};
    static const char *const flexible[] = {"individuell", "flexib", "nach absprache",
                                           "nach vereinbarung", "in absprache"};
    static const char *const single[] = {"einzelcoaching", "einzelmassnahme", "einzelunterricht",
                                         "eins-zu-eins"};
    buf folded = {0};
    reading r;
    utf8_fold(plain, &folded);
    bytes text = folded.failed ? (bytes){NULL, 0} : buf_bytes(&folded);
    cut(text, &r);
    bool is_flexible = says_one_of(text, flexible, 5);
    facts->is_rolling = facts->is_rolling || says_one_of(text, rolling, 12);
    facts->is_single = facts->is_single || says_one_of(text, single, 4);
    if (facts->window_count == 0 && !is_flexible) {
        find_windows(&r, facts);
    }
    facts->is_flexible = facts->is_flexible || is_flexible;
    find_units(&r, facts);
    find_seats(&r, facts);
    find_registration(&r, facts);
    buf_fini(&folded);
}

bool prose_find_levels(bytes title, uint32_t *ret_low, uint32_t *ret_high)
{
    uint32_t low = 7;
    uint32_t high = 0;
    for (size_t at = 0; at + 1 < title.len; at++) {
        char letter = title.base[at];
        char digit = title.base[at + 1];
        bool begins =
            at == 0 || !(is_letter(title.base[at - 1] | 0x20) || is_digit(title.base[at - 1]));
        bool ends = at + 2 == title.len ||
                    !(is_digit(title.base[at + 2]) || is_letter(title.base[at + 2] | 0x20));
        if (begins && ends && letter >= 'A' && letter <= 'C' && (digit == '1' || digit == '2')) {
            uint32_t level = (uint32_t)(letter - 'A') * 2 + (uint32_t)(digit - '0');
            low = level < low ? level : low;
            high = level > high ? level : high;
        }
    }
    if (low > high) {
        return false;
    }
    *ret_low = low;
    *ret_high = high;
    return true;
}
