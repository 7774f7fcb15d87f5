#include "data/density_profile.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <functional>
#include <limits>
#include <numeric>
#include <span>
#include <utility>

namespace skein::app {
namespace {

/// The largest share of the samples left out on each side, and the least share of the range they must take for that.
constexpr double kTailShare = 0.0005;
constexpr double kLeastTailRange = 0.75;
constexpr double kFewestColumns = 8;
constexpr double kNoMean = std::numeric_limits<double>::quiet_NaN();

using Cells = std::span<const HistogramCell>;

std::uint64_t count_of(Cells cells) {
    return std::transform_reduce(cells.begin(), cells.end(), std::uint64_t{0}, std::plus<>(),
                                 [](const HistogramCell& cell) { return cell.count; });
}

double num_columns(Cells cells, int halvings) {
    return static_cast<double>(cells.back().parent(halvings)) - static_cast<double>(cells.front().parent(halvings)) +
           1.0;
}

/// Without the tails, if they take most of the range.
Cells bulk_of(Cells cells) {
    const double most_left_out = kTailShare * static_cast<double>(count_of(cells));
    std::size_t first = 0, end = cells.size();
    for (double left_out = 0.0; (left_out += static_cast<double>(cells[first].count)) <= most_left_out;) {
        ++first;
    }
    for (double left_out = 0.0; (left_out += static_cast<double>(cells[end - 1].count)) <= most_left_out;) {
        --end;
    }
    const Cells bulk = cells.subspan(first, end - first);
    return num_columns(bulk, 0) <= (1.0 - kLeastTailRange) * num_columns(cells, 0) ? bulk : cells;
}

/// How many levels up no two cells share a column that do not share one already. For a single cell, the levels to a
/// column [2^k, 2^(k + 1)), and to [0, 1) for 0.
int lossless_halvings(Cells cells, int level) {
    if (cells.size() == 1) {
        const std::int64_t index = cells.front().index;
        const auto size = static_cast<std::uint64_t>(index < 0 ? -(index + 1) : index);
        return size == 0 ? std::max(level, 0) : static_cast<int>(std::bit_width(size)) - 1;
    }
    std::int64_t gap = std::numeric_limits<std::int64_t>::max();
    for (std::size_t at = 1; at < cells.size(); ++at) {
        gap = std::min(gap, cells[at].index - cells[at - 1].index);
    }
    return static_cast<int>(std::bit_width(static_cast<std::uint64_t>(gap))) - 1;
}

int halvings_of(Cells bulk, int level, std::size_t max_columns, double num_samples) {
    const auto are_too_many = [&](double count) {  // more than twice the cube root of the samples show noise
        return count > static_cast<double>(max_columns) ||
               (count > kFewestColumns && count * count * count > 8.0 * num_samples);
    };
    int halvings = lossless_halvings(bulk, level);
    while (are_too_many(num_columns(bulk, halvings))) {
        ++halvings;
    }
    return halvings;
}

/// Edges of cells first to last. The last edge is the double below if the boundary is no double, or if samples lie
/// beyond: numpy's last column holds its upper edge.
std::vector<double> edges_of(std::int64_t first, std::int64_t last, int level, bool has_more) {
    std::vector<double> edges;
    for (std::int64_t index = first; index <= last + 1; ++index) {
        edges.push_back(std::ldexp(static_cast<double>(index), -level));
    }
    constexpr double kLargest = std::numeric_limits<double>::max();
    edges.front() = std::max(edges.front(), -kLargest);
    if (has_more || edges.back() > kLargest) {
        edges.back() = std::nextafter(edges.back(), -kLargest);
    }
    return edges;
}

double mean_y_of(const HistogramCell& column, const ColumnMoments& y) {
    const double mean = column.sum_y / static_cast<double>(column.count);
    return std::isfinite(mean) ? std::clamp(mean, y.min, y.max) : kNoMean;  // clamped: equal y have equal means
}

DensityProfile empty_profile(std::vector<double> edges) {
    const std::size_t num_columns = edges.size() - 1;
    return {std::move(edges), std::vector<std::uint64_t>(num_columns), std::vector<double>(num_columns),
            std::vector<double>(num_columns, kNoMean), 1.0};
}

}  // namespace

DensityProfile density_profile(const SampleStatistics& statistics, std::size_t max_columns) {
    const std::vector<HistogramCell> cells = statistics.histogram.cells();
    const auto num_samples = static_cast<double>(statistics.num_samples());
    const Cells bulk = bulk_of(cells);
    const int level = statistics.histogram.level();
    const int halvings = halvings_of(bulk, level, max_columns, num_samples);
    const std::int64_t first = bulk.front().parent(halvings), last = bulk.back().parent(halvings);
    std::vector<HistogramCell> columns = coarser(cells, halvings);  // the outer ones with what they hold of the tails
    const bool has_more = columns.back().index > last;
    std::erase_if(columns, [=](const HistogramCell& column) { return column.index < first || column.index > last; });
    const auto num_in_columns = static_cast<double>(count_of(columns));
    DensityProfile profile = empty_profile(edges_of(first, last, level - halvings, has_more));
    for (const HistogramCell& column : columns) {
        const auto at = static_cast<std::size_t>(column.index - first);
        const double width = profile.edges[at + 1] - profile.edges[at];
        profile.counts[at] = column.count;
        profile.density[at] = static_cast<double>(column.count) / width / num_in_columns;  // rounded as numpy rounds
        profile.mean_y[at] = mean_y_of(column, statistics.moments.columns[kY]);
    }
    profile.share = num_in_columns / num_samples;
    return profile;
}

}  // namespace skein::app
