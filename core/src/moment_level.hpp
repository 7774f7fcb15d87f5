// A compressed data set on one grid of panels, ready for the kernels.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "chebyshev.hpp"
#include "moment_sums.hpp"
#include "skein/compressed_dataset.hpp"

namespace skein {

/// Panels with their sums [panels x PanelLayout::stride].
struct PanelSums {
    std::vector<std::int64_t> panels;
    std::vector<double> sums;
};

/// The panels of twice the width: a linear map.
PanelSums coarser(const PanelSums& fine, const PanelLayout& layout);

/// Columns over all nodes, a panel's after the other. g is fitted to all samples of a panel.
struct MomentLevel {
    MomentLevel(PanelSums panel_sums, int panel_exponent, std::size_t num_coarsenings, const Chebyshev& chebyshev,
                double sample_weight_sum);

    std::size_t num_panels;
    double panel_width;
    std::vector<double> x;                 ///< [nodes]
    std::vector<double> fit;               ///< [nodes]: g
    std::vector<double> residual_moments;  ///< [nodes]: C' R
    std::vector<double> gram;              ///< [nodes x nodes x panels]: H = C' G C
    double squares = 0.0;                  ///< sum of S

    std::vector<double> panel_shares;  ///< [panels]: parts of the sum of the sample weights

    /// How far rounding may have moved, at most and over the sum of the sample weights, with |d|^2 = sum over panels of
    /// share * (sum over its nodes of d_j^2): d' H e by gram_error |d| |e|, e' C' R by moments_error |e|.
    double gram_error = 0.0;
    double moments_error = 0.0;
    double squares_error = 0.0;  ///< S
};

/// All of a compressed data set: what subtrees() gives, and what follows from it.
struct CompressedDataset::Storage {
    int panel_exponent;
    std::size_t num_nodes;
    std::vector<MomentSubtree> subtrees;
    std::uint64_t num_samples = 0;
    double sample_weight_sum = 0.0;
    double x_min = 0.0, x_max = 0.0;
    double mean_square_x = 0.0, mean_square_y = 0.0;
    std::size_t num_panels = 0;
    std::vector<MomentLevel> levels;  ///< from the coarsest to the finest
};

}  // namespace skein
