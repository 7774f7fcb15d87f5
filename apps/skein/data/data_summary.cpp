#include "data/data_summary.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <utility>

#include "console/numbers.hpp"
#include "console/ordered_blocks.hpp"
#include "console/signals.hpp"
#include "input/sample_order.hpp"

namespace skein::app {
namespace {

static_assert(kStreamBlock % kRunSamples == 0 && std::has_single_bit(kStreamBlock / kRunSamples),
              "a block is a complete subtree of the sums");

/// Of fewer runs the share of the variance between them says little.
constexpr double kLeastRuns = 16.0;
constexpr double kLargestShare = 0.1;

/// What a block adds to the summary.
struct SummaryBlock {
    SampleBlock<double> block;
    SampleMoments moments;
    DistinctValues distinct_x, distinct_y, distinct_weights;
    SampleOrders orders;
    DyadicHistogram histogram;
};

void add_all(DistinctValues& distinct, const double* values, std::size_t count) {
    distinct = DistinctValues();
    for (std::size_t index = 0; index < count; ++index) {
        distinct.add(values[index]);
    }
}

void compute(SummaryBlock& part, int level) {
    const MiniBatch<double>& samples = part.block.samples;
    const std::size_t count = samples.num_samples;
    MomentTree tree;
    for (std::size_t first = 0; first < count; first += kRunSamples) {
        tree.add(moments_of_run(samples.x + first, samples.y + first,
                                samples.sample_weight == nullptr ? nullptr : samples.sample_weight + first,
                                std::min(kRunSamples, count - first)));
    }
    part.moments = tree.sum();
    add_all(part.distinct_x, samples.x, count);
    add_all(part.distinct_y, samples.y, count);
    add_all(part.distinct_weights, samples.sample_weight, samples.sample_weight == nullptr ? 0 : count);
    part.orders = SampleOrders();
    part.histogram = DyadicHistogram(level);
    for (std::size_t index = 0; index < count; ++index) {
        part.orders.add(samples.x[index], samples.y[index]);
        part.histogram.add(samples.x[index], samples.y[index]);
    }
}

void add(DataSummary& summary, MomentTree& tree, const SummaryBlock& part) {
    tree.add(part.moments);
    summary.distinct_x.add(part.distinct_x);
    summary.distinct_y.add(part.distinct_y);
    summary.distinct_weights.add(part.distinct_weights);
    summary.orders.add(part.orders);
    summary.histogram.add(part.histogram);
}

bool differs_between_runs(const ColumnMoments& column) {
    return column.count >= kLeastRuns * kRunSamples && column.share_between_runs() > kLargestShare;
}

void warn_of_runs(const ColumnMoments& column, const std::string& name, std::vector<std::string>& warnings) {
    if (differs_between_runs(column)) {
        warnings.push_back("the samples come in an order: " + rounded(100 * column.share_between_runs(), 3) +
                           " % of the variance of " + name + " lies between runs of " + grouped(kRunSamples) +
                           " samples, so shuffling blocks of them (--shuffle blocks) is not enough");
    }
}

}  // namespace

void DistinctValues::add(double value) {
    if (is_many_ || (!values_.empty() && values_.back() == value)) {
        return;
    }
    if (const auto found = std::ranges::find(values_, value); found != values_.end()) {
        std::swap(*found, values_.back());  // it may well come again
    } else if (values_.size() == kMost) {
        is_many_ = true;
    } else {
        values_.push_back(value);
    }
}

void DistinctValues::add(const DistinctValues& other) {
    is_many_ = is_many_ || other.is_many_;
    for (const double value : other.values_) {
        add(value);
    }
}

void Order::add(double value) {
    if (is_empty_) {
        is_empty_ = false;
        first_ = last_ = value;
    }
    is_ascending_ = is_ascending_ && value >= last_;
    is_descending_ = is_descending_ && value <= last_;
    last_ = value;
}

void Order::add(const Order& next) {
    if (next.is_empty_) {
        return;
    }
    add(next.first_);
    is_ascending_ = is_ascending_ && next.is_ascending_;
    is_descending_ = is_descending_ && next.is_descending_;
    last_ = next.last_;
}

void SampleOrders::add(double of_x, double of_y) {
    x.add(of_x);
    absolute_x.add(std::abs(of_x));
    y.add(of_y);
}

void SampleOrders::add(const SampleOrders& next) {
    x.add(next.x);
    absolute_x.add(next.absolute_x);
    y.add(next.y);
}

std::vector<SortedColumn> DataSummary::sorted_columns() const {
    std::vector<SortedColumn> sorted;
    const auto look_at = [&](std::string_view name, const Order& order, const ColumnMoments& column) {
        if (!column.is_constant() && (order.is_ascending() || order.is_descending())) {
            sorted.push_back({name, order.is_ascending()});
        }
    };
    look_at("x", orders.x, moments.x);
    look_at("|x|", orders.absolute_x, moments.absolute_x);
    look_at("y", orders.y, moments.y);
    return sorted;
}

std::vector<std::string> DataSummary::warnings() const {
    std::vector<std::string> warnings;
    if (moments.x.is_constant()) {
        warnings.push_back("x is always " + shortest(moments.x.min) + ": a chain has one output to learn");
    }
    if (moments.y.is_constant()) {
        warnings.push_back("y is always " + shortest(moments.y.min));
    }
    const std::vector<SortedColumn> sorted = sorted_columns();
    if (!sorted.empty() && num_samples() > kRunSamples) {  // fewer are in one block, or in one batch
        warnings.push_back("the samples are " + sorted_in_words(sorted[0].name, sorted[0].is_ascending) +
                           ": shuffling blocks of them (--shuffle blocks) is not enough");
        return warnings;
    }
    const bool is_x_enough = differs_between_runs(moments.x);  // |x| then mostly does, too
    warn_of_runs(is_x_enough ? moments.x : moments.absolute_x, is_x_enough ? "x" : "|x|", warnings);
    warn_of_runs(moments.y, "y", warnings);
    return warnings;
}

std::optional<DataSummary> summarize(SampleStream<double>& stream, int num_threads, DataProgress& progress) {
    DataSummary summary;
    MomentTree tree;
    int level = DyadicHistogram::kFinestLevel;
    std::optional<double> fraction;
    const auto read = [&](SummaryBlock& part) {
        const bool is_there = stream.next(part.block);
        fraction = stream.fraction_taken();
        progress.update(stream.num_taken(), fraction);
        return is_there;
    };
    const auto work = [&](SummaryBlock& part) {
        stream.fill(part.block);
        compute(part, level);
    };
    const auto write = [&](SummaryBlock& part) { add(summary, tree, part); };
    // The first block alone: no finer level than its own can be the last one, and others need not begin with one.
    SummaryBlock first;
    if (read(first)) {
        work(first);
        write(first);
        level = first.histogram.level();
        for_each_in_order(num_threads, first, read, work, write);
    }
    if (stop_signal() != 0) {
        return std::nullopt;
    }
    summary.moments = tree.sum();
    return summary;
}

}  // namespace skein::app
