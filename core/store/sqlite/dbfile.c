/* Finding and making the database file, before SQLite sees it. */
#include "store/sqlite/dbfile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/check.h"

static bool fail_make(int why, err *e)
{
    return fail(e, why == ENOSPC || why == EDQUOT ? ERR_STORE_FULL : ERR_FILE,
                "could not make the data folder: %s", strerror(why));
}

bool dbfile_missing(err *e)
{
    (void)fail(e, ERR_STORE_MISSING, /* the hint is returned */
               "could not open the data folder: there is no database in it");
    return err_hint(e, "Name the right folder with --data, or make one with \"lotse init\".");
}

bool dbfile_path(const char *dir, char ret_path[DBFILE_PATH_LEN_MAX], err *e)
{
    char folder[PATH_MAX];
    if (realpath(dir, folder) == NULL) {
        return errno == ENOENT || errno == ENOTDIR
                   ? dbfile_missing(e)
                   : fail(e, ERR_FILE, "could not open the data folder: %s", strerror(errno));
    }
    int len = snprintf(ret_path, DBFILE_PATH_LEN_MAX, "%s/lotse.db", folder);
    check(len > 0);
    check(len < DBFILE_PATH_LEN_MAX);
    return true;
}

bool dbfile_exists(const char *path)
{
    struct stat facts;
    return stat(path, &facts) == 0 && S_ISREG(facts.st_mode);
}

bool dbfile_make(const char *path, err *e)
{
    /* Never open and close a database that is there: closing would drop the locks that SQLite holds
     * on it anywhere in this process. */
    int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0) {
        return errno == EEXIST || fail_make(errno, e);
    }
    if (close(fd) != 0) {
        return fail_make(errno, e);
    }
    return true;
}

bool dbfile_make_folder(const char *dir, err *e)
{
    return mkdir(dir, 0700) == 0 || errno == EEXIST || fail_make(errno, e);
}
