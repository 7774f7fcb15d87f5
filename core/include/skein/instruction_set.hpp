/// Which instruction set the kernels use. The results are the same bits whichever it is; only the time differs.
#pragma once

#include <string_view>
#include <vector>

namespace skein {

/// The instruction set in use: "portable", "avx2", "avx512" or "neon". It is the fastest one this CPU executes, chosen
/// at the first call of anything that computes, unless the environment variable SKEIN_INSTRUCTION_SET names another.
/// Throws std::invalid_argument when that variable names none of available_instruction_sets().
std::string_view instruction_set();

/// The ones this build has and this CPU executes, slowest first.
std::vector<std::string_view> available_instruction_sets();

/// Uses `name` from now on, in all threads; not to be called while another thread computes.
/// Throws std::invalid_argument when it is none of available_instruction_sets().
void force_instruction_set(std::string_view name);

/// False if the kernels compute fused multiply-add in software: the same bits, hundreds of times slower.
bool has_hardware_fma() noexcept;

}  // namespace skein
