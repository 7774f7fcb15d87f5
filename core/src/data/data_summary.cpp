#include "skein/data_summary.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <cmath>
#include <span>
#include <vector>

#include "base/carry_tree.hpp"
#include "base/eigen_core.hpp"
#include "base/floating_point_environment.hpp"
#include "base/parallel.hpp"
#include "base/power.hpp"
#include "base/round_up.hpp"
#include "base/stop_request.hpp"
#include "compression/compressed_storage.hpp"
#include "compression/panel_grid.hpp"
#include "compression/panel_sums.hpp"
#include "compression/sum_tree.hpp"

namespace skein {

using namespace internal;

namespace {

constexpr std::size_t kPieceSamples = 1024;
/// Pieces that one thread sums, one after the other.
constexpr std::size_t kUnitPieces = 64;
/// Independent sums, so that no addition waits for the one before.
constexpr std::size_t kLanes = 8;
using Lanes = Eigen::Array<double, kLanes, 1>;

enum Sum : std::size_t { kCount, kWeight, kX, kY, kXX, kXY, kYY, kBeyond, kNumSums };

/// The sums over some samples, of distances from `x_origin` and `y_origin`: near the means nothing cancels.
struct UnitSums {
    std::array<double, kNumSums> sums{};
    double x_min = std::numeric_limits<double>::infinity(), x_max = -x_min;
    double y_min = x_min, y_max = -x_min;
};

struct Origin {
    double x, y;
    OutputRange range;
};

/// By pairs, in one fixed order.
double sum_of(const Lanes& lanes) {
    return ((lanes[0] + lanes[4]) + (lanes[2] + lanes[6])) + ((lanes[1] + lanes[5]) + (lanes[3] + lanes[7]));
}

template <class Scalar>
Lanes read_lanes(const Scalar* numbers, std::size_t count, double fill) {
    if (count == kLanes) {
        return Eigen::Map<const Eigen::Array<Scalar, kLanes, 1>>(numbers).template cast<double>();
    }
    Lanes lanes = Lanes::Constant(fill);
    for (std::size_t lane = 0; lane < count; ++lane) {
        lanes[to_index(lane)] = static_cast<double>(numbers[lane]);
    }
    return lanes;
}

template <class Scalar>
void add_piece(const MiniBatch<Scalar>& samples, const Origin& origin, UnitSums& unit) {
    std::array<Lanes, kNumSums> sums;
    sums.fill(Lanes::Zero());
    Lanes x_min = Lanes::Constant(unit.x_min), x_max = Lanes::Constant(unit.x_max);
    Lanes y_min = Lanes::Constant(unit.y_min), y_max = Lanes::Constant(unit.y_max);
    for (std::size_t first = 0; first < samples.num_samples; first += kLanes) {
        const std::size_t count = std::min(kLanes, samples.num_samples - first);
        const double last_x = static_cast<double>(samples.x[first]), last_y = static_cast<double>(samples.y[first]);
        const Lanes x = read_lanes(samples.x + first, count, last_x);
        const Lanes y = read_lanes(samples.y + first, count, last_y);
        Lanes m = Lanes::Ones();
        if (samples.sample_weight != nullptr) {
            m = read_lanes(samples.sample_weight + first, count, 0.0);
        }
        m.tail(to_index(kLanes - count)).setZero();
        const Lanes from_x = x - origin.x, from_y = y - origin.y;
        const Lanes beyond = y - y.max(origin.range.lowest).min(origin.range.highest);
        sums[kWeight] += m;
        sums[kX] += m * from_x;
        sums[kY] += m * from_y;
        sums[kXX] += m * from_x * from_x;
        sums[kXY] += m * from_x * from_y;
        sums[kYY] += m * from_y * from_y;
        sums[kBeyond] += m * beyond * beyond;
        x_min = x_min.min(x);
        x_max = x_max.max(x);
        y_min = y_min.min(y);
        y_max = y_max.max(y);
    }
    for (std::size_t sum = kWeight; sum < kNumSums; ++sum) {
        unit.sums[sum] += sum_of(sums[sum]);
    }
    unit.sums[kCount] += static_cast<double>(samples.num_samples);
    unit.x_min = std::ranges::min(std::span(x_min.data(), kLanes));
    unit.x_max = std::ranges::max(std::span(x_max.data(), kLanes));
    unit.y_min = std::ranges::min(std::span(y_min.data(), kLanes));
    unit.y_max = std::ranges::max(std::span(y_max.data(), kLanes));
}

/// The samples of one unit. Returns false after a stop request.
template <class Scalar>
bool add_unit(const SampleSource<Scalar>& source, std::uint64_t unit_index, const Origin& origin,
              const Execution& execution, UnitSums& unit) {
    std::array<Scalar, kPieceSamples> x, y, m;
    const std::uint64_t first = unit_index * kUnitPieces * kPieceSamples;
    const std::uint64_t end = std::min(source.num_samples(), first + kUnitPieces * kPieceSamples);
    for (std::uint64_t at = first; at < end; at += kPieceSamples) {
        if (is_requested(execution.stop_request)) {
            return false;
        }
        const std::size_t count = static_cast<std::size_t>(std::min<std::uint64_t>(kPieceSamples, end - at));
        add_piece(source.range(at, count, {x.data(), y.data(), m.data()}), origin, unit);
    }
    return true;
}

DataSummary summary_of(const UnitSums& all, const Origin& origin) {
    DataSummary summary;
    const double weight = all.sums[kWeight];
    const double x = all.sums[kX] / weight, y = all.sums[kY] / weight;
    summary.num_samples = static_cast<std::uint64_t>(all.sums[kCount]);
    summary.x_min = all.x_min;
    summary.x_max = all.x_max;
    summary.y_min = all.y_min;
    summary.y_max = all.y_max;
    summary.mean_x = origin.x + x;
    summary.mean_y = origin.y + y;
    summary.variance_x = all.x_min == all.x_max ? 0.0 : std::max(all.sums[kXX] / weight - x * x, 0.0);
    summary.variance_y = all.y_min == all.y_max ? 0.0 : std::max(all.sums[kYY] / weight - y * y, 0.0);
    summary.covariance = all.sums[kXY] / weight - x * y;
    summary.mean_square_beyond_range = all.sums[kBeyond] / weight;
    return summary;
}

template <class Scalar>
std::optional<DataSummary> summary_of(const Dataset<Scalar>& data, const OutputRange& range,
                                      const Execution& execution) {
    const SampleSource<Scalar>& source = data.source();
    Scalar x, y, m;
    const MiniBatch<Scalar> first = source.range(0, 1, {&x, &y, &m});
    const Origin origin{static_cast<double>(first.x[0]), static_cast<double>(first.y[0]), range};
    const bool is_weighted = first.sample_weight != nullptr;
    const std::uint64_t num_units = divided_up<std::uint64_t>(data.num_samples(), kUnitPieces * kPieceSamples);
    std::vector<UnitSums> units(static_cast<std::size_t>(num_units));
    std::atomic<bool> is_given_up{false};
    for_each_chunk(units.size(), num_threads(execution), [&](std::size_t unit, int) {
        if (!add_unit(source, unit, origin, execution, units[unit])) {
            is_given_up.store(true, std::memory_order_relaxed);
        }
    });
    if (is_given_up.load()) {
        return std::nullopt;
    }
    UnitSums all;
    TreeSum tree(kNumSums, num_units);
    for (const UnitSums& unit : units) {
        std::ranges::copy(unit.sums, tree.next_leaf().begin());
        tree.add_leaf();
        all.x_min = std::min(all.x_min, unit.x_min);
        all.x_max = std::max(all.x_max, unit.x_max);
        all.y_min = std::min(all.y_min, unit.y_min);
        all.y_max = std::max(all.y_max, unit.y_max);
    }
    tree.total(all.sums);
    DataSummary summary = summary_of(all, origin);
    summary.is_weighted = is_weighted;
    return summary;
}

/// The panel of samples that compressed data keep as moments (skein/compressed_dataset.hpp has the formulas).
struct Panel {
    std::span<const double> moments, fit, residual_moments;
    double squares;
    double centre, half_width;

