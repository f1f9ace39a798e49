/* Keeps deleted bytes from surviving in the unused parts of database pages. */
#include "store/sqlite/clean.h"

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/check.h"

/* The file format, https://www.sqlite.org/fileformat2.html, section 1.6. */
enum {
    FILE_HEADER_LEN = 100,
    INDEX_INTERIOR = 2,
    TABLE_INTERIOR = 5,
    INDEX_LEAF = 10,
    TABLE_LEAF = 13,
    CELL_COUNT_OFF = 3,
    CELLS_OFF = 5,
    LEAF_HEADER_LEN = 8,
    INTERIOR_HEADER_LEN = 12,
    CELL_POINTER_LEN = 2,
    METHODS_VERSION = 3 /* of the struct this is compiled with */
};

_Static_assert(offsetof(clean_file, methods) == 0, "a file's methods lead back to its clean_file");

static size_t read_16(const unsigned char *at)
{
    return (size_t)at[0] << 8 | at[1];
}

void clean_page(unsigned char *page, size_t page_len, bool is_first)
{
    size_t start = is_first ? FILE_HEADER_LEN : 0;
    if (page_len < start + INTERIOR_HEADER_LEN) {
        return;
    }
    const unsigned char *header = page + start;
    size_t header_len;
    /* Pages of other kinds begin with a page number whose first byte is 0 or 1, because the
     * writer's max_page_count keeps numbers below 0x02000000, and there is no auto_vacuum. */
    switch (header[0]) {
    case INDEX_INTERIOR:
    case TABLE_INTERIOR:
        header_len = INTERIOR_HEADER_LEN;
        break;
    case INDEX_LEAF:
    case TABLE_LEAF:
        header_len = LEAF_HEADER_LEN;
        break;
    default:
        return;
    }
    size_t gap = start + header_len + read_16(header + CELL_COUNT_OFF) * CELL_POINTER_LEN;
    size_t cells = read_16(header + CELLS_OFF);
    if (cells == 0) {
        cells = CLEAN_PAGE_LEN_MAX;
    }
    if (gap > cells || cells > page_len) {
        return;
    }
    memset(page + gap, 0, cells - gap);
}

static int write_clean(sqlite3_file *file, const void *content, int len, sqlite3_int64 off)
{
    /* The file's methods are the first member of its clean_file (see clean_attach). */
    clean_file *c = (clean_file *)(uintptr_t)file->pMethods;
    bool is_page = len >= 512 && len <= CLEAN_PAGE_LEN_MAX && (len & (len - 1)) == 0;
    if (!is_page || off % len != 0) {
        return c->below->xWrite(file, content, len, off);
    }
    memcpy(c->page, content, (size_t)len);
    clean_page(c->page, (size_t)len, off == 0);
    return c->below->xWrite(file, c->page, len, off);
}

int clean_attach(clean_file *c, sqlite3 *db)
{
    sqlite3_file *file = NULL;
    int rc = sqlite3_file_control(db, "main", SQLITE_FCNTL_FILE_POINTER, &file);
    if (rc != SQLITE_OK) {
        return rc;
    }
    check(file != NULL);
    check(file->pMethods != NULL);
    c->below = file->pMethods;
    c->methods = *file->pMethods;
    c->methods.xWrite = write_clean;
    if (c->methods.iVersion > METHODS_VERSION) {
        c->methods.iVersion = METHODS_VERSION;
    }
    file->pMethods = &c->methods;
    return SQLITE_OK;
}
