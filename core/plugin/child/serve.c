#include "plugin/child/serve.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

/* The host is trusted here: what it wrote is used as it stands. */

typedef struct instance {
    uint32_t what;
    const lotse_criterion *criterion;
    const lotse_field *field;
} instance;

typedef struct server {
    serve_areas areas;
    const lotse_entry *entry;
    instance instances[WIRE_INSTANCE_MAX];
    wire_answer head;
    lotse_error error;
} server;

/* A table in this process' own terms. */
typedef struct table {
    lotse_table table;
    lotse_column columns[WIRE_COLUMN_MAX];
} table;

static const void *host_get_extension(const lotse_host *host, const char *id)
{
    (void)host;
    (void)id;
    return NULL;
}

const lotse_host *serve_host(void)
{
    static const lotse_host host = {sizeof(lotse_host), host_get_extension};
    return &host;
}

static void open_table(const server *s, const wire_item *item, table *ret)
{
    const char *at = (const char *)item + item->table_off;
    const wire_table *from = (const wire_table *)(const void *)at;
    const char *base = from->where == WIRE_IN_WINDOW ? s->areas.window : (const char *)item;
    uint64_t shift = (uint64_t)((uintptr_t)base - (uintptr_t)ret);
    ret->table = (lotse_table){.size = sizeof ret->table,
                               .side = from->side,
                               .row_count = from->row_count,
                               .column_count = from->column_count,
                               .columns_offset = offsetof(table, columns)};
    for (uint32_t i = 0; i < from->column_count; i++) {
        ret->columns[i] = from->columns[i];
        if (from->columns[i].type != 0) {
            ret->columns[i].offset += shift;
            ret->columns[i].known_offset += from->columns[i].known_offset == 0 ? 0 : shift;
            ret->columns[i].values_offset += shift;
        }
    }
}

static lotse_pairs pairs_of(const wire_item *item, const lotse_pairs *own)
{
    lotse_pairs pairs = {.size = sizeof pairs, .count = item->row_count};
    if (item->km_off != 0) {
        const char *km = (const char *)item + item->km_off;
        pairs.km_offset = (uint64_t)((uintptr_t)km - (uintptr_t)own);
    }
    return pairs;
}

static const uint32_t *rows_of(const wire_item *item)
{
    return (const uint32_t *)(const void *)((const char *)item + item->rows_off);
}

/* ------------------------------------------------------------------------------------ items */

static lotse_status destroy(server *s, const wire_item *item)
{
    instance *i = &s->instances[item->instance];
    if (i->criterion != NULL) {
        i->criterion->destroy(i->criterion->self);
    }
    if (i->field != NULL) {
        i->field->destroy(i->field->self);
    }
    *i = (instance){0};
    return LOTSE_OK;
}

static lotse_status create(server *s, const wire_item *item)
{
    const char *id = (const char *)item + item->body_off;
    instance *made = &s->instances[item->instance];
    (void)destroy(s, item); /* the same questions may be asked again, with more room */
    made->what = item->what;
    if (item->what == WIRE_CRITERION) {
        const lotse_criterion_factory *f = s->entry->get_factory(LOTSE_CRITERION_1);
        made->criterion = f->create(serve_host(), id, &s->error);
    } else {
        const lotse_field_factory *f = s->entry->get_factory(LOTSE_FIELD_1);
        made->field = f->create(serve_host(), id, &s->error);
    }
    return made->criterion != NULL || made->field != NULL ? LOTSE_OK : LOTSE_REFUSED;
}

static lotse_status configure(server *s, const wire_item *item)
{
    const lotse_params *params =
        (const lotse_params *)(const void *)((const char *)item + item->body_off);
    const instance *i = &s->instances[item->instance];
    return i->what == WIRE_CRITERION
               ? i->criterion->configure(i->criterion->self, params, &s->error)
               : i->field->configure(i->field->self, params, &s->error);
}

static lotse_status select_anchor(server *s, const wire_item *item)
{
    const lotse_criterion *c = s->instances[item->instance].criterion;
    table anchor;
    open_table(s, item, &anchor);
    return c->select(c->self, &anchor.table, item->day, &s->error);
}

