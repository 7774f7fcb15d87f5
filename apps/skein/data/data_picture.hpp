// The density of x and the mean of y over x, as columns of a picture.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "data/dyadic_histogram.hpp"
#include "skein/files/figure.hpp"

namespace skein::app {

/// Columns of equal width over [from, to].
struct DensityProfile {
    double from = 0.0, to = 0.0;
    double share = 1.0;           // of the samples in this range: a few far outside are left out
    std::vector<double> density;  // of x: the integral over all x is 1
    std::vector<double> mean_y;   // NaN for columns with hardly any samples

    double centre(std::size_t column) const;
};

/// Columns of the histogram's grid at the finest level with at most `max_columns`; fewer for few samples.
DensityProfile density_profile(const DyadicHistogram& histogram, std::size_t max_columns);

/// One block character for each value, from 1/8 high at `from` to 8/8 at `to`; a space for NaN.
std::string bars(std::span<const double> values, double from, double to);

LineFigure profile_figure(const DensityProfile& profile, const std::string& title);

}  // namespace skein::app
