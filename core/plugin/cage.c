#include "plugin/cage.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/check.h"
#include "base/clock.h"
#include "base/log.h"
#include "plugin/proxy.h"

#define CAGE_MAGIC 0x45474143u

enum { MEMORY_MAX_MB = 256 };
static const uint64_t WINDOW_LEN = UINT64_C(4) << 30; /* addresses; memory as it is filled */

struct cage {
    program_cage program; /* first: proxies are handed &program.host */
    uint32_t magic;
    cage_config config;
    char *host_path;
    int library_fd;
    window *window;
    plugin_life life;
    pthread_mutex_t lock;
    cage_child *children;
    uint32_t walls;
    bool is_closed;
};

cage *cage_of_host(const lotse_host *host)
{
    cage *c = (cage *)(uintptr_t)host;
    check(c->magic == CAGE_MAGIC);
    return c;
}

static void forget_rows(program_cage *program, uint64_t rows_key)
{
    cage *c = cage_of_host(&program->host);
    check(pthread_mutex_lock(&c->lock) == 0);
    if (!c->is_closed && rows_key != 0) {
        window_forget(c->window, rows_key);
    }
    check(pthread_mutex_unlock(&c->lock) == 0);
}

static const void *host_get_extension(const lotse_host *host, const char *id)
{
    (void)host;
    (void)id;
    return NULL;
}

static err_code say_why(program_cage *program)
{
    cage *c = cage_of_host(&program->host);
    life_facts facts;
    life_read(c->config.record, &facts);
    return facts.is_quarantined                ? ERR_PLUGIN_QUARANTINED
           : facts.last_fault.code == ERR_NONE ? ERR_PLUGIN_FAULT
                                               : facts.last_fault.code;
}

/* ------------------------------------------------------------------------------------ making */

/* The bytes that were verified are the bytes that are loaded: nobody can change them any more. */
static bool seal_library(bytes library, int *ret, err *e)
{
    int fd = memfd_create("lotse-plugin", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    size_t done = 0;
    while (fd >= 0 && done < library.len) {
        ssize_t len = write(fd, library.base + done, library.len - done);
        if (len < 0 && errno == EINTR) {
            continue;
        }
        if (len <= 0) {
            break;
        }
        done += (size_t)len;
    }
    if (fd < 0 || done < library.len ||
        fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_SEAL) != 0) {
        int why = errno;
        if (fd >= 0) {
            close(fd);
        }
        return fail(e, ERR_PLUGIN_NO_CAGE, "could not seal a plugin's library: %s", strerror(why));
    }
    *ret = fd;
    return true;
}

bool cage_new(const cage_config *config, cage **ret, err *e)
{
    cage *c = mem_new(sizeof *c);
    size_t path_len = strlen(config->host_path) + 1;
    char *path = mem_new(path_len);
    if (c == NULL || path == NULL) {
        mem_free(c);
        mem_free(path);
        return fail(e, ERR_MEMORY, "no memory for a plugin's cage");
    }
    memcpy(path, config->host_path, path_len);
    *c = (cage){.program = {{sizeof(lotse_host), host_get_extension}, forget_rows, say_why},
                .magic = CAGE_MAGIC,
                .config = *config,
                .host_path = path,
                .library_fd = -1};
    c->config.library = (bytes){0};
    c->config.deadline_ms = config->deadline_ms == 0 ? CAGE_DEADLINE_MS : config->deadline_ms;
    c->config.start_ms = config->start_ms == 0 ? CAGE_START_MS : config->start_ms;
    check(pthread_mutex_init(&c->lock, NULL) == 0);
    plugin_life_init(&c->life, config->record);
    if (!seal_library(config->library, &c->library_fd, e) ||
        !window_new(WINDOW_LEN, &c->window, e)) {
        cage_free(&c);
        return false;
    }
    *ret = c;
    return true;
}

/* How a life ends from where it is. */
static void end_life(plugin_life *l)
{
    plugin_state now = plugin_life_state(l);
    if (life_may_move(now, PLUGIN_DRAINING)) {
        plugin_life_move(l, PLUGIN_DRAINING);
        plugin_life_move(l, PLUGIN_STOPPED);
    }
}

void cage_close(cage *c)
{
    check(pthread_mutex_lock(&c->lock) == 0);
    bool was_closed = c->is_closed;
    c->is_closed = true;
    for (cage_child *h = c->children; h != NULL; h = h->next) {
        child_free(&h->child);
    }
    window_free(&c->window);
    if (c->library_fd >= 0) {
        close(c->library_fd);
        c->library_fd = -1;
    }
    check(pthread_mutex_unlock(&c->lock) == 0);
    if (!was_closed) {
        end_life(&c->life);
    }
}

