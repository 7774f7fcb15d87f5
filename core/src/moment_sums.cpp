#include "moment_sums.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <string>

#include "kernels/kernel_table.hpp"
#include "kernels/row_lanes.hpp"
#include "power.hpp"
#include "require.hpp"

namespace skein {
namespace {

constexpr double kMaxPanel = 0x1p50;
/// Of G's largest diagonal element, added to its diagonal: a pivot of less is rounding error.
constexpr double kRidge = 0x1p-44;

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
void add_panel(const PanelLayout& layout, std::span<const double> right, std::span<double> left) {
    std::vector<double> moved(right.begin(), right.end());
    if (left[layout.count] < right[layout.count]) {
        move_to_fit(layout, right.subspan(layout.fit, layout.num_nodes), left);
    } else {
        move_to_fit(layout, left.subspan(layout.fit, layout.num_nodes), moved);
    }
    for (std::size_t sum = 0; sum < layout.stride; ++sum) {
        if (sum < layout.fit || sum >= layout.residual_moments) {
            left[sum] += moved[sum];
        }
    }
}

}  // namespace

std::size_t fit_coefficients(double num_samples, std::size_t num_nodes) noexcept {
    return std::min(num_nodes, static_cast<std::size_t>(std::sqrt(num_samples)));
}

void apply_gram(std::span<const double> moments, std::span<const double> v, std::span<double> result) noexcept {
    std::ranges::fill(result, 0.0);
    for (std::size_t k = 0; k < v.size(); ++k) {
        const double half = 0.5 * v[k];
        for (std::size_t j = 0; j < result.size(); ++j) {
            result[j] += half * (moments[j + k] + moments[j < k ? k - j : j - k]);
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
std::vector<double> least_squares(std::span<const double> moments, std::span<const double> b,
                                  std::size_t num_coefficients) {
    const std::size_t size = moments[0] > 0.0 ? num_coefficients : 0;
    std::vector<double> factor(size * size), solution(b.begin(), b.begin() + static_cast<std::ptrdiff_t>(size));
    const double ridge = kRidge * moments[0];
    for (std::size_t row = 0; row < size; ++row) {
        for (std::size_t column = 0; column <= row; ++column) {
            double sum = 0.5 * (moments[row + column] + moments[row - column]) + (row == column ? ridge : 0.0);
            for (std::size_t k = 0; k < column; ++k) {
                sum -= factor[row * size + k] * factor[column * size + k];
            }
            factor[row * size + column] =
                row == column ? std::sqrt(std::max(sum, ridge)) : sum / factor[column * size + column];
        }
    }
    for (std::size_t row = 0; row < size; ++row) {
        for (std::size_t k = 0; k < row; ++k) {
            solution[row] -= factor[row * size + k] * solution[k];
        }
        solution[row] /= factor[row * size + row];
    }
    for (std::size_t row = size; row-- > 0;) {
        for (std::size_t k = row + 1; k < size; ++k) {
            solution[row] -= factor[k * size + row] * solution[k];
        }
        solution[row] /= factor[row * size + row];
    }
    return solution;
}

void move_to_fit(const PanelLayout& layout, std::span<const double> fit, std::span<double> panel) {
    std::vector<double> shift(layout.num_nodes), product(layout.num_nodes);
    for (std::size_t k = 0; k < layout.num_nodes; ++k) {
        shift[k] = fit[k] - panel[layout.fit + k];
        panel[layout.fit + k] = fit[k];
    }
    shift.resize(used_coefficients(shift));
    apply_gram(panel.subspan(layout.moments, layout.fit - layout.moments), shift, product);
    const std::span<double> residual_moments = panel.subspan(layout.residual_moments, layout.num_nodes);
    double& squares = panel[layout.squares];
    squares = std::max(squares + dot(shift, product) - 2.0 * dot(shift, residual_moments), 0.0);
    for (std::size_t k = 0; k < layout.num_nodes; ++k) {
        residual_moments[k] -= product[k];
    }
}

RunSums::RunSums(int panel_exponent, std::size_t num_nodes)
    : panels_per_unit_(power_of_two(-panel_exponent)),
      layout_(num_nodes),
      table_(1024),
      slot_sums_(kernels::kRowLanes * (3 * num_nodes - 1)) {}

std::uint32_t RunSums::id_of(std::int64_t panel) {
    for (std::size_t place = hash(panel);; ++place) {
        std::uint32_t& entry = table_[place & (table_.size() - 1)];
        if (entry == 0) {
            panels_.push_back(panel);
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

void RunSums::find_panels(std::span<const double> x, std::uint64_t first_sample) {
    std::ranges::fill(table_, 0u);
    panels_.clear();
    counts_.clear();
    ids_.resize(x.size());
    for (std::size_t sample = 0; sample < x.size(); ++sample) {
        const double panel = std::floor(x[sample] * panels_per_unit_);
        if (!(std::abs(panel) < kMaxPanel)) {
            require(false, "x of sample " + std::to_string(first_sample + sample), x[sample],
                    "within 2^50 panels of 0: take wider ones");
        }
        ids_[sample] = id_of(static_cast<std::int64_t>(panel));
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
        const double place = x[sample] * panels_per_unit_;  // both differences are exact where x is not tiny
        u_[to] = 2.0 * (place - static_cast<double>(panels_[ids_[sample]])) - 1.0;
        y_[to] = y[sample];
        m_[to] = m == nullptr ? 1.0 : m[sample];
    }
}

void RunSums::sum_panel(std::size_t first, std::size_t count, bool weighted, std::span<double> panel) {
    const kernels::KernelTable& kernels = kernels::kernel_table();
    const kernels::PanelSamples samples{u_.data() + first, y_.data() + first, weighted ? m_.data() + first : nullptr,
                                        count};
    const std::size_t num_nodes = layout_.num_nodes, num_moments = 2 * num_nodes - 1;
    std::ranges::fill(slot_sums_, 0.0);
    kernels.sum_moments(samples, num_nodes, slot_sums_.data());
    panel[layout_.count] = static_cast<double>(count);
    double* const moments = panel.data() + layout_.moments;
    double* const residual_moments = panel.data() + layout_.residual_moments;
    kernels.of_double.combine_slots(slot_sums_.data(), num_moments, moments);
    kernels.of_double.combine_slots(slot_sums_.data() + num_moments * kernels::kRowLanes, num_nodes, residual_moments);

    const std::vector<double> fit =
        least_squares({moments, num_moments}, {residual_moments, num_nodes}, fit_coefficients(panel[layout_.count], num_nodes));
    std::vector<double> product(num_nodes);
    apply_gram({moments, num_moments}, fit, product);
    for (std::size_t k = 0; k < num_nodes; ++k) {
        residual_moments[k] -= product[k];
    }
    std::copy(fit.begin(), fit.end(), panel.begin() + static_cast<std::ptrdiff_t>(layout_.fit));
    std::fill_n(slot_sums_.begin(), kernels::kRowLanes, 0.0);
    kernels.sum_squares(samples, fit.data(), fit.size(), slot_sums_.data());
    kernels.of_double.combine_slots(slot_sums_.data(), 1, &panel[layout_.squares]);
}

MomentSubtree RunSums::sum(std::span<const double> x, const double* y, const double* m, std::uint64_t first_sample) {
    find_panels(x, first_sample);
    sort_samples(x, y, m);
    const std::vector<std::size_t> first = first_samples(counts_);
    std::vector<std::size_t> order(counts_.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::ranges::sort(order, {}, [&](std::size_t id) { return panels_[id]; });

    MomentSubtree run;
    run.first_run = first_sample / CompressedDataset::kSplitSamples;
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

MomentSubtree combined(const MomentSubtree& left, const MomentSubtree& right, std::size_t num_nodes) {
    const PanelLayout layout(num_nodes);
    MomentSubtree sum;
    sum.first_run = left.first_run;
    sum.level = left.level + 1;
    sum.num_samples = left.num_samples + right.num_samples;
    sum.x_min = std::min(left.x_min, right.x_min);
    sum.x_max = std::max(left.x_max, right.x_max);
    std::ranges::set_union(left.panels, right.panels, std::back_inserter(sum.panels));
    sum.sums.resize(sum.panels.size() * layout.stride);
    std::size_t from_left = 0, from_right = 0;
    for (std::size_t index = 0; index < sum.panels.size(); ++index) {
        const auto has = [&](const MomentSubtree& side, std::size_t at) {
            return at < side.panels.size() && side.panels[at] == sum.panels[index];
        };
        const auto sums_of = [&](const MomentSubtree& side, std::size_t at) {
            return std::span(side.sums).subspan(at * layout.stride, layout.stride);
        };
        const std::span<double> to = std::span(sum.sums).subspan(index * layout.stride, layout.stride);
        const bool is_left = has(left, from_left), is_right = has(right, from_right);
        if (is_left) {
            std::ranges::copy(sums_of(left, from_left), to.begin());
        } else {
            std::ranges::copy(sums_of(right, from_right), to.begin());
        }
        if (is_left && is_right) {
            add_panel(layout, sums_of(right, from_right), to);
        }
        from_left += is_left ? 1 : 0;
        from_right += is_right ? 1 : 0;
    }
    return sum;
}

void append(std::vector<MomentSubtree>& subtrees, MomentSubtree next, std::size_t num_nodes) {
    const auto is_complete = [](const MomentSubtree& subtree) {
        return subtree.num_samples == CompressedDataset::kSplitSamples << subtree.level;
    };
    while (!subtrees.empty() && is_complete(next) && subtrees.back().level == next.level &&
           (subtrees.back().first_run >> next.level) % 2 == 0) {
        next = combined(subtrees.back(), next, num_nodes);
        subtrees.pop_back();
    }
    subtrees.push_back(std::move(next));
}

}  // namespace skein
