// The sums over a segment of samples, panel by panel.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "compression/moment_subtree.hpp"
#include "compression/panel_sums.hpp"

namespace skein::internal {

/// Sums segments of samples, one after the other: the scratch of one thread.
class SegmentSums {
public:
    SegmentSums(int panel_exponent, std::size_t num_nodes);

    /// The sums over one segment: at most kSegmentSamples samples, from index `first_sample` on. If `m` is null, every
    /// sample weight is 1. Expects x within 2^62 cells of 0.
    MomentSubtree sum_segment(std::span<const double> x, const double* y, const double* m, std::uint64_t first_sample);

private:
    std::uint32_t id_of(std::int64_t panel);
    void grow();
    void find_panels(std::span<const double> x);
    void sort_samples(std::span<const double> x, const double* y, const double* m);
    double mean_of_y(std::size_t first, std::size_t count) const;
    template <class Sum>
    void sum_chunks(std::size_t first, std::size_t count, bool weighted, std::size_t num_sums, Sum sum);
    void sum_moments(std::size_t first, std::size_t count, bool weighted, double mean, std::span<double> panel);
    void sum_squares(std::size_t first, std::size_t count, bool weighted, std::span<const double> fit,
                     std::span<double> panel);
    void sum_panel(std::size_t first, std::size_t count, bool weighted, std::span<double> panel);

    double cells_per_unit_;
    PanelLayout layout_;
    std::vector<std::int64_t> panels_;  // of the segment, in the order of their first samples (panel_grid.hpp)
    std::vector<double> scales_;        // [panels]: 2 / (cells of the panel)
    std::vector<std::uint32_t> table_;  // a hash table of ids + 1, or 0; its size is a power of two
    std::vector<std::uint32_t> ids_;    // [samples]
    std::vector<std::size_t> counts_;   // [panels]
    std::vector<double> u_, y_, m_;     // [samples], panel by panel
    std::vector<double> slot_sums_, chunk_sums_;  // [slots x (3 nodes - 1)]
};

}  // namespace skein::internal