static lotse_status score(server *s, const wire_item *item)
{
    const lotse_criterion *c = s->instances[item->instance].criterion;
    char *out = s->areas.answer + item->answer_off;
    table rows;
    lotse_pairs pairs = pairs_of(item, &pairs);
    open_table(s, item, &rows);
    return c->score(c->self, &rows.table, rows_of(item), item->row_count, &pairs, (uint8_t *)out,
                    (int32_t *)(void *)(out + wire_values_off(item->row_count)));
}

static lotse_status explain(server *s, const wire_item *item)
{
    const lotse_criterion *c = s->instances[item->instance].criterion;
    lotse_reasons *out = (lotse_reasons *)(void *)(s->areas.answer + item->answer_off);
    table rows;
    lotse_pairs pairs = pairs_of(item, &pairs);
    open_table(s, item, &rows);
    *out = (lotse_reasons){.size = sizeof *out,
                           .capacity = item->capacity,
                           .values_capacity = item->values_capacity,
                           .reasons_offset = sizeof *out,
                           .values_offset = sizeof *out + item->capacity * sizeof(lotse_reason)};
    return c->explain(c->self, &rows.table, rows_of(item), item->row_count, &pairs, out);
}

static lotse_status derive(server *s, const wire_item *item)
{
    const lotse_field *f = s->instances[item->instance].field;
    char *out = s->areas.answer + item->answer_off;
    table rows;
    open_table(s, item, &rows);
    memset(out, 0, item->row_count);
    return f->derive(f->self, &rows.table, rows_of(item), item->row_count, item->day,
                     out + wire_values_off(item->row_count), (uint8_t *)out);
}

static lotse_status do_item(server *s, const wire_item *item)
{
    switch (item->kind) {
    case WIRE_CREATE:
        return create(s, item);
    case WIRE_CONFIGURE:
        return configure(s, item);
    case WIRE_DESTROY:
        return destroy(s, item);
    case WIRE_SELECT:
        return select_anchor(s, item);
    case WIRE_SCORE:
        return score(s, item);
    case WIRE_EXPLAIN:
        return explain(s, item);
    case WIRE_DERIVE:
        return derive(s, item);
    default:
        return LOTSE_UNSUPPORTED;
    }
}

/* ------------------------------------------------------------------------------------ serving */

static void do_items(server *s)
{
    const wire_ask *ask = (const wire_ask *)(const void *)s->areas.ask;
    const char *at = s->areas.ask + wire_region_off(ask->region);
    s->head.sequence = ask->sequence;
    s->head.state = WIRE_DONE;
    s->head.text[0] = 0;
    for (uint32_t i = 0; i < ask->item_count; i++) {
        const wire_item *item = (const wire_item *)(const void *)at;
        s->error = (lotse_error){.size = sizeof s->error};
        lotse_status status = do_item(s, item);
        if (status != LOTSE_OK) {
            s->head.state = WIRE_REFUSED;
            s->head.item = i;
            s->head.status = status;
            memcpy(s->head.text, s->error.sentence, sizeof s->error.sentence);
            s->head.text[sizeof s->error.sentence - 1] = 0;
            return;
        }
        at += item->len;
    }
}

static void answer(const server *s)
{
    static const uint64_t once = 1;
    memcpy(s->areas.answer, &s->head, sizeof s->head);
    if (write(WIRE_FD_DONE, &once, sizeof once) != (ssize_t)sizeof once) {
        _exit(WIRE_EXIT_ORPHAN);
    }
}

void serve_forever(const serve_areas *areas, const lotse_entry *entry)
{
    static server s; /* large, and the only one */
    s.areas = *areas;
    s.entry = entry;
    memcpy(&s.head, areas->answer, sizeof s.head); /* what main said already */
    for (;;) {
        uint64_t rung = 0;
        answer(&s);
        while (read(WIRE_FD_RING, &rung, sizeof rung) != (ssize_t)sizeof rung) {
            if (errno != EINTR) {
                _exit(WIRE_EXIT_ORPHAN);
            }
        }
        do_items(&s);
    }
}
