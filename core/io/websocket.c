/* Frames of RFC 6455. A server may trust nothing a client sends: every frame must be masked, every
 * text must be UTF-8, and every length is looked at before anything is kept. */
#include "io/websocket.h"

#include <openssl/evp.h>
#include <string.h>

#include "base/check.h"
#include "base/utf8.h"

enum { OP_MORE = 0, OP_TEXT = 1, OP_BINARY = 2, OP_CLOSE = 8, OP_PING = 9, OP_PONG = 10 };

typedef struct frame {
    bool is_final;
    unsigned opcode;
    size_t head_len;
    uint64_t payload_len;
    unsigned char mask[4];
} frame;

static ws_event refuse(ws_reader *r, uint16_t code)
{
    r->close_code = code;
    return WS_REFUSED;
}

/* ---------------------------------------------------------------------------------- reading */

/* False: its head is not all there. */
static bool read_head(const unsigned char *in, size_t len, frame *ret)
{
    if (len < 2) {
        return false;
    }
    unsigned short_len = in[1] & 0x7f;
    size_t length_len = short_len == 126 ? 2 : short_len == 127 ? 8 : 0;
    *ret = (frame){.is_final = (in[0] & 0x80) != 0,
                   .opcode = in[0] & 0x0f,
                   .head_len = 2 + length_len + 4,
                   .payload_len = length_len == 0 ? short_len : 0};
    if (len < ret->head_len) {
        return false;
    }
    for (size_t i = 0; i < length_len; i++) {
        ret->payload_len = ret->payload_len << 8 | in[2 + i];
    }
    memcpy(ret->mask, in + 2 + length_len, 4);
    return true;
}

/* What the first two bytes say must be right before anybody waits for the rest. 0: it is. */
static uint16_t judge_start(const ws_reader *r, const unsigned char *in)
{
    unsigned opcode = in[0] & 0x0f;
    bool is_masked = (in[1] & 0x80) != 0;
    bool has_extension_bits = (in[0] & 0x70) != 0;
    if (!is_masked || has_extension_bits) {
        return WS_CLOSE_PROTOCOL;
    }
    if (opcode >= OP_CLOSE) {
        bool is_sound = opcode <= OP_PONG && (in[0] & 0x80) != 0 && (in[1] & 0x7f) <= 125;
        return is_sound ? 0 : WS_CLOSE_PROTOCOL;
    }
    if (opcode == OP_BINARY) {
        return WS_CLOSE_KIND;
    }
    bool is_expected = opcode == OP_MORE ? r->is_inside : opcode == OP_TEXT && !r->is_inside;
    return is_expected ? 0 : WS_CLOSE_PROTOCOL;
}

static uint16_t judge_length(const ws_reader *r, const frame *f, const unsigned char *in)
{
    unsigned short_len = in[1] & 0x7f;
    bool is_shortest =
        short_len < 126 || (short_len == 126 ? f->payload_len >= 126 : f->payload_len > UINT16_MAX);
    if (!is_shortest) {
        return WS_CLOSE_PROTOCOL;
    }
    bool is_control = f->opcode >= OP_CLOSE;
    bool is_large = !is_control &&
                    (f->payload_len > r->len_max || r->message.len + f->payload_len > r->len_max);
    return is_large ? WS_CLOSE_LARGE : 0;
}

static ws_event take_close(ws_reader *r, bytes payload)
{
    r->close_code = WS_CLOSE_NORMAL;
    if (payload.len == 0) {
        return WS_CLOSE;
    }
    if (payload.len == 1) {
        return refuse(r, WS_CLOSE_PROTOCOL);
    }
    unsigned code = (unsigned)(unsigned char)payload.base[0] << 8 | (unsigned char)payload.base[1];
    bool is_code = (code >= 1000 && code <= 1011 && code != 1004 && code != 1005 && code != 1006) ||
                   (code >= 3000 && code <= 4999);
    if (!is_code) {
        return refuse(r, WS_CLOSE_PROTOCOL);
    }
    return utf8_is_valid((bytes){payload.base + 2, payload.len - 2}, NULL)
               ? WS_CLOSE
               : refuse(r, WS_CLOSE_TEXT);
}

