/* lotse-cage: the small program in which a plugin runs that the host does not trust. It is started
 * by the server, gets everything through descriptors of fixed numbers, locks itself up, opens the
 * plugin's library from a sealed memory file, locks the last door, and then only computes. */
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "plugin/child/sandbox.h"
#include "plugin/child/serve.h"
#include "plugin/loader.h"
#include "plugin/wire.h"

static void *map_area(int fd, size_t len, int protection)
{
    void *base = mmap(NULL, len, protection, MAP_SHARED | MAP_NORESERVE, fd, 0);
    if (base == MAP_FAILED) {
        _exit(WIRE_EXIT_SETUP);
    }
    close(fd); /* nothing can be mapped from it any more */
    return base;
}

static serve_areas map_areas(wire_start *ret_start)
{
    serve_areas areas = {0};
    areas.ask = map_area(WIRE_FD_ASK, WIRE_AREA_LEN, PROT_READ);
    const wire_ask *ask = (const wire_ask *)(const void *)areas.ask;
    if (ask->magic != WIRE_MAGIC) {
        _exit(WIRE_EXIT_SETUP);
    }
    *ret_start = ask->start;
    areas.answer = map_area(WIRE_FD_ANSWER, WIRE_AREA_LEN, PROT_READ | PROT_WRITE);
    areas.window = map_area(WIRE_FD_WINDOW, ret_start->window_len, PROT_READ);
    return areas;
}

static bytes text_of(char *text)
{
    text[WIRE_ID_LEN - 1] = 0;
    return bytes_of(text);
}

/* As much of the manifest as the loader compares. */
static manifest make_manifest(wire_start *start, manifest_field fields[WIRE_FIELD_MAX])
{
    uint32_t count = start->field_count < WIRE_FIELD_MAX ? start->field_count : WIRE_FIELD_MAX;
    for (uint32_t i = 0; i < count; i++) {
        fields[i] = (manifest_field){.id = text_of(start->fields[i])};
    }
    return (manifest){.id = text_of(start->id),
                      .version = text_of(start->version),
                      .abi_major = start->abi_major,
                      .abi_minor = start->abi_minor,
                      .library = text_of(start->library),
                      .has_criterion = start->has_criterion != 0,
                      .fields = fields,
                      .field_count = count};
}

static void answer_broken(const serve_areas *areas, wire_answer *head, const err *why)
{
    static const uint64_t once = 1;
    head->state = WIRE_BROKEN;
    head->error = (uint32_t)why->code;
    memcpy(head->text, why->text,
           sizeof why->text < sizeof head->text ? sizeof why->text : sizeof head->text);
    memcpy(areas->answer, head, sizeof *head);
    if (write(WIRE_FD_DONE, &once, sizeof once) != (ssize_t)sizeof once) {
        _exit(WIRE_EXIT_ORPHAN);
    }
    _exit(EXIT_SUCCESS);
}

int main(void)
{
    manifest_field fields[WIRE_FIELD_MAX];
    wire_start start;
    err why = {0};
    const lotse_entry *entry = NULL;
    serve_areas areas = map_areas(&start);
    manifest m = make_manifest(&start, fields);
    wire_answer head = {.magic = WIRE_MAGIC, .state = WIRE_DONE};
    free(malloc(1)); /* the C library's own beginnings, while they are still allowed */
    head.walls = sandbox_begin(start.memory_max, start.parent);
    if (!sandbox_lock_loading()) {
        _exit(WIRE_EXIT_NO_SECCOMP);
    }
    bool is_open = loader_open_descriptor(WIRE_FD_LIBRARY, &m, serve_host(), &entry, &why);
    close(WIRE_FD_LIBRARY);
    if (!sandbox_lock_working()) {
        _exit(WIRE_EXIT_NO_SECCOMP);
    }
    head.walls |= WIRE_WALL_SECCOMP;
    if (!is_open) {
        answer_broken(&areas, &head, &why);
    }
    memcpy(areas.answer, &head, sizeof head);
    serve_forever(&areas, entry);
}
