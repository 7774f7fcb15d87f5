// The sums over the samples of a panel, and the polynomial g fitted to them (skein/compressed_dataset.hpp has the
// formulas).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace skein::internal {

/// Throws std::invalid_argument unless a panel may have this number of nodes.
void check_num_nodes(std::size_t num_nodes);
/// Throws std::invalid_argument unless the finest panels may be 2^exponent wide.
void check_panel_exponent(int exponent);

/// The place of each sum among those of a panel.
struct PanelLayout {
    explicit constexpr PanelLayout(std::size_t panel_nodes) noexcept
        : num_nodes(panel_nodes),
          fit(2 * panel_nodes),
          residual_moments(3 * panel_nodes),
          squares(4 * panel_nodes),
          largest_segment(4 * panel_nodes + 1),
          fit_scale(4 * panel_nodes + 2),
          stride(4 * panel_nodes + 3) {}
    std::size_t num_nodes;
    std::size_t count = 0;         ///< number of samples
    std::size_t moments = 1;       ///< A [2 nodes - 1]
    std::size_t fit;               ///< g [nodes]
    std::size_t residual_moments;  ///< R [nodes]
    std::size_t squares;           ///< S
    std::size_t largest_segment;   ///< most samples that one segment put into the panel
    /// The largest so far of |g| + rms r and of rms(y - mean): rounding errors of R and S are proportional to it.
    std::size_t fit_scale;
    std::size_t stride;  ///< number of sums
};

/// Panels, ascending, with their sums [panels x PanelLayout::stride].
struct PanelSums {
    std::vector<std::int64_t> panels;
    std::vector<double> sums;
};

/// Samples of a panel that are summed before they join the sum over earlier ones. If many x are equal, roundings all go
/// one way: with 65,536 samples in a row, a loss of 1e-12 had a relative error of 2e-4.
inline constexpr std::size_t kPanelChunk = 1024;

/// result_j = sum_k G_jk v_k for j < num_nodes. `v` may be shorter: further coefficients are 0.
void apply_gram(std::span<const double> moments, std::span<const double> v, std::span<double> result) noexcept;
double dot(std::span<const double> a, std::span<const double> b) noexcept;
/// The number of coefficients up to the last one that is not 0.
std::size_t used_coefficients(std::span<const double> coefficients) noexcept;

/// Writes the v with the least v' G v - 2 v' b. It has `num_coefficients` coefficients, or fewer: if the samples say
/// little about a coefficient, that one and all further ones are 0, since otherwise v could be large between samples.
/// Returns the number of coefficients that are determined. By Cholesky factorisation.
std::size_t least_squares(std::span<const double> moments, std::span<const double> b, std::size_t num_coefficients,
                          std::span<double> v) noexcept;

/// The number of coefficients that samples anywhere on a panel determine well.
std::size_t fit_coefficients(double num_samples, std::size_t num_nodes) noexcept;

/// Replaces the g of a panel's sums by `fit`.
void move_to_fit(const PanelLayout& layout, std::span<const double> fit, std::span<double> panel) noexcept;

/// Raises the panel's fit_scale to that of its present fit and squares.
void note_scale(const PanelLayout& layout, std::span<double> panel) noexcept;

}  // namespace skein::internal
