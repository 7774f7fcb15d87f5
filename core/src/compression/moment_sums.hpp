// The sums that a compressed data set consists of, and how they are combined (skein/compressed_dataset.hpp has the
// formulas).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "compression/moment_subtree.hpp"

namespace skein::internal {

/// Throws std::invalid_argument unless panels may have so many nodes; unless the finest may be 2^exponent wide.
void check_num_nodes(std::size_t num_nodes);
void check_panel_exponent(int exponent);

/// Where a panel's sums stand.
struct PanelLayout {
    explicit constexpr PanelLayout(std::size_t panel_nodes) noexcept
        : num_nodes(panel_nodes),
          fit(2 * panel_nodes),
          residual_moments(3 * panel_nodes),
          squares(4 * panel_nodes),
          largest_run(4 * panel_nodes + 1),
          fit_scale(4 * panel_nodes + 2),
          stride(4 * panel_nodes + 3) {}
    std::size_t num_nodes;
    std::size_t count = 0;         ///< samples
    std::size_t moments = 1;       ///< A [2 nodes - 1]
    std::size_t fit;               ///< g [nodes]
    std::size_t residual_moments;  ///< R [nodes]
    std::size_t squares;           ///< S
    std::size_t largest_run;       ///< most samples that the panel got in one run
    /// Largest |g| + rms r of all g so far, and rms(y - mean): what rounding errors of R and S go by.
    std::size_t fit_scale;
    std::size_t stride;
};

/// Samples of a panel that are summed before they are added to the sum of the blocks before: where many x are the same,
/// roundings have one direction, and those of 65,536 in a row made a loss of 1e-12 err by 2e-4 of itself.
inline constexpr std::size_t kBlockOfPanel = 1024;

/// result_j = sum_k G_jk v_k for j < num_nodes, over the first v.size() coefficients; all others are 0.
void apply_gram(std::span<const double> moments, std::span<const double> v, std::span<double> result) noexcept;
double dot(std::span<const double> a, std::span<const double> b) noexcept;
/// How many coefficients there are up to the last that is not 0.
std::size_t used_coefficients(std::span<const double> coefficients) noexcept;

/// The v of `num_coefficients` coefficients that makes v' G v - 2 v' b least, of fewer where the samples say little of the
/// next: then it might be anything, and large where there are no samples. The other coefficients [nodes] are 0. Returns
/// how many are determined.
std::size_t least_squares(std::span<const double> moments, std::span<const double> b, std::size_t num_coefficients,
                          std::span<double> v) noexcept;

/// So many coefficients of a fit are well determined by samples that lie anywhere on a panel.
std::size_t fit_coefficients(double num_samples, std::size_t num_nodes) noexcept;

/// Makes `fit` the g of a panel's sums.
void move_to_fit(const PanelLayout& layout, std::span<const double> fit, std::span<double> panel) noexcept;

/// Takes a panel's fit and squares into its fit_scale.
void note_scale(const PanelLayout& layout, std::span<double> panel) noexcept;

/// What one thread needs to sum runs of samples, again and again.
class RunSums {
public:
    RunSums(int panel_exponent, std::size_t num_nodes);

    /// The sums over one run, of at most kSplitSamples samples, the first of which is `first_sample`; m null: all 1.
    /// Expects x within 2^62 cells of 0.
    MomentSubtree sum_run(std::span<const double> x, const double* y, const double* m, std::uint64_t first_sample);

private:
    std::uint32_t id_of(std::int64_t panel);
    void grow();
    void find_panels(std::span<const double> x);
    void sort_samples(std::span<const double> x, const double* y, const double* m);
    double mean_of_y(std::size_t first, std::size_t count) const;
    template <class Sum>
    void sum_blocks(std::size_t first, std::size_t count, bool weighted, std::size_t num_sums, Sum sum);
    void sum_panel(std::size_t first, std::size_t count, bool weighted, std::span<double> panel);

    double cells_per_unit_;
    PanelLayout layout_;
    std::vector<std::int64_t> panels_;            // of the run, in the order in which they come (panel_grid.hpp)
    std::vector<double> scales_;                  // [panels]: 2 / (cells of the panel)
    std::vector<std::uint32_t> table_;            // a hash table of ids + 1, or 0; its size is a power of two
    std::vector<std::uint32_t> ids_;              // [samples]
    std::vector<std::size_t> counts_;             // [panels]
    std::vector<double> u_, y_, m_;               // [samples], panel by panel
    std::vector<double> slot_sums_, block_sums_;  // [slots x (3 nodes - 1)]
};

/// The sums over the samples of both: `left` comes first.
MomentSubtree combined(MomentSubtree left, MomentSubtree right, std::size_t num_nodes);

/// Adds what comes next to a list of complete subtrees, and combines what has become complete.
void append(std::vector<MomentSubtree>& subtrees, MomentSubtree next, std::size_t num_nodes);

}  // namespace skein::internal
