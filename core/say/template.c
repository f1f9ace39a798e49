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

/* The form that a number takes, of those between the bars. */
static bytes form_of(const say_context *c, bytes forms, const template_slot *slot)
{
    const language *l = words_lang(c->lang);
    bytes parts[LANG_FORM_MAX];
    uint32_t count = 0;
    while (count < LANG_FORM_MAX) {
        const char *bar = memchr(forms.base, '|', forms.len);
        size_t len = bar == NULL ? forms.len : (size_t)(bar - forms.base);
        parts[count++] = (bytes){forms.base, len};
        if (bar == NULL) {
            break;
        }
        forms = (bytes){bar + 1, forms.len - len - 1};
    }
    bool is_known = slot != NULL && slot->value.is_known && count == l->form_count;
    return parts[is_known ? lang_form(l, value_amount(&slot->value)) : count - 1];
}

/* A # in a form is the number itself: some forms ("two months") have it in the word. */
static void put_form(const say_context *c, bytes form, const template_slot *slot, buf *out)
{
    const char *sign = form.len == 0 ? NULL : memchr(form.base, '#', form.len);
    if (sign == NULL) {
        buf_put(out, form.base, form.len);
        return;
    }
    size_t before = (size_t)(sign - form.base);
    buf_put(out, form.base, before);
    if (slot == NULL || !value_say(c, &slot->value, out)) {
        buf_text(out, value_form(c, "not_known"));
    }
    buf_put(out, sign + 1, form.len - before - 1);
}

/* What stands between braces: a name, or a name and forms. */
static void fill_one(const say_context *c, bytes inner, const template_slot *slots,
                     uint32_t slot_count, buf *out)
{
    const char *bar = memchr(inner.base, '|', inner.len);
    size_t name_len = bar == NULL ? inner.len : (size_t)(bar - inner.base);
    const template_slot *slot = find_slot(slots, slot_count, (bytes){inner.base, name_len});
    if (bar != NULL) {
        put_form(c, form_of(c, (bytes){bar + 1, inner.len - name_len - 1}, slot), slot, out);
    } else if (slot == NULL || !value_say(c, &slot->value, out)) {
        buf_text(out, value_form(c, "not_known"));
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
