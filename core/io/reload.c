/* SIGHUP: files are read and certificates made anew on a thread that may wait; when all of it went
 * well the loop exchanges them between two requests. Connections keep the keys they began with. */
#include "base/check.h"
#include "io/parts.h"

static void on_work(uv_work_t *work)
{
    io *i = work->data;
    const io_config *config = &i->config;
    const char *console_dir = NULL;
    tls_files names = {0};
    i->is_reloaded = config->reload(config->context, &console_dir, &names, &i->reload_why) &&
                     files_read(console_dir, &i->next_files, &i->reload_why) &&
                     (config->https == NULL || tls_keys_new(&names, &i->next_keys, &i->reload_why));
    tls_leave_thread();
}

static void exchange(io *i)
{
    files_free(&i->files);
    i->files = i->next_files;
    i->next_files = NULL;
    if (i->next_keys != NULL) {
        tls_keys_free(&i->keys);
        i->keys = i->next_keys;
        i->next_keys = NULL;
    }
}

static void on_worked(uv_work_t *work, int status)
{
    io *i = work->data;
    check(status == 0); /* nobody cancels it */
    i->is_reloading = false;
    if (i->is_reloaded) {
        exchange(i);
    }
    files_free(&i->next_files);
    tls_keys_free(&i->next_keys);
    i->config.reloaded(i->config.context, i->is_reloaded ? NULL : &i->reload_why);
    if (i->must_reload && i->drain_started_ns == 0) {
        i->must_reload = false;
        io_reload(i);
    }
}

void io_reload(io *i)
{
    if (i->config.reload == NULL) {
        return;
    }
    if (i->is_reloading) {
        i->must_reload = true;
        return;
    }
    i->is_reloading = true;
    i->is_reloaded = false;
    i->reload.data = i;
    int status = uv_queue_work(&i->loop, &i->reload, on_work, on_worked);
    check(status == 0); /* fails without a function only */
}
