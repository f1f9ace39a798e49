/* Any bytes as the head of a request and as frames of a WebSocket. A head that is accepted is
 * accepted the same whatever follows it, and no piece of it is; what is refused stays refused when
 * more comes. Frames say the same in one piece and byte by byte. */
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "fuzz.h"
#include "io/http_head.h"
#include "io/websocket.h"

static bool is_within(bytes part, bytes whole)
{
    return part.base == NULL || (part.base >= whole.base && part.len <= whole.len &&
                                 (size_t)(part.base - whole.base) <= whole.len - part.len);
}

static void check_head(const http_head *head, bytes text)
{
    check(head->method.len > 0);
    check(head->path.len > 0 && head->path.base[0] == '/');
    check(head->content_len >= 0);
    check(is_within(head->path, text));
    check(is_within(head->query, text));
    for (uint32_t i = 0; i < head->field_count; i++) {
        check(head->fields[i].name.len > 0);
        check(is_within(head->fields[i].name, text));
        check(is_within(head->fields[i].value, text));
        check(memchr(head->fields[i].value.base, '\n', head->fields[i].value.len) == NULL);
        check(memchr(head->fields[i].value.base, '\r', head->fields[i].value.len) == NULL);
    }
    check(http_head_find(head, "transfer-encoding").base == NULL);
}

static void read_head(bytes text)
{
    static http_head head;
    static http_head cut_head;
    http_refusal why = {0, NULL};
    size_t len = 0;
    size_t cut_len = 0;
    http_reading reading = http_head_read(text, &head, &len, &why);
    if (reading == HTTP_READY) {
        check(len <= text.len);
        check(len <= HTTP_HEAD_LEN_MAX);
        check_head(&head, (bytes){text.base, len});
        check(http_head_read((bytes){text.base, len}, &cut_head, &cut_len, &why) == HTTP_READY);
        check(cut_len == len);
        check(http_head_read((bytes){text.base, len - 1}, &cut_head, &cut_len, &why) == HTTP_MORE);
    } else if (reading == HTTP_REFUSED) {
        check(why.status >= 400);
        check(why.text != NULL);
    } else {
        check(text.len < HTTP_HEAD_LEN_MAX);
    }
}

/* All events of the frames, as text, with at most `step` new bytes at a time. */
static void read_frames(const uint8_t *input, size_t len, size_t step, buf *out)
{
    ws_reader r = {.len_max = 512};
    char *room = malloc(len + 1); /* frames are unmasked in place */
    check(room != NULL);
    memcpy(room, input, len);
    size_t off = 0;
    size_t seen = 0;
    ws_event event = WS_MORE;
    while (seen < len && event != WS_REFUSED && event != WS_CLOSE) {
        seen = len - seen < step ? len : seen + step;
        size_t used = 0;
        do {
            bytes message = {NULL, 0};
            event = ws_read(&r, room + off, seen - off, &used, &message);
            check(used <= seen - off);
            off += used;
            if (event != WS_MORE) {
                buf_print(out, "%d %u ", (int)event, event >= WS_CLOSE ? r.close_code : 0);
                check(event != WS_TEXT || message.len <= r.len_max);
                if (event <= WS_PONG) {
                    buf_put(out, message.base, message.len);
                }
            }
        } while (used > 0 && event != WS_REFUSED && event != WS_CLOSE);
    }
    ws_reader_fini(&r);
    free(room);
}

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t len)
{
    if (len == 0) {
        return 0;
    }
    read_head((bytes){(const char *)input, len});
    buf whole = {0};
    buf pieces = {0};
    read_frames(input, len, len, &whole);
    read_frames(input, len, 1, &pieces);
    check(bytes_equal(buf_bytes(&whole), buf_bytes(&pieces)));
    buf_fini(&whole);
    buf_fini(&pieces);
    return 0;
}
