// The grid of a compressed data set. Cell k is [k w, (k + 1) w). On either side of 0, octave 0 is the cell next to 0
// and octave n > 0 the cells from 2^(n - 1) to 2^n. Up to octave 6 every cell is a panel. Octaves above 6 have 32
// panels each, so panels double in width from octave to octave.
//
// This suits the poles of a chain's output. A chain has no biases, so if f(0) = 0 the poles of each layer belong to
// imaginary x: they lie near 0. Farther out the output varies more slowly, in proportion to the distance.
#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>

namespace skein::internal {

inline int octave_of(std::int64_t cell) noexcept {
    return static_cast<int>(std::bit_width(static_cast<std::uint64_t>(cell < 0 ? ~cell : cell)));
}

/// The level of the narrowest panels in an octave, and of the narrowest panel around a cell. A panel of level l has 2^l
/// cells.
inline int finest_level_of_octave(int octave) noexcept { return std::max(0, octave - 6); }
inline int finest_level(std::int64_t cell) noexcept { return finest_level_of_octave(octave_of(cell)); }

/// A panel is named by its first cell.
inline std::int64_t panel_of(std::int64_t cell, int level) noexcept { return cell >> level << level; }
inline std::int64_t finest_panel_of(std::int64_t cell) noexcept { return panel_of(cell, finest_level(cell)); }

}  // namespace skein::internal
