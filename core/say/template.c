#include "say/template.h"

#include <string.h>

#include "say/words.h"

/* Texts with placeholders. They were checked when their manifest was read; what is not a
 * placeholder is written as it stands. */

static const template_slot *find_slot(const template_slot *slots, uint32_t count, bytes name)
{
    for (uint32_t i = 0; i < count; i++) {
        if (bytes_equal(slots[i].name, name)) {
            return &slots[i];
        }
    }
    return NULL;
}

/* What stands between braces: a name, or a name and two forms. */
static void fill_one(const say_context *c, bytes inner, const template_slot *slots,
                     uint32_t slot_count, buf *out)
{
    const char *bar = memchr(inner.base, '|', inner.len);
    size_t name_len = bar == NULL ? inner.len : (size_t)(bar - inner.base);
    const template_slot *slot = find_slot(slots, slot_count, (bytes){inner.base, name_len});
    if (bar == NULL) {
        if (slot == NULL || !value_say(c, &slot->value, out)) {
            buf_text(out, say_word(c->lang, "form.not_known"));
        }
        return;
    }
    const char *one = bar + 1;
    size_t forms_len = inner.len - name_len - 1;
    const char *second = memchr(one, '|', forms_len);
    if (second == NULL) {
        return;
    }
    bool is_one = slot != NULL && slot->value.is_known && value_number(&slot->value) == 1;
    const char *other = second + 1;
    if (is_one) {
        buf_put(out, one, (size_t)(second - one));
    } else {
        buf_put(out, other, forms_len - (size_t)(other - one));
    }
}

void template_fill(const say_context *c, bytes text, const template_slot *slots,
                   uint32_t slot_count, buf *out)
{
    size_t at = 0;
    while (at < text.len) {
        const char *rest = text.base + at;
        size_t rest_len = text.len - at;
        const char *open = memchr(rest, '{', rest_len);
        const char *close =
            open == NULL ? NULL : memchr(open, '}', rest_len - (size_t)(open - rest));
        if (close == NULL) {
            buf_put(out, rest, rest_len);
            return;
        }
        buf_put(out, rest, (size_t)(open - rest));
        fill_one(c, (bytes){open + 1, (size_t)(close - open - 1)}, slots, slot_count, out);
        at = (size_t)(close + 1 - text.base);
    }
}
