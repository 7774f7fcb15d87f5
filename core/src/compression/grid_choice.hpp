// Which panels suit the samples, and which samples suit the panels.
#pragma once

#include <cstdint>
#include <span>

namespace skein::internal {

/// CompressionSettings::panel_exponent for a data set whose first segment has these x. The median of |x| decides, since
/// a few samples far out do not move it; but all of these x are then within 2^61 cells of 0.
int choose_panel_exponent(std::span<const double> x);

/// Returns the largest |number| of a column. Throws std::invalid_argument if the sum of the squares could overflow.
/// `first` is the index of the first sample.
double checked_size(const char* column, std::span<const double> numbers, std::uint64_t first);

/// Throws std::invalid_argument if a sample lies too far out for panels as fine as these; says which panels are wide
/// enough. `largest` is the largest |x|.
void check_range(std::span<const double> x, double largest, int panel_exponent, std::uint64_t first);

}  // namespace skein::internal
