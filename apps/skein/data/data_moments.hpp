// Mean, spread and shape of columns of numbers, in one pass, and the same bits however the work is spread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

namespace skein::app {

/// Samples that are summed alone, with their own mean taken off first; larger sums are made of these by a binary tree,
/// whose shape follows from the number of samples. A power of two.
inline constexpr std::size_t kRunSamples = 1024;

/// Of a column: sums over powers of the distance from the mean.
struct ColumnMoments {
    double count = 0.0;
    double mean = 0.0;
    double sum_2 = 0.0, sum_3 = 0.0, sum_4 = 0.0;
    double sum_2_within_runs = 0.0;  // the same about the mean of each run
    double min = std::numeric_limits<double>::infinity();
    double max = -std::numeric_limits<double>::infinity();

    bool is_constant() const { return min == max; }
    /// Over N, not N - 1.
    double standard_deviation() const;
    /// NaN where all are equal.
    double skewness() const;
    double kurtosis() const;
    /// The part of the variance that lies between the means of runs: near 1 / kRunSamples where samples come in no
    /// order, near 1 where those of a run are alike.
    double share_between_runs() const;
};

/// Of samples (x, y, m).
struct SampleMoments {
    ColumnMoments x, absolute_x, y, sample_weight;
    double sum_xy = 0.0;  // products of distances from the means

    /// NaN where x or y is always the same.
    double correlation() const;
};

/// Of at most kRunSamples samples; `sample_weight` may be null.
SampleMoments moments_of_run(const double* x, const double* y, const double* sample_weight, std::size_t count);

/// Of two sets of samples together (P. Pebay, Sandia report SAND2008-6212, 2008).
SampleMoments merged(const SampleMoments& one, const SampleMoments& other);

/// Sums parts that come one after the other in a binary tree: pairs, then pairs of pairs, the rest from the right.
class MomentTree {
public:
    void add(const SampleMoments& part);
    SampleMoments sum() const;

private:
    struct Node {
        SampleMoments moments;
        std::uint64_t num_parts;
    };
    std::vector<Node> nodes_;  // complete subtrees, larger ones first
};

}  // namespace skein::app
