// What one pass over a data set finds.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "data/data_moments.hpp"
#include "data/dyadic_histogram.hpp"
#include "input/data_progress.hpp"
#include "input/sample_stream.hpp"

namespace skein::app {

/// The different values of a column, as long as they are few.
class DistinctValues {
public:
    static constexpr std::size_t kMost = 16;

    void add(double value);
    void add(const DistinctValues& other);
    /// Nothing for more than kMost.
    std::optional<std::size_t> count() const { return is_many_ ? std::nullopt : std::optional(values_.size()); }

private:
    std::vector<double> values_;
    bool is_many_ = false;
};

/// Whether the values of a column never fall, or never rise.
struct Order {
    bool is_ascending = true, is_descending = true;
    double first = 0.0, last = 0.0;
    bool is_empty = true;

    static Order of(std::span<const double> values);
    /// The values of `next` follow.
    void add(const Order& next);
};

struct SampleStatistics {
    SampleMoments moments;
    std::array<DistinctValues, kNumColumns> distinct;
    std::array<Order, kNumColumns> orders;
    DyadicHistogram histogram;

    std::uint64_t num_samples() const { return static_cast<std::uint64_t>(moments.columns[kX].count); }
    bool has_weights() const { return moments.columns[kWeight].count > 0; }
    /// Whether samples are sorted by a column that is not constant.
    bool is_sorted_by(Column column) const;
    /// The first of x, |x| and y that they are sorted by.
    std::optional<Column> sorted_by() const;
    /// What may go wrong in training, one sentence each.
    std::vector<std::string> warnings() const;
};

/// Reads all samples with `num_threads` threads. Nothing if a signal comes first.
std::optional<SampleStatistics> summarize(SampleStream<double>& stream, int num_threads, DataProgress& progress);

}  // namespace skein::app
