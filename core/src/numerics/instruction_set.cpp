#include "skein/instruction_set.hpp"

#include <atomic>
#include <cstdlib>
#include <stdexcept>

#include "kernels/kernel_table.hpp"
#include "skein/names.hpp"

namespace skein::internal::kernels {

// The list of variants stands in core/CMakeLists.txt, which writes it into this file.
#define SKEIN_KERNEL_VARIANT(variant) extern const KernelTable kernel_table_##variant;
#include "kernel_variants.def"
#undef SKEIN_KERNEL_VARIANT

}  // namespace skein::internal::kernels

namespace skein {

using namespace internal;

namespace {

using kernels::KernelTable;

/// Whether this CPU executes a variant's instructions.
bool executes(std::string_view instruction_set) {
#if defined(__x86_64__)
    if (instruction_set == "avx2") {
        return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
    }
    if (instruction_set == "avx512") {
        return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("avx512f") &&
               __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512bw") &&
               __builtin_cpu_supports("avx512vl");
    }
#endif
    return instruction_set == "portable" || instruction_set == "neon";  // every arm64 has NEON
}

constexpr const KernelTable* kTables[] = {
#define SKEIN_KERNEL_VARIANT(variant) &kernels::kernel_table_##variant,
#include "kernel_variants.def"
#undef SKEIN_KERNEL_VARIANT
};

std::vector<const KernelTable*> available_tables() {
    std::vector<const KernelTable*> tables;
    for (const KernelTable* table : kTables) {
        if (executes(table->instruction_set)) {
            tables.push_back(table);
        }
    }
    return tables;
}

const KernelTable* table_named(std::string_view name, std::string_view what) {
    for (const KernelTable* table : kTables) {
        if (table->instruction_set == name) {
            if (!executes(name)) {
                throw std::invalid_argument(std::string(what) + " '" + std::string(name) +
                                            "': this CPU does not execute it");  // a test looks for these words
            }
            return table;
        }
    }
    throw std::invalid_argument(unknown_word(what, name, available_instruction_sets()));
}

const KernelTable* first_choice() {
    if (const char* wanted = std::getenv("SKEIN_INSTRUCTION_SET"); wanted != nullptr && *wanted != '\0') {
        return table_named(wanted, "instruction set in SKEIN_INSTRUCTION_SET:");
    }
    return available_tables().back();
}

// Two threads may both make the first choice: they make the same one.
std::atomic<const KernelTable*> table_in_use{nullptr};

}  // namespace

namespace internal::kernels {

const KernelTable& kernel_table() {
    const KernelTable* table = table_in_use.load(std::memory_order_acquire);
    if (table == nullptr) {
        table = first_choice();
        table_in_use.store(table, std::memory_order_release);
    }
    return *table;
}

}  // namespace internal::kernels

std::string_view instruction_set() { return kernels::kernel_table().instruction_set; }

std::vector<std::string_view> available_instruction_sets() {
    std::vector<std::string_view> names;
    for (const KernelTable* table : available_tables()) {
        names.emplace_back(table->instruction_set);
    }
    return names;
}

void force_instruction_set(std::string_view name) {
    table_in_use.store(table_named(name, "instruction set"), std::memory_order_release);
}

bool has_hardware_fma() noexcept {
#if defined(__x86_64__)
    return __builtin_cpu_supports("fma");
#else
    return true;
#endif
}

}  // namespace skein
