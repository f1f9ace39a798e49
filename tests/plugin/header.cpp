/* The contract's header as C++17, with warnings as errors: building this is the test. */
#include "lotse_plugin.h"

namespace
{
lotse_status init(const lotse_host *, lotse_error *)
{
    return LOTSE_OK;
}

void deinit()
{
}

const void *get_factory(const char *)
{
    return nullptr;
}

int32_t use_everything(const lotse_table *table, const lotse_pairs *pairs,
                       const lotse_params *params, lotse_reasons *reasons)
{
    const lotse_column *column = lotse_column_of(table, 0);
    int32_t sum = lotse_int_at(table, column, 0) + lotse_points(0.5);
    sum += static_cast<int32_t>(lotse_flag_at(table, column, 0) + lotse_code_at(table, column, 0));
    sum += static_cast<int32_t>(lotse_concept_at(table, column, 0) +
                                lotse_range_at(table, column, 0).end);
    sum += static_cast<int32_t>(lotse_codes_at(table, column, 0).members & 1u);
    sum += lotse_kms(pairs) == nullptr ? 0 : 1;
    sum += static_cast<int32_t>(lotse_param_value(params, 0, 1));
    lotse_reason *reason = lotse_reason_add(reasons, 0, 0, sum);
    if (reason != nullptr) {
        lotse_reason_arg(reason, LOTSE_ARG_INT, sum);
    }
    return sum;
}
} // namespace

extern "C" LOTSE_EXPORT const lotse_entry lotse_plugin_entry = {LOTSE_ENTRY_MAGIC,
                                                                sizeof(lotse_entry),
                                                                LOTSE_ABI_MAJOR,
                                                                LOTSE_ABI_MINOR,
                                                                "org.example.cpp",
                                                                "1.0.0",
                                                                init,
                                                                deinit,
                                                                get_factory};

extern "C" int32_t plugin_header_used(const lotse_table *table, lotse_reasons *reasons)
{
    return use_everything(table, nullptr, nullptr, reasons);
}
