#ifndef CORE_MODEL_SCHEMA_H
#define CORE_MODEL_SCHEMA_H

#include "base/bytes.h"
#include "model/code.h"
#include "model/record.h"
#include "json/json.h"

/* What the tables say, for others to read: JSON Schemas, code lists, errors, the field catalogue.
 * The files in schemas/ are written from these; a test compares them. [any] */

/* JSON Schema 2020-12 of a record. It accepts what the decoder accepts, up to the rules between
 * fields (field.rule), which its description lists. `ext` may be NULL: no ext keys. */
void schema_print_record(record_side side, const ext_keys *ext, json_writer *w);
/* One list with its labels and notes. */
void schema_print_codes(const code_list *list, json_writer *w);
/* errors.def as a list of {id, code, http, retry, summary}. */
void schema_print_errors(json_writer *w);
/* Every value of both records: path, type, role, sensitivity, codes, unit, a sentence in German and
 * English; "column" says whether gates, criteria and plugins can name it. */
void schema_print_fields(json_writer *w);
/* Compact JSON with line feeds and indentation; containers without containers stay on one line. */
void schema_indent(bytes json, buf *out);

#endif
