#include "data/data_picture.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <span>

namespace skein::app {
namespace {

/// The largest share of the samples left out on each side, and the least share of the range they must take for that.
constexpr double kTailShare = 0.0005;
constexpr double kLeastTailRange = 0.75;
/// A column needs this share of the samples for a mean of y: less is chance.
constexpr double kLeastShare = 1e-6;
constexpr double kFewestColumns = 8;

double count_of(std::span<const HistogramCell> cells) {
    double count = 0.0;
    for (const HistogramCell& cell : cells) {
        count += static_cast<double>(cell.count);
    }
    return count;
}

double width_of(std::span<const HistogramCell> cells) {
    return static_cast<double>(cells.back().index) - static_cast<double>(cells.front().index) + 1.0;
}

/// Without the tails, if they take most of the range.
std::span<const HistogramCell> bulk_of(std::span<const HistogramCell> cells) {
    const double most_left_out = kTailShare * count_of(cells);
    std::size_t first = 0, end = cells.size();
    for (double left_out = 0.0; (left_out += static_cast<double>(cells[first].count)) <= most_left_out;) {
        ++first;
    }
    for (double left_out = 0.0; (left_out += static_cast<double>(cells[end - 1].count)) <= most_left_out;) {
        --end;
    }
    const std::span<const HistogramCell> bulk = cells.subspan(first, end - first);
    return width_of(bulk) <= (1.0 - kLeastTailRange) * width_of(cells) ? bulk : cells;
}

}  // namespace

double DensityProfile::centre(std::size_t column) const {
    const double part = (static_cast<double>(column) + 0.5) / static_cast<double>(density.size());
    return from * (1.0 - part) + to * part;
}

DensityProfile density_profile(const DyadicHistogram& histogram, std::size_t max_columns) {
    const std::vector<HistogramCell> cells = histogram.cells();
    const double num_samples = count_of(cells);
    const auto is_too_wide = [&](double width) {  // more than twice the cube root of the samples shows noise
        return width > static_cast<double>(max_columns) ||
               (width > kFewestColumns && width * width * width > 8.0 * num_samples);
    };
    const std::span<const HistogramCell> bulk = bulk_of(cells);
    std::vector<HistogramCell> columns(bulk.begin(), bulk.end());
    int level = histogram.level();
    for (; is_too_wide(width_of(columns)); --level) {
        columns = coarser(columns, 1);
    }
    const auto width = static_cast<std::size_t>(width_of(columns));
    DensityProfile profile{std::ldexp(static_cast<double>(columns.front().index), -level),
                           std::ldexp(static_cast<double>(columns.back().index) + 1.0, -level),
                           count_of(columns) / num_samples, std::vector<double>(width),
                           std::vector<double>(width, std::numeric_limits<double>::quiet_NaN())};
    for (const HistogramCell& column : columns) {
        const auto at = static_cast<std::size_t>(column.index - columns.front().index);
        const double share = static_cast<double>(column.count) / num_samples;
        profile.density[at] = std::ldexp(share, level);
        if (share >= kLeastShare) {
            profile.mean_y[at] = column.sum_y / static_cast<double>(column.count);
        }
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
