#ifndef TESTS_FUZZ_FUZZ_H
#define TESTS_FUZZ_FUZZ_H

#include <stddef.h>
#include <stdint.h>

/* What every fuzz target defines; the name is libFuzzer's. Stops the process when a promise breaks,
 * answers 0 otherwise. */
int LLVMFuzzerTestOneInput(const uint8_t *input, size_t len);

#endif
