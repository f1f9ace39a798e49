#include <string.h>

#include "plugin/registry_parts.h"

/* Parameters as one block of bytes with offsets: what a plugin is configured with. */

const lotse_params *registry_make_params(const manifest *m, const param_value *values, arena *a)
{
    size_t value_count = 0;
    for (uint32_t i = 0; values != NULL && i < m->param_count; i++) {
        bool is_set = m->params[i].type == LOTSE_PARAM_CONCEPT_SET && values[i].is_set;
        value_count += is_set ? (size_t)values[i].value : 0;
    }
    size_t params_off = sizeof(lotse_params);
    size_t values_off = params_off + m->param_count * sizeof(lotse_param);
    char *block = arena_new(a, values_off + value_count * sizeof(uint32_t));
    if (block == NULL) {
        return NULL;
    }
    lotse_params *head = (lotse_params *)(void *)block;
    lotse_param *params = (lotse_param *)(void *)(block + params_off);
    *head = (lotse_params){sizeof(lotse_params), m->param_count, params_off};
    for (uint32_t i = 0; i < m->param_count; i++) {
        bool is_set = values != NULL && values[i].is_set;
        params[i] = (lotse_param){.type = m->params[i].type,
                                  .is_default = !is_set,
                                  .value = is_set ? values[i].value : m->params[i].default_value,
                                  .values_offset = values_off};
        if (is_set && params[i].type == LOTSE_PARAM_CONCEPT_SET && params[i].value > 0) {
            size_t len = (size_t)params[i].value * sizeof(uint32_t);
            memcpy(block + values_off, values[i].concepts, len);
            values_off += len;
        }
    }
    return head;
}
