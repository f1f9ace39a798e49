/* plugin_layout GOLDEN: prints size and offsets of every struct of the contract, and compares them
 * with the file. A difference breaks every plugin that was built before: structs only grow at their
 * ends, with a new minor version. To write the file anew: plugin_layout - > layout.txt */

#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "lotse_plugin.h"

#define STRUCT(type)                                                                               \
    printed +=                                                                                     \
        (size_t)snprintf(out + printed, sizeof(out) - printed, "%s %zu\n", #type, sizeof(type))
#define MEMBER(type, name)                                                                         \
    printed += (size_t)snprintf(out + printed, sizeof(out) - printed, "  %s %zu %zu\n", #name,     \
                                offsetof(type, name), sizeof(((type *)0)->name))
#define NUMBER(name)                                                                               \
    printed += (size_t)snprintf(out + printed, sizeof(out) - printed, "%s %lld\n", #name,          \
                                (long long)(name))

static char out[16384];
static size_t printed;

static void print_values(void)
{
    STRUCT(lotse_error);
    MEMBER(lotse_error, size);
    MEMBER(lotse_error, status);
    MEMBER(lotse_error, field);
    MEMBER(lotse_error, sentence);
    STRUCT(lotse_range);
    MEMBER(lotse_range, begin);
    MEMBER(lotse_range, end);
    STRUCT(lotse_codes);
    MEMBER(lotse_codes, members);
    MEMBER(lotse_codes, known);
    STRUCT(lotse_column);
    MEMBER(lotse_column, type);
    MEMBER(lotse_column, stride);
    MEMBER(lotse_column, offset);
    MEMBER(lotse_column, known_offset);
    MEMBER(lotse_column, values_offset);
    STRUCT(lotse_table);
    MEMBER(lotse_table, size);
    MEMBER(lotse_table, side);
    MEMBER(lotse_table, row_count);
    MEMBER(lotse_table, column_count);
    MEMBER(lotse_table, columns_offset);
    STRUCT(lotse_param);
    MEMBER(lotse_param, type);
    MEMBER(lotse_param, is_default);
    MEMBER(lotse_param, value);
    MEMBER(lotse_param, values_offset);
    STRUCT(lotse_params);
    MEMBER(lotse_params, size);
    MEMBER(lotse_params, count);
    MEMBER(lotse_params, params_offset);
    STRUCT(lotse_pairs);
    MEMBER(lotse_pairs, size);
    MEMBER(lotse_pairs, count);
    MEMBER(lotse_pairs, km_offset);
}

static void print_answers(void)
{
    STRUCT(lotse_arg);
    MEMBER(lotse_arg, type);
    MEMBER(lotse_arg, count);
    MEMBER(lotse_arg, value);
    STRUCT(lotse_reason);
    MEMBER(lotse_reason, row_index);
    MEMBER(lotse_reason, sentence);
    MEMBER(lotse_reason, points);
    MEMBER(lotse_reason, arg_count);
    MEMBER(lotse_reason, args);
    STRUCT(lotse_reasons);
    MEMBER(lotse_reasons, size);
    MEMBER(lotse_reasons, capacity);
    MEMBER(lotse_reasons, count);
    MEMBER(lotse_reasons, values_capacity);
    MEMBER(lotse_reasons, values_count);
    MEMBER(lotse_reasons, reserved);
    MEMBER(lotse_reasons, reasons_offset);
    MEMBER(lotse_reasons, values_offset);
}

static void print_functions(void)
{
    STRUCT(lotse_host);
    MEMBER(lotse_host, size);
    MEMBER(lotse_host, get_extension);
    STRUCT(lotse_criterion);
    MEMBER(lotse_criterion, size);
    MEMBER(lotse_criterion, self);
    MEMBER(lotse_criterion, configure);
    MEMBER(lotse_criterion, select);
    MEMBER(lotse_criterion, score);
    MEMBER(lotse_criterion, explain);
    MEMBER(lotse_criterion, get_extension);
    MEMBER(lotse_criterion, destroy);
    STRUCT(lotse_criterion_factory);
    MEMBER(lotse_criterion_factory, size);
    MEMBER(lotse_criterion_factory, create);
    STRUCT(lotse_field);
    MEMBER(lotse_field, size);
    MEMBER(lotse_field, self);
    MEMBER(lotse_field, configure);
    MEMBER(lotse_field, derive);
    MEMBER(lotse_field, destroy);
    STRUCT(lotse_field_factory);
    MEMBER(lotse_field_factory, size);
    MEMBER(lotse_field_factory, create);
    STRUCT(lotse_allocator);
    MEMBER(lotse_allocator, size);
    MEMBER(lotse_allocator, self);
    MEMBER(lotse_allocator, configure);
    MEMBER(lotse_allocator, allocate);
    MEMBER(lotse_allocator, destroy);
    STRUCT(lotse_allocator_factory);
    MEMBER(lotse_allocator_factory, size);
    MEMBER(lotse_allocator_factory, create);
    STRUCT(lotse_entry);
    MEMBER(lotse_entry, magic);
    MEMBER(lotse_entry, size);
    MEMBER(lotse_entry, abi_major);
    MEMBER(lotse_entry, abi_minor);
    MEMBER(lotse_entry, id);
    MEMBER(lotse_entry, version);
    MEMBER(lotse_entry, init);
    MEMBER(lotse_entry, deinit);
    MEMBER(lotse_entry, get_factory);
}

static void print_allocations(void)
{
    STRUCT(lotse_market);
    MEMBER(lotse_market, size);
    MEMBER(lotse_market, seeker_count);
    MEMBER(lotse_market, intake_count);
    MEMBER(lotse_market, edge_count);
    MEMBER(lotse_market, begin_offset);
    MEMBER(lotse_market, intake_offset);
    MEMBER(lotse_market, score_offset);
    MEMBER(lotse_market, need_offset);
    MEMBER(lotse_market, seeker_rank_offset);
    MEMBER(lotse_market, intake_rank_offset);
    MEMBER(lotse_market, seats_offset);
    MEMBER(lotse_market, min_seats_offset);
    MEMBER(lotse_market, price_offset);
    MEMBER(lotse_market, stop_offset);
    STRUCT(lotse_allocation);
    MEMBER(lotse_allocation, size);
    MEMBER(lotse_allocation, is_proven);
    MEMBER(lotse_allocation, upper_bound);
    MEMBER(lotse_allocation, price_scale);
    MEMBER(lotse_allocation, edge_offset);
    MEMBER(lotse_allocation, price_offset);
}

static void print_numbers(void)
{
    NUMBER(LOTSE_ABI_MAJOR);
    NUMBER(LOTSE_ABI_MINOR);
    NUMBER(LOTSE_ENTRY_MAGIC);
    NUMBER(LOTSE_POINTS_MAX);
    NUMBER(LOTSE_OK);
    NUMBER(LOTSE_REFUSED);
    NUMBER(LOTSE_NO_MEMORY);
    NUMBER(LOTSE_STOPPED);
    NUMBER(LOTSE_UNSUPPORTED);
    NUMBER(LOTSE_INT);
    NUMBER(LOTSE_DAY);
    NUMBER(LOTSE_FLAG);
    NUMBER(LOTSE_CODE);
    NUMBER(LOTSE_CODE_SET);
    NUMBER(LOTSE_CONCEPT);
    NUMBER(LOTSE_CONCEPT_SET);
    NUMBER(LOTSE_PLACE);
    NUMBER(LOTSE_WEEK);
    NUMBER(LOTSE_INT_LIST);
    NUMBER(LOTSE_DAY_LIST);
    NUMBER(LOTSE_CODE_LIST);
    NUMBER(LOTSE_CONCEPT_LIST);
    NUMBER(LOTSE_ABSENT);
    NUMBER(LOTSE_OPEN);
    NUMBER(LOTSE_SCHEME_ESCO);
    NUMBER(LOTSE_SCHEME_ISCO);
    NUMBER(LOTSE_SCHEME_KLDB);
    NUMBER(LOTSE_SEEKER);
    NUMBER(LOTSE_OFFER);
    NUMBER(LOTSE_NO_EDGE);
    NUMBER(LOTSE_NO_RANK);
    NUMBER(LOTSE_NO_BOUND);
    NUMBER(LOTSE_YES);
    NUMBER(LOTSE_CHECK);
    NUMBER(LOTSE_PARAM_INT);
    NUMBER(LOTSE_PARAM_PPM);
    NUMBER(LOTSE_PARAM_DAY);
    NUMBER(LOTSE_PARAM_CODE);
    NUMBER(LOTSE_PARAM_CONCEPT);
    NUMBER(LOTSE_PARAM_CONCEPT_SET);
    NUMBER(LOTSE_ARG_INT);
    NUMBER(LOTSE_ARG_DAY);
    NUMBER(LOTSE_ARG_CODE);
    NUMBER(LOTSE_ARG_CONCEPT);
    NUMBER(LOTSE_ARG_KM);
    NUMBER(LOTSE_ARG_CONCEPTS);
}

int main(int argc, char **argv)
{
    static char golden[sizeof(out)];
    print_numbers();
    print_values();
    print_answers();
    print_functions();
    print_allocations();
    if (argc != 2) {
        fprintf(stderr, "usage: plugin_layout GOLDEN\n");
        return 2;
    }
    if (strcmp(argv[1], "-") == 0) {
        return fwrite(out, 1, printed, stdout) == printed ? 0 : 1;
    }
    FILE *file = fopen(argv[1], "r");
    if (file == NULL) {
        perror(argv[1]);
        return 1;
    }
    size_t len = fread(golden, 1, sizeof(golden), file);
    fclose(file);
    if (len == printed && memcmp(golden, out, len) == 0) {
        return 0;
    }
    fprintf(stderr, "the contract's layout is not what \"%s\" says; it is:\n%s", argv[1], out);
    return 1;
}
