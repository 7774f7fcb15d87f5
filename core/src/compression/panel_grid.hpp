// The grid of a compressed data set. Cell k is [k w, (k + 1) w). Octave n > 0 is the cells from 2^(n - 1) to 2^n, on
// either side of 0; octave 0 is the cell next to 0. Octaves above 6 are split into 32 panels each; up to octave 6 every
// cell is a panel.
//
// Poles lie near 0. Farther out the output varies more slowly, in proportion to the distance. For a chain has no biases:
// the poles of each layer lie at imaginary z, so at imaginary x if f(0) = 0.
#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>

namespace skein::internal {

inline int octave_of(std::int64_t cell) noexcept {
    return static_cast<int>(std::bit_width(static_cast<std::uint64_t>(cell < 0 ? ~cell : cell)));
}

/// A panel of level l has 2^l cells. Of the finest in an octave, and of the one that a cell lies in:
inline int finest_level_of_octave(int octave) noexcept { return std::max(0, octave - 6); }
inline int finest_level(std::int64_t cell) noexcept { return finest_level_of_octave(octave_of(cell)); }

/// A panel is named by its first cell.
inline std::int64_t panel_of(std::int64_t cell, int level) noexcept { return cell >> level << level; }
inline std::int64_t finest_panel_of(std::int64_t cell) noexcept { return panel_of(cell, finest_level(cell)); }

}  // namespace skein::internal
