#ifndef CORE_API_IMPORT_SYNC_H
#define CORE_API_IMPORT_SYNC_H

#include "engine/engine.h"
#include "import/import.h"

/* A complete export of one system's people, or of its offers: who is in the store from that system
 * and not in the export is marked as missing, shown in the report, and erased when missing for long
 * enough. So many at once that the export may be broken need a confirmation; without it nothing is
 * marked. A side of which the export holds nothing is left alone. The marks are documents of the
 * program, "sync:SYSTEM" and "sync-offers:SYSTEM", so that no record gets a new version. */
typedef struct import_sync {
    const char *system;
    bool is_confirmed;
    bool is_dry_run;
    uint32_t erase_after_days;
} import_sync;

/* After the import itself. Appends "sync" and "sync_offers" to the report, objects. [worker] */
bool import_sync_finish(const import_sync *sync, engine_worker *w, const import_run *run,
                        buf *report, err *e);

#endif
