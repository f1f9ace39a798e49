/* Runs a fuzz target over the kept inputs of a folder, so that every test run repeats them with any
 * compiler. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/arena.h"
#include "fuzz.h"

static bool replay_file(const char *path)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL || fseek(file, 0, SEEK_END) != 0) {
        perror(path);
        return false;
    }
    long len = ftell(file);
    rewind(file);
    /* Exactly as long as the file, so that a read behind its end is seen. */
    uint8_t *input = len < 0 ? NULL : mem_new((size_t)len);
    bool is_read = input != NULL && fread(input, 1, (size_t)len, file) == (size_t)len;
    fclose(file);
    if (is_read) {
        LLVMFuzzerTestOneInput(input, (size_t)len);
    } else {
        fprintf(stderr, "%s: could not be read\n", path);
    }
    mem_free(input);
    return is_read;
}

int main(int argc, char **argv)
{
    DIR *folder = argc == 2 ? opendir(argv[1]) : NULL;
    if (folder == NULL) {
        fprintf(stderr, "usage: %s FOLDER-OF-SEEDS\n", argv[0]);
        return EXIT_FAILURE;
    }
    bool is_good = true;
    int count = 0;
    struct dirent *entry;
    while ((entry = readdir(folder)) != NULL) {
        if (entry->d_name[0] == '.') {
            continue;
        }
        char path[4096];
        int len = snprintf(path, sizeof path, "%s/%s", argv[1], entry->d_name);
        is_good = len > 0 && (size_t)len < sizeof path && replay_file(path) && is_good;
        count++;
    }
    closedir(folder);
    printf("%d seeds replayed\n", count);
    return is_good && count > 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
