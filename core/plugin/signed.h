#ifndef CORE_PLUGIN_SIGNED_H
#define CORE_PLUGIN_SIGNED_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/bytes.h"
#include "base/digest.h"
#include "base/err.h"
#include "base/minisign.h"

/* What a plugin's maker signed: the file `files.list`, which names every file of the folder with
 * its digest, as `b2sum -l 256 FILE...` prints it, and `files.list.minisig`, its signature. Gates
 * and sentences are data, and data are signed as well as code: what is not listed is not loaded. */

#define SIGNED_LIST "files.list"
#define SIGNED_SIGNATURE "files.list.minisig"

enum { SIGNED_FILE_MAX = 256, SIGNED_NAME_LEN = 100, SIGNED_LIST_LEN_MAX = 64 * 1024 };

typedef struct signed_file {
    char digest[DIGEST_TEXT_LEN + 1];
    char name[SIGNED_NAME_LEN + 1]; /* of a file in the folder itself */
} signed_file;

typedef struct signed_list {
    const signed_file *files;
    uint32_t count;
} signed_list;

/* Decodes a list; in `a`. ERR_PLUGIN_SIGNATURE. [any] */
bool signed_list_decode(bytes text, arena *a, signed_list *ret, err *e);
/* Are these the bytes that stand in the list under this name? */
bool signed_list_holds(const signed_list *l, const char *name, bytes file, err *e);

/* The keys that the operator trusts: the files NAME.pub of folders. */
enum { SIGNED_KEY_MAX = 64 };
typedef struct signed_keys {
    minisign_key keys[SIGNED_KEY_MAX];
    char names[SIGNED_KEY_MAX][64]; /* of the file, without .pub */
    uint32_t count;
} signed_keys;
/* Adds those of a folder; one that is not there has none. A file that is no key is logged. */
bool signed_keys_read(const char *dir, signed_keys *keys, err *e);

/* Reads list and signature of a plugin's folder and verifies them. */
bool signed_folder_read(const char *dir, const signed_keys *keys, arena *a, signed_list *ret,
                        uint32_t *ret_key, err *e);

#endif
