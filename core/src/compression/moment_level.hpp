// The panels of a compressed data set at every width that they are used in, ready for the kernels.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "compression/moment_sums.hpp"
#include "numerics/chebyshev.hpp"

namespace skein::internal {

/// Panels with their sums [panels x PanelLayout::stride].
struct PanelSums {
    std::vector<std::int64_t> panels;
    std::vector<double> sums;
};

/// From panels of level `level` or wider, those of the next or wider: a linear map.
PanelSums coarser(const PanelSums& fine, int level, const PanelLayout& layout);

/// The panels of one level (panel_grid.hpp), as columns over their nodes, a panel's after the other. g is fitted to all
/// samples of a panel.
struct MomentLevel {
    /// Of all panels of that level or wider, takes those of that level.
    MomentLevel(PanelSums panel_sums, int level, double cell_width, const Chebyshev& chebyshev,
                double sample_weight_sum);

    /// Where a panel stands, or kNone.
    static constexpr std::size_t kNone = SIZE_MAX;
    std::size_t index_of(std::int64_t first_cell) const noexcept;
    void note_halves(const MomentLevel& below, int level);

    std::vector<std::int64_t> panels;       ///< first cells, ascending
    std::vector<double> x;                  ///< [nodes]
    std::vector<double> fit;                ///< [nodes]: g
    std::vector<double> residual_moments;   ///< [nodes]: C' R
    std::vector<double> gram;               ///< [nodes x nodes x panels]: H = C' G C
    std::vector<double> squares;            ///< [panels]: S
    std::vector<double> shares;             ///< [panels]: parts of the sum of the sample weights
    std::vector<double> mean_squares_y;     ///< [panels]
    std::vector<bool> has_left, has_right;  ///< [panels]: whether the level below has that half
    std::vector<bool> is_spread;            ///< [panels]: whether there are samples all over the panel
    std::vector<double> mean_x;             ///< [panels]

    /// [panels]: how far rounding may have moved, at most and over the sum of the panel's sample weights, with |d|^2 the
    /// sum of d_j^2 over its nodes: d' H e by gram_errors |d| |e|, e' C' R by moments_errors |e|, S by squares_errors.
    std::vector<double> gram_errors, moments_errors, squares_errors;

private:
    void add_panel(std::int64_t first_cell, int level, double cell_width, std::span<double> panel,
                   const Chebyshev& chebyshev, double sample_weight_sum);
};

}  // namespace skein::internal
