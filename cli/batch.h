#ifndef CLI_BATCH_H
#define CLI_BATCH_H

#include "cli/cli.h"

/* What the files of `lotse batch` share. */

int64_t batch_int(const json_node *n, const char *key);
bytes batch_text(const json_node *n, const char *key);
bool batch_put_number(const char *name, const char *text, json_writer *w, const char *key, err *e);
/* Strategy, kinds and the like, as given. */
bool batch_put_params(const cli *c, json_writer *w, err *e);
int batch_begin(cli *c, buf *params, char **ret_id); /* the id is the caller's to free */
/* Waits until the run is over; batches[0] of *ret is its state. */
int batch_wait(cli *c, const char *id, json_doc **ret);
/* EXIT_DONE, or what became of it is told. */
int batch_settled(const cli *c, const char *id, const json_node *run);
/* OUT.run.json: what the results beside it rest on. */
bool batch_write_note(const char *out, const json_node *run, err *e);

/* A list from a file, as CSV: of needs as it is; of commitments also what a run wrote as ndjson.
 * batch_list.c */
bool batch_put_list(const char *path, const char *key, json_writer *w, err *e);
int batch_merge(cli *c);             /* batch_merge.c */
int batch_report_congestion(cli *c); /* batch_report.c */
bool batch_write_page(const char *path, const json_node *report,
                      err *e); /* NULL: stdout. batch_page.c */

#endif
