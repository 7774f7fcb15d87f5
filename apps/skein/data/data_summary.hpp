// What one pass over a data set tells about it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "data/data_moments.hpp"
#include "data/dyadic_histogram.hpp"
#include "input/data_progress.hpp"
#include "input/sample_stream.hpp"

namespace skein::app {

/// The values of a column, as long as they are few.
class DistinctValues {
public:
    static constexpr std::size_t kMost = 16;

    void add(double value);
    void add(const DistinctValues& other);
    /// How many; nothing for more than kMost.
    std::optional<std::size_t> count() const { return is_many_ ? std::nullopt : std::optional(values_.size()); }

private:
    std::vector<double> values_;
    bool is_many_ = false;
};

/// Whether values that come one after the other rise or fall.
class Order {
public:
    void add(double value);
    void add(const Order& next);
    bool is_ascending() const noexcept { return is_ascending_; }
    bool is_descending() const noexcept { return is_descending_; }

private:
    bool is_empty_ = true;
    bool is_ascending_ = true, is_descending_ = true;
    double first_ = 0.0, last_ = 0.0;
};

/// A column in whose order the samples are.
struct SortedColumn {
    std::string_view name;  // "x", "|x|" or "y"
    bool is_ascending;
};

/// The orders of the columns that samples may be sorted by.
struct SampleOrders {
    Order x, absolute_x, y;

    void add(double of_x, double of_y);
    void add(const SampleOrders& next);
};

struct DataSummary {
    SampleMoments moments;
    DistinctValues distinct_x, distinct_y, distinct_weights;
    SampleOrders orders;
    DyadicHistogram histogram;

    std::uint64_t num_samples() const { return static_cast<std::uint64_t>(moments.x.count); }
    bool has_weights() const { return moments.sample_weight.count > 0; }
    /// The columns, of x, |x| and y, that never fall, or never rise, and are not constant.
    std::vector<SortedColumn> sorted_columns() const;
    /// One sentence each.
    std::vector<std::string> warnings() const;
};

/// Goes through all samples with so many threads. Nothing where a signal came first.
std::optional<DataSummary> summarize(SampleStream<double>& stream, int num_threads, DataProgress& progress);

}  // namespace skein::app
