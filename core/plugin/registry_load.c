/* One plugin's folder: read, verified, and loaded into this process or into a cage. */

#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "base/check.h"
#include "base/clock.h"
#include "base/digest.h"
#include "base/log.h"
#include "plugin/file.h"
#include "plugin/loader.h"
#include "plugin/registry_parts.h"

/* What is read of a folder while it is looked at. */
typedef struct folder {
    const char *dir;
    buf manifest;
    buf library;
    bool is_signed;
    signed_list list;
} folder;

static bool is_among(const char *const *ids, uint32_t count, bytes id)
{
    for (uint32_t i = 0; i < count; i++) {
        if (bytes_equal_text(id, ids[i])) {
            return true;
        }
    }
    return false;
}

/* ------------------------------------------------------------------------------------ reading */

static bool decode_manifest(bytes text, arena *a, manifest *ret, err *e)
{
    json_doc *doc = NULL;
    bool is_decoded = false;
    if (json_parse(text, JSON_DEPTH_MAX, &doc, e)) {
        is_decoded = json_refuse_lossy(doc, "", e) && manifest_decode(json_root(doc), a, ret, e);
        json_doc_free(&doc);
    }
    if (!is_decoded && e->code != ERR_MEMORY) {
        e->code = ERR_PLUGIN_MANIFEST;
    }
    return is_decoded;
}

static bool refuse_twice(const registry *r, const plugin_entry *p, err *e)
{
    for (uint32_t i = 0; i < r->plugin_count; i++) {
        const plugin_entry *other = &r->plugins[i];
        if (other != p && other->info.manifest != NULL &&
            bytes_equal(other->manifest.id, p->manifest.id)) {
            return fail(e, ERR_PLUGIN_MANIFEST, "another plugin has the id \"%s\" already",
                        p->manifest.id.base);
        }
    }
    return true;
}

static bool make_hash(registry *r, plugin_entry *p, const folder *f, err *e)
{
    char *text = arena_new(&r->arena, DIGEST_TEXT_LEN + 1);
    if (text == NULL) {
        return fail(e, ERR_MEMORY, "no memory for a plugin");
    }
    const bytes parts[2] = {buf_bytes(&f->manifest), buf_bytes(&f->library)};
    digest_parts(parts, 2, text);
    p->info.hash = text;
    return true;
}

static bool read_file(const folder *f, const char *name, size_t len_max, buf *ret, char *path,
                      err *e)
{
    if ((size_t)snprintf(path, PATH_MAX, "%s/%s", f->dir, name) >= PATH_MAX) {
        return fail(e, ERR_PLUGIN_UNREADABLE, "the plugin folder's path is too long");
    }
    return plugin_file_read(path, len_max, ret, e) &&
           (!f->is_signed || signed_list_holds(&f->list, name, buf_bytes(ret), e));
}

/* ------------------------------------------------------------------------------------ loading */

static bool load_trusted(plugin_entry *p, const char *path, err *e)
{
    return p->manifest.library.base == NULL ||
           loader_open(path, &p->manifest, program_host(), &p->entry, e);
}

/* What an earlier run of the program knew about it. */
static void recall_quarantine(const registry_config *config, const plugin_entry *p)
{
    for (uint32_t i = 0; i < config->quarantined_count; i++) {
        const registry_quarantine *q = &config->quarantined[i];
        err why = {0};
        err_code code = ERR_PLUGIN_QUARANTINED;
        if (!bytes_equal_text(p->manifest.id, q->plugin)) {
            continue;
        }
        (void)err_from_id(q->error, &code); /* one that is not known any more stays general */
        (void)fail(&why, code, "%s, before the program was started", err_summary(code));
        life_set_quarantined(p->life.record, &why);
    }
}

/* The plugin's own doing: it takes part, but for what it cannot answer. */
static bool is_a_fault(err_code code)
{
    return code == ERR_PLUGIN_CRASHED || code == ERR_PLUGIN_DEADLINE ||
           code == ERR_PLUGIN_FORBIDDEN || code == ERR_PLUGIN_MEMORY || code == ERR_PLUGIN_FLOOD ||
           code == ERR_PLUGIN_FAULT || code == ERR_PLUGIN_QUARANTINED;
}

/* Tried before it takes part; one in quarantine is not even tried. Either way its gates hold. */
static bool try_cage(plugin_entry *p, err *e)
{
    err why = {0};
    if (cage_self_test(p->cage, &why)) {
        return true;
    }
    if (!is_a_fault(why.code)) {
        *e = why;
        return false;
    }
    p->info.why = why;
    p->info.state = life_is_quarantined(p->life.record) ? PLUGIN_QUARANTINED : PLUGIN_READY;
    return true;
}

static bool load_caged(registry *r, const registry_config *config, plugin_entry *p, const folder *f,
                       err *e)
{
    const cage_config wanted = {.host_path = config->cage_path,
                                .manifest = &p->manifest,
                                .library = buf_bytes(&f->library),
                                .record = p->life.record,
                                .deadline_ms = config->cage_deadline_ms,
                                .start_ms = config->cage_deadline_ms * 4};
    (void)r;
    if (p->manifest.has_allocator) {
        (void)fail(e, ERR_PLUGIN_UNTRUSTED, "\"%s\" hands out seats, and is not trusted",
                   p->manifest.id.base);
        return err_hint(e, "Allocators run in the host's process alone: name it as trusted.");
    }
    recall_quarantine(config, p);
    if (p->manifest.library.base == NULL) {
        return true; /* gates are data, and nothing runs */
    }
    if (config->cage_path == NULL) {
        return fail(e, ERR_PLUGIN_NO_CAGE, "the program lotse-cage is not installed");
    }
    return loader_check_file(buf_bytes(&f->library), p->manifest.library.base, e) &&
           cage_new(&wanted, &p->cage, e) && try_cage(p, e);
}

