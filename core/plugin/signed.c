#include "plugin/signed.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "plugin/file.h"

/* ------------------------------------------------------------------------------------ the list */

static bool refuse_line(err *e, uint32_t line, const char *what)
{
    return fail(e, ERR_PLUGIN_SIGNATURE, "line %u of \"" SIGNED_LIST "\" %s", line, what);
}

static bool is_hex(bytes text)
{
    for (size_t i = 0; i < text.len; i++) {
        char c = text.base[i];
        if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'))) {
            return false;
        }
    }
    return true;
}

/* A plain name: no folder, nothing hidden, no byte that a terminal acts on. */
static bool is_plain_name(bytes name)
{
    if (name.len == 0 || name.len > SIGNED_NAME_LEN || name.base[0] == '.') {
        return false;
    }
    for (size_t i = 0; i < name.len; i++) {
        char c = name.base[i];
        if (c <= ' ' || c > '~' || c == '/' || c == '\\') {
            return false;
        }
    }
    return true;
}

/* "DIGEST  NAME", where the second of the two bytes between may be a '*'. */
static bool decode_line(bytes line, uint32_t number, signed_file *ret, err *e)
{
    if (line.len <= DIGEST_TEXT_LEN + 2 || line.base[DIGEST_TEXT_LEN] != ' ' ||
        (line.base[DIGEST_TEXT_LEN + 1] != ' ' && line.base[DIGEST_TEXT_LEN + 1] != '*')) {
        return refuse_line(e, number, "is not a digest, two spaces and a name");
    }
    bytes digest = {line.base, DIGEST_TEXT_LEN};
    bytes name = {line.base + DIGEST_TEXT_LEN + 2, line.len - DIGEST_TEXT_LEN - 2};
    if (!is_hex(digest)) {
        return refuse_line(e, number, "does not begin with 64 hex digits in lower case");
    }
    if (!is_plain_name(name)) {
        return refuse_line(e, number, "names no file of the folder itself");
    }
    memcpy(ret->digest, digest.base, digest.len);
    memcpy(ret->name, name.base, name.len);
    return true;
}

static const signed_file *find_file(const signed_file *files, uint32_t count, const char *name)
{
    for (uint32_t i = 0; i < count; i++) {
        if (strcmp(files[i].name, name) == 0) {
            return &files[i];
        }
    }
    return NULL;
}

bool signed_list_decode(bytes text, arena *a, signed_list *ret, err *e)
{
    uint32_t count = 0;
    if (text.len == 0 || text.len > SIGNED_LIST_LEN_MAX) {
        return fail(e, ERR_PLUGIN_SIGNATURE,
                    "\"" SIGNED_LIST "\" has %zu bytes, 1 to %d are allowed", text.len,
                    SIGNED_LIST_LEN_MAX);
    }
    signed_file *files = arena_make_array(a, SIGNED_FILE_MAX, signed_file);
    if (files == NULL) {
        return fail(e, ERR_MEMORY, "no memory for a plugin");
    }
    while (text.len > 0) {
        const char *end = memchr(text.base, '\n', text.len);
        if (end == NULL) {
            return refuse_line(e, count + 1, "does not end");
        }
        if (count == SIGNED_FILE_MAX) {
            return fail(e, ERR_PLUGIN_SIGNATURE, "\"" SIGNED_LIST "\" names more than %d files",
                        SIGNED_FILE_MAX);
        }
        bytes line = {text.base, (size_t)(end - text.base)};
        if (!decode_line(line, count + 1, &files[count], e)) {
            return false;
        }
        if (find_file(files, count, files[count].name) != NULL) {
            return refuse_line(e, count + 1, "names a file for the second time");
        }
        count++;
        text.base += line.len + 1;
        text.len -= line.len + 1;
    }
    *ret = (signed_list){files, count};
    return true;
}

