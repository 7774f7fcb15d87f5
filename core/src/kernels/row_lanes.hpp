// The lanes of a row, for the kernels and for those who size columns for them.
#pragma once

#include <cstddef>

#include "base/round_up.hpp"

namespace skein::internal::kernels {

/// One lane per slot of the reduction (skein/gradient.hpp). Columns padded to whole rows need no care at their end.
/// 16: with AVX2 two vectors of floats or four of doubles, which run side by side. With two of doubles their longer
/// polynomials do not fill the time of each other's latencies: 8 layers at a million samples then reach 72 to 80 % of
/// the ceiling in place of 85 to 90 % (Zen 4).
inline constexpr std::size_t kRowLanes = 16;

/// `num_lanes`, rounded up to whole rows.
constexpr std::size_t to_whole_rows(std::size_t num_lanes) noexcept { return rounded_up(num_lanes, kRowLanes); }

}  // namespace skein::internal::kernels
