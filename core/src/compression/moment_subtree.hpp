// The sums over neighbouring segments of samples.
#pragma once

#include <cstdint>
#include <vector>

namespace skein::internal {

/// The sums over a complete subtree of the tree over segments, or over the last segment, which may be shorter.
struct MomentSubtree {
    std::uint64_t first_segment = 0;
    unsigned level = 0;  ///< it has 2^level segments
    std::uint64_t num_samples = 0;
    double x_min = 0.0, x_max = 0.0;
    std::vector<std::int64_t> panels;  ///< first cell of each panel (panel_grid.hpp), ascending
    std::vector<double> sums;          ///< [panels x PanelLayout::stride], one panel after the other
};

}  // namespace skein::internal
