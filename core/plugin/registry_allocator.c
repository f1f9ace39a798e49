/* Allocators by their ids. A failed plugin says why it failed, as if it were there. */

#include <string.h>

#include "plugin/registry_parts.h"

static const plugin_entry *find_plugin(const registry *r, const char *id)
{
    for (uint32_t i = 0; i < r->plugin_count; i++) {
        if (bytes_equal_text(r->plugins[i].info.id, id)) {
            return &r->plugins[i];
        }
    }
    return NULL;
}

static bool refuse_id(const registry *r, const char *id, err *e)
{
    char known[256] = "";
    size_t len = 0;
    for (uint32_t i = 0; i < r->plugin_count; i++) {
        const plugin_entry *p = &r->plugins[i];
        if (p->info.state == PLUGIN_READY && p->manifest.has_allocator &&
            len + p->manifest.id.len + 3 < sizeof(known)) {
            if (len > 0) {
                memcpy(known + len, ", ", 2);
                len += 2;
            }
            memcpy(known + len, p->manifest.id.base, p->manifest.id.len);
            len += p->manifest.id.len;
        }
    }
    (void)fail(e, ERR_NOT_FOUND, "there is no allocator \"%.64s\"", id);
    return err_hint(e, "Allocators are: %.*s.", (int)len, known);
}

bool registry_allocator(const registry *r, const char *id, const lotse_allocator **ret, err *e)
{
    const plugin_entry *p = find_plugin(r, id);
    if (p != NULL && p->info.state == PLUGIN_FAILED) {
        *e = p->info.why;
        return false;
    }
    if (p == NULL || !p->manifest.has_allocator || p->info.state != PLUGIN_READY) {
        return refuse_id(r, id, e);
    }
    const lotse_allocator_factory *factory = p->entry->get_factory(LOTSE_ALLOCATOR_1);
    lotse_error why = {.size = sizeof(why)};
    const lotse_allocator *made = factory->create(program_host(), id, &why);
    if (made == NULL) {
        why.sentence[sizeof(why.sentence) - 1] = 0;
        return fail(e, ERR_PLUGIN_FAULT, "\"%.64s\" made no allocator: %s", id, why.sentence);
    }
    if (made->configure(made->self, p->params, &why) != LOTSE_OK) {
        made->destroy(made->self);
        why.sentence[sizeof(why.sentence) - 1] = 0;
        return fail(e, ERR_PLUGIN_FAULT, "\"%.64s\" refused its parameters: %s", id, why.sentence);
    }
    *ret = made;
    return true;
}
