/* HTML to plain text, without trusting it to be HTML. */
#include "import/prose.h"

#include <string.h>
#include <strings.h>

#include "base/utf8.h"

enum {
    ENTITY_LEN_MAX = 10,
    TAG_LEN_MAX = 2000,
    HTML_LEN_MAX = 64 * 1024 /* what stands behind it is cut off */
};

typedef struct entity {
    const char *name;
    const char *text;
} entity;

static const entity ENTITIES[] = {
    {"amp", "&"},    {"lt", "<"},     {"gt", ">"},     {"quot", "\""},  {"apos", "'"},
    {"nbsp", " "},   {"auml", "ä"},   {"ouml", "ö"},   {"uuml", "ü"},   {"Auml", "Ä"},
    {"Ouml", "Ö"},   {"Uuml", "Ü"},   {"szlig", "ß"},  {"euro", "€"},   {"ndash", "–"},
    {"mdash", "—"},  {"bdquo", "„"},  {"ldquo", "“"},  {"rdquo", "”"},  {"sbquo", "‚"},
    {"lsquo", "‘"},  {"rsquo", "’"},  {"bull", "•"},   {"middot", "·"}, {"eacute", "é"},
    {"egrave", "è"}, {"agrave", "à"}, {"ccedil", "ç"}, {"hellip", "…"}, {"deg", "°"},
    {"sect", "§"},   {"raquo", "»"},  {"laquo", "«"},  {"shy", ""},
};

static void put_code_point(buf *out, uint32_t c)
{
    char text[5] = {0};
    if (c < 0x20 || (c >= 0xd800 && c < 0xe000) || c > 0x10ffff) {
        return;
    }
    size_t len = 0;
    if (c < 0x80) {
        text[len++] = (char)c;
    } else if (c < 0x800) {
        text[len++] = (char)(0xc0 | c >> 6);
        text[len++] = (char)(0x80 | (c & 63));
    } else if (c < 0x10000) {
        text[len++] = (char)(0xe0 | c >> 12);
        text[len++] = (char)(0x80 | (c >> 6 & 63));
        text[len++] = (char)(0x80 | (c & 63));
    } else {
        text[len++] = (char)(0xf0 | c >> 18);
        text[len++] = (char)(0x80 | (c >> 12 & 63));
        text[len++] = (char)(0x80 | (c >> 6 & 63));
        text[len++] = (char)(0x80 | (c & 63));
    }
    buf_put(out, text, len);
}

static uint32_t digit_of(char c)
{
    return c >= '0' && c <= '9'   ? (uint32_t)(c - '0')
           : c >= 'a' && c <= 'f' ? (uint32_t)(c - 'a' + 10)
           : c >= 'A' && c <= 'F' ? (uint32_t)(c - 'A' + 10)
                                  : 99;
}

