#include "model/record.h"

#include "base/limits.h"
#include "model/record_offer.h"
#include "model/record_seeker.h"
#include "model/record_table.h"

/* What holds for both sides. */

bool record_read_text(bytes text, json_doc **ret, err *e)
{
    if (text.len > RECORD_LEN_MAX) {
        return fail(e, ERR_TOO_LARGE, "the record has %zu bytes, at most %d are allowed", text.len,
                    RECORD_LEN_MAX);
    }
    json_doc *doc = NULL;
    if (!json_parse(text, JSON_DEPTH_MAX, &doc, e)) {
        return false;
    }
    if (!json_refuse_lossy(doc, "", e)) {
        json_doc_free(&doc);
        return false;
    }
    *ret = doc;
    return true;
}

bytes record_id(record_side side, const void *record)
{
    return side == SIDE_SEEKER ? ((const seeker *)record)->id.text
                               : ((const offer *)record)->id.text;
}

uint32_t record_row_count(record_side side, const void *record)
{
    if (side == SIDE_SEEKER) {
        return 1;
    }
    uint32_t count = ((const offer *)record)->intakes.count;
    return count == 0 ? 1 : count;
}
