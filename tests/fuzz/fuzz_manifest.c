/* Any bytes as a manifest: refused with a sentence and a pointer, or decoded into parts whose texts
 * may all be read and whose numbers lie within their limits. */
#include <string.h>

#include "base/check.h"
#include "base/limits.h"
#include "base/utf8.h"
#include "fuzz.h"
#include "plugin/manifest.h"

static void look_at_text(bytes text)
{
    check(text.base == NULL || (text.base[text.len] == 0 && utf8_is_valid(text, NULL)));
}

static void look_at_texts(const text_set *set)
{
    check(set->count <= LANG_COUNT_MAX);
    for (uint32_t i = 0; i < set->count; i++) {
        look_at_text(set->langs[i]);
        look_at_text(set->texts[i]);
        check(set->texts[i].len > 0);
    }
}

static void look_at_gates(const manifest *m)
{
    check(m->gate_count <= GATE_COUNT_MAX);
    for (uint32_t i = 0; i < m->gate_count; i++) {
        const manifest_gate *g = &m->gates[i];
        gate_op op;
        check(gate_op_from_text(g->op, &op));
        check(g->seeker_path_count >= 1 && g->seeker_path_count <= 2);
        check(g->offer_path_count >= 1 && g->offer_path_count <= 2);
        look_at_text(g->seeker_paths[g->seeker_path_count - 1]);
        look_at_text(g->offer_paths[g->offer_path_count - 1]);
        check(g->seeker_pointer.base[0] == '/' && g->offer_pointer.base[0] == '/');
        check(g->kinds != 0);
        look_at_texts(&g->yes);
        look_at_texts(&g->no);
        look_at_texts(&g->check);
        look_at_texts(&g->opens);
    }
}

static void look_at_criterion(const manifest *m)
{
    check(m->has_criterion == (m->sentence_count > 0));
    check(!m->has_criterion || (m->cost > 0 && m->library.len > 0));
    for (uint32_t i = 0; i < m->sentence_count; i++) {
        look_at_texts(&m->sentences[i].text);
        check(m->sentences[i].arg_count <= EXPLAIN_ARG_MAX);
        for (uint32_t k = 0; k < m->sentences[i].arg_count; k++) {
            const manifest_arg *arg = &m->sentences[i].args[k];
            check((arg->type == LOTSE_ARG_CODE) == (arg->codes != NULL));
        }
    }
    for (uint32_t i = 0; i < m->bound_count; i++) {
        check(m->bounds[i].kind != BOUND_NONE);
        check(m->bounds[i].otherwise >= 0 && m->bounds[i].otherwise <= POINTS_MAX);
        check(m->bounds[i].max_param == UINT32_MAX || m->bounds[i].max_param < m->param_count);
    }
}

static void look_at(const manifest *m)
{
    look_at_text(m->id);
    look_at_text(m->version);
    look_at_text(m->library);
    look_at_texts(&m->title);
    look_at_texts(&m->help);
    look_at_gates(m);
    look_at_criterion(m);
    for (uint32_t i = 0; i < m->param_count; i++) {
        check(m->params[i].type >= LOTSE_PARAM_INT && m->params[i].type <= LOTSE_PARAM_CONCEPT_SET);
        check(m->params[i].type != LOTSE_PARAM_INT ||
              (m->params[i].min <= m->params[i].default_value &&
               m->params[i].default_value <= m->params[i].max));
    }
    for (uint32_t i = 0; i < m->step_count; i++) {
        check(m->steps[i].when_codes != 0);
        look_at_text(m->steps[i].who);
        look_at_texts(&m->steps[i].text);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t len)
{
    bytes text = {(const char *)input, len};
    json_doc *doc = NULL;
    arena a = {0};
    manifest m = {0};
    err e = {0};
    if (json_parse(text, JSON_DEPTH_MAX, &doc, &e) && json_refuse_lossy(doc, "", &e)) {
        if (manifest_decode(json_root(doc), &a, &m, &e)) {
            look_at(&m);
        } else {
            check(e.code == ERR_PLUGIN_MANIFEST && e.text[0] != 0);
            check(utf8_is_valid(bytes_of(e.text), NULL));
        }
    }
    json_doc_free(&doc);
    arena_fini(&a);
    return 0;
}