static plugin_state state_of(const registry_config *config, const manifest *m)
{
    bool is_off = m->kind == PLUGIN_LEARNED
                      ? !is_among(config->enabled, config->enabled_count, m->id)
                      : false;
    return is_off || is_among(config->disabled, config->disabled_count, m->id) ? PLUGIN_STOPPED
                                                                               : PLUGIN_READY;
}

/* Signed, and by somebody the operator trusts; what is trusted itself needs no signature. */
static bool verify(registry *r, const registry_config *config, plugin_entry *p, folder *f, err *e)
{
    uint32_t key = 0;
    if (p->info.trust != TRUST_CAGED) {
        return true;
    }
    f->is_signed = signed_folder_read(f->dir, r->keys, &r->arena, &f->list, &key, e);
    if (f->is_signed) {
        p->info.signer = r->keys->names[key];
        return true;
    }
    if (config->accepts_unsigned && e->code != ERR_MEMORY) {
        err_clear(e);
        return true;
    }
    return false;
}

static bool read_folder(registry *r, const registry_config *config, plugin_entry *p, folder *f,
                        char path[PATH_MAX], err *e)
{
    if (!verify(r, config, p, f, e) ||
        !read_file(f, "manifest.json", MANIFEST_LEN_MAX, &f->manifest, path, e) ||
        !decode_manifest(buf_bytes(&f->manifest), &r->arena, &p->manifest, e)) {
        return false;
    }
    p->info.manifest = &p->manifest;
    p->info.id = p->manifest.id;
    if (!refuse_twice(r, p, e)) {
        return false;
    }
    const char *file = p->manifest.library.base;
    return (file == NULL || read_file(f, file, LIBRARY_LEN_MAX, &f->library, path, e)) &&
           make_hash(r, p, f, e);
}

/* A plugin that is switched off is read, so that it can be listed, but its library is not opened.
 */
static bool load_folder(registry *r, const registry_config *config, plugin_entry *p, folder *f,
                        err *e)
{
    char path[PATH_MAX];
    if (!read_folder(r, config, p, f, path, e)) {
        return false;
    }
    if (p->info.trust == TRUST_CAGED) {
        p->life.record = life_book_record(r->lives, p->manifest.id);
        if (p->life.record == NULL) {
            return fail(e, ERR_MEMORY, "no memory for a plugin");
        }
        bool is_trusted = is_among(config->trusted_ids, config->trusted_id_count, p->manifest.id);
        p->info.trust = is_trusted ? TRUST_TRUSTED : TRUST_CAGED;
    }
    p->params = registry_make_params(&p->manifest, NULL, &r->arena);
    if (p->params == NULL) {
        return fail(e, ERR_MEMORY, "no memory for a plugin");
    }
    p->info.state = state_of(config, &p->manifest);
    if (p->info.state == PLUGIN_STOPPED) {
        return true;
    }
    return p->info.trust == TRUST_CAGED ? load_caged(r, config, p, f, e) : load_trusted(p, path, e);
}

/* ------------------------------------------------------------------------------------ its life */

/* The moves that lead to what came out. */
static void tell_life(plugin_entry *p)
{
    plugin_life *l = p->cage != NULL ? cage_life(p->cage) : &p->life;
    if (p->info.state == PLUGIN_FAILED) {
        plugin_life_move(l, p->info.why.code == ERR_PLUGIN_SIGNATURE ? PLUGIN_QUARANTINED
                                                                     : PLUGIN_FAILED);
        return;
    }
    plugin_life_move(l, PLUGIN_VERIFIED);
    if (p->info.state == PLUGIN_STOPPED || p->info.state == PLUGIN_QUARANTINED) {
        plugin_life_move(l, p->info.state);
        return;
    }
    if (p->info.why.code != ERR_NONE) {
        plugin_life_move(l, PLUGIN_FAILED); /* it rests, and is tried again */
        return;
    }
    plugin_life_move(l, PLUGIN_LOADED);
    plugin_life_move(l, PLUGIN_READY);
}

bool registry_load_folder(registry *r, const registry_config *config, plugin_entry *p,
                          const char *dir, err *e)
{
    err why = {0};
    folder f = {.dir = dir};
    if (!load_folder(r, config, p, &f, &why)) {
        p->info.state = PLUGIN_FAILED;
        p->info.why = why;
    }
    tell_life(p);
    if (why.code == ERR_PLUGIN_SIGNATURE) {
        log_event(LOG_ERROR, "plugin.signature", "id=%.*s why=\"%s\"", (int)p->info.id.len,
                  p->info.id.base, why.text);
    }
    buf_fini(&f.manifest);
    buf_fini(&f.library);
    if (why.code == ERR_MEMORY) {
        *e = why;
        return false;
    }
    return true;
}

bool registry_takes_part(const plugin_entry *p)
{
    return p->info.state == PLUGIN_READY || p->info.state == PLUGIN_QUARANTINED;
}
