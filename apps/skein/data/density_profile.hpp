// The density of x and the mean of y over x, in columns of equal width.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "data/sample_statistics.hpp"

namespace skein::app {

/// Columns [edges[i], edges[i + 1]); the last one holds its upper edge as well. The first and the last are not empty.
struct DensityProfile {
    std::vector<double> edges;
    std::vector<std::uint64_t> counts;
    std::vector<double> density;  // to the bit that of numpy.histogram(x, edges, density=True)
    std::vector<double> mean_y;   // NaN for empty columns, and if the sum of y overflows
    double share = 1.0;           // of the samples in these columns: a few far outside may be left out
};

/// The columns are cells of the histogram, or cells of a coarser level, so each sample is in the column it belongs to.
/// They are the narrowest of which there are at most `max_columns`, fewer for few samples; but if x has gaps, they are
/// as wide as the narrowest gap, since narrower ones would only add empty columns. Equal x make one column.
DensityProfile density_profile(const SampleStatistics& statistics, std::size_t max_columns);

}  // namespace skein::app
