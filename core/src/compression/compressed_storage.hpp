// What a CompressedDataset holds. Only core sources and skein::files look at it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "compression/moment_level.hpp"
#include "compression/moment_subtree.hpp"
#include "skein/compressed_dataset.hpp"

namespace skein::internal {

/// The sums, and what follows from them.
struct CompressedStorage {
    int panel_exponent;
    std::size_t num_nodes;
    std::vector<MomentSubtree> subtrees;
    std::uint64_t num_samples = 0;
    double sample_weight_sum = 0.0;
    double x_min = 0.0, x_max = 0.0;
    double mean_square_x = 0.0, mean_square_y = 0.0;
    std::size_t num_panels = 0;
    std::vector<MomentLevel> levels;  ///< from single cells on, one per octave
};

struct CompressedAccess {
    /// A data set of these sums. Throws std::invalid_argument if no compression can have made them.
    [[nodiscard]] static CompressedDataset from_subtrees(int panel_exponent, std::size_t num_nodes,
                                                         std::vector<MomentSubtree> subtrees);
    static const CompressedStorage& storage(const CompressedDataset& data) noexcept { return *data.storage_; }
};

}  // namespace skein::internal
