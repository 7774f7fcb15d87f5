#include "compression/moment_sums.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include "base/power.hpp"
#include "base/require.hpp"
#include "compression/panel_grid.hpp"
#include "kernels/kernel_table.hpp"
#include "kernels/row_lanes.hpp"
#include "skein/compressed_dataset.hpp"

namespace skein::internal {
namespace {

/// Least pivot of a fit's equations, over the sum of the sample weights (1/2 for samples spread evenly in the angle of
/// Chebyshev's points). With smaller ones noise in y is magnified where a panel has no samples: with 2^-20 a thousandfold
/// and more, and losses lost eight digits. A fit of lower degree costs nothing: losses keep their digits as far as d^2
/// does not cancel.
constexpr double kLeastPivot = 0x1p-6;

/// Multiplied by 2^64 over the golden ratio (D. E. Knuth, The Art of Computer Programming 3, section 6.4).
std::size_t hash(std::int64_t panel) {
    return static_cast<std::size_t>(static_cast<std::uint64_t>(panel) * 0x9E3779B97F4A7C15u >> 32);
}

/// Where each panel's samples begin when they stand panel by panel.
std::vector<std::size_t> first_samples(std::span<const std::size_t> counts) {
    std::vector<std::size_t> first(counts.size());
    for (std::size_t id = 1; id < counts.size(); ++id) {
        first[id] = first[id - 1] + counts[id - 1];
    }
    return first;
}

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
    for (const std::size_t largest : {layout.largest_run, layout.fit_scale}) {
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

}  // namespace

void check_num_nodes(std::size_t num_nodes) {
    require(num_nodes >= 16 && num_nodes <= 64 && num_nodes % 16 == 0, "the number of nodes of a panel", num_nodes,
            "16, 32, 48 or 64");
}

void check_panel_exponent(int exponent) {
    require(exponent >= -500 && exponent <= 500, "the panel exponent", exponent, "from -500 to 500");
}

std::size_t fit_coefficients(double num_samples, std::size_t num_nodes) noexcept {
    return std::min(num_nodes, static_cast<std::size_t>(std::sqrt(num_samples)));
}

void apply_gram(std::span<const double> moments, std::span<const double> v, std::span<double> result) noexcept {
    std::ranges::fill(result, 0.0);
    for (std::size_t k = 0; k < v.size(); ++k) {
        const double half = 0.5 * v[k];
        const double* const sum = moments.data() + k;
        for (std::size_t j = 0; j < k; ++j) {
            result[j] += half * (sum[j] + moments[k - j]);
        }
        for (std::size_t j = k; j < result.size(); ++j) {
            result[j] += half * (sum[j] + moments[j - k]);
        }
    }
}

double dot(std::span<const double> a, std::span<const double> b) noexcept {
    double sum = 0.0;
    for (std::size_t k = 0; k < a.size(); ++k) {
        sum += a[k] * b[k];
    }
    return sum;
}

std::size_t used_coefficients(std::span<const double> coefficients) noexcept {
    std::size_t count = coefficients.size();
    while (count != 0 && coefficients[count - 1] == 0.0) {
        --count;
    }
    return count;
}

/// By Cholesky's factorisation.
std::size_t least_squares(std::span<const double> moments, std::span<const double> b, std::size_t num_coefficients,
                          std::span<double> v) noexcept {
    constexpr std::size_t kMax = kernels::kMaxPanelNodes;
    std::size_t size = moments[0] > 0.0 ? num_coefficients : 0;
    std::array<std::array<double, kMax>, kMax> factor;
    const double least_pivot = kLeastPivot * moments[0];
    std::ranges::fill(v, 0.0);
    for (std::size_t row = 0; row < size; ++row) {
        double pivot = 0.5 * (moments[2 * row] + moments[0]);
        for (std::size_t column = 0; column < row; ++column) {
            double sum = 0.5 * (moments[row + column] + moments[row - column]);
            for (std::size_t k = 0; k < column; ++k) {
                sum -= factor[row][k] * factor[column][k];
            }
            factor[row][column] = sum / factor[column][column];
            pivot -= factor[row][column] * factor[row][column];
        }
        if (!(pivot >= least_pivot)) {
            size = row;
            break;
        }
        factor[row][row] = std::sqrt(pivot);
        v[row] = b[row];
        for (std::size_t k = 0; k < row; ++k) {
            v[row] -= factor[row][k] * v[k];
        }
        v[row] /= factor[row][row];
    }
    for (std::size_t row = size; row-- > 0;) {
        for (std::size_t k = row + 1; k < size; ++k) {
            v[row] -= factor[k][row] * v[k];
        }
        v[row] /= factor[row][row];
    }
    return size;
}

void note_scale(const PanelLayout& layout, std::span<double> panel) noexcept {
    const std::span<const double> fit = panel.subspan(layout.fit, layout.num_nodes);
    const double weight = panel[layout.moments];
    const double rms = weight > 0.0 ? std::sqrt(panel[layout.squares] / weight) : 0.0;
    panel[layout.fit_scale] = std::max(panel[layout.fit_scale], std::sqrt(dot(fit, fit)) + rms);
}

void move_to_fit(const PanelLayout& layout, std::span<const double> fit, std::span<double> panel) noexcept {
    std::array<double, kernels::kMaxPanelNodes> shift_of, product_of;
    for (std::size_t k = 0; k < layout.num_nodes; ++k) {
        shift_of[k] = fit[k] - panel[layout.fit + k];
        panel[layout.fit + k] = fit[k];
    }
    const std::span<double> shift =
        std::span(shift_of).first(used_coefficients(std::span(shift_of).first(layout.num_nodes)));
    const std::span<double> product = std::span(product_of).first(layout.num_nodes);
    apply_gram(panel.subspan(layout.moments, layout.fit - layout.moments), shift, product);
    const std::span<double> residual_moments = panel.subspan(layout.residual_moments, layout.num_nodes);
    double& squares = panel[layout.squares];
    squares = std::max(squares + dot(shift, product) - 2.0 * dot(shift, residual_moments), 0.0);
    for (std::size_t k = 0; k < layout.num_nodes; ++k) {
        residual_moments[k] -= product[k];
    }
    note_scale(layout, panel);
}

RunSums::RunSums(int panel_exponent, std::size_t num_nodes)
    : cells_per_unit_(power_of_two(-panel_exponent)),
      layout_(num_nodes),
      table_(1024),
      slot_sums_(kernels::kRowLanes * (3 * num_nodes - 1)),
      block_sums_(slot_sums_.size()) {}

std::uint32_t RunSums::id_of(std::int64_t panel) {
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

void RunSums::grow() {
    table_.assign(2 * table_.size(), 0);
    for (std::size_t id = 0; id < panels_.size(); ++id) {
        std::size_t place = hash(panels_[id]);
        while (table_[place & (table_.size() - 1)] != 0) {
            ++place;
        }
        table_[place & (table_.size() - 1)] = static_cast<std::uint32_t>(id + 1);
    }
}

void RunSums::find_panels(std::span<const double> x) {
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
void RunSums::sort_samples(std::span<const double> x, const double* y, const double* m) {
    std::vector<std::size_t> next = first_samples(counts_);
    u_.resize(x.size());
    y_.resize(x.size());
    m_.resize(x.size());
    for (std::size_t sample = 0; sample < x.size(); ++sample) {
        const std::size_t to = next[ids_[sample]]++;
        const double place = x[sample] * cells_per_unit_;  // both differences are exact where x is not tiny
        u_[to] = scales_[ids_[sample]] * (place - static_cast<double>(panels_[ids_[sample]])) - 1.0;
        y_[to] = y[sample];
        m_[to] = m == nullptr ? 1.0 : m[sample];
    }
}

/// The mean of y, or 0 where it overflows.
double RunSums::mean_of_y(std::size_t first, std::size_t count) const {
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

/// The sums of samples [first, first + count) that `sum` adds to slots, a block of them at a time.
template <class Sum>
void RunSums::sum_blocks(std::size_t first, std::size_t count, bool weighted, std::size_t num_sums, Sum sum) {
    const std::size_t size = num_sums * kernels::kRowLanes;
    const auto sum_block = [&](std::size_t begin, std::size_t end, std::vector<double>& sums) {
        std::fill_n(sums.begin(), size, 0.0);
        sum(kernels::PanelSamples{u_.data() + begin, y_.data() + begin, weighted ? m_.data() + begin : nullptr,
                                  std::min(kBlockOfPanel, end - begin)},
            sums.data());
    };
    const std::size_t end = first + count;
    sum_block(first, end, slot_sums_);
    for (first += kBlockOfPanel; first < end; first += kBlockOfPanel) {
        sum_block(first, end, block_sums_);
        for (std::size_t slot = 0; slot < size; ++slot) {
            slot_sums_[slot] += block_sums_[slot];
        }
    }
}

/// Moments of y are summed about its mean: what rounds is as small as the differences of y.
void RunSums::sum_panel(std::size_t first, std::size_t count, bool weighted, std::span<double> panel) {
    const kernels::KernelTable& kernels = kernels::kernel_table();
    const std::size_t num_nodes = layout_.num_nodes, num_moments = 2 * num_nodes - 1;
    const double mean = mean_of_y(first, count);
    sum_blocks(first, count, weighted, num_moments + num_nodes,
               [&](const kernels::PanelSamples& samples, double* slot_sums) {
                   kernels.sum_moments(samples, mean, num_nodes, slot_sums);
               });
    panel[layout_.count] = static_cast<double>(count);
    double* const moments = panel.data() + layout_.moments;
    double* const residual_moments = panel.data() + layout_.residual_moments;
    kernels.of_double.combine_slots(slot_sums_.data(), num_moments, moments);
    kernels.of_double.combine_slots(slot_sums_.data() + num_moments * kernels::kRowLanes, num_nodes, residual_moments);

    std::array<double, kernels::kMaxPanelNodes> fit_of;
    const std::span<double> fit = std::span(fit_of).first(num_nodes);
    least_squares({moments, num_moments}, {residual_moments, num_nodes},
                  fit_coefficients(panel[layout_.count], num_nodes), fit);
    panel[layout_.fit] = mean;
    fit[0] += mean;
    move_to_fit(layout_, fit, panel);
    sum_blocks(first, count, weighted, 1, [&](const kernels::PanelSamples& samples, double* slot_sums) {
        kernels.sum_squares(samples, fit.data(), used_coefficients(fit), slot_sums);
    });
    kernels.of_double.combine_slots(slot_sums_.data(), 1, &panel[layout_.squares]);
    panel[layout_.largest_run] = static_cast<double>(count);
    note_scale(layout_, panel);
    // The moments of y have been summed over y - mean.
    fit[0] -= mean;
    const std::span<const double> beside_mean = fit.first(used_coefficients(fit));
    std::array<double, kernels::kMaxPanelNodes> product_of;
    const std::span<double> product = std::span(product_of).first(beside_mean.size());
    apply_gram({moments, num_moments}, beside_mean, product);
    if (const double weight = moments[0]; weight > 0.0) {
        const double rms =
            std::sqrt(std::max(dot(beside_mean, product), 0.0) / weight) + std::sqrt(panel[layout_.squares] / weight);
        panel[layout_.fit_scale] = std::max(panel[layout_.fit_scale], rms);
    }
}

MomentSubtree RunSums::sum_run(std::span<const double> x, const double* y, const double* m,
                               std::uint64_t first_sample) {
    find_panels(x);
    sort_samples(x, y, m);
    const std::vector<std::size_t> first = first_samples(counts_);
    std::vector<std::size_t> order(counts_.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::ranges::sort(order, {}, [&](std::size_t id) { return panels_[id]; });

    MomentSubtree run;
    run.first_segment = first_sample / CompressedDataset::kSegmentSamples;
    run.num_samples = x.size();
    const auto [min, max] = std::ranges::minmax(x);
    run.x_min = min;
    run.x_max = max;
    run.panels.reserve(order.size());
    run.sums.resize(order.size() * layout_.stride);
    for (const std::size_t id : order) {
        const std::span<double> panel = std::span(run.sums).subspan(run.panels.size() * layout_.stride, layout_.stride);
        sum_panel(first[id], counts_[id], m != nullptr, panel);
        run.panels.push_back(panels_[id]);
    }
    return run;
}

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
    const auto is_complete = [](const MomentSubtree& subtree) {
        return subtree.num_samples == CompressedDataset::kSegmentSamples << subtree.level;
    };
    while (!subtrees.empty() && is_complete(next) && subtrees.back().level == next.level &&
           (subtrees.back().first_segment >> next.level) % 2 == 0) {
        next = combined(std::move(subtrees.back()), std::move(next), num_nodes);
        subtrees.pop_back();
    }
    subtrees.push_back(std::move(next));
}

}  // namespace skein::internal
