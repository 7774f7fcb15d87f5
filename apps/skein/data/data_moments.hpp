// Mean, spread and shape of the columns of samples, in one pass, and the same bits for any number of threads.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string_view>
#include <vector>

namespace skein::app {

/// |x| is a column, since samples may be sorted by it.
enum Column : std::size_t { kX, kAbsoluteX, kY, kWeight, kNumColumns };
inline constexpr std::array<std::string_view, kNumColumns> kColumnNames{"x", "|x|", "y", "m"};

/// The values of each column; null for weights that all are 1.
using ColumnValues = std::array<const double*, kNumColumns>;

/// Samples whose moments are taken directly, about their own mean. Larger sets are merged from these stretches in a
/// binary tree, whose shape follows from the number of samples. A power of two.
inline constexpr std::size_t kStretchSamples = 1024;

/// Of one column: sums over powers of the distance from the mean.
struct ColumnMoments {
    double count = 0.0;
    double mean = 0.0;
    double sum_2 = 0.0, sum_3 = 0.0, sum_4 = 0.0;
    double sum_2_within_stretches = 0.0;  // each stretch about its own mean
    double min = std::numeric_limits<double>::infinity();
    double max = -std::numeric_limits<double>::infinity();

    bool is_constant() const { return min == max; }
    /// Over N, not N - 1.
    double standard_deviation() const;
    /// NaN if all values are equal.
    double skewness() const;
    double kurtosis() const;
    /// The part of the variance that lies between the means of stretches: about 1 / kStretchSamples for samples in
    /// random order, near 1 if the samples of each stretch are alike.
    double share_between_stretches() const;
};

struct SampleMoments {
    std::array<ColumnMoments, kNumColumns> columns;
    double sum_xy = 0.0;  // products of distances from the means

    /// NaN if x or y is constant.
    double correlation() const;
};

/// Of at most kStretchSamples samples, from index `first` on.
SampleMoments moments_of_stretch(const ColumnValues& values, std::size_t first, std::size_t count);

/// Of two sets of samples together (P. Pebay, Sandia report SAND2008-6212, 2008).
SampleMoments merged(const SampleMoments& one, const SampleMoments& other);

/// Merges parts that come one by one in a binary tree: pairs, then pairs of pairs, the rest from the right.
class MomentTree {
public:
    void add(const SampleMoments& part);
    /// There is at least one part.
    SampleMoments sum() const;

private:
    struct Subtree {
        SampleMoments moments;
        std::uint64_t num_parts;
    };
    std::vector<Subtree> subtrees_;  // complete ones, larger ones first
};

}  // namespace skein::app
