#include "skein/compressed_dataset.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <string>
#include <utility>

#include "base/floating_point_environment.hpp"
#include "base/power.hpp"
#include "base/require.hpp"
#include "compression/compressed_storage.hpp"
#include "compression/moment_level.hpp"
#include "compression/panel_grid.hpp"
#include "compression/panel_sums.hpp"
#include "compression/sum_tree.hpp"

namespace skein {

using namespace internal;

namespace {

bool is_panel(std::int64_t first_cell) {
    return octave_of(first_cell) <= 62 && finest_panel_of(first_cell) == first_cell;
}

void check_subtree(const MomentSubtree& subtree, std::size_t num_nodes) {
    const PanelLayout layout(num_nodes);
    const bool is_sound = subtree.level < 48 && subtree.first_segment % (std::uint64_t{1} << subtree.level) == 0 &&
                          subtree.num_samples > 0 &&
                          subtree.num_samples <= CompressedDataset::kSegmentSamples << subtree.level &&
                          !subtree.panels.empty() && subtree.sums.size() == subtree.panels.size() * layout.stride &&
                          std::ranges::adjacent_find(subtree.panels, std::greater_equal<>()) == subtree.panels.end() &&
                          std::ranges::all_of(subtree.panels, is_panel) && subtree.x_min <= subtree.x_max &&
                          std::ranges::all_of(subtree.sums, [](double sum) { return std::isfinite(sum); });
    require(is_sound, "a subtree of sums at segment", subtree.first_segment, "panels in order, finite sums for each");
}

void add_up(const PanelSums& finest, CompressedStorage& storage) {
    const PanelLayout layout(storage.num_nodes);
    const double width = power_of_two(storage.panel_exponent);
    double squares_x = 0.0, squares_y = 0.0;
    std::vector<double> product(storage.num_nodes);
    for (std::size_t index = 0; index < finest.panels.size(); ++index) {
        const std::span panel = std::span(finest.sums).subspan(index * layout.stride, layout.stride);
        const std::span moments = panel.subspan(layout.moments, layout.fit - layout.moments);
        const std::span fit = panel.subspan(layout.fit, layout.num_nodes);
        const std::int64_t first_cell = finest.panels[index];
        const double half = 0.5 * power_of_two(finest_level(first_cell)) * width;
        const double centre = static_cast<double>(first_cell) * width + half;
        storage.sample_weight_sum += moments[0];
        squares_x +=
            (centre * moments[0] + 2.0 * half * moments[1]) * centre + half * half * 0.5 * (moments[2] + moments[0]);
        apply_gram(moments, fit, product);
        squares_y += dot(fit, product) + 2.0 * dot(fit, panel.subspan(layout.residual_moments, layout.num_nodes)) +
                     panel[layout.squares];
    }
    require(storage.sample_weight_sum > 0.0 && std::isfinite(storage.sample_weight_sum),
            "the sum of the sample weights", storage.sample_weight_sum, "a positive, finite number");
    storage.mean_square_x = std::max(squares_x, 0.0) / storage.sample_weight_sum;
    storage.mean_square_y = std::max(squares_y, 0.0) / storage.sample_weight_sum;
}

void make_levels(PanelSums finest, CompressedStorage& storage) {
    const Chebyshev chebyshev(storage.num_nodes);
    const PanelLayout layout(storage.num_nodes);
    const double cell_width = power_of_two(storage.panel_exponent);
    int num_levels = 0;
    for (const std::int64_t panel : finest.panels) {
        num_levels = std::max(num_levels, octave_of(panel) + 1);
    }
    PanelSums panels = std::move(finest);
    for (int level = 0; level < num_levels; ++level) {
        if (level > 0) {
            panels = coarser(panels, level - 1, layout);
        }
        storage.levels.emplace_back(panels, level, cell_width, chebyshev, storage.sample_weight_sum);
        if (level > 0) {
            storage.levels.back().note_halves(storage.levels[static_cast<std::size_t>(level - 1)], level);
        }
    }
}

}  // namespace

CompressedDataset::CompressedDataset(std::shared_ptr<const CompressedStorage> storage) noexcept
    : storage_(std::move(storage)) {}

std::uint64_t CompressedDataset::num_samples() const noexcept { return storage_->num_samples; }
double CompressedDataset::sample_weight_sum() const noexcept { return storage_->sample_weight_sum; }
double CompressedDataset::x_min() const noexcept { return storage_->x_min; }
double CompressedDataset::x_max() const noexcept { return storage_->x_max; }
double CompressedDataset::mean_square_x() const noexcept { return storage_->mean_square_x; }
double CompressedDataset::mean_square_y() const noexcept { return storage_->mean_square_y; }
std::uint64_t CompressedDataset::first_index() const noexcept {
    return storage_->subtrees[0].first_segment * CompressedDataset::kSegmentSamples;
}
int CompressedDataset::panel_exponent() const noexcept { return storage_->panel_exponent; }
std::size_t CompressedDataset::num_nodes() const noexcept { return storage_->num_nodes; }
std::size_t CompressedDataset::num_panels() const noexcept { return storage_->num_panels; }

CompressedDataset internal::CompressedAccess::from_subtrees(int panel_exponent, std::size_t num_nodes,
                                                            std::vector<MomentSubtree> subtrees) {
    const FloatingPointEnvironment environment;
    check_num_nodes(num_nodes);
    check_panel_exponent(panel_exponent);
    require(!subtrees.empty(), "the number of subtrees", subtrees.size(), "at least 1");
    auto storage = std::make_shared<CompressedStorage>();
    storage->panel_exponent = panel_exponent;
    storage->num_nodes = num_nodes;
    storage->x_min = subtrees[0].x_min;
    storage->x_max = subtrees[0].x_max;
    std::uint64_t next_segment = subtrees[0].first_segment;
    for (std::size_t index = 0; index < subtrees.size(); ++index) {
        const MomentSubtree& subtree = subtrees[index];
        check_subtree(subtree, num_nodes);
        const bool is_complete = subtree.num_samples == CompressedDataset::kSegmentSamples << subtree.level;
        require(subtree.first_segment == next_segment &&
                    (is_complete || (subtree.level == 0 && index + 1 == subtrees.size())),
                "the first segment of a subtree", subtree.first_segment,
                "the one after the last, all segments complete");
        next_segment += std::uint64_t{1} << subtree.level;
        storage->num_samples += subtree.num_samples;
        storage->x_min = std::min(storage->x_min, subtree.x_min);
        storage->x_max = std::max(storage->x_max, subtree.x_max);
    }
    PanelSums finest = total(subtrees, num_nodes);
    storage->num_panels = finest.panels.size();
    add_up(finest, *storage);
    make_levels(std::move(finest), *storage);
    storage->subtrees = std::move(subtrees);
    return CompressedDataset(std::move(storage));
}

CompressedDataset merge_compressed(std::span<const CompressedDataset> parts) {
    const FloatingPointEnvironment environment;
    require(!parts.empty(), "the number of parts", parts.size(), "at least 1");
    std::vector<const CompressedDataset*> ordered;
    for (const CompressedDataset& part : parts) {
        require(part.panel_exponent() == parts[0].panel_exponent(), "the panel exponent of a part",
                part.panel_exponent(), ("that of the first, " + std::to_string(parts[0].panel_exponent())).c_str());
        require(part.num_nodes() == parts[0].num_nodes(), "the number of nodes of a part's panels", part.num_nodes(),
                ("that of the first, " + std::to_string(parts[0].num_nodes())).c_str());
        ordered.push_back(&part);
    }
    std::ranges::sort(ordered, {}, [](const CompressedDataset* part) { return part->first_index(); });
    std::vector<MomentSubtree> subtrees;
    std::uint64_t next = ordered[0]->first_index();
    for (const CompressedDataset* const part : ordered) {
        const std::uint64_t first = part->first_index();
        require(first == next, "the index of a part's first sample", first,
                ("the one after the part before, " + std::to_string(next)).c_str());
        next = first + part->num_samples();
        for (const MomentSubtree& subtree : CompressedAccess::storage(*part).subtrees) {
            append(subtrees, subtree, parts[0].num_nodes());
        }
    }
    return CompressedAccess::from_subtrees(parts[0].panel_exponent(), parts[0].num_nodes(), std::move(subtrees));
}

}  // namespace skein
