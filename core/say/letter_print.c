#include <string.h>

#include "base/check.h"
#include "say/letter.h"
#include "say/pictograms.h"
#include "say/words.h"

/* A letter as plain text, as text to be read aloud, and as a page to be printed. */

/* ------------------------------------------------------------------------------------ text */

static void put_paragraph(buf *out, const char *text)
{
    buf_text(out, text);
    buf_text(out, "\n");
}

void letter_print_text(const letter *l, buf *out)
{
    put_paragraph(out, say_word(l->lang->tag, "letter.title"));
    put_paragraph(out, "");
    buf_put(out, l->as_of.base, l->as_of.len);
    buf_char(out, '\n');
    buf_put(out, l->reference.base, l->reference.len);
    buf_text(out, "\n\n");
    put_paragraph(out, say_word(l->lang->tag, "letter.greeting"));
    put_paragraph(out, say_word(l->lang->tag, "letter.intro"));
    for (uint32_t i = 0; i < l->section_count; i++) {
        const letter_section *s = &l->sections[i];
        put_paragraph(out, "");
        put_paragraph(out, s->heading);
        for (uint32_t k = 0; k < s->line_count; k++) {
            buf_text(out, "- ");
            buf_put(out, s->lines[k].text.base, s->lines[k].text.len);
            buf_char(out, '\n');
        }
    }
}

/* ------------------------------------------------------------------------------------ aloud */

static bool ends_with(bytes text, const char *end)
{
    size_t len = strlen(end);
    return text.len >= len && memcmp(text.base + text.len - len, end, len) == 0;
}

static bool is_ended(bytes text)
{
    static const char *const ends[] = {".", "!", "?", ":", ",", "،", "؟"};
    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
        if (ends_with(text, ends[i])) {
            return true;
        }
    }
    return false;
}

static bool starts_with(bytes text, size_t at, const char *what)
{
    size_t len = strlen(what);
    return text.len - at >= len && memcmp(text.base + at, what, len) == 0;
}

/* Signs become words or go; a sentence ends, so that the voice pauses. */
static void put_spoken(const letter *l, bytes text, buf *out)
{
    for (size_t at = 0; at < text.len;) {
        if (starts_with(text, at, "\u2068") || starts_with(text, at, "\u2069")) {
            at += strlen("\u2068");
        } else if (starts_with(text, at, "§")) {
            at += starts_with(text, at, "§§") ? 2 * strlen("§") : strlen("§");
            buf_text(out, say_word(l->lang->tag, "aloud.paragraph"));
        } else {
            buf_char(out, text.base[at++]);
        }
    }
    if (text.len > 0 && !is_ended(text)) {
        buf_char(out, '.');
    }
    buf_char(out, '\n');
}

void letter_print_aloud(const letter *l, buf *out)
{
    put_spoken(l, bytes_of(say_word(l->lang->tag, "letter.title")), out);
    put_spoken(l, l->as_of, out);
    put_spoken(l, l->reference, out);
    put_spoken(l, bytes_of(say_word(l->lang->tag, "letter.greeting")), out);
    put_spoken(l, bytes_of(say_word(l->lang->tag, "letter.intro")), out);
    for (uint32_t i = 0; i < l->section_count; i++) {
        const letter_section *s = &l->sections[i];
        buf_char(out, '\n');
        put_spoken(l, bytes_of(s->heading), out);
        for (uint32_t k = 0; k < s->line_count; k++) {
            put_spoken(l, s->lines[k].text, out);
        }
    }
}

/* ------------------------------------------------------------------------------------ page */

