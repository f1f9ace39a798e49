#include <pthread.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "app/app.h"
#include "app/client.h"
#include "base/log.h"
#include "engine/engine.h"
#include "unit/rpc_toy.h"

static char dir[64];
static char plugins[80]; /* an empty folder: what is tested here needs none */
static pid_t server;

static void set_up(void)
{
    err e;
    engine *g = NULL;
    log_set_level(LOG_ERROR);
    strcpy(dir, "app_test.XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(dir));
    snprintf(plugins, sizeof plugins, "%s/plugins", dir);
    ck_assert_int_eq(mkdir(plugins, 0700), 0);
    engine_config config = {.dir = dir, .create = true, .worker_count = 1, .builtin_dir = plugins};
    ck_assert_msg(engine_open(&config, &g, &e), "%s", e.text);
    engine_close(&g);
}

static void tear_down(void)
{
    char command[128];
    snprintf(command, sizeof command, "rm -rf '%s'", dir);
    ck_assert_int_eq(system(command), 0);
}

static void start_server(void)
{
    server = fork();
    ck_assert_int_ge(server, 0);
    if (server == 0) {
        err e;
        log_set_level(LOG_ERROR);
        ck_assert_ptr_nonnull(freopen("/dev/null", "w", stderr));
        app_config config = {.data_dir = dir, .plugins_dir = plugins, .workers = "1"};
        _exit(app_serve(&config, &e) ? 0 : 1);
    }
}

static void stop_server(void)
{
    int status;
    ck_assert_int_eq(kill(server, SIGTERM), 0);
    ck_assert_int_eq(waitpid(server, &status, 0), server);
    ck_assert(WIFEXITED(status));
    ck_assert_int_eq(WEXITSTATUS(status), 0);
}

static client *open_client(bool is_remote_only)
{
    client *c = NULL;
    err e;
    client_config config = {.data_dir = dir,
                            .plugins_dir = plugins,
                            .worker_count = 1,
                            .is_remote_only = is_remote_only};
    for (int tries = 0; !client_open(&config, &c, &e); tries++) {
        ck_assert_msg(tries < 500 && e.code == ERR_NO_SERVER, "%s", e.text);
        usleep(10000);
    }
    return c;
}

/* What a client is for: results, and errors that come back as they were made. */
static void talk_with(client *c)
{
    err e = {0};
    buf result = {0};
    ck_assert_msg(client_call(c, "server.info", (bytes){NULL, 0}, NULL, NULL, &result, &e), "%s",
                  e.text);
    ck_assert_ptr_nonnull(strstr(buf_terminated(&result), "\"version\""));
    ck_assert(!client_call(c, "seeker.get", BYTES("{\"id\":\"s-1\"}"), NULL, NULL, &result, &e));
    ck_assert_int_eq(e.code, ERR_NOT_FOUND);
    ck_assert(!client_call(c, "seeker.git", (bytes){NULL, 0}, NULL, NULL, &result, &e));
    ck_assert_int_eq(e.code, ERR_RPC_METHOD);
    ck_assert_str_eq(e.hint, "Did you mean \"seeker.get\"?");
    ck_assert(!client_call(c, "seeker.get", BYTES("{\"di\":\"s-1\"}"), NULL, NULL, &result, &e));
    ck_assert_str_eq(e.path, "/params/di");
    buf_clear(&result);
    ck_assert(client_call(c, "rpc.discover", BYTES("{}"), NULL, NULL, &result, &e));
    ck_assert(json_check(buf_bytes(&result), 100, NULL, &e));
    buf_fini(&result);
}

START_TEST(client_opens_the_engine_here_where_no_server_runs)
{
    set_up();
    client *c = open_client(false);
    ck_assert(client_is_local(c));
    talk_with(c);
    client_close(&c);
    tear_down();
}
END_TEST

START_TEST(client_asks_the_server_where_one_runs)
{
    set_up();
    start_server();
    client *c = open_client(true);
    ck_assert(!client_is_local(c));
    talk_with(c);
    client *other = open_client(false);
    ck_assert(!client_is_local(other));
    talk_with(other);
    client_close(&other);
    stop_server();

    buf result = {0};
    err e;
    ck_assert(!client_call(c, "server.info", (bytes){NULL, 0}, NULL, NULL, &result, &e));
    ck_assert_int_eq(e.code, ERR_NO_SERVER);
    client_close(&c);
    buf_fini(&result);
    tear_down();
}
END_TEST

START_TEST(client_that_names_a_server_never_opens_the_engine)
{
    set_up();
    static const char *const nobody[] = {"nowhere.sock", "127.0.0.1:1", "127.0.0.1:99999",
                                         "[::1]:1"};
    for (size_t i = 0; i < sizeof nobody / sizeof nobody[0]; i++) {
        client *c = NULL;
        err e;
        client_config config = {.data_dir = dir, .socket = nobody[i]};
        ck_assert(!client_open(&config, &c, &e));
        ck_assert_int_eq(e.code, ERR_NO_SERVER);
    }
    tear_down();
}
END_TEST

START_TEST(client_without_data_says_so)
{
    client *c = NULL;
    err e;
    client_config config = {.data_dir = "no_such_folder"};
    ck_assert(!client_open(&config, &c, &e));
    ck_assert_int_eq(e.code, ERR_STORE_MISSING);
}
END_TEST

static void *hold_for_a_moment(void *context)
{
    client *c = context;
    usleep(300000);
    client_close(&c);
    return NULL;
}

START_TEST(client_waits_for_a_command_that_holds_the_folder)
{
    set_up();
    client *first = open_client(false);
    pthread_t thread;
    ck_assert_int_eq(pthread_create(&thread, NULL, hold_for_a_moment, first), 0);
    client *second = open_client(false);
    ck_assert(client_is_local(second));
    talk_with(second);
    pthread_join(thread, NULL);
    client_close(&second);
    tear_down();
}
END_TEST

START_TEST(client_stopped_before_a_call_cancels_it)
{
    set_up();
    client *c = open_client(false);
    buf result = {0};
    err e;
    client_stop(c);
    bool is_done = client_call(c, "server.info", (bytes){NULL, 0}, NULL, NULL, &result, &e);
    ck_assert(is_done || e.code == ERR_CANCELLED);
    ck_assert(client_call(c, "server.info", (bytes){NULL, 0}, NULL, NULL, &result, &e));
    client_close(&c);
    buf_fini(&result);
    tear_down();
}
END_TEST

START_TEST(second_server_on_one_folder_is_refused)
{
    set_up();
    start_server();
    client *c = open_client(true);
    err e;
    app_config config = {.data_dir = dir, .plugins_dir = plugins, .workers = "1"};
    ck_assert(!app_serve(&config, &e));
    ck_assert_int_eq(e.code, ERR_STORE_BUSY);
    talk_with(c);
    client_close(&c);
    stop_server();
    tear_down();
}
END_TEST

TOY_MAIN("app/client", client_opens_the_engine_here_where_no_server_runs,
         client_asks_the_server_where_one_runs, client_that_names_a_server_never_opens_the_engine,
         client_without_data_says_so, client_waits_for_a_command_that_holds_the_folder,
         client_stopped_before_a_call_cancels_it, second_server_on_one_folder_is_refused)
