/* One plugin, wrong in the one way that the build names: what a loader has to refuse. */

#include <stdlib.h>
#include <string.h>

#include "lotse_plugin.h"

#define UNUSED __attribute__((unused))

#ifdef BAD_UNDEFINED
void a_function_that_nobody_has(void);
#endif

static lotse_status UNUSED configure(void *self, const lotse_params *params, lotse_error *error)
{
    (void)self;
    (void)params;
    (void)error;
    return LOTSE_OK;
}

static lotse_status UNUSED take(void *self, const lotse_table *anchor, int32_t as_of_day,
                                lotse_error *error)
{
    (void)self;
    (void)anchor;
    (void)as_of_day;
    (void)error;
    return LOTSE_OK;
}

static lotse_status UNUSED score(void *self, const lotse_table *table, const uint32_t *rows,
                                 uint32_t row_count, const lotse_pairs *pairs, uint8_t *verdicts,
                                 int32_t *scores)
{
    (void)self;
    (void)table;
    (void)rows;
    (void)pairs;
    for (uint32_t i = 0; i < row_count; i++) {
        verdicts[i] = LOTSE_YES;
        scores[i] = 0;
    }
    return LOTSE_OK;
}

static lotse_status UNUSED explain(void *self, const lotse_table *table, const uint32_t *rows,
                                   uint32_t row_count, const lotse_pairs *pairs,
                                   lotse_reasons *reasons)
{
    (void)self;
    (void)table;
    (void)rows;
    (void)pairs;
    for (uint32_t i = 0; i < row_count; i++) {
        if (lotse_reason_add(reasons, i, 0, 0) == NULL) {
            break;
        }
    }
    return LOTSE_OK;
}

static const void *UNUSED get_extension(void *self, const char *id)
{
    (void)self;
    (void)id;
    return NULL;
}

static void UNUSED destroy(void *self)
{
    (void)self;
}

static const lotse_criterion *UNUSED create(const lotse_host *host, const char *criterion_id,
                                            lotse_error *error)
{
    static const lotse_criterion criterion = {.size = sizeof(lotse_criterion),
                                              .configure = configure,
                                              .select = take,
#ifndef BAD_HOLES_CRITERION
                                              .score = score,
#endif
                                              .explain = explain,
                                              .get_extension = get_extension,
                                              .destroy = destroy};
    (void)host;
    (void)criterion_id;
#ifdef BAD_NO_CRITERION
    error->status = LOTSE_UNSUPPORTED;
    strcpy(error->sentence, "the travel times are missing");
    return NULL;
#else
    (void)error;
    return &criterion;
#endif
}

static const lotse_criterion_factory UNUSED factory = {sizeof(factory), 0, create};

static const void *UNUSED get_factory(const char *id)
{
#ifdef BAD_NO_FACTORY
    (void)id;
    return NULL;
#else
    return strcmp(id, LOTSE_CRITERION_1) == 0 ? &factory : NULL;
#endif
}

static lotse_status UNUSED init(const lotse_host *host, lotse_error *error)
{
    (void)host;
#ifdef BAD_UNDEFINED
    a_function_that_nobody_has();
#endif
#ifdef BAD_INIT
    error->status = LOTSE_REFUSED;
    strcpy(error->sentence, "the table of holidays ends in 2025");
    return LOTSE_REFUSED;
#else
    (void)error;
    return LOTSE_OK;
#endif
}

static void UNUSED deinit(void)
{
}

#if defined(BAD_NO_SYMBOL)
LOTSE_EXPORT const int another_symbol = 1;
#elif defined(BAD_FUNCTION_SYMBOL)
/* The header declares the symbol as data; another name in C, the same for the linker. */
LOTSE_EXPORT void entry_function(void) __asm__("lotse_plugin_entry");
LOTSE_EXPORT void entry_function(void)
{
}
#elif defined(BAD_SMALL)
LOTSE_EXPORT const uint32_t small_entry[4] __asm__("lotse_plugin_entry") = {
    LOTSE_ENTRY_MAGIC, sizeof(lotse_entry), LOTSE_ABI_MAJOR, LOTSE_ABI_MINOR};
#else
#ifdef BAD_MAGIC
#define MAGIC 0x12345678u
#else
#define MAGIC LOTSE_ENTRY_MAGIC
#endif
#ifdef BAD_MAJOR
#define MAJOR 2u
#else
#define MAJOR LOTSE_ABI_MAJOR
#endif
#ifdef BAD_MINOR
#define MINOR 7u
#else
#define MINOR LOTSE_ABI_MINOR
#endif
#ifdef BAD_ID
#define ID "org.example.other"
#else
#define ID "org.example.bad"
#endif
#ifdef BAD_VERSION
#define VERSION "2.5.0"
#else
#define VERSION "1.0.0"
#endif
LOTSE_EXPORT const lotse_entry lotse_plugin_entry = {
    .magic = MAGIC,
    .size = sizeof(lotse_entry),
    .abi_major = MAJOR,
    .abi_minor = MINOR,
    .id = ID,
    .version = VERSION,
    .init = init,
    .deinit = deinit,
#ifndef BAD_HOLES_ENTRY
    .get_factory = get_factory,
#endif
};
#endif