static ws_event take_piece(ws_reader *r, const frame *f, bytes payload, bytes *ret)
{
    if (f->opcode == OP_TEXT) {
        buf_clear(&r->message);
    }
    bool is_alone = f->opcode == OP_TEXT && f->is_final;
    if (!is_alone) {
        buf_put(&r->message, payload.base, payload.len);
        if (r->message.failed) {
            return refuse(r, WS_CLOSE_MEMORY);
        }
        payload = buf_bytes(&r->message);
    }
    r->is_inside = !f->is_final;
    if (!f->is_final) {
        return WS_MORE;
    }
    *ret = payload;
    return utf8_is_valid(payload, NULL) ? WS_TEXT : refuse(r, WS_CLOSE_TEXT);
}

static void unmask(char *payload, size_t len, const unsigned char mask[4])
{
    for (size_t i = 0; i < len; i++) {
        payload[i] = (char)((unsigned char)payload[i] ^ mask[i & 3]);
    }
}

ws_event ws_read(ws_reader *r, char *input, size_t input_len, size_t *ret_len, bytes *ret)
{
    *ret_len = 0;
    if (!r->is_inside) {
        buf_fini(&r->message); /* an idle peer costs nothing */
    }
    const unsigned char *in = (const unsigned char *)input;
    if (input_len < 2) {
        return WS_MORE;
    }
    frame f;
    uint16_t code = judge_start(r, in);
    bool has_head = code == 0 && read_head(in, input_len, &f);
    code = has_head ? judge_length(r, &f, in) : code;
    if (code != 0) {
        return refuse(r, code);
    }
    if (!has_head || input_len - f.head_len < f.payload_len) {
        return WS_MORE;
    }
    bytes payload = {input + f.head_len, (size_t)f.payload_len};
    unmask(input + f.head_len, payload.len, f.mask);
    *ret_len = f.head_len + payload.len;
    *ret = payload;
    switch (f.opcode) {
    case OP_CLOSE:
        return take_close(r, payload);
    case OP_PING:
        return WS_PING;
    case OP_PONG:
        return WS_PONG;
    default:
        return take_piece(r, &f, payload, ret);
    }
}

void ws_reader_fini(ws_reader *r)
{
    buf_fini(&r->message);
}

/* ---------------------------------------------------------------------------------- writing */

static void put_frame(buf *out, unsigned opcode, bytes payload)
{
    char head[10] = {(char)(0x80 | opcode)};
    size_t length_len = payload.len < 126 ? 0 : payload.len <= UINT16_MAX ? 2 : 8;
    head[1] = (char)(length_len == 0 ? payload.len : length_len == 2 ? 126 : 127);
    for (size_t i = 0; i < length_len; i++) {
        head[2 + i] = (char)(payload.len >> (8 * (length_len - 1 - i)) & 0xff);
    }
    buf_put(out, head, 2 + length_len);
    buf_put(out, payload.base, payload.len);
}

void ws_put_text(buf *out, bytes message)
{
    put_frame(out, OP_TEXT, message);
}

void ws_put_ping(buf *out)
{
    put_frame(out, OP_PING, BYTES(""));
}

void ws_put_pong(buf *out, bytes payload)
{
    check(payload.len <= WS_CONTROL_LEN_MAX);
    put_frame(out, OP_PONG, payload);
}

void ws_put_close(buf *out, uint16_t code)
{
    char payload[2] = {(char)(code >> 8), (char)(code & 0xff)};
    put_frame(out, OP_CLOSE, (bytes){payload, 2});
}

/* ---------------------------------------------------------------------------------- greeting */

static bool is_base64(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' ||
           c == '/';
}

bool ws_accept(bytes key, char ret[WS_ACCEPT_LEN + 1])
{
    static const char GUID[] = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
    bool is_key = key.len == WS_KEY_LEN && key.base[22] == '=' && key.base[23] == '=';
    for (size_t i = 0; i < 22 && is_key; i++) {
        is_key = is_base64(key.base[i]);
    }
    if (!is_key) {
        return false;
    }
    char text[WS_KEY_LEN + sizeof GUID];
    memcpy(text, key.base, WS_KEY_LEN);
    memcpy(text + WS_KEY_LEN, GUID, sizeof GUID);
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned digest_len = 0;
    if (EVP_Digest(text, sizeof text - 1, digest, &digest_len, EVP_sha1(), NULL) != 1) {
        return false;
    }
    return EVP_EncodeBlock((unsigned char *)ret, digest, (int)digest_len) == WS_ACCEPT_LEN;
}
