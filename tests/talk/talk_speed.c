/* How fast a server answers a trivial method over its Unix socket:
 *
 *   talk_speed SOCKET METHOD [PARAMS-JSON]
 *
 * One connection, first many requests before each answer is read, then one after the other. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/clock.h"
#include "peer.h"

enum { PIPE_COUNT = 200000, PIPE_DEPTH = 256, SINGLE_COUNT = 20000, WARM_COUNT = 2000 };

static void put_request(buf *out, const char *method, const char *params, int id)
{
    buf_print(out, "{\"jsonrpc\":\"2.0\",\"id\":%d,\"method\":\"%s\"", id, method);
    if (params != NULL) {
        buf_print(out, ",\"params\":%s", params);
    }
    buf_text(out, "}\n");
}

static bool take_line(peer *p)
{
    bytes line;
    bool is_end;
    bool is_taken = peer_line(p, PEER_WAIT_MS, &line, &is_end);
    if (is_taken && p->input_off == p->input.len) {
        p->input_off = 0;
        buf_clear(&p->input);
    }
    return is_taken;
}

/* Answers a second with PIPE_DEPTH requests on their way; 0: the server gave up. */
static double measure_pipe(peer *p, const char *method, const char *params)
{
    buf chunk = {0};
    for (int i = 0; i < PIPE_DEPTH; i++) {
        put_request(&chunk, method, params, i);
    }
    int64_t started_ns = clock_monotonic_ns();
    bool is_going = true;
    for (int sent = 0; sent < PIPE_COUNT && is_going; sent += PIPE_DEPTH) {
        is_going = peer_send(p, buf_bytes(&chunk));
        for (int i = 0; i < PIPE_DEPTH && is_going; i++) {
            is_going = take_line(p);
        }
    }
    double seconds = (double)(clock_monotonic_ns() - started_ns) / 1e9;
    buf_fini(&chunk);
    return is_going ? (double)PIPE_COUNT / seconds : 0;
}

static int compare(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a;
    int64_t y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static bool measure_single(peer *p, const char *method, const char *params, int64_t *times)
{
    buf request = {0};
    put_request(&request, method, params, 1);
    bool is_going = true;
    for (int i = -WARM_COUNT; i < SINGLE_COUNT && is_going; i++) {
        int64_t started_ns = clock_monotonic_ns();
        is_going = peer_send(p, buf_bytes(&request)) && take_line(p);
        if (i >= 0) {
            times[i] = clock_monotonic_ns() - started_ns;
        }
    }
    buf_fini(&request);
    qsort(times, SINGLE_COUNT, sizeof *times, compare);
    return is_going;
}

int main(int argc, char **argv)
{
    static int64_t times[SINGLE_COUNT];
    if (argc < 3) {
        fprintf(stderr, "usage: talk_speed SOCKET METHOD [PARAMS-JSON]\n");
        return 2;
    }
    server s = {0};
    peer p = {.fd = -1};
    snprintf(s.socket, sizeof s.socket, "%s", argv[1]);
    const char *params = argc > 3 ? argv[3] : NULL;
    if (!peer_dial(&p, &s, false)) {
        perror(argv[1]);
        return EXIT_FAILURE;
    }
    double rate = measure_pipe(&p, argv[2], params);
    bool is_done = rate > 0 && measure_single(&p, argv[2], params, times);
    peer_close(&p);
    if (!is_done) {
        fprintf(stderr, "the server stopped answering\n");
        return EXIT_FAILURE;
    }
    printf(
        "%s: %.0f answers/s with %d on their way; one after the other p50 %.1f us, p99 %.1f us\n",
        argv[2], rate, PIPE_DEPTH, (double)times[SINGLE_COUNT / 2] / 1e3,
        (double)times[SINGLE_COUNT * 99 / 100] / 1e3);
    return EXIT_SUCCESS;
}
