/* A strict reader of request heads. RFC 9112 lets a server be lenient in many places; each leniency
 * is a way to smuggle a request past a proxy that reads otherwise, so there are none here. */
#include "io/http_head.h"

#include <string.h>

#include "base/check.h"

typedef struct reader {
    bytes text; /* the head, up to and with its empty line */
    size_t off;
    http_refusal *why;
} reader;

static bool refuse(reader *r, int status, const char *text)
{
    *r->why = (http_refusal){status, text};
    return false;
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

bool http_name_equals(bytes a, const char *name)
{
    for (size_t i = 0; i < a.len; i++) {
        if (name[i] == '\0' || lower(a.base[i]) != lower(name[i])) {
            return false;
        }
    }
    return name[a.len] == '\0';
}

bytes http_head_find(const http_head *head, const char *name)
{
    for (uint32_t i = 0; i < head->field_count; i++) {
        if (http_name_equals(head->fields[i].name, name)) {
            return head->fields[i].value;
        }
    }
    return (bytes){NULL, 0};
}

/* ---------------------------------------------------------------------------------- characters */

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_token(char c)
{
    return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           (c != '\0' && strchr("!#$%&'*+-.^_`|~", c) != NULL);
}

/* A value holds no control character but the tab; a bare CR or LF is one. */
static bool is_value(char c)
{
    unsigned char u = (unsigned char)c;
    return u == '\t' || (u >= 0x20 && u != 0x7f);
}

/* ---------------------------------------------------------------------------------- lines */

/* The next line without its CRLF. The head ends with one, so there is always an end. */
static bool take_line(reader *r, bytes *ret)
{
    const char *start = r->text.base + r->off;
    const char *end = memchr(start, '\n', r->text.len - r->off);
    check(end != NULL);
    if (end == start || end[-1] != '\r') {
        return refuse(r, 400, "a line of the head ends with LF alone");
    }
    *ret = (bytes){start, (size_t)(end - start) - 1};
    r->off += ret->len + 2;
    return true;
}

static bytes cut_word(bytes *line)
{
    const char *space = line->len == 0 ? NULL : memchr(line->base, ' ', line->len);
    size_t len = space == NULL ? line->len : (size_t)(space - line->base);
    bytes word = {line->base, len};
    size_t step = space == NULL ? len : len + 1;
    *line = (bytes){line->base + step, line->len - step};
    return word;
}

static bool take_target(reader *r, bytes target, http_head *ret)
{
    if (target.len > HTTP_TARGET_LEN_MAX) {
        return refuse(r, 414, "the target is too long");
    }
    if (target.len == 0 || target.base[0] != '/') {
        return refuse(r, 400, "the target does not start with \"/\"");
    }
    for (size_t i = 0; i < target.len; i++) {
        if (target.base[i] <= 0x20 || target.base[i] == 0x7f || target.base[i] == '#') {
            return refuse(r, 400, "the target holds a character that must be escaped");
        }
    }
    const char *mark = memchr(target.base, '?', target.len);
    ret->path = target;
    if (mark != NULL) {
        ret->path.len = (size_t)(mark - target.base);
        ret->query = (bytes){mark + 1, target.len - ret->path.len - 1};
    }
    return true;
}

static bool take_request_line(reader *r, http_head *ret)
{
    bytes line;
    if (!take_line(r, &line)) {
        return false;
    }
    ret->method = cut_word(&line);
    bytes target = cut_word(&line);
    if (ret->method.len == 0 || ret->method.len > HTTP_METHOD_LEN_MAX) {
        return refuse(r, 400, "the request line does not start with a method");
    }
    for (size_t i = 0; i < ret->method.len; i++) {
        if (ret->method.base[i] < 'A' || ret->method.base[i] > 'Z') {
            return refuse(r, 400, "the method is not in capital letters");
        }
    }
    if (!take_target(r, target, ret)) {
        return false;
    }
    ret->is_1_0 = bytes_equal_text(line, "HTTP/1.0");
    if (!ret->is_1_0 && !bytes_equal_text(line, "HTTP/1.1")) {
        bool is_http = line.len == 8 && bytes_starts_with(line, "HTTP/");
        return is_http ? refuse(r, 505, "the version is not HTTP/1.1")
                       : refuse(r, 400, "the request line is not METHOD TARGET HTTP/1.1");
    }
    return true;
}

/* ---------------------------------------------------------------------------------- fields */

static bytes trim(bytes text)
{
    while (text.len > 0 && (text.base[0] == ' ' || text.base[0] == '\t')) {
        text.base++;
        text.len--;
    }
    while (text.len > 0 && (text.base[text.len - 1] == ' ' || text.base[text.len - 1] == '\t')) {
        text.len--;
    }
    return text;
}

static bool take_field(reader *r, bytes line, http_head *ret)
{
    if (line.base[0] == ' ' || line.base[0] == '\t') {
        return refuse(r, 400, "a field is folded over two lines");
    }
    size_t name_len = 0;
    while (name_len < line.len && is_token(line.base[name_len])) {
        name_len++;
    }
    if (name_len == 0 || name_len == line.len || line.base[name_len] != ':') {
        return refuse(r, 400, "a line of the head is no \"Name: value\"");
    }
    for (size_t i = name_len + 1; i < line.len; i++) {
        if (!is_value(line.base[i])) {
            return refuse(r, 400, "a field holds a control character");
        }
    }
    if (ret->field_count == HTTP_FIELD_COUNT_MAX) {
        return refuse(r, 431, "the head has too many fields");
    }
    ret->fields[ret->field_count++] = (http_field){
        {line.base, name_len}, trim((bytes){line.base + name_len + 1, line.len - name_len - 1})};
    return true;
}

/* Where a second one would mean that somebody reads the first and somebody the last. */
static bool refuse_twins(reader *r, const http_head *head)
{
    static const char *const SINGLE[] = {"host",
                                         "content-length",
                                         "transfer-encoding",
                                         "origin",
                                         "authorization",
                                         "cookie",
                                         "content-type",
                                         "expect",
                                         "upgrade",
                                         "sec-websocket-key",
                                         "sec-websocket-version",
                                         "x-csrf-token"};
    for (size_t s = 0; s < sizeof SINGLE / sizeof SINGLE[0]; s++) {
        uint32_t count = 0;
        for (uint32_t i = 0; i < head->field_count; i++) {
            count += http_name_equals(head->fields[i].name, SINGLE[s]) ? 1 : 0;
        }
        if (count > 1) {
            return refuse(r, 400, "a field that may stand once stands twice");
        }
    }
    return true;
}

static bool read_length(reader *r, http_head *head)
{
    bytes given = http_head_find(head, "content-length");
    bytes coding = http_head_find(head, "transfer-encoding");
    if (coding.base != NULL) {
        return given.base != NULL
                   ? refuse(r, 400, "both Content-Length and Transfer-Encoding are given")
                   : refuse(r, 501, "the body must come with a Content-Length, without coding");
    }
    if (given.base == NULL) {
        return true;
    }
    if (given.len == 0 || given.len > 10) {
        return refuse(r, 400, "Content-Length is no number of bytes");
    }
    for (size_t i = 0; i < given.len; i++) {
        if (!is_digit(given.base[i])) {
            return refuse(r, 400, "Content-Length is no number of bytes");
        }
        head->content_len = head->content_len * 10 + (given.base[i] - '0');
    }
    bool may_have_body =
        !bytes_equal_text(head->method, "GET") && !bytes_equal_text(head->method, "HEAD");
    return may_have_body || head->content_len == 0 ||
           refuse(r, 400, "a GET request comes with a body");
}

static bool check_host(reader *r, const http_head *head)
{
    bytes host = http_head_find(head, "host");
    if (host.base == NULL) {
        return head->is_1_0 || refuse(r, 400, "the Host field is missing");
    }
    for (size_t i = 0; i < host.len; i++) {
        char c = host.base[i];
        bool is_fine = is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                       (c != '\0' && strchr("-._:[]", c) != NULL);
        if (!is_fine) {
            return refuse(r, 400, "the Host field is no host");
        }
    }
    return host.len > 0 || refuse(r, 400, "the Host field is empty");
}

/* The comma-separated words of every Connection field. */
static void read_connection(http_head *head)
{
    bool says_close = false;
    bool says_keep = false;
    for (uint32_t i = 0; i < head->field_count; i++) {
        if (!http_name_equals(head->fields[i].name, "connection")) {
            continue;
        }
        bytes rest = head->fields[i].value;
        while (rest.len > 0) {
            const char *comma = memchr(rest.base, ',', rest.len);
            size_t len = comma == NULL ? rest.len : (size_t)(comma - rest.base);
            bytes word = trim((bytes){rest.base, len});
            says_close = says_close || http_name_equals(word, "close");
            says_keep = says_keep || http_name_equals(word, "keep-alive");
            head->wants_upgrade = head->wants_upgrade || http_name_equals(word, "upgrade");
            size_t step = comma == NULL ? len : len + 1;
            rest = (bytes){rest.base + step, rest.len - step};
        }
    }
    head->keeps_alive = !says_close && (!head->is_1_0 || says_keep);
}

static bool read_meaning(reader *r, http_head *head)
{
    if (!refuse_twins(r, head) || !check_host(r, head) || !read_length(r, head)) {
        return false;
    }
    bytes expect = http_head_find(head, "expect");
    if (expect.base != NULL && !http_name_equals(expect, "100-continue")) {
        return refuse(r, 417, "only 100-continue can be expected");
    }
    head->expects_continue = expect.base != NULL && !head->is_1_0 && head->content_len > 0;
    read_connection(head);
    return true;
}

/* ---------------------------------------------------------------------------------- the head */

/* The length of the head with its empty line; 0: its end is not there. An LF without its CR ends a
 * line too, so that a bare one is found at once and not waited past. */
static size_t find_end(bytes input)
{
    size_t line_start = 0;
    const char *end;
    while (line_start < input.len &&
           (end = memchr(input.base + line_start, '\n', input.len - line_start)) != NULL) {
        size_t line_len = (size_t)(end - input.base) - line_start;
        bool is_bare = line_len == 0 || end[-1] != '\r';
        line_start += line_len + 1;
        if (is_bare || line_len == 1) {
            return line_start;
        }
    }
    return 0;
}

static bool read_all(reader *r, http_head *head)
{
    if (!take_request_line(r, head)) {
        return false;
    }
    bytes line;
    while (take_line(r, &line)) {
        if (line.len == 0) {
            return read_meaning(r, head);
        }
        if (!take_field(r, line, head)) {
            return false;
        }
    }
    return false;
}

http_reading http_head_read(bytes input, http_head *ret, size_t *ret_len, http_refusal *ret_why)
{
    if (input.len > 0 && (input.base[0] < 'A' || input.base[0] > 'Z')) {
        *ret_why = (http_refusal){400, "the request line does not start with a method"};
        return HTTP_REFUSED;
    }
    size_t seen_len = input.len < HTTP_HEAD_LEN_MAX ? input.len : HTTP_HEAD_LEN_MAX;
    size_t len = find_end((bytes){input.base, seen_len});
    if (len == 0) {
        *ret_why = (http_refusal){431, "the head is too long"};
        return input.len < HTTP_HEAD_LEN_MAX ? HTTP_MORE : HTTP_REFUSED;
    }
    *ret = (http_head){0};
    reader r = {.text = {input.base, len}, .why = ret_why};
    if (!read_all(&r, ret)) {
        return HTTP_REFUSED;
    }
    *ret_len = len;
    return HTTP_READY;
}