void cage_free(cage **cage_to_free)
{
    cage *c = *cage_to_free;
    if (c == NULL) {
        return;
    }
    cage_close(c);
    check(c->children == NULL);
    plugin_life_fini(&c->life);
    check(pthread_mutex_destroy(&c->lock) == 0);
    mem_free(c->host_path);
    mem_free(c);
    *cage_to_free = NULL;
}

/* ------------------------------------------------------------------------------------ facts */

program_cage *cage_program(cage *c)
{
    return &c->program;
}

plugin_life *cage_life(cage *c)
{
    return &c->life;
}

life_record *cage_record(cage *c)
{
    return c->config.record;
}

const manifest *cage_manifest(const cage *c)
{
    return c->config.manifest;
}

window *cage_window(cage *c)
{
    return c->window;
}

uint32_t cage_pids(cage *c, int *ret, uint32_t max)
{
    uint32_t count = 0;
    check(pthread_mutex_lock(&c->lock) == 0);
    for (cage_child *h = c->children; h != NULL && count < max; h = h->next) {
        if (h->child != NULL && child_is_running(h->child)) {
            ret[count++] = child_pid(h->child);
        }
    }
    check(pthread_mutex_unlock(&c->lock) == 0);
    return count;
}

uint32_t cage_child_count(cage *c)
{
    int pids[WORKER_COUNT_MAX + 2];
    return cage_pids(c, pids, WORKER_COUNT_MAX + 2);
}

uint64_t cage_window_used_len(cage *c)
{
    check(pthread_mutex_lock(&c->lock) == 0);
    uint64_t len = c->is_closed ? 0 : window_used_len(c->window);
    check(pthread_mutex_unlock(&c->lock) == 0);
    return len;
}

uint32_t cage_walls(cage *c)
{
    check(pthread_mutex_lock(&c->lock) == 0);
    uint32_t walls = c->walls;
    check(pthread_mutex_unlock(&c->lock) == 0);
    return walls;
}

/* ------------------------------------------------------------------------------------ children */

static void put_text(char to[WIRE_ID_LEN], bytes from)
{
    size_t len = from.len < WIRE_ID_LEN - 1 ? from.len : WIRE_ID_LEN - 1;
    memset(to, 0, WIRE_ID_LEN);
    memcpy(to, from.base, len);
}

/* The child's own code and the areas come on top of what the plugin may have. */
static wire_start make_start(const cage *c)
{
    const manifest *m = c->config.manifest;
    wire_start s = {.memory_max = WINDOW_LEN + 2 * (uint64_t)WIRE_AREA_LEN +
                                  (uint64_t)MEMORY_MAX_MB * 1024 * 1024,
                    .abi_major = m->abi_major,
                    .abi_minor = m->abi_minor,
                    .has_criterion = m->has_criterion,
                    .field_count = m->field_count};
    put_text(s.id, m->id);
    put_text(s.version, m->version);
    put_text(s.library, m->library);
    for (uint32_t i = 0; i < m->field_count; i++) {
        put_text(s.fields[i], m->fields[i].id);
    }
    return s;
}

static bool make_child(cage *c, child **ret, err *e)
{
    const child_config config = {.host_path = c->host_path,
                                 .library_fd = c->library_fd,
                                 .window_fd = window_fd(c->window),
                                 .start = make_start(c),
                                 .window_len = WINDOW_LEN,
                                 .start_ms = c->config.start_ms,
                                 .record = c->config.record};
    return child_new(&config, ret, e);
}

static cage_child *find_holder(cage *c, uint64_t owner)
{
    cage_child *h = c->children;
    while (h != NULL && h->owner != owner) {
        h = h->next;
    }
    return h;
}

static bool add_holder(cage *c, uint64_t owner, cage_child **ret, err *e)
{
    cage_child *h = mem_new(sizeof *h);
    if (h == NULL) {
        return fail(e, ERR_MEMORY, "no memory for a plugin's process");
    }
    h->owner = owner;
    if (!make_child(c, &h->child, e)) {
        mem_free(h);
        return false;
    }
    h->next = c->children;
    c->children = h;
    *ret = h;
    return true;
}

static bool take_number(cage_child *h, uint32_t *ret)
{
    for (uint32_t i = 0; i < WIRE_INSTANCE_MAX; i++) {
        if ((h->instances[i / 64] >> i % 64 & 1u) == 0) {
            h->instances[i / 64] |= UINT64_C(1) << i % 64;
            *ret = i;
            return true;
        }
    }
    return false;
}