bool signed_list_holds(const signed_list *l, const char *name, bytes file, err *e)
{
    char digest[DIGEST_TEXT_LEN + 1];
    const signed_file *listed = find_file(l->files, l->count, name);
    if (listed == NULL) {
        return fail(e, ERR_PLUGIN_SIGNATURE, "\"%s\" is not in the signed list of files", name);
    }
    digest_file(file, digest);
    return strcmp(listed->digest, digest) == 0 ||
           fail(e, ERR_PLUGIN_SIGNATURE, "\"%s\" is not the file that was signed", name);
}

/* ------------------------------------------------------------------------------------ keys */

static bool add_key(const char *dir, const char *file, size_t name_len, signed_keys *keys, err *e)
{
    char path[PATH_MAX];
    buf text = {0};
    err why = {0};
    if (keys->count == SIGNED_KEY_MAX) {
        return fail(e, ERR_TOO_LARGE, "there are more than %d trusted keys", SIGNED_KEY_MAX);
    }
    bool is_read = (size_t)snprintf(path, sizeof path, "%s/%s", dir, file) < sizeof path &&
                   plugin_file_read(path, MINISIGN_FILE_LEN_MAX, &text, &why) &&
                   minisign_key_parse(buf_bytes(&text), &keys->keys[keys->count], &why);
    buf_fini(&text);
    if (why.code == ERR_MEMORY) {
        *e = why;
        return false;
    }
    if (!is_read) {
        log_event(LOG_WARN, "plugin.key_unreadable", "why=\"%s\"", why.text);
        return true;
    }
    size_t len = name_len < sizeof keys->names[0] ? name_len : sizeof keys->names[0] - 1;
    memcpy(keys->names[keys->count], file, len);
    keys->names[keys->count][len] = 0;
    keys->count++;
    return true;
}

bool signed_keys_read(const char *dir, signed_keys *keys, err *e)
{
    static const char suffix[] = ".pub";
    DIR *stream = opendir(dir);
    if (stream == NULL) {
        return errno == ENOENT || fail(e, ERR_FILE,
                                       "could not look through the folder of trusted "
                                       "keys: %s",
                                       strerror(errno));
    }
    bool is_read = true;
    const struct dirent *entry = NULL;
    while (is_read && (entry = readdir(stream)) != NULL) {
        size_t len = strlen(entry->d_name);
        if (entry->d_name[0] != '.' && len > sizeof suffix - 1 &&
            strcmp(entry->d_name + len - (sizeof suffix - 1), suffix) == 0) {
            is_read = add_key(dir, entry->d_name, len - (sizeof suffix - 1), keys, e);
        }
    }
    closedir(stream);
    return is_read;
}

/* ------------------------------------------------------------------------------------ a folder */

static bool read_file(const char *dir, const char *name, size_t len_max, buf *ret, err *e)
{
    char path[PATH_MAX];
    if ((size_t)snprintf(path, sizeof path, "%s/%s", dir, name) >= sizeof path) {
        return fail(e, ERR_PLUGIN_UNREADABLE, "the plugin folder's path is too long");
    }
    if (plugin_file_read(path, len_max, ret, e)) {
        return true;
    }
    if (e->code != ERR_MEMORY) {
        (void)fail(e, ERR_PLUGIN_SIGNATURE, "the plugin is not signed: \"%s\" cannot be read",
                   name);
        (void)err_hint(e, "Sign it with `lotse plugin sign`, or name its folder as trusted.");
    }
    return false;
}

bool signed_folder_read(const char *dir, const signed_keys *keys, arena *a, signed_list *ret,
                        uint32_t *ret_key, err *e)
{
    buf list = {0};
    buf signature = {0};
    char comment[MINISIGN_COMMENT_LEN];
    bool is_good = read_file(dir, SIGNED_LIST, SIGNED_LIST_LEN_MAX, &list, e) &&
                   read_file(dir, SIGNED_SIGNATURE, MINISIGN_FILE_LEN_MAX, &signature, e) &&
                   minisign_verify(keys->keys, keys->count, buf_bytes(&list), buf_bytes(&signature),
                                   ret_key, comment, e) &&
                   signed_list_decode(buf_bytes(&list), a, ret, e);
    buf_fini(&list);
    buf_fini(&signature);
    return is_good;
}
