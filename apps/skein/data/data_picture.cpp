#include "data/data_picture.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <numeric>
#include <string_view>
#include <utility>

#include "console/numbers.hpp"

namespace skein::app {
namespace {

constexpr std::array<std::string_view, 8> kEighths{"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
/// A column needs this share of the samples for a mean of y in a picture: less is chance.
constexpr double kLeastShare = 1e-6;
/// gnuplot's axes take numbers up to 1e300 and spreads from 1e-290 and 1e-8 of the numbers: stay well within.
constexpr double kLargestPlain = 1e200;
constexpr double kSmallestPlain = 1e-200;
constexpr double kSmallestPlainSpread = 1e-5;
/// A smaller spread of means, relative to their size, is the rounding of their sums.
constexpr double kRoundingSpread = 1e-12;

/// What an axis shows of a value: (value - origin) / unit.
struct AxisUnits {
    double origin = 0.0, unit = 1.0;

    double operator()(double value) const { return (value - origin) / unit; }
    std::string label(const std::string& name) const {
        return name +
               (origin > 0.0   ? " - "
                : origin < 0.0 ? " + "
                               : "") +
               (origin != 0.0 ? shortest(std::abs(origin)) : "") +
               (unit != 1.0 ? fmt::format(", in units of {}", shortest(unit)) : "");
    }
};

double number_of(const std::string& text, double otherwise) { return parse_number<double>(text).value_or(otherwise); }

/// Relative to an origin if the spread is small, but not below `least_spread`.
AxisUnits axis_units(const ValueRange& range, double least_spread) {
    AxisUnits units;
    if (range.is_empty()) {
        return units;
    }
    const double size = std::max(std::abs(range.from), std::abs(range.to));
    const double relative_spread = size > 0.0 ? range.to / size - range.from / size : 0.0;
    if (relative_spread > least_spread && relative_spread <= kSmallestPlainSpread) {
        units.origin = number_of(rounded(range.from, digits_apart(range.from, range.to, 1)), range.from);
    }
    const double largest = std::max(std::abs(range.from - units.origin), std::abs(range.to - units.origin));
    if (largest > 0.0 && (largest < kSmallestPlain || largest > kLargestPlain)) {
        units.unit = number_of(fmt::format("1e{}", static_cast<int>(std::floor(std::log10(largest)))), 1.0);
    }
    return units;
}

/// The tops of the columns.
Curve outline(const std::string& name, const std::vector<double>& edges, const AxisUnits& x,
              const std::vector<double>& values, const AxisUnits& y) {
    Curve curve{name, {}, {}};
    curve.is_marked = false;
    for (std::size_t column = 0; column < values.size(); ++column) {
        for (const double edge : {edges[column], edges[column + 1]}) {
            curve.x.push_back(x(edge));
            curve.y.push_back(y(values[column]));
        }
    }
    return curve;
}

}  // namespace

void ValueRange::include(double value) {
    from = value < from ? value : from;  // false for NaN
    to = value > to ? value : to;
}

ShownMeans shown_means(const DensityProfile& profile) {
    ShownMeans means{profile.mean_y, {}};
    const auto all =
        static_cast<double>(std::accumulate(profile.counts.begin(), profile.counts.end(), std::uint64_t{0}));
    for (std::size_t column = 0; column < means.values.size(); ++column) {
        if (static_cast<double>(profile.counts[column]) < kLeastShare * all) {
            means.values[column] = std::numeric_limits<double>::quiet_NaN();
        }
        means.range.include(means.values[column]);
    }
    return means;
}

std::string density_bars(std::span<const double> densities) {
    const double highest = std::ranges::max(densities);
    std::string text;
    for (const double density : densities) {
        const auto eighths = static_cast<std::size_t>(std::lround(8 * (density / highest)));
        text += density > 0.0 ? kEighths[std::max<std::size_t>(eighths, 1) - 1] : " ";
    }
    return text;
}

std::string mean_bars(const ShownMeans& means) {
    const auto [from, to] = means.range;
    const double size = std::max(std::abs(from), std::abs(to));
    std::string text;
    for (const double value : means.values) {
        const double part = to > from ? (value / size - from / size) / (to / size - from / size) : 0.5;
        text += std::isnan(value) ? " " : kEighths[static_cast<std::size_t>(std::lround(7 * part))];
    }
    return text;
}

LineFigure profile_figure(const DensityProfile& profile, const std::string& title) {
    const ShownMeans means = shown_means(profile);
    const AxisUnits x = axis_units({profile.edges.front(), profile.edges.back()}, 0.0);
    const AxisUnits density = axis_units({0.0, std::ranges::max(profile.density)}, 0.0);
    const AxisUnits y = axis_units(means.range, kRoundingSpread);
    Curve densities = outline("density of x", profile.edges, x, profile.density, density);
    densities.x.insert(densities.x.begin(), densities.x.front());  // from 0 and back to 0: the axis begins there
    densities.y.insert(densities.y.begin(), 0.0);
    densities.x.push_back(densities.x.back());
    densities.y.push_back(0.0);
    LineFigure figure{title, x.label("x"), density.label("density of x"), false, {std::move(densities)}};
    figure.curves.push_back(outline("mean of y", profile.edges, x, means.values, y));
    figure.curves[1].on_right = true;
    figure.right_label = y.label("mean of y");
    return figure;
}

}  // namespace skein::app
