#ifndef CORE_STORE_SQLITE_CLEAN_H
#define CORE_STORE_SQLITE_CLEAN_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stddef.h>

/* SQLite's secure_delete overwrites what is deleted, but not the copies that stay in the unused
 * middle of a page when its cells move to a neighbour (SQLite 3.40, rebuildPage): the body of a
 * person could outlive its deletion there. So every page is cleaned on its way into the database
 * file: what lies between the cell pointers and the cells becomes zero. */

enum { CLEAN_PAGE_LEN_MAX = 65536 };

/* The file's methods with our write in front. Must not move while the connection is open. */
typedef struct clean_file {
    sqlite3_io_methods methods; /* first: the open file points here */
    const sqlite3_io_methods *below;
    unsigned char page[CLEAN_PAGE_LEN_MAX];
} clean_file;

/* Stands in front of the connection's database file (not of its WAL, which a scrub empties). */
int clean_attach(clean_file *c, sqlite3 *db);

/* Zeroes the unused middle of a b-tree page; leaves every other page and a damaged one alone. */
void clean_page(unsigned char *page, size_t page_len, bool is_first);

#endif
