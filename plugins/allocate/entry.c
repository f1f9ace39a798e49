#include "entry.h"

#include <stdlib.h>
#include <string.h>

typedef struct instance {
    lotse_allocator allocator;
    int64_t params[ALLOCATOR_PARAM_MAX];
} instance;

static lotse_status configure(void *self, const lotse_params *params, lotse_error *error)
{
    instance *x = self;
    (void)error;
    for (uint32_t i = 0; i < ALLOCATOR_PARAM_MAX; i++) {
        x->params[i] = lotse_param_value(params, i, 0);
    }
    return LOTSE_OK;
}

static lotse_status allocate(void *self, const lotse_market *market, lotse_allocation *allocation,
                             lotse_error *error)
{
    const instance *x = self;
    lotse_status status = allocator_run(x->params, market, allocation);
    if (status == LOTSE_NO_MEMORY) {
        *error = (lotse_error){sizeof(*error), status, "", "no memory for so many edges"};
    } else if (status != LOTSE_OK) {
        *error = (lotse_error){sizeof(*error), status, "", "stopped before there was an answer"};
    }
    return status;
}

static void destroy(void *self)
{
    free(self);
}

static const lotse_allocator *create(const lotse_host *host, const char *id, lotse_error *error)
{
    (void)host;
    if (strcmp(id, allocator_id) != 0) {
        *error = (lotse_error){sizeof(*error), LOTSE_UNSUPPORTED, "", "there is no such allocator"};
        return NULL;
    }
    instance *x = calloc(1, sizeof(*x));
    if (x == NULL) {
        *error = (lotse_error){sizeof(*error), LOTSE_NO_MEMORY, "", "no memory for an instance"};
        return NULL;
    }
    x->allocator = (lotse_allocator){.size = sizeof(lotse_allocator),
                                     .self = x,
                                     .configure = configure,
                                     .allocate = allocate,
                                     .destroy = destroy};
    return &x->allocator;
}

static const lotse_allocator_factory factory = {sizeof(factory), 0, create};

static lotse_status init(const lotse_host *host, lotse_error *error)
{
    (void)host;
    (void)error;
    return LOTSE_OK;
}

static void deinit(void)
{
}

static const void *get_factory(const char *factory_id)
{
    return strcmp(factory_id, LOTSE_ALLOCATOR_1) == 0 ? &factory : NULL;
}

LOTSE_EXPORT const lotse_entry lotse_plugin_entry = {LOTSE_ENTRY_MAGIC,
                                                     sizeof(lotse_entry),
                                                     LOTSE_ABI_MAJOR,
                                                     LOTSE_ABI_MINOR,
                                                     allocator_id,
                                                     "1.0.0",
                                                     init,
                                                     deinit,
                                                     get_factory};
