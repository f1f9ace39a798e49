#ifndef CORE_STORE_SQLITE_DBFILE_H
#define CORE_STORE_SQLITE_DBFILE_H

#include <limits.h>
#include <stdbool.h>

#include "base/err.h"

/* Where the database of a data folder lies. */

enum { DBFILE_PATH_LEN_MAX = PATH_MAX + 16 };

/* The absolute path of DIR/lotse.db, of which DIR must exist (ERR_STORE_MISSING). */
bool dbfile_path(const char *dir, char ret_path[DBFILE_PATH_LEN_MAX], err *e);
bool dbfile_exists(const char *path);
/* The refusal of a folder without a database. */
bool dbfile_missing(err *e);
/* An empty file that only its owner may read; one that is there stays as it is. */
bool dbfile_make(const char *path, err *e);
/* The folder itself, for its owner only; one that is there stays as it is. */
bool dbfile_make_folder(const char *dir, err *e);

#endif
