#include "compression/segment_sums.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include "base/power.hpp"
#include "compression/panel_grid.hpp"
#include "kernels/kernel_table.hpp"
#include "kernels/row_lanes.hpp"
#include "skein/compressed_dataset.hpp"

namespace skein::internal {
namespace {

/// Multiplied by 2^64 over the golden ratio (D. E. Knuth, The Art of Computer Programming 3, section 6.4).
std::size_t hash(std::int64_t panel) {
    return static_cast<std::size_t>(static_cast<std::uint64_t>(panel) * 0x9E3779B97F4A7C15u >> 32);
}

/// The index of each panel's first sample, once samples are sorted by panel.
std::vector<std::size_t> first_samples(std::span<const std::size_t> counts) {
    std::vector<std::size_t> first(counts.size());
    for (std::size_t id = 1; id < counts.size(); ++id) {
        first[id] = first[id - 1] + counts[id - 1];
    }
    return first;
}

/// Raises the panel's fit_scale to rms(y - mean), where `fit` is g - mean.
void note_spread(const PanelLayout& layout, std::span<const double> fit, std::span<double> panel) {
    const std::span<const double> moments = panel.subspan(layout.moments, layout.fit - layout.moments);
    std::array<double, kernels::kMaxPanelNodes> product_of;
    const std::span<double> product = std::span(product_of).first(fit.size());
    apply_gram(moments, fit, product);
    if (const double weight = moments[0]; weight > 0.0) {
        const double rms =
            std::sqrt(std::max(dot(fit, product), 0.0) / weight) + std::sqrt(panel[layout.squares] / weight);
        panel[layout.fit_scale] = std::max(panel[layout.fit_scale], rms);
    }
}

}  // namespace

SegmentSums::SegmentSums(int panel_exponent, std::size_t num_nodes)
    : cells_per_unit_(power_of_two(-panel_exponent)),
      layout_(num_nodes),
      table_(1024),
      slot_sums_(kernels::kRowLanes * (3 * num_nodes - 1)),
      chunk_sums_(slot_sums_.size()) {}

std::uint32_t SegmentSums::id_of(std::int64_t panel) {
    for (std::size_t place = hash(panel);; ++place) {
        std::uint32_t& entry = table_[place & (table_.size() - 1)];
        if (entry == 0) {
            panels_.push_back(panel);
            scales_.push_back(2.0 * power_of_two(-finest_level(panel)));
            counts_.push_back(0);
            entry = static_cast<std::uint32_t>(panels_.size());
            if (panels_.size() > table_.size() / 2) {
                grow();
            }
            return static_cast<std::uint32_t>(panels_.size() - 1);
        }
        if (panels_[entry - 1] == panel) {
            return entry - 1;
        }
    }
}

void SegmentSums::grow() {
    table_.assign(2 * table_.size(), 0);
    for (std::size_t id = 0; id < panels_.size(); ++id) {
        std::size_t place = hash(panels_[id]);
        while (table_[place & (table_.size() - 1)] != 0) {
            ++place;
        }
        table_[place & (table_.size() - 1)] = static_cast<std::uint32_t>(id + 1);
    }
}

void SegmentSums::find_panels(std::span<const double> x) {
    std::ranges::fill(table_, 0u);
    panels_.clear();
    scales_.clear();
    counts_.clear();
    ids_.resize(x.size());
    for (std::size_t sample = 0; sample < x.size(); ++sample) {
        const double cell = std::floor(x[sample] * cells_per_unit_);
        ids_[sample] = id_of(finest_panel_of(static_cast<std::int64_t>(cell)));
        ++counts_[ids_[sample]];
    }
}

/// Counting sort by panel; in a panel samples keep their order.
void SegmentSums::sort_samples(std::span<const double> x, const double* y, const double* m) {
    std::vector<std::size_t> next = first_samples(counts_);
    u_.resize(x.size());
    y_.resize(x.size());
    m_.resize(x.size());
    for (std::size_t sample = 0; sample < x.size(); ++sample) {
        const std::size_t to = next[ids_[sample]]++;
        const double place = x[sample] * cells_per_unit_;  // both differences are exact unless x is tiny
        u_[to] = scales_[ids_[sample]] * (place - static_cast<double>(panels_[ids_[sample]])) - 1.0;
        y_[to] = y[sample];
        m_[to] = m == nullptr ? 1.0 : m[sample];
    }
}

/// The mean of y, or 0 if it overflows.
double SegmentSums::mean_of_y(std::size_t first, std::size_t count) const {
    constexpr std::size_t kParts = 8;  // none waits for the one before
    std::array<double, kParts> sums{}, weights{};
    for (std::size_t sample = 0; sample < count; ++sample) {
        sums[sample % kParts] += m_[first + sample] * y_[first + sample];
        weights[sample % kParts] += m_[first + sample];
    }
    for (std::size_t part = 1; part < kParts; ++part) {
        sums[0] += sums[part];
        weights[0] += weights[part];
    }
    const double mean = sums[0] / weights[0];
    return std::isfinite(mean) ? mean : 0.0;
}

/// The sums over samples [first, first + count), which `sum` adds to slots chunk by chunk.
template <class Sum>
void SegmentSums::sum_chunks(std::size_t first, std::size_t count, bool weighted, std::size_t num_sums, Sum sum) {
    const std::size_t size = num_sums * kernels::kRowLanes;
    const auto sum_chunk = [&](std::size_t begin, std::size_t end, std::vector<double>& sums) {
        std::fill_n(sums.begin(), size, 0.0);
        sum(kernels::PanelSamples{u_.data() + begin, y_.data() + begin, weighted ? m_.data() + begin : nullptr,
                                  std::min(kPanelChunk, end - begin)},
            sums.data());
    };
    const std::size_t end = first + count;
    sum_chunk(first, end, slot_sums_);
    for (first += kPanelChunk; first < end; first += kPanelChunk) {
        sum_chunk(first, end, chunk_sums_);
        for (std::size_t slot = 0; slot < size; ++slot) {
            slot_sums_[slot] += chunk_sums_[slot];
        }
    }
}

/// A, and in the place of R the moments of y - mean: what rounds is as small as the differences of y.
void SegmentSums::sum_moments(std::size_t first, std::size_t count, bool weighted, double mean,
                              std::span<double> panel) {
    const kernels::KernelTable& kernels = kernels::kernel_table();
    const std::size_t num_nodes = layout_.num_nodes, num_moments = 2 * num_nodes - 1;
    sum_chunks(first, count, weighted, num_moments + num_nodes,
               [&](const kernels::PanelSamples& samples, double* slot_sums) {
                   kernels.sum_moments(samples, mean, num_nodes, slot_sums);
               });
    kernels.of_double.combine_slots(slot_sums_.data(), num_moments, &panel[layout_.moments]);
    kernels.of_double.combine_slots(slot_sums_.data() + num_moments * kernels::kRowLanes, num_nodes,
                                    &panel[layout_.residual_moments]);
}

/// S.
void SegmentSums::sum_squares(std::size_t first, std::size_t count, bool weighted, std::span<const double> fit,
                              std::span<double> panel) {
    const kernels::KernelTable& kernels = kernels::kernel_table();
    sum_chunks(first, count, weighted, 1, [&](const kernels::PanelSamples& samples, double* slot_sums) {
        kernels.sum_squares(samples, fit.data(), used_coefficients(fit), slot_sums);
    });
    kernels.of_double.combine_slots(slot_sums_.data(), 1, &panel[layout_.squares]);
}

void SegmentSums::sum_panel(std::size_t first, std::size_t count, bool weighted, std::span<double> panel) {
    const double mean = mean_of_y(first, count);
    sum_moments(first, count, weighted, mean, panel);
    panel[layout_.count] = panel[layout_.largest_segment] = static_cast<double>(count);

    std::array<double, kernels::kMaxPanelNodes> fit_of;
    const std::span<double> fit = std::span(fit_of).first(layout_.num_nodes);
    least_squares(panel.subspan(layout_.moments, layout_.fit - layout_.moments),
                  panel.subspan(layout_.residual_moments, layout_.num_nodes),
                  fit_coefficients(panel[layout_.count], layout_.num_nodes), fit);
    panel[layout_.fit] = mean;
    fit[0] += mean;
    move_to_fit(layout_, fit, panel);
    sum_squares(first, count, weighted, fit, panel);
    note_scale(layout_, panel);
    fit[0] -= mean;  // the moments of y were summed over y - mean
    note_spread(layout_, fit.first(used_coefficients(fit)), panel);
}

MomentSubtree SegmentSums::sum_segment(std::span<const double> x, const double* y, const double* m,
                                       std::uint64_t first_sample) {
    find_panels(x);
    sort_samples(x, y, m);
    const std::vector<std::size_t> first = first_samples(counts_);
    std::vector<std::size_t> order(counts_.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::ranges::sort(order, {}, [&](std::size_t id) { return panels_[id]; });

    MomentSubtree segment;
    segment.first_segment = first_sample / CompressedDataset::kSegmentSamples;
    segment.num_samples = x.size();
    const auto [min, max] = std::ranges::minmax(x);
    segment.x_min = min;
    segment.x_max = max;
    segment.panels.reserve(order.size());
    segment.sums.resize(order.size() * layout_.stride);
    for (const std::size_t id : order) {
        const std::span<double> panel =
            std::span(segment.sums).subspan(segment.panels.size() * layout_.stride, layout_.stride);
        sum_panel(first[id], counts_[id], m != nullptr, panel);
        segment.panels.push_back(panels_[id]);
    }
    return segment;
}

}  // namespace skein::internal
