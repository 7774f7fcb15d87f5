/// The version of the library, and of its numbers.
#pragma once

#include <string_view>

namespace skein {

/// "major.minor.patch".
std::string_view version() noexcept;

/// Changes whenever a run's bits may change: equal numerics versions give equal weights, losses and files for equal
/// settings, on every supported CPU. Every run.json has it.
inline constexpr int kNumericsVersion = 6;

}  // namespace skein