/* `name` stands between & and ;. False: it is none, and the & is itself. */
static bool put_entity(buf *out, bytes name)
{
    if (name.len > 1 && name.base[0] == '#') {
        bool is_hex = name.base[1] == 'x' || name.base[1] == 'X';
        uint32_t code = 0;
        for (size_t i = is_hex ? 2 : 1; i < name.len; i++) {
            uint32_t digit = digit_of(name.base[i]);
            if (digit >= (is_hex ? 16u : 10u) || code > 0x10ffff) {
                return false;
            }
            code = code * (is_hex ? 16 : 10) + digit;
        }
        put_code_point(out, code == 0xa0 ? ' ' : code);
        return true;
    }
    for (size_t i = 0; i < sizeof ENTITIES / sizeof *ENTITIES; i++) {
        if (bytes_equal_text(name, ENTITIES[i].name)) {
            buf_text(out, ENTITIES[i].text);
            return true;
        }
    }
    return false;
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* The name of a tag, with the slash of an end tag: "p", "/li". */
static bytes tag_name(bytes tag)
{
    size_t len = tag.len > 0 && tag.base[0] == '/';
    while (len < tag.len && (is_letter(tag.base[len]) || digit_of(tag.base[len]) < 10)) {
        len++;
    }
    return (bytes){tag.base, len};
}

static bool is_named(bytes name, const char *wanted)
{
    return strlen(wanted) == name.len && strncasecmp(wanted, name.base, name.len) == 0;
}

static bool is_block(bytes name)
{
    static const char *const BLOCKS[] = {"br",  "/p",  "/li", "/h1",  "/h2", "/h3",
                                         "/h4", "/ul", "/ol", "/div", "/tr"};
    for (size_t i = 0; i < sizeof BLOCKS / sizeof *BLOCKS; i++) {
        if (is_named(name, BLOCKS[i])) {
            return true;
        }
    }
    return false;
}

/* Where a search for an end found none, later ones need not look again. */
typedef struct html_reader {
    bytes text;
    bool is_without_comment_ends;
    bool is_without_hidden_ends;
} html_reader;

/* The length of the tag or comment that starts at off, with its brackets; 0: none does. */
static size_t tag_len(html_reader *h, size_t off)
{
    bytes rest = {h->text.base + off, h->text.len - off};
    const char *end = NULL;
    if (bytes_starts_with(rest, "<!--") && !h->is_without_comment_ends) {
        end = memmem(rest.base + 4, rest.len - 4, "-->", 3);
        h->is_without_comment_ends = end == NULL;
        return end != NULL ? (size_t)(end - rest.base) + 3 : 0;
    }
    if (rest.len < 2 || (!is_letter(rest.base[1]) && rest.base[1] != '/' && rest.base[1] != '!')) {
        return 0;
    }
    end = memchr(rest.base, '>', rest.len < TAG_LEN_MAX ? rest.len : TAG_LEN_MAX);
    return end != NULL ? (size_t)(end - rest.base) + 1 : 0;
}

/* The length of what stands behind a tag, up to its end tag, and is no prose; 0: it is prose. */
static size_t hidden_len(html_reader *h, size_t off, bytes name)
{
    bool is_hiding = is_named(name, "script") || is_named(name, "style");
    for (size_t i = off; is_hiding && !h->is_without_hidden_ends; i++) {
        if (i + name.len + 2 > h->text.len) {
            h->is_without_hidden_ends = true;
        } else if (memcmp(h->text.base + i, "</", 2) == 0 &&
                   strncasecmp(h->text.base + i + 2, name.base, name.len) == 0) {
            return i - off;
        }
    }
    return 0;
}

static size_t entity_len(bytes html, size_t off, buf *out)
{
    size_t rest = html.len - off - 1;
    const char *begin = html.base + off + 1;
    const char *end = memchr(begin, ';', rest < ENTITY_LEN_MAX ? rest : ENTITY_LEN_MAX);
    return end != NULL && put_entity(out, (bytes){begin, (size_t)(end - begin)})
               ? (size_t)(end - begin) + 2
               : 0;
}

/* Tags out, entities in; white space is put in order afterwards. */
static void strip(bytes html, buf *out)
{
    html_reader h = {.text = html};
    for (size_t off = 0; off < html.len;) {
        char c = html.base[off];
        size_t len = c == '<' ? tag_len(&h, off) : c == '&' ? entity_len(html, off, out) : 0;
        if (len == 0) {
            buf_char(out, c);
            off++;
            continue;
        }
        if (c == '<') {
            bytes name = tag_name((bytes){html.base + off + 1, len - 2});
            buf_char(out, is_block(name) ? '\n' : ' ');
            off += hidden_len(&h, off + len, name);
        }
        off += len;
    }
}

typedef enum kind { CHARACTER, SPACE, LINE_END, WINDOWS, NOTHING } kind;

/* The length of what stands at off; *ret_kind says what it is. */
static size_t look_at(bytes text, size_t off, kind *ret_kind)
{
    unsigned char c = (unsigned char)text.base[off];
    size_t len = utf8_sequence_len(text, off);
    unsigned char next = len == 2 ? (unsigned char)text.base[off + 1] : 0;
    if (len == 0) {
        *ret_kind = NOTHING;
        return 1;
    }
    if (c == 0xc2 && next <= 0xad) {
        *ret_kind = next < 0xa0    ? WINDOWS
                    : next == 0xa0 ? SPACE
                    : next == 0xad ? NOTHING
                                   : CHARACTER;
    } else if (c == ' ' || c == '\t' || c == '\r') {
        *ret_kind = SPACE;
    } else {
        *ret_kind = c == '\n' ? LINE_END : c < 0x20 || c == 0x7f ? NOTHING : CHARACTER;
    }
    return len;
}

/* What windows-1252 has where Latin 1 has controls; 0: nothing. */
static uint32_t windows_character(unsigned char byte)
{
    static const uint16_t CHARACTERS[32] = {
        0x20ac, 0,      0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021, 0x02c6, 0x2030, 0x0160,
        0x2039, 0x0152, 0,      0x017d, 0,      0,      0x2018, 0x2019, 0x201c, 0x201d, 0x2022,
        0x2013, 0x2014, 0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, 0,      0x017e, 0x0178};
    return CHARACTERS[byte & 0x1f];
}

/* White space in order, not more than max_chars. */
static bool put_tidy(bytes text, size_t max_chars, bool is_line, buf *out)
{
    size_t begin = out->len;
    size_t chars = 0;
    /* The end of the last word, and of the last character, that leave room for an ellipsis. */
    size_t word_end = begin;
    size_t last_end = begin;
    bool is_cut = false;
    char pending = 0; /* white space not yet written: '\n' wins over ' ' */
    for (size_t off = 0; off < text.len && !is_cut;) {
        kind what;
        size_t len = look_at(text, off, &what);
        if (what == SPACE || what == LINE_END) {
            pending = what == LINE_END && !is_line ? '\n' : pending != 0 ? pending : ' ';
        } else if (what != NOTHING) {
            if (pending != 0 && out->len > begin) {
                word_end = chars < max_chars ? out->len : word_end;
                buf_char(out, pending);
                chars++;
            }
            pending = 0;
            if (what == WINDOWS) {
                put_code_point(out, windows_character((unsigned char)text.base[off + 1]));
            } else {
                buf_put(out, text.base + off, len);
            }
            chars++;
            last_end = chars < max_chars ? out->len : last_end;
            is_cut = chars > max_chars;
        }
        off += len;
    }
    if (is_cut && !out->failed) {
        out->len = word_end > begin ? word_end : last_end;
    }
    return is_cut;
}

static bool put_plain(bytes html, size_t max_chars, bool is_line, buf *out)
{
    buf text = {0};
    bool is_long = html.len > HTML_LEN_MAX;
    strip((bytes){html.base, is_long ? HTML_LEN_MAX : html.len}, &text);
    bool is_cut = put_tidy(buf_bytes(&text), max_chars - is_long, is_line, out) || is_long;
    if (is_cut) {
        buf_text(out, "…");
    }
    out->failed = out->failed || text.failed;
    buf_fini(&text);
    return is_cut;
}

bool prose_plain(bytes html, size_t max_chars, buf *out)
{
    return put_plain(html, max_chars, false, out);
}

bool prose_line(bytes html, size_t max_chars, buf *out)
{
    return put_plain(html, max_chars, true, out);
}

bool prose_text_line(bytes text, size_t max_chars, buf *out)
{
    bool is_cut = put_tidy(text, max_chars, true, out);
    if (is_cut) {
        buf_text(out, "…");
    }
    return is_cut;
}
