#include "plugin/loader.h"

#include <dlfcn.h>
#include <elf.h>
#include <link.h>
#include <stdio.h>
#include <string.h>

#include "plugin/file.h"

/* dlopen's own messages speak to linkers; and it maps what the headers promise, even where a file
 * was cut short, so that the first touch ends the process. Therefore the file is looked at first.
 */

#if defined(__x86_64__)
enum { MACHINE = EM_X86_64 };
#elif defined(__aarch64__)
enum { MACHINE = EM_AARCH64 };
#elif defined(__riscv)
enum { MACHINE = EM_RISCV };
#elif defined(__powerpc64__)
enum { MACHINE = EM_PPC64 };
#elif defined(__s390x__)
enum { MACHINE = EM_S390 };
#else
#error "say the ELF machine number of this processor here"
#endif

#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
enum { BYTE_ORDER_HERE = ELFDATA2LSB };
#else
enum { BYTE_ORDER_HERE = ELFDATA2MSB };
#endif

enum { ENTRY_HEAD_LEN = 16, ID_SHOWN_MAX = 64 };

static bool refuse_library(err *e, const char *name, const char *why)
{
    return fail(e, ERR_PLUGIN_NOT_LIBRARY, "\"%s\" is not a shared library of this machine: %s",
                name, why);
}

/* Every part that the program headers promise must lie in the file. */
static bool check_segments(bytes file, const Elf64_Ehdr *header, const char *name, err *e)
{
    size_t table_len = (size_t)header->e_phnum * sizeof(Elf64_Phdr);
    size_t table_end = 0;
    if (header->e_phentsize != sizeof(Elf64_Phdr) || header->e_phnum == 0 ||
        !size_add(header->e_phoff, table_len, &table_end) || table_end > file.len) {
        return refuse_library(e, name, "its program headers are damaged or cut off");
    }
    for (uint16_t i = 0; i < header->e_phnum; i++) {
        Elf64_Phdr segment;
        size_t end = 0;
        memcpy(&segment, file.base + header->e_phoff + i * sizeof(segment), sizeof(segment));
        if (!size_add(segment.p_offset, segment.p_filesz, &end) || end > file.len) {
            return refuse_library(e, name, "the file is cut off");
        }
    }
    size_t sections_len = (size_t)header->e_shnum * header->e_shentsize;
    size_t sections_end = 0;
    if (!size_add(header->e_shoff, sections_len, &sections_end) || sections_end > file.len) {
        return refuse_library(e, name, "the file is cut off");
    }
    return true;
}

bool loader_check_file(bytes file, const char *name, err *e)
{
    Elf64_Ehdr header;
    if (file.len == 0) {
        return refuse_library(e, name, "the file is empty");
    }
    if (file.len < SELFMAG || memcmp(file.base, ELFMAG, SELFMAG) != 0) {
        return refuse_library(e, name, "it does not begin like an ELF file");
    }
    if (file.len < sizeof(header)) {
        return refuse_library(e, name, "the file is cut off");
    }
    memcpy(&header, file.base, sizeof(header));
    if (header.e_ident[EI_CLASS] != ELFCLASS64 || header.e_ident[EI_DATA] != BYTE_ORDER_HERE) {
        return refuse_library(e, name, "it was built for another word size or byte order");
    }
    if (header.e_machine != MACHINE) {
        return fail(e, ERR_PLUGIN_NOT_LIBRARY,
                    "\"%s\" is not a shared library of this machine: it was built for processor "
                    "%u, this one is %u (ELF numbers)",
                    name, header.e_machine, (unsigned)MACHINE);
    }
    if (header.e_type != ET_DYN) {
        return refuse_library(e, name, "it is an object or a program, not a library");
    }
    return check_segments(file, &header, name, e);
}

/* The symbol's size as the library states it, so that no member is read that is not there. */
static bool find_entry(void *library, const char *name, const lotse_entry **ret, uint64_t *ret_len,
                       err *e)
{
    Dl_info where;
    const Elf64_Sym *symbol = NULL;
    const void *entry = dlsym(library, "lotse_plugin_entry");
    if (entry == NULL) {
        fail(e, ERR_PLUGIN_NO_ENTRY, "\"%s\" does not export \"lotse_plugin_entry\"", name);
        return err_hint(e, "Define it with LOTSE_EXPORT, outside of any function, and not static.");
    }
    if (dladdr1(entry, &where, (void **)&symbol, RTLD_DL_SYMENT) == 0 || symbol == NULL ||
        ELF64_ST_TYPE(symbol->st_info) != STT_OBJECT || symbol->st_size < ENTRY_HEAD_LEN) {
        return fail(e, ERR_PLUGIN_NO_ENTRY,
                    "\"lotse_plugin_entry\" of \"%s\" is not a lotse_entry struct", name);
    }
    *ret = entry;
    *ret_len = symbol->st_size;
    return true;
}

