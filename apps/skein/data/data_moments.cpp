#include "data/data_moments.hpp"

#include <algorithm>
#include <cmath>

namespace skein::app {
namespace {

/// Independent sums, so that the CPU need not wait for one addition before the next.
constexpr std::size_t kPartialSums = 8;

double sum_of(const double (&partial)[kPartialSums]) {
    return ((partial[0] + partial[4]) + (partial[2] + partial[6])) +
           ((partial[1] + partial[5]) + (partial[3] + partial[7]));
}

/// The sum of term(index) over all indices: index i goes to partial sum i mod kPartialSums.
template <class Term>
double sum(std::size_t count, const Term& term) {
    double partial[kPartialSums] = {};
    std::size_t index = 0;
    for (; index + kPartialSums <= count; index += kPartialSums) {
        for (std::size_t at = 0; at < kPartialSums; ++at) partial[at] += term(index + at);
    }
    for (std::size_t at = 0; index < count; ++index, ++at) partial[at] += term(index);
    return sum_of(partial);
}

ColumnMoments column_moments(const double* values, std::size_t count) {
    ColumnMoments moments;
    moments.count = static_cast<double>(count);
    for (std::size_t index = 0; index < count; ++index) {
        moments.min = std::min(moments.min, values[index]);
        moments.max = std::max(moments.max, values[index]);
    }
    // Relative to the first value: exact if all are equal, and more accurate if all are far from zero.
    const double origin = values[0];
    const double mean = origin + sum(count, [=](std::size_t i) { return values[i] - origin; }) / moments.count;
    moments.mean = mean;
    moments.sum_2 = sum(count, [=](std::size_t i) { return (values[i] - mean) * (values[i] - mean); });
    moments.sum_3 = sum(count, [=](std::size_t i) {
        const double distance = values[i] - mean;
        return distance * distance * distance;
    });
    moments.sum_4 = sum(count, [=](std::size_t i) {
        const double square = (values[i] - mean) * (values[i] - mean);
        return square * square;
    });
    moments.sum_2_within_stretches = moments.sum_2;
    return moments;
}

ColumnMoments merged_columns(const ColumnMoments& a, const ColumnMoments& b) {
    if (a.count == 0) return b;
    if (b.count == 0) return a;
    ColumnMoments all;
    all.count = a.count + b.count;
    all.min = std::min(a.min, b.min);
    all.max = std::max(a.max, b.max);
    all.sum_2_within_stretches = a.sum_2_within_stretches + b.sum_2_within_stretches;
    const double part_a = a.count / all.count, part_b = b.count / all.count;
    const double delta = b.mean - a.mean;
    const double moved = a.count * part_b * delta * delta;  // what the second sum gains by the new mean
    all.mean = a.mean + part_b * delta;
    all.sum_2 = a.sum_2 + b.sum_2 + moved;
    all.sum_3 =
        a.sum_3 + b.sum_3 + moved * delta * (part_a - part_b) + 3.0 * delta * (part_a * b.sum_2 - part_b * a.sum_2);
    all.sum_4 = a.sum_4 + b.sum_4 + moved * delta * delta * (part_a * part_a - part_a * part_b + part_b * part_b) +
                6.0 * delta * delta * (part_a * part_a * b.sum_2 + part_b * part_b * a.sum_2) +
                4.0 * delta * (part_a * b.sum_3 - part_b * a.sum_3);
    return all;
}

}  // namespace

double ColumnMoments::standard_deviation() const { return std::sqrt(sum_2 / count); }

double ColumnMoments::skewness() const {
    const double deviation = standard_deviation();
    return sum_3 / count / (deviation * deviation * deviation);
}

double ColumnMoments::kurtosis() const {
    const double variance = sum_2 / count;
    return sum_4 / count / (variance * variance);
}

double ColumnMoments::share_between_stretches() const { return std::max(0.0, 1.0 - sum_2_within_stretches / sum_2); }

double SampleMoments::correlation() const {
    const double product = columns[kX].standard_deviation() * columns[kY].standard_deviation();
    if (!(product > 0.0) || !std::isfinite(product) || !std::isfinite(sum_xy)) {
        return std::numeric_limits<double>::quiet_NaN();  // constant, or its squares under- or overflow
    }
    return std::clamp(sum_xy / columns[kX].count / product, -1.0, 1.0);
}

SampleMoments moments_of_stretch(const ColumnValues& values, std::size_t first, std::size_t count) {
    SampleMoments moments;
    for (std::size_t column = 0; column < kNumColumns; ++column) {
        if (values[column] != nullptr) {
            moments.columns[column] = column_moments(values[column] + first, count);
        }
    }
    const double* const x = values[kX] + first;
    const double* const y = values[kY] + first;
    const double mean_x = moments.columns[kX].mean, mean_y = moments.columns[kY].mean;
    moments.sum_xy = sum(count, [=](std::size_t i) { return (x[i] - mean_x) * (y[i] - mean_y); });
    return moments;
}

SampleMoments merged(const SampleMoments& one, const SampleMoments& other) {
    SampleMoments all;
    for (std::size_t column = 0; column < kNumColumns; ++column) {
        all.columns[column] = merged_columns(one.columns[column], other.columns[column]);
    }
    const ColumnMoments &x = one.columns[kX], &other_x = other.columns[kX];
    const double distance_y = other.columns[kY].mean - one.columns[kY].mean;
    all.sum_xy = one.sum_xy + other.sum_xy +
                 x.count * (other_x.count / all.columns[kX].count) * (other_x.mean - x.mean) * distance_y;
    return all;
}

void MomentTree::add(const SampleMoments& part) {
    Subtree next{part, 1};
    while (!subtrees_.empty() && subtrees_.back().num_parts == next.num_parts) {
        next = {merged(subtrees_.back().moments, next.moments), 2 * next.num_parts};
        subtrees_.pop_back();
    }
    subtrees_.push_back(next);
}

SampleMoments MomentTree::sum() const {
    SampleMoments all = subtrees_.back().moments;
    for (std::size_t at = subtrees_.size() - 1; at > 0; --at) {
        all = merged(subtrees_[at - 1].moments, all);
    }
    return all;
}

}  // namespace skein::app
