/* HTML to plain text, without trusting it to be HTML. */
#include "import/prose.h"

#include <string.h>
#include <strings.h>

#include "base/utf8.h"

enum { ENTITY_LEN_MAX = 10, TAG_LEN_MAX = 2000 };

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
    if (c < 0x20 || (c >= 0xd800 && c < 0xe000) || c > 0x10ffff || (c >= 0x7f && c < 0xa0)) {
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

static bool is_block(bytes tag)
{
    static const char *const BLOCKS[] = {"br",  "/p",  "/li", "/h1",  "/h2", "/h3",
                                         "/h4", "/ul", "/ol", "/div", "/tr"};
    size_t len = 0;
    while (len < tag.len && strchr(" />\t\n", tag.base[len]) == NULL) {
        len++;
    }
    if (tag.len > 0 && tag.base[0] == '/') {
        len = 1;
        while (len < tag.len && strchr(" >\t\n", tag.base[len]) == NULL) {
            len++;
        }
    }
    for (size_t i = 0; i < sizeof BLOCKS / sizeof *BLOCKS; i++) {
        if (strlen(BLOCKS[i]) == len && strncasecmp(BLOCKS[i], tag.base, len) == 0) {
            return true;
        }
    }
    return false;
}

/* Tags out, entities in; white space is put in order afterwards. */
static void strip(bytes html, buf *out)
{
    for (size_t i = 0; i < html.len; i++) {
        char c = html.base[i];
        if (c == '<') {
            size_t rest = html.len - i < TAG_LEN_MAX ? html.len - i : TAG_LEN_MAX;
            const char *end = memchr(html.base + i, '>', rest);
            bool is_tag =
                end != NULL && i + 1 < html.len &&
                (html.base[i + 1] == '/' || html.base[i + 1] == '!' ||
                 digit_of(html.base[i + 1]) < 16 ||
                 strchr("ghijklmnopqrstuvwxyzGHIJKLMNOPQRSTUVWXYZ", html.base[i + 1]) != NULL);
            if (is_tag && !(html.base[i + 1] >= '0' && html.base[i + 1] <= '9')) {
                bytes tag = {html.base + i + 1, (size_t)(end - html.base) - i - 1};
                buf_char(out, is_block(tag) ? '\n' : ' ');
                i += tag.len + 1;
                continue;
            }
        }
        if (c == '&') {
            size_t rest = html.len - i - 1 < ENTITY_LEN_MAX ? html.len - i - 1 : ENTITY_LEN_MAX;
            const char *end = memchr(html.base + i + 1, ';', rest);
            if (end != NULL &&
                put_entity(out, (bytes){html.base + i + 1, (size_t)(end - html.base) - i - 1})) {
                i = (size_t)(end - html.base);
                continue;
            }
        }
        buf_char(out, c);
    }
}

bool prose_plain(bytes html, size_t max_chars, buf *out)
{
    buf text = {0};
    strip(html, &text);
    size_t chars = 0;
    size_t begin = out->len;
    size_t word_end = begin;
    bool is_cut = false;
    char pending = 0; /* white space not yet written: '\n' wins over ' ' */
    for (size_t i = 0; i < text.len;) {
        unsigned char c = (unsigned char)text.base[i];
        if (c <= ' ' || c == 0x7f) {
            pending = c == '\n' ? '\n' : pending != 0 ? pending : ' ';
            i++;
            continue;
        }
        size_t len = utf8_sequence_len((bytes){text.base, text.len}, i);
        if (len == 0) {
            i++;
            continue;
        }
        if (pending != 0 && out->len > begin) {
            word_end = out->len;
            buf_char(out, pending);
            chars++;
        }
        pending = 0;
        if (chars + 1 >= max_chars) {
            is_cut = true;
            break;
        }
        buf_put(out, text.base + i, len);
        chars++;
        i += len;
    }
    if (is_cut && !out->failed) {
        out->len = word_end > begin ? word_end : out->len;
        buf_text(out, "…");
    }
    buf_fini(&text);
    return is_cut;
}
