// The panels of a compressed data set at every width, ready for the kernels.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "compression/panel_sums.hpp"
#include "numerics/chebyshev.hpp"

namespace skein::internal {

/// Makes panels of level `level` + 1 or wider of panels of level `level` or wider: a linear map.
PanelSums coarser(const PanelSums& fine, int level, const PanelLayout& layout);

/// The panels of one level (panel_grid.hpp), as columns over their nodes, one panel after the other. g is fitted to all
/// samples of a panel. C takes values at the nodes to Chebyshev coefficients.
struct MomentLevel {
    /// Takes the panels of `level` from those of `level` or wider.
    MomentLevel(PanelSums panel_sums, int level, double cell_width, const Chebyshev& chebyshev,
                double sample_weight_sum);

    /// The index of a panel, or kNone.
    static constexpr std::size_t kNone = SIZE_MAX;
    std::size_t index_of(std::int64_t first_cell) const noexcept;
    /// Fills has_left and has_right; `below` is the next narrower level.
    void note_halves(const MomentLevel& below, int level);

    std::vector<std::int64_t> panels;       ///< first cells, ascending
    std::vector<double> x;                  ///< [nodes]
    std::vector<double> fit;                ///< [nodes]: g
    std::vector<double> residual_moments;   ///< [nodes]: C' R
    std::vector<double> gram;               ///< [nodes x nodes x panels]: H = C' G C
    std::vector<double> squares;            ///< [panels]: S
    std::vector<double> shares;             ///< [panels]: fractions of the sum of the sample weights
    std::vector<double> mean_squares_y;     ///< [panels]
    std::vector<bool> has_left, has_right;  ///< [panels]: whether the level below has that half
    std::vector<bool> is_spread;            ///< [panels]: whether samples lie all over the panel
    std::vector<double> mean_x;             ///< [panels]: of the samples

    /// [panels]: bounds of rounding errors over the sum of the panel's sample weights, with |d|^2 = sum d_j^2 over its
    /// nodes: of d' H e gram_errors |d| |e|, of e' C' R moments_errors |e|, of S squares_errors.
    std::vector<double> gram_errors, moments_errors, squares_errors;

private:
    void add_panel(std::int64_t first_cell, int level, double cell_width, std::span<double> panel,
                   const Chebyshev& chebyshev, double sample_weight_sum);
    void add_sums(std::span<const double> best, std::span<const double> panel, const Chebyshev& chebyshev);
    void add_errors(std::size_t coarsenings, std::span<const double> panel, const PanelLayout& layout);
};

}  // namespace skein::internal
