// Pictures of a data set: the density of x, and the mean of y over x.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "data/dyadic_histogram.hpp"
#include "skein/files/figure.hpp"

namespace skein::app {

/// Columns of equal width over [from, to].
struct DensityProfile {
    double from = 0.0, to = 0.0;
    double share = 1.0;           // of the samples that lie there: where few lie far outside, they are left out
    std::vector<double> density;  // of x: the integral over all x is 1
    std::vector<double> mean_y;   // NaN where there are no samples, or hardly any

    double centre(std::size_t column) const;
};

/// At most `max_columns`, a power of two, and fewer where there are few samples. x must have two values at least.
DensityProfile density_profile(const DyadicHistogram& histogram, std::size_t max_columns);

/// Both in block characters, 12 lines beside their labels, indented by two.
std::string profile_text(const DensityProfile& profile);

LineFigure profile_figure(const DensityProfile& profile, const std::string& title);

}  // namespace skein::app
