#include "data/data_picture.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <span>

#include "console/numbers.hpp"

namespace skein::app {
namespace {

using Cell = DyadicHistogram::Cell;

/// The part of the samples that may be left out on each side, and how much of the range they must take for it.
constexpr double kTailShare = 0.0005;
constexpr double kLeastTailRange = 0.75;
/// Of a column's samples, for a mean of y: less would be chance, or what rounding leaves of a cell beside.
constexpr double kLeastShare = 1e-6;
constexpr double kLeastCount = 1e-6;
constexpr std::size_t kFewestColumns = 8;
constexpr std::size_t kTextColumns = 64;
constexpr std::size_t kTextLines = 6;
constexpr std::size_t kLabelWidth = 10;

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

/// Without the tails, where they take most of the range.
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

/// As many as the cube root of the number of samples, twice: more would show chance.
std::size_t num_columns_for(double num_samples, std::size_t columns) {
    const auto too_many = [&](double number) { return number * number * number > 8.0 * num_samples; };
    while (columns > kFewestColumns && too_many(static_cast<double>(columns))) {
        columns /= 2;
    }
    return columns;
}

std::string padded_left(const std::string& text) {
    return std::string(kLabelWidth - std::min(kLabelWidth, text.size()), ' ') + text;
}

std::string trimmed_right(std::string text) {
    text.erase(text.find_last_not_of(' ') + 1);
    return text;
}

/// Eighths of a line that are filled, from the bottom; a negative number where there is nothing.
std::vector<int> heights(const std::vector<double>& values, double from, double to) {
    std::vector<int> eighths;
    for (const double value : values) {
        const double part = to > from ? (value - from) / (to - from) : 0.5;
        eighths.push_back(std::isfinite(part) ? static_cast<int>(std::lround(part * 8 * kTextLines)) : -1);
    }
    return eighths;
}

/// Bars from the bottom, as high as `heights` says, with the two ends of their axis beside them.
std::string bars(const std::vector<int>& heights, const std::string& top, const std::string& bottom) {
    constexpr const char* kEighths[] = {" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
    std::string text;
    for (std::size_t line = kTextLines; line-- > 0;) {
        std::string row = "  " + padded_left(line + 1 == kTextLines ? top : line == 0 ? bottom : "") + " ";
        for (const int height : heights) {
            const std::string block = kEighths[std::clamp(height - 8 * static_cast<int>(line), 0, 8)];
            for (std::size_t copy = 0; copy < kTextColumns / heights.size(); ++copy) {
                row += block;
            }
        }
        text += trimmed_right(std::move(row)) + "\n";
    }
    return text;
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
        // A cell that reaches over several columns is shared among them.
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

std::string profile_text(const DensityProfile& profile) {
    const double highest = *std::ranges::max_element(profile.density);
    double least = std::numeric_limits<double>::infinity(), most = -least;
    for (const double mean : profile.mean_y) {
        if (!std::isnan(mean)) {
            least = std::min(least, mean);
            most = std::max(most, mean);
        }
    }
    std::vector<int> means = heights(profile.mean_y, least, most);
    for (int& height : means) {
        height = height == 0 ? 1 : height;  // to be seen
    }
    const int digits = digits_apart(profile.from, profile.to, 4);
    const std::string from = rounded(profile.from, digits), to = rounded(profile.to, digits);
    return "  density of x" +
           (profile.share < 1.0 ? ", without the " + rounded(100 * (1 - profile.share), 2) +
                                      " % of the samples that lie outside of this range"
                                : std::string()) +
           "\n" + bars(heights(profile.density, 0.0, highest), rounded(highest, 3), "0") + "  mean of y over x\n" +
           bars(means, rounded(most, 3), rounded(least, 3)) + std::string(kLabelWidth + 3, ' ') + from +
           std::string(kTextColumns - std::min(kTextColumns - 1, from.size() + to.size()), ' ') + to + "\n";
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