/* magic, abi_major and abi_minor protect what stands behind them. */
static bool check_abi(const lotse_entry *entry, uint64_t symbol_len, const manifest *m,
                      const char *name, err *e)
{
    if (entry->magic != LOTSE_ENTRY_MAGIC) {
        return fail(e, ERR_PLUGIN_ABI_MISMATCH,
                    "\"%s\" has the magic number %08x, a plugin has %08x", name, entry->magic,
                    LOTSE_ENTRY_MAGIC);
    }
    if (entry->abi_major != LOTSE_ABI_MAJOR || entry->abi_minor > LOTSE_ABI_MINOR) {
        fail(e, ERR_PLUGIN_ABI_MISMATCH, "\"%s\" was built for contract %u.%u, this host has %u.%u",
             name, entry->abi_major, entry->abi_minor, LOTSE_ABI_MAJOR, LOTSE_ABI_MINOR);
        return err_hint(e, entry->abi_major < LOTSE_ABI_MAJOR
                               ? "Build the plugin again with this host's lotse_plugin.h."
                               : "Build the plugin with an older lotse_plugin.h, or use a newer "
                                 "Lotse.");
    }
    if (entry->size < sizeof(lotse_entry) || symbol_len < sizeof(lotse_entry)) {
        return fail(e, ERR_PLUGIN_ABI_MISMATCH,
                    "the entry of \"%s\" has %u bytes, contract %u.%u has %zu", name, entry->size,
                    entry->abi_major, entry->abi_minor, sizeof(lotse_entry));
    }
    if (entry->abi_major != m->abi_major || entry->abi_minor != m->abi_minor) {
        return fail(e, ERR_PLUGIN_DIFFERS,
                    "\"%s\" was built for contract %u.%u, its manifest says %u.%u", name,
                    entry->abi_major, entry->abi_minor, m->abi_major, m->abi_minor);
    }
    return true;
}

static bool check_same(const char *what, const char *library_says, bytes manifest_says,
                       const char *name, err *e)
{
    if (library_says == NULL) {
        return fail(e, ERR_PLUGIN_DIFFERS, "\"%s\" names no %s, its manifest says \"%s\"", name,
                    what, manifest_says.base);
    }
    if (!bytes_equal_text(manifest_says, library_says)) {
        return fail(e, ERR_PLUGIN_DIFFERS, "the %s of \"%s\" is \"%.*s\", its manifest says \"%s\"",
                    what, name, ID_SHOWN_MAX, library_says, manifest_says.base);
    }
    return true;
}

/* What a factory says when it makes nothing: an error of the plugin's, or nothing at all. */
static bool refuse_factory(err *e, const char *kind, bytes id, const lotse_error *why,
                           const char *name)
{
    if (why->sentence[0] == 0) {
        return fail(e, ERR_PLUGIN_DIFFERS, "\"%s\" makes no %s \"%s\", its manifest says it does",
                    name, kind, id.base);
    }
    return fail(e, ERR_PLUGIN_DIFFERS, "\"%s\" makes no %s \"%s\": %.*s", name, kind, id.base,
                (int)sizeof(why->sentence), why->sentence);
}

static lotse_error blank_error(void)
{
    lotse_error error = {.size = sizeof(lotse_error)};
    return error;
}

/* One criterion is made and thrown away: better refused here than in the middle of a question. */
static bool check_criterion(const lotse_entry *entry, const manifest *m, const lotse_host *host,
                            const char *name, err *e)
{
    if (!m->has_criterion) {
        return true;
    }
    const lotse_criterion_factory *factory = entry->get_factory(LOTSE_CRITERION_1);
    if (factory == NULL || factory->size < sizeof(*factory) || factory->create == NULL) {
        return fail(e, ERR_PLUGIN_DIFFERS,
                    "\"%s\" has no factory \"%s\", its manifest has a criterion", name,
                    LOTSE_CRITERION_1);
    }
    lotse_error why = blank_error();
    const lotse_criterion *made = factory->create(host, m->id.base, &why);
    why.sentence[sizeof(why.sentence) - 1] = 0;
    if (made == NULL) {
        return refuse_factory(e, "criterion", m->id, &why, name);
    }
    if (made->size < sizeof(*made) || made->configure == NULL || made->select == NULL ||
        made->score == NULL || made->explain == NULL || made->get_extension == NULL ||
        made->destroy == NULL) {
        return fail(e, ERR_PLUGIN_DIFFERS, "the criterion of \"%s\" leaves functions out", name);
    }
    made->destroy(made->self);
    return true;
}

