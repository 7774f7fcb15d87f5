// What kernels take that work on panels of a compressed data set (skein/compressed_dataset.hpp).
#pragma once

#include <cstddef>

#include "kernels/chain_arguments.hpp"

namespace skein::internal::kernels {

inline constexpr std::size_t kMaxPanelNodes = 64;

/// Samples of one panel of a compressed data set.
struct PanelSamples {
    const double* u;  // in [-1, 1]: the place in the panel
    const double* y;
    const double* m;  // sample weights, or null
    std::size_t num_samples;
};

/// A panel of a compressed data set (compression/moment_level.hpp).
struct MomentPanel {
    const double* fit;               // [nodes]: g at the nodes
    const double* residual_moments;  // [nodes]: R
    const double* gram;              // [nodes x nodes]: H
    double share;                    // of the samples
};

/// Whole panels, whose nodes are lanes.
struct MomentTile {
    ChainView<double> chain;
    const double* x;            // [lanes]
    const MomentPanel* panels;  // [lanes / nodes]
    std::size_t num_lanes;
    std::size_t num_nodes;  // of a panel: whole rows
    double* activations;    // scratch [lanes x layers]
    double* deltas;         // scratch [lanes]
    double* slot_sums;      // [slots x (layers + 2)], SumIndex, with kDifferenceSum: added to
    bool with_gradient;
};
/// In the place of the sample weights': the sum of share (f - g)^2 over the nodes.
inline constexpr std::size_t kDifferenceSum = kSampleWeightSum;

/// Rectangles of the complex plane, [re_min, re_max] + i [-im, im] (gradient/rectangle_bounds.hpp).
struct RectangleTile {
    ChainView<double> chain;
    const double *re_min, *re_max, *im;  // [stride]: of x
    double* moduli;                      // [stride x (layers + 1)]: |f_i|
    double* slopes;                      // [stride x layers]: |f'(z_i)|
    std::size_t num_rectangles;
    std::size_t stride;  // whole rows
};

}  // namespace skein::internal::kernels
