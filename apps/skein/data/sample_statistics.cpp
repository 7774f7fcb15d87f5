#include "data/sample_statistics.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <functional>
#include <utility>

#include "console/numbers.hpp"
#include "console/ordered_pieces.hpp"
#include "console/signals.hpp"
#include "input/sample_order.hpp"

namespace skein::app {
namespace {

static_assert(kPieceSamples % kStretchSamples == 0 && std::has_single_bit(kPieceSamples / kStretchSamples),
              "a piece is a complete subtree of the moments");

/// With fewer stretches the share of the variance between them says little.
constexpr double kLeastStretches = 16.0;
constexpr double kLargestShare = 0.1;

/// A piece of the samples and what is found in it.
struct SummaryPiece {
    SamplePiece<double> source;
    std::vector<double> absolute_x;
    SampleStatistics summary;
};

void summarize_piece(SummaryPiece& part, int level) {
    const MiniBatch<double>& samples = part.source.samples;
    const std::size_t count = samples.num_samples;
    part.absolute_x.resize(count);
    std::transform(samples.x, samples.x + count, part.absolute_x.begin(), [](double x) { return std::abs(x); });
    const ColumnValues values{samples.x, part.absolute_x.data(), samples.y, samples.sample_weight};
    MomentTree tree;
    for (std::size_t first = 0; first < count; first += kStretchSamples) {
        tree.add(moments_of_stretch(values, first, std::min(kStretchSamples, count - first)));
    }
    part.summary = {tree.sum(), {}, {}, DyadicHistogram(level)};
    for (std::size_t column = 0; column < kNumColumns; ++column) {
        const std::span<const double> all(values[column], values[column] == nullptr ? 0 : count);
        part.summary.orders[column] = Order::of(all);
        for (const double value : all) {
            part.summary.distinct[column].add(value);
        }
    }
    for (std::size_t index = 0; index < count; ++index) {
        part.summary.histogram.add(samples.x[index], samples.y[index]);
    }
}

/// All but the moments, which a tree adds.
void add(SampleStatistics& summary, const SampleStatistics& next) {
    for (std::size_t column = 0; column < kNumColumns; ++column) {
        summary.distinct[column].add(next.distinct[column]);
        summary.orders[column].add(next.orders[column]);
    }
    summary.histogram.add(next.histogram);
}

bool differs_between_stretches(const ColumnMoments& column) {
    return column.count >= kLeastStretches * kStretchSamples && column.share_between_stretches() > kLargestShare;
}

}  // namespace

void DistinctValues::add(double value) {
    if (is_many_ || (!values_.empty() && values_.back() == value)) {
        return;
    }
    if (const auto found = std::ranges::find(values_, value); found != values_.end()) {
        std::swap(*found, values_.back());  // it is likely to come again
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

Order Order::of(std::span<const double> values) {
    if (values.empty()) {
        return {};
    }
    return {std::ranges::is_sorted(values), std::ranges::is_sorted(values, std::greater<>()), values.front(),
            values.back(), false};
}

void Order::add(const Order& next) {
    if (next.is_empty || is_empty) {
        *this = next.is_empty ? *this : next;
        return;
    }
    is_ascending = is_ascending && next.is_ascending && last <= next.first;
    is_descending = is_descending && next.is_descending && last >= next.first;
    last = next.last;
}

bool SampleStatistics::is_sorted_by(Column column) const {
    return !moments.columns[column].is_constant() && (orders[column].is_ascending || orders[column].is_descending);
}

std::optional<Column> SampleStatistics::sorted_by() const {
    for (const Column column : {kX, kAbsoluteX, kY}) {
        if (is_sorted_by(column)) {
            return column;
        }
    }
    return std::nullopt;
}

std::vector<std::string> SampleStatistics::warnings() const {
    std::vector<std::string> warnings;
    const auto& columns = moments.columns;
    if (columns[kX].is_constant()) {
        warnings.push_back(fmt::format("x is always {}: a chain has one output to learn", shortest(columns[kX].min)));
    }
    if (columns[kY].is_constant()) {
        warnings.push_back(fmt::format("y is always {}", shortest(columns[kY].min)));
    }
    const std::optional<Column> sorted = sorted_by();
    if (sorted && num_samples() > kStretchSamples) {  // fewer fit in one block or batch
        warnings.push_back(fmt::format("the samples are {}: shuffling blocks of them (--shuffle blocks) is not enough",
                                       sorted_in_words(kColumnNames[*sorted], orders[*sorted].is_ascending)));
        return warnings;
    }
    // If x differs between stretches, |x| mostly does, too.
    for (const Column column : {differs_between_stretches(columns[kX]) ? kX : kAbsoluteX, kY}) {
        if (differs_between_stretches(columns[column])) {
            warnings.push_back(fmt::format(
                "the samples come in an order: {} % of the variance of {} lies between stretches of {} samples, so "
                "shuffling blocks of them (--shuffle blocks) is not enough",
                rounded(100 * columns[column].share_between_stretches(), 3), kColumnNames[column],
                grouped(kStretchSamples)));
        }
    }
    return warnings;
}

std::optional<SampleStatistics> summarize(SampleStream<double>& stream, int num_threads, DataProgress& progress) {
    SampleStatistics summary;
    MomentTree tree;
    int level = DyadicHistogram::kFinestLevel;
    const auto read = [&](SummaryPiece& part) {
        const bool is_there = stream.next(part.source);
        progress.update(stream.num_taken(), stream.fraction_taken());
        return is_there;
    };
    const auto work = [&](SummaryPiece& part) {
        stream.fill(part.source);
        summarize_piece(part, level);
    };
    const auto write = [&](SummaryPiece& part) {
        tree.add(part.summary.moments);
        add(summary, part.summary);
    };
    // The first piece alone: the final level is no finer than its level, so other pieces can begin there.
    SummaryPiece first;
    if (read(first)) {
        work(first);
        write(first);
        level = first.summary.histogram.level();
        for_each_in_order(num_threads, first, read, work, write);
    }
    if (stop_signal() != 0) {
        return std::nullopt;
    }
    summary.moments = tree.sum();
    return summary;
}

}  // namespace skein::app