    double weight() const { return moments[0]; }
    double sum_x() const { return centre * moments[0] + half_width * moments[1]; }
    /// sum m (x - origin)^2
    double sum_xx(double origin) const {
        const double from = centre - origin;
        return (from * moments[0] + 2.0 * half_width * moments[1]) * from +
               half_width * half_width * 0.5 * (moments[2] + moments[0]);
    }
    double sum_y() const { return residual_moments[0] + dot(fit, moments.first(fit.size())); }
    /// sum m u y
    double sum_uy() const {
        double sum = residual_moments[1];
        for (std::size_t k = 0; k < fit.size(); ++k) {
            sum += 0.5 * fit[k] * (moments[k + 1] + moments[k == 0 ? 1 : k - 1]);
        }
        return sum;
    }
    double sum_xy(double x_origin, double y_origin) const {
        return (centre - x_origin) * (sum_y() - y_origin * weight()) + half_width * (sum_uy() - y_origin * moments[1]);
    }
    /// sum m (y - origin)^2
    double sum_yy(double origin) const {
        std::vector<double> moved(fit.begin(), fit.end()), product(fit.size());
        moved[0] -= origin;
        apply_gram(moments, moved, product);
        return dot(moved, product) + 2.0 * dot(moved, residual_moments) + squares;
    }
};

std::vector<Panel> panels_of(const PanelSums& sums, const CompressedStorage& storage) {
    const PanelLayout layout(storage.num_nodes);
    const double width = power_of_two(storage.panel_exponent);
    std::vector<Panel> panels;
    for (std::size_t index = 0; index < sums.panels.size(); ++index) {
        const std::span panel = std::span(sums.sums).subspan(index * layout.stride, layout.stride);
        const std::int64_t first_cell = sums.panels[index];
        const double half = 0.5 * power_of_two(finest_level(first_cell)) * width;
        panels.push_back({panel.subspan(layout.moments, layout.fit - layout.moments),
                          panel.subspan(layout.fit, layout.num_nodes),
                          panel.subspan(layout.residual_moments, layout.num_nodes), panel[layout.squares],
                          static_cast<double>(first_cell) * width + half, half});
    }
    return panels;
}

DataSummary summary_of(const CompressedDataset& data) {
    constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();
    const CompressedStorage& storage = CompressedAccess::storage(data);
    const PanelSums sums = total(storage.subtrees, storage.num_nodes);
    const std::vector<Panel> panels = panels_of(sums, storage);
    DataSummary summary;
    summary.num_samples = storage.num_samples;
    summary.is_weighted = storage.sample_weight_sum != static_cast<double>(storage.num_samples);
    summary.x_min = storage.x_min;
    summary.x_max = storage.x_max;
    summary.y_min = summary.y_max = summary.mean_square_beyond_range = kUnknown;
    for (const Panel& panel : panels) {
        summary.mean_x += panel.sum_x() / storage.sample_weight_sum;
        summary.mean_y += panel.sum_y() / storage.sample_weight_sum;
    }
    for (const Panel& panel : panels) {
        summary.variance_x += panel.sum_xx(summary.mean_x) / storage.sample_weight_sum;
        summary.variance_y += std::max(panel.sum_yy(summary.mean_y), 0.0) / storage.sample_weight_sum;
        summary.covariance += panel.sum_xy(summary.mean_x, summary.mean_y) / storage.sample_weight_sum;
    }
    return summary;
}

}  // namespace

double DataSummary::line_loss() const noexcept {
    const double xx = variance_x + mean_x * mean_x, yy = variance_y + mean_y * mean_y;
    const double xy = covariance + mean_x * mean_y;
    return xx > 0.0 ? std::max(yy - xy / xx * xy, 0.0) : yy;
}

double r_squared(double loss, const DataSummary& data) noexcept {
    const double constant = data.constant_loss();
    return constant > 0.0 && std::isfinite(constant) && std::isfinite(loss) ? 1.0 - loss / constant
                                                                            : std::numeric_limits<double>::quiet_NaN();
}

template <class Scalar>
std::optional<DataSummary> summarise(const std::type_identity_t<TrainingData<Scalar>>& data, const OutputRange& range,
                                     const Execution& execution) {
    const FloatingPointEnvironment environment;
    return data.samples() != nullptr ? summary_of(*data.samples(), range, execution)
                                     : summary_of(data.compressed()->sums());
}
template std::optional<DataSummary> summarise<float>(const TrainingData<float>&, const OutputRange&, const Execution&);
template std::optional<DataSummary> summarise<double>(const TrainingData<double>&, const OutputRange&,
                                                      const Execution&);

}  // namespace skein