static bool refuse_closed(err *e)
{
    return fail(e, ERR_PLUGIN_STATE, "the plugin was replaced by another look through the folders");
}

bool cage_take_child(cage *c, cage_child **ret, uint32_t *ret_instance, err *e)
{
    uint64_t owner = (uint64_t)pthread_self();
    check(pthread_mutex_lock(&c->lock) == 0);
    cage_child *h = find_holder(c, owner);
    bool is_taken = c->is_closed ? refuse_closed(e) : h != NULL || add_holder(c, owner, &h, e);
    if (is_taken && !take_number(h, ret_instance)) {
        is_taken =
            fail(e, ERR_PLUGIN_MEMORY, "a plugin has more than %d instances", WIRE_INSTANCE_MAX);
    }
    if (is_taken) {
        h->use_count++;
        *ret = h;
    }
    check(pthread_mutex_unlock(&c->lock) == 0);
    return is_taken;
}

void cage_give_child(cage *c, cage_child *holder, uint32_t instance)
{
    check(pthread_mutex_lock(&c->lock) == 0);
    check(holder->use_count > 0);
    holder->use_count--;
    holder->instances[instance / 64] &= ~(UINT64_C(1) << instance % 64);
    if (holder->use_count == 0) {
        cage_child **at = &c->children;
        while (*at != holder) {
            at = &(*at)->next;
        }
        *at = holder->next;
        child_free(&holder->child);
        mem_free(holder);
    }
    check(pthread_mutex_unlock(&c->lock) == 0);
}

/* ------------------------------------------------------------------------------------ asking */

/* What the plugin did, and not what the machine could not do for it. */
static bool is_its_fault(const err *why)
{
    return why->code != ERR_MEMORY && why->code != ERR_PLUGIN_NO_CAGE;
}

static void note_fault(cage *c, const err *why, bool is_final)
{
    if (is_its_fault(why)) {
        life_note_fault(c->config.record, why, is_final, clock_monotonic_ns());
    } else {
        log_event(LOG_ERROR, "plugin.cage", "id=%s error=%s why=\"%s\"",
                  c->config.manifest->id.base, err_id(why->code), why->text);
    }
}

bool cage_wake(cage *c, cage_child *holder, err *e)
{
    if (holder->child == NULL) {
        return refuse_closed(e);
    }
    if (child_is_running(holder->child)) {
        return true;
    }
    if (!life_may_start(c->config.record, clock_monotonic_ns(), e)) {
        return false;
    }
    bool is_final = false;
    plugin_life_enter(&c->life);
    bool is_started = child_start(holder->child, &is_final, e);
    if (is_started) {
        check(pthread_mutex_lock(&c->lock) == 0);
        c->walls = child_walls(holder->child);
        check(pthread_mutex_unlock(&c->lock) == 0);
    } else {
        note_fault(c, e, is_final);
    }
    plugin_life_leave(&c->life, is_started);
    return is_started;
}

bool cage_ask(cage *c, cage_child *holder, uint32_t region, uint32_t item_count, err *e)
{
    bool is_final = false;
    plugin_life_enter(&c->life);
    bool is_answered =
        child_call(holder->child, region, item_count, c->config.deadline_ms, &is_final, e);
    if (!is_answered) {
        note_fault(c, e, is_final);
        child_end(holder->child);
    }
    plugin_life_leave(&c->life, is_answered);
    return is_answered;
}

void cage_note_bad_answer(cage *c, cage_child *holder, const err *why)
{
    plugin_life_enter(&c->life);
    note_fault(c, why, false);
    if (holder->child != NULL) {
        child_end(holder->child);
    }
    plugin_life_leave(&c->life, false);
}

/* ------------------------------------------------------------------------------------ self-test */

bool cage_self_test(cage *c, err *e)
{
    child *tried = NULL;
    bool is_final = false;
    if (!life_may_start(c->config.record, clock_monotonic_ns(), e) || !make_child(c, &tried, e)) {
        return false;
    }
    bool is_good = child_start(tried, &is_final, e);
    if (is_good) {
        c->walls = child_walls(tried);
    } else {
        note_fault(c, e, is_final);
    }
    child_free(&tried);
    return is_good;
}

const lotse_criterion_factory *cage_criterion_factory(void)
{
    return proxy_criterion_factory();
}

const lotse_field_factory *cage_field_factory(void)
{
    return proxy_field_factory();
}
