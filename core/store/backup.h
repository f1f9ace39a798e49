#ifndef CORE_STORE_BACKUP_H
#define CORE_STORE_BACKUP_H

#include "store/store.h"

/* Everything the store holds as lines of JSON, written while others go on, and read into an empty
 * store. What is about a person is sealed with a key of that person alone. The keys stand in a file
 * of their own, written anew with every backup: whoever was erased since has no key in the newest
 * one, and no older backup can tell of them any more. README.md has the form. */

typedef struct backup_counts {
    uint64_t records; /* of all nouns */
    uint64_t people;  /* records of people among them */
    uint64_t concepts;
    uint64_t erased; /* restore: sealed lines whose person has no key any more */
    uint64_t change;
} backup_counts;

/* Writes `path` and `keys_path`, each aside and renamed when it is whole. The people have keys
 * (store_make_keys) but for those who came since: these are left out and not counted.
 * ERR_FILE, ERR_STORE_*. [any thread, the reader's own] */
bool backup_write(store_reader *r, const char *path, const char *keys_path, backup_counts *ret,
                  err *e);
/* Into a store without records; nothing of it stays when it fails. ERR_BACKUP for what is no whole
 * backup, with the line. */
bool backup_read(store *s, const char *path, const char *keys_path, backup_counts *ret, err *e);

#endif
