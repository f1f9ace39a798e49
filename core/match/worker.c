/* What a worker keeps between questions: instances of criteria and derived fields, and memory. */
#include <string.h>

#include "base/check.h"
#include "match/match_run.h"

enum { INSTANCE_COUNT_MAX = 128 };

/* A criterion with the parameters it was configured with: parameter by parameter, as the strategy's
 * own block may be gone by the next question. */
typedef struct worker_instance {
    const lotse_criterion *instance;
    uint32_t criterion;
    lotse_param *params;
    uint32_t param_count;
    uint32_t *values; /* of concept sets, one after the other */
    uint32_t value_count;
    uint64_t last_use;
} worker_instance;

bool match_worker_new(match_worker **ret, err *e)
{
    match_worker *w = mem_new(sizeof *w);
    worker_instance *instances = mem_new(INSTANCE_COUNT_MAX * sizeof *instances);
    if (w == NULL || instances == NULL) {
        mem_free(w);
        mem_free(instances);
        return fail(e, ERR_MEMORY, "no memory for a worker");
    }
    w->instances = instances;
    w->scan = words_scan_pick();
    w->kernels = narrow_kernels_pick();
    w->totals_fold = totals_fold_pick();
    w->totals_sum = totals_sum_pick();
    w->totals_bits = totals_bits_pick();
    *ret = w;
    return true;
}

static void free_instance(worker_instance *i)
{
    if (i->instance != NULL) {
        i->instance->destroy(i->instance->self);
    }
    mem_free(i->params);
    mem_free(i->values);
    *i = (worker_instance){0};
}

static void forget_program(match_worker *w)
{
    for (uint32_t i = 0; i < w->instance_count; i++) {
        free_instance(&w->instances[i]);
    }
    w->instance_count = 0;
    derive_set_free(&w->derive);
    w->program = NULL;
}

void match_worker_free(match_worker **w)
{
    if (*w == NULL) {
        return;
    }
    forget_program(*w);
    arena_fini(&(*w)->scratch);
    arena_fini(&(*w)->row);
    mem_free((*w)->instances);
    mem_free(*w);
    *w = NULL;
}

bool worker_use_program(match_worker *w, const match_program *p, err *e)
{
    if (w->program == p && w->generation == p->generation) {
        return true;
    }
    forget_program(w);
    if (!derive_set_new(p, &w->derive, e)) {
        return false;
    }
    w->orders[SIDE_SEEKER] = segment_order_of(p, SIDE_SEEKER);
    w->orders[SIDE_OFFER] = segment_order_of(p, SIDE_OFFER);
    w->start_column = program_column(p, SIDE_OFFER, "intakes.*.start");
    w->fold_weight = -1;
    w->program = p;
    w->generation = p->generation;
    return true;
}

static uint32_t param_count_of(const lotse_params *params)
{
    return params == NULL ? 0 : params->count;
}

static const lotse_param *param_at(const lotse_params *params, uint32_t index)
{
    return (const lotse_param *)lotse_at(params, params->params_offset) + index;
}

static const uint32_t *values_of(const lotse_params *params, const lotse_param *param)
{
    return lotse_at(params, param->values_offset);
}

static bool is_configured_so(const worker_instance *i, const lotse_params *params)
{
    if (i->param_count != param_count_of(params)) {
        return false;
    }
    uint32_t value = 0;
    for (uint32_t k = 0; k < i->param_count; k++) {
        const lotse_param *param = param_at(params, k);
        if (param->type != i->params[k].type || param->value != i->params[k].value) {
            return false;
        }
        if (param->type == LOTSE_PARAM_CONCEPT_SET && param->value > 0) {
            uint32_t count = (uint32_t)param->value;
            if (memcmp(values_of(params, param), i->values + value, count * sizeof(uint32_t)) !=
                0) {
                return false;
            }
            value += count;
        }
    }
    return true;
}

static bool keep_params(worker_instance *i, const lotse_params *params, err *e)
{
    i->param_count = param_count_of(params);
    for (uint32_t k = 0; k < i->param_count; k++) {
        const lotse_param *param = param_at(params, k);
        i->value_count += param->type == LOTSE_PARAM_CONCEPT_SET ? (uint32_t)param->value : 0;
    }
    i->params = mem_new(i->param_count * sizeof *i->params);
    i->values = mem_new(i->value_count * sizeof *i->values);
    if (i->params == NULL || i->values == NULL) {
        return fail(e, ERR_MEMORY, "no memory for the parameters of a criterion");
    }
    uint32_t value = 0;
    for (uint32_t k = 0; k < i->param_count; k++) {
        i->params[k] = *param_at(params, k);
        if (i->params[k].type == LOTSE_PARAM_CONCEPT_SET && i->params[k].value > 0) {
            uint32_t count = (uint32_t)i->params[k].value;
            memcpy(i->values + value, values_of(params, param_at(params, k)),
                   count * sizeof(uint32_t));
            value += count;
        }
    }
    return true;
}

static const lotse_params no_params = {.size = sizeof no_params, .params_offset = sizeof no_params};

static bool make_instance(match_worker *w, uint32_t criterion, const lotse_params *params,
                          worker_instance *ret, err *e)
{
    const criterion_spec *spec = &w->program->criteria[criterion];
    lotse_error why = {.size = sizeof why};
    worker_instance made = {.criterion = criterion};
    made.instance = spec->factory->create(program_host_of(w->program, spec->cage), spec->id, &why);
    bool is_good = made.instance != NULL;
    if (is_good && made.instance->configure != NULL) {
        is_good = made.instance->configure(made.instance->self,
                                           params == NULL ? &no_params : params, &why) == LOTSE_OK;
    }
    if (!is_good) {
        free_instance(&made);
        why.sentence[sizeof why.sentence - 1] = '\0';
        return fail(e, ERR_PLUGIN_FAULT, "could not make the criterion \"%s\": %s", spec->id,
                    why.sentence);
    }
    if (!keep_params(&made, params, e)) {
        free_instance(&made);
        return false;
    }
    *ret = made;
    return true;
}

bool worker_criterion(match_worker *w, uint32_t criterion, const lotse_params *params,
                      const lotse_criterion **ret, err *e)
{
    worker_instance *oldest = NULL;
    w->use_count++;
    for (uint32_t i = 0; i < w->instance_count; i++) {
        worker_instance *known = &w->instances[i];
        if (known->criterion == criterion && is_configured_so(known, params)) {
            known->last_use = w->use_count;
            *ret = known->instance;
            return true;
        }
        if (oldest == NULL || known->last_use < oldest->last_use) {
            oldest = known;
        }
    }
    worker_instance made;
    if (!make_instance(w, criterion, params, &made, e)) {
        return false;
    }
    if (w->instance_count < INSTANCE_COUNT_MAX) {
        oldest = &w->instances[w->instance_count++];
    } else {
        free_instance(oldest);
    }
    *oldest = made;
    oldest->last_use = w->use_count;
    *ret = made.instance;
    return true;
}
