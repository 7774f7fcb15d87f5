// Whole numbers rounded up.
#pragma once

#include <cstdint>

namespace skein::internal {

/// a / b, rounded up.
inline std::uint64_t divided_up(std::uint64_t a, std::uint64_t b) { return a / b + (a % b != 0 ? 1 : 0); }

}  // namespace skein::internal
