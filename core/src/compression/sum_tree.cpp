#include "compression/sum_tree.hpp"

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <span>
#include <utility>

#include "base/carry_tree.hpp"
#include "skein/compressed_dataset.hpp"

namespace skein::internal {
namespace {

/// Adds the samples of one panel to those of another: the fit to more samples stays.
void add_panel(const PanelLayout& layout, std::span<double> right, std::span<double> left) noexcept {
    const bool keeps_right = left[layout.count] < right[layout.count];
    const std::span<double> kept = keeps_right ? right : left, moved = keeps_right ? left : right;
    move_to_fit(layout, kept.subspan(layout.fit, layout.num_nodes), moved);
    for (std::size_t sum = 0; sum < layout.fit; ++sum) {
        left[sum] += right[sum];
    }
    for (std::size_t sum = layout.residual_moments; sum <= layout.squares; ++sum) {
        left[sum] += right[sum];
    }
    for (const std::size_t largest : {layout.largest_segment, layout.fit_scale}) {
        left[largest] = std::max(left[largest], right[largest]);
    }
}

/// Makes room for panels that `sums` does not have yet.
void add_panels(const std::vector<std::int64_t>& panels, const PanelLayout& layout, MomentSubtree& sums) {
    MomentSubtree larger;
    std::ranges::set_union(sums.panels, panels, std::back_inserter(larger.panels));
    larger.sums.resize(larger.panels.size() * layout.stride);
    std::size_t to = 0;
    for (std::size_t from = 0; from < sums.panels.size(); ++from, ++to) {
        while (larger.panels[to] != sums.panels[from]) {
            ++to;
        }
        std::copy_n(sums.sums.begin() + static_cast<std::ptrdiff_t>(from * layout.stride), layout.stride,
                    larger.sums.begin() + static_cast<std::ptrdiff_t>(to * layout.stride));
    }
    sums.panels = std::move(larger.panels);
    sums.sums = std::move(larger.sums);
}

bool is_complete(const MomentSubtree& subtree) {
    return subtree.num_samples == CompressedDataset::kSegmentSamples << subtree.level;
}

/// Whether they are the two halves of a larger subtree, on the grid of all segments.
bool are_halves(const MomentSubtree& left, const MomentSubtree& right) {
    return is_complete(right) && left.level == right.level && (left.first_segment >> left.level) % 2 == 0;
}

}  // namespace

MomentSubtree combined(MomentSubtree left, MomentSubtree right, std::size_t num_nodes) {
    const PanelLayout layout(num_nodes);
    if (!std::ranges::includes(left.panels, right.panels)) {
        add_panels(right.panels, layout, left);
    }
    left.level += 1;
    left.num_samples += right.num_samples;
    left.x_min = std::min(left.x_min, right.x_min);
    left.x_max = std::max(left.x_max, right.x_max);
    std::size_t to = 0;
    for (std::size_t from = 0; from < right.panels.size(); ++from) {
        while (left.panels[to] != right.panels[from]) {
            ++to;
        }
        add_panel(layout, std::span(right.sums).subspan(from * layout.stride, layout.stride),
                  std::span(left.sums).subspan(to * layout.stride, layout.stride));
    }
    return left;
}

void append(std::vector<MomentSubtree>& subtrees, MomentSubtree next, std::size_t num_nodes) {
    carry(subtrees, std::move(next), are_halves, [num_nodes](MomentSubtree left, MomentSubtree right) {
        return combined(std::move(left), std::move(right), num_nodes);
    });
}

PanelSums total(const std::vector<MomentSubtree>& subtrees, std::size_t num_nodes) {
    MomentSubtree all = joined(subtrees, [num_nodes](MomentSubtree left, MomentSubtree right) {
        return combined(std::move(left), std::move(right), num_nodes);
    });
    return {std::move(all.panels), std::move(all.sums)};
}

}  // namespace skein::internal
