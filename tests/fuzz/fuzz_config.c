/* Any bytes as a configuration: refused with a reason, or taken, and then every setting is of its
 * kind and reading the text again changes nothing. */
#include "app/config.h"
#include "base/check.h"
#include "base/utf8.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t len)
{
    err e = {0};
    configuration *c = NULL;
    bytes text = {(const char *)input, len};
    check(config_new(&c, &e));
    if (config_read_text(c, text, "fuzz", &e)) {
        check(config_read_text(c, text, "fuzz", &e));
        for (uint32_t i = 0; i < CONFIG_COUNT; i++) {
            const config_row *row = &config_rows()[i];
            if (row->type == CONFIG_INT) {
                check(config_int(c, (config_key)i) >= row->min);
                check(config_int(c, (config_key)i) <= row->max);
            } else if (row->type == CONFIG_BOOL) {
                (void)config_bool(c, (config_key)i); /* checks its shape itself */
            }
        }
        buf out = {0};
        config_write_effective(c, &out);
        check(!out.failed);
        buf_fini(&out);
    } else {
        check(e.code == ERR_CONFIG);
        check(e.text[0] != '\0');
    }
    config_free(&c);
    return 0;
}