static const char page_style[] =
    "body{font:1.05rem/1.5 system-ui,\"Noto Sans\",\"Noto Sans Arabic\",sans-serif;max-width:44rem;"
    "margin:2rem auto;padding:0 1rem;color:#111;background:#fff}"
    "h1{font-size:1.7rem;margin:0 0 .5rem}"
    "h2{font-size:1.15rem;margin:0 0 .3rem;display:flex;align-items:center;gap:.7rem}"
    "h2 svg{width:2.6rem;height:2.6rem;flex:none}"
    "section{margin:1.4rem 0;break-inside:avoid}"
    "ul{margin:0;padding-inline-start:4.3rem}li{margin:.15rem 0}"
    "header p{margin:.1rem 0}.decides{border:2px solid #111;border-radius:.5rem;padding:.8rem}"
    "@media print{body{margin:0;max-width:none;font-size:11.5pt}section{margin:.9rem 0}}";

static void put_escaped(bytes text, buf *out)
{
    for (size_t i = 0; i < text.len; i++) {
        switch (text.base[i]) {
        case '&':
            buf_text(out, "&amp;");
            break;
        case '<':
            buf_text(out, "&lt;");
            break;
        case '>':
            buf_text(out, "&gt;");
            break;
        case '"':
            buf_text(out, "&quot;");
            break;
        case '\'':
            buf_text(out, "&#39;");
            break;
        default:
            buf_char(out, text.base[i]);
        }
    }
}

static void put_element(const char *name, const char *attributes, bytes text, buf *out)
{
    buf_print(out, "<%s%s>", name, attributes);
    put_escaped(text, out);
    buf_print(out, "</%s>\n", name);
}

/* The drawing with the heading as its title: a screen reader names it once, as an image. */
static void put_pictogram(letter_topic topic, const char *title, buf *out)
{
    static const char open_tag[] = "<title>";
    const char *drawing = PICTOGRAMS[topic].svg;
    const char *begin = strstr(drawing, open_tag);
    const char *end = begin == NULL ? NULL : strstr(begin, "</title>");
    check(end != NULL);
    buf_put(out, drawing, (size_t)(begin - drawing) + strlen(open_tag));
    put_escaped(bytes_of(title), out);
    size_t len = strlen(end);
    while (len > 0 && end[len - 1] == '\n') {
        len--;
    }
    buf_put(out, end, len);
}

static void put_section(const letter_section *s, buf *out)
{
    buf_text(out,
             s->topic == LETTER_DECIDES ? "<section class=\"decides\">\n<h2>" : "<section>\n<h2>");
    put_pictogram(s->topic, s->heading, out);
    put_element("span", "", bytes_of(s->heading), out);
    buf_text(out, "</h2>\n<ul>\n");
    for (uint32_t i = 0; i < s->line_count; i++) {
        buf attributes = {0};
        if (s->lines[i].lang != NULL) {
            buf_print(&attributes, " lang=\"%s\"", s->lines[i].lang);
        }
        put_element("li", buf_terminated(&attributes), s->lines[i].text, out);
        buf_fini(&attributes);
    }
    buf_text(out, "</ul>\n</section>\n");
}

void letter_print_html(const letter *l, buf *out)
{
    const char *tag = l->lang->tag;
    bytes title = bytes_of(say_word(tag, "letter.title"));
    buf_print(out,
              "<!DOCTYPE html>\n<html lang=\"%s\" dir=\"%s\">\n<head>\n<meta charset=\"utf-8\">\n",
              tag, l->lang->is_right_to_left ? "rtl" : "ltr");
    buf_text(out, "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
                  "style-src 'unsafe-inline'\">\n"
                  "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n");
    put_element("title", "", title, out);
    buf_print(out, "<style>%s</style>\n</head>\n<body>\n<main>\n<header>\n", page_style);
    put_element("h1", "", title, out);
    put_element("p", "", l->as_of, out);
    put_element("p", "", l->reference, out);
    buf_text(out, "</header>\n");
    put_element("p", "", bytes_of(say_word(tag, "letter.greeting")), out);
    put_element("p", "", bytes_of(say_word(tag, "letter.intro")), out);
    for (uint32_t i = 0; i < l->section_count; i++) {
        put_section(&l->sections[i], out);
    }
    buf_text(out, "</main>\n</body>\n</html>\n");
}