static bool check_fields(const lotse_entry *entry, const manifest *m, const lotse_host *host,
                         const char *name, err *e)
{
    if (m->field_count == 0) {
        return true;
    }
    const lotse_field_factory *factory = entry->get_factory(LOTSE_FIELD_1);
    if (factory == NULL || factory->size < sizeof(*factory) || factory->create == NULL) {
        return fail(e, ERR_PLUGIN_DIFFERS,
                    "\"%s\" has no factory \"%s\", its manifest has derived fields", name,
                    LOTSE_FIELD_1);
    }
    for (uint32_t i = 0; i < m->field_count; i++) {
        lotse_error why = blank_error();
        const lotse_field *made = factory->create(host, m->fields[i].id.base, &why);
        why.sentence[sizeof(why.sentence) - 1] = 0;
        if (made == NULL) {
            return refuse_factory(e, "field", m->fields[i].id, &why, name);
        }
        if (made->size < sizeof(*made) || made->configure == NULL || made->derive == NULL ||
            made->destroy == NULL) {
            return fail(e, ERR_PLUGIN_DIFFERS, "the field \"%s\" of \"%s\" leaves functions out",
                        m->fields[i].id.base, name);
        }
        made->destroy(made->self);
    }
    return true;
}

static bool check_allocator(const lotse_entry *entry, const manifest *m, const lotse_host *host,
                            const char *name, err *e)
{
    if (!m->has_allocator) {
        return true;
    }
    const lotse_allocator_factory *factory = entry->get_factory(LOTSE_ALLOCATOR_1);
    if (factory == NULL || factory->size < sizeof(*factory) || factory->create == NULL) {
        return fail(e, ERR_PLUGIN_DIFFERS,
                    "\"%s\" has no factory \"%s\", its manifest has an allocator", name,
                    LOTSE_ALLOCATOR_1);
    }
    lotse_error why = blank_error();
    const lotse_allocator *made = factory->create(host, m->id.base, &why);
    why.sentence[sizeof(why.sentence) - 1] = 0;
    if (made == NULL) {
        return refuse_factory(e, "allocator", m->id, &why, name);
    }
    if (made->size < sizeof(*made) || made->configure == NULL || made->allocate == NULL ||
        made->destroy == NULL) {
        return fail(e, ERR_PLUGIN_DIFFERS, "the allocator of \"%s\" leaves functions out", name);
    }
    made->destroy(made->self);
    return true;
}

static bool run_init(const lotse_entry *entry, const lotse_host *host, const char *name, err *e)
{
    lotse_error why = blank_error();
    if (entry->init == NULL || entry->get_factory == NULL) {
        return fail(e, ERR_PLUGIN_DIFFERS, "the entry of \"%s\" leaves functions out", name);
    }
    lotse_status status = entry->init(host, &why);
    if (status == LOTSE_OK) {
        return true;
    }
    why.sentence[sizeof(why.sentence) - 1] = 0;
    return fail(e, ERR_PLUGIN_FAULT, "\"%s\" refused to start (status %d)%s%s", name, status,
                why.sentence[0] == 0 ? "" : ": ", why.sentence);
}

/* Opens a file that was looked at. */
static bool open_library(const char *path, const char *name, const manifest *m,
                         const lotse_host *host, const lotse_entry **ret, err *e)
{
    void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (library == NULL) {
        const char *why = dlerror();
        size_t path_len = strlen(path);
        if (why != NULL && strncmp(why, path, path_len) == 0 && why[path_len] == ':') {
            why += path_len + 1 + (why[path_len + 1] == ' ');
        }
        return fail(e, ERR_PLUGIN_NOT_LIBRARY, "\"%s\" could not be loaded: %s", name,
                    why == NULL ? "the linker gives no reason" : why);
    }
    const lotse_entry *entry = NULL;
    uint64_t symbol_len = 0;
    if (!find_entry(library, name, &entry, &symbol_len, e) ||
        !check_abi(entry, symbol_len, m, name, e) || !check_same("id", entry->id, m->id, name, e) ||
        !check_same("version", entry->version, m->version, name, e) ||
        !run_init(entry, host, name, e) || !check_criterion(entry, m, host, name, e) ||
        !check_fields(entry, m, host, name, e) || !check_allocator(entry, m, host, name, e)) {
        return false;
    }
    *ret = entry;
    return true;
}

bool loader_open(const char *path, const manifest *m, const lotse_host *host,
                 const lotse_entry **ret, err *e)
{
    const char *name = plugin_file_name(path);
    buf file = {0};
    bool is_library = plugin_file_read(path, LIBRARY_LEN_MAX, &file, e) &&
                      loader_check_file(buf_bytes(&file), name, e);
    buf_fini(&file);
    return is_library && open_library(path, name, m, host, ret, e);
}

bool loader_open_descriptor(int fd, const manifest *m, const lotse_host *host,
                            const lotse_entry **ret, err *e)
{
    char path[32];
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    return open_library(path, m->library.base, m, host, ret, e);
}
