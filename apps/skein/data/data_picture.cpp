#include "data/data_picture.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <span>

namespace skein::app {
namespace {

using Cell = DyadicHistogram::Cell;

/// The largest share of the samples left out on each side, and the least share of the range they must take for that.
constexpr double kTailShare = 0.0005;
constexpr double kLeastTailRange = 0.75;
/// A column needs this share of the samples, and this number, for a mean of y: less is chance, or rounding error.
constexpr double kLeastShare = 1e-6;
constexpr double kLeastCount = 1e-6;
constexpr std::size_t kFewestColumns = 8;

double count_of(std::span<const Cell> cells) {
    double count = 0.0;
    for (const Cell& cell : cells) {
        count += static_cast<double>(cell.count);
    }
    return count;
}

double width_of(std::span<const Cell> cells) {
    return static_cast<double>(cells.back().index) - static_cast<double>(cells.front().index) + 1.0;
}

/// Without the tails, if they take most of the range.
std::span<const Cell> bulk_of(std::span<const Cell> cells) {
    const double most_left_out = kTailShare * count_of(cells);
    std::size_t first = 0, end = cells.size();
    for (double left_out = 0.0; (left_out += static_cast<double>(cells[first].count)) <= most_left_out;) {
        ++first;
    }
    for (double left_out = 0.0; (left_out += static_cast<double>(cells[end - 1].count)) <= most_left_out;) {
        --end;
    }
    const std::span<const Cell> bulk = cells.subspan(first, end - first);
    return width_of(bulk) <= (1.0 - kLeastTailRange) * width_of(cells) ? bulk : cells;
}

/// At most twice the cube root of the number of samples: more columns would show noise.
std::size_t num_columns_for(double num_samples, std::size_t columns) {
    const auto too_many = [&](double number) { return number * number * number > 8.0 * num_samples; };
    while (columns > kFewestColumns && too_many(static_cast<double>(columns))) {
        columns /= 2;
    }
    return columns;
}

}  // namespace

double DensityProfile::centre(std::size_t column) const {
    const double part = (static_cast<double>(column) + 0.5) / static_cast<double>(density.size());
    return from * (1.0 - part) + to * part;
}

DensityProfile density_profile(const DyadicHistogram& histogram, std::size_t max_columns) {
    const std::vector<Cell> cells = histogram.cells();
    const std::span<const Cell> bulk = bulk_of(cells);
    const double num_samples = count_of(cells);
    const std::size_t num_columns = num_columns_for(num_samples, max_columns);
    const double column_cells = width_of(bulk) / static_cast<double>(num_columns);
    const auto first = static_cast<double>(bulk.front().index);
    std::vector<double> counts(num_columns), sums(num_columns);
    for (const Cell& cell : bulk) {
        // A cell across several columns is shared among them.
        const double begin = (static_cast<double>(cell.index) - first) / column_cells;
        const double end = begin + 1.0 / column_cells;
        const auto last = std::min(num_columns - 1, static_cast<std::size_t>(end));
        for (auto column = std::min(num_columns - 1, static_cast<std::size_t>(begin)); column <= last; ++column) {
            const auto left = static_cast<double>(column);
            const double part = (std::min(end, left + 1.0) - std::max(begin, left)) * column_cells;
            counts[column] += part * static_cast<double>(cell.count);
            sums[column] += part * cell.sum_y;
        }
    }
    DensityProfile profile;
    profile.from = std::ldexp(first, -histogram.level());
    profile.to = std::ldexp(first + width_of(bulk), -histogram.level());
    profile.share = count_of(bulk) / num_samples;
    for (std::size_t column = 0; column < num_columns; ++column) {
        const bool has_samples = counts[column] > kLeastCount && counts[column] >= kLeastShare * num_samples;
        profile.density.push_back(std::ldexp(counts[column] / num_samples / column_cells, histogram.level()));
        profile.mean_y.push_back(has_samples ? sums[column] / counts[column]
                                             : std::numeric_limits<double>::quiet_NaN());
    }
    return profile;
}

std::string bars(std::span<const double> values, double from, double to) {
    constexpr std::array<std::string_view, 8> kEighths{"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
    std::string text;
    for (const double value : values) {
        const double part = to > from ? (value - from) / (to - from) : 0.5;
        text += std::isnan(part) ? " " : kEighths[static_cast<std::size_t>(std::lround(7 * part))];
    }
    return text;
}

LineFigure profile_figure(const DensityProfile& profile, const std::string& title) {
    LineFigure figure{title, "x", "density of x", false, {{"density of x", {}, {}}, {"mean of y", {}, {}}}};
    figure.right_label = "mean of y";
    figure.curves[1].on_right = true;
    for (std::size_t column = 0; column < profile.density.size(); ++column) {
        for (Curve& curve : figure.curves) {
            curve.x.push_back(profile.centre(column));
        }
        figure.curves[0].y.push_back(profile.density[column]);
        figure.curves[1].y.push_back(profile.mean_y[column]);
    }
    return figure;
}

}  // namespace skein::app
