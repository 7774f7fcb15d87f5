// The density of x and the mean of y over x: bars of text, and a figure.
#pragma once

#include <limits>
#include <span>
#include <string>
#include <vector>

#include "data/density_profile.hpp"
#include "skein/files/figure.hpp"

namespace skein::app {

struct ValueRange {
    double from = std::numeric_limits<double>::infinity(), to = -std::numeric_limits<double>::infinity();

    /// NaN changes nothing.
    void include(double value);
    bool is_empty() const { return from > to; }
};

/// The mean of y in each column; NaN for columns with hardly any samples.
struct ShownMeans {
    std::vector<double> values;
    ValueRange range;
};

ShownMeans shown_means(const DensityProfile& profile);

/// One block character for each density, from 0: 8/8 high for the highest, at least 1/8 for others; a space for 0.
std::string density_bars(std::span<const double> densities);

/// One block character for each mean, from 1/8 high for the least to 8/8 for the largest; a space for NaN.
std::string mean_bars(const ShownMeans& means);

/// Each column as wide as it is, the density from 0. Numbers that gnuplot's axes cannot show are drawn relative to an
/// origin, or in units of a power of ten: the labels of the axes name them.
LineFigure profile_figure(const DensityProfile& profile, const std::string& title);

}  // namespace skein::app
