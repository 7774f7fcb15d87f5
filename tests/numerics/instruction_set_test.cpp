// The choice of the kernels' instruction set. That an object holds the instructions of its name, and the choice through
// the environment, are in tests/structure.
#include "skein/instruction_set.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <stdexcept>
#include <string>
#include <vector>

#include "kernels/kernel_table.hpp"

namespace skein {

using namespace internal;
namespace {

/// The list that core/CMakeLists.txt writes.
const std::vector<std::string_view> kBuilt{
#define SKEIN_KERNEL_VARIANT(variant) #variant,
#include "kernel_variants.def"
#undef SKEIN_KERNEL_VARIANT
};

/// Puts the choice back.
struct KeepInstructionSet {
    const std::string before{instruction_set()};
    ~KeepInstructionSet() { force_instruction_set(before); }
};

}  // namespace

TEST_CASE("instruction set: the available ones are those built that this CPU executes, in the order of the list") {
    const std::vector<std::string_view> available = available_instruction_sets();
    REQUIRE(!available.empty());
    CHECK(available.front() == "portable");
    std::size_t position = 0;
    for (const std::string_view name : available) {
        const auto found = std::find(kBuilt.begin() + static_cast<std::ptrdiff_t>(position), kBuilt.end(), name);
        REQUIRE_MESSAGE(found != kBuilt.end(), std::string(name));
        position = static_cast<std::size_t>(found - kBuilt.begin()) + 1;
    }
#if defined(__x86_64__)
    const bool executes_avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
    CHECK(std::count(available.begin(), available.end(), "avx2") == (executes_avx2 ? 1 : 0));
    const bool executes_avx512 = executes_avx2 && __builtin_cpu_supports("avx512f") &&
                                 __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512bw") &&
                                 __builtin_cpu_supports("avx512vl");
    CHECK(std::count(available.begin(), available.end(), "avx512") == (executes_avx512 ? 1 : 0));
#endif
}

TEST_CASE("instruction set: each can be forced, and the table in use was compiled under its name") {
    const KeepInstructionSet keep;
    for (const std::string_view name : available_instruction_sets()) {
        force_instruction_set(name);
        CHECK(instruction_set() == name);
        CHECK(std::string_view(kernels::kernel_table().instruction_set) == name);
    }
}

TEST_CASE("instruction set: the tables share no function") {
    const KeepInstructionSet keep;
    std::vector<void (*)(const kernels::GradientTile<double>&) noexcept> functions;
    for (const std::string_view name : available_instruction_sets()) {
        force_instruction_set(name);
        functions.push_back(kernels::kernels<double>().accumulate_gradient);
        CHECK(std::count(functions.begin(), functions.end(), functions.back()) == 1);
    }
}

TEST_CASE("instruction set: an unknown name is an error that names the nearest, and changes nothing") {
    const std::string before(instruction_set());
    CHECK_THROWS_WITH_AS(force_instruction_set("portible"),
                         "unknown instruction set 'portible': did you mean 'portable'?", std::invalid_argument);
    CHECK_THROWS_AS(force_instruction_set("sse9000"), std::invalid_argument);
    CHECK_THROWS_AS(force_instruction_set(""), std::invalid_argument);
    CHECK(instruction_set() == before);
}

}  // namespace skein
