#include "input/sample_order.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <numeric>
#include <span>
#include <vector>

namespace skein::app {
namespace {

constexpr std::size_t kMostRows = 256;
/// In a random order, whatever the values, a correlation of m rows has a standard deviation of 1 / sqrt(m - 1). Up to
/// 37 rows six of them are 1 and more, which no correlation exceeds.
constexpr double kSigmas = 6.0;

/// `count` of `num_rows` rows, evenly spaced from the first one on.
std::vector<std::uint64_t> evenly_spaced(std::uint64_t num_rows, std::size_t count) {
    std::vector<std::uint64_t> rows(count);
    for (std::size_t at = 0; at < count; ++at) {
        rows[at] = num_rows / count * at + num_rows % count * at / count;
    }
    return rows;
}

/// Twice the rank of each value, counted from 0; equal values share the mean of theirs.
std::vector<double> doubled_ranks(std::span<const double> values) {
    std::vector<std::size_t> order(values.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::ranges::sort(order, {}, [&](std::size_t at) { return values[at]; });
    std::vector<double> ranks(values.size());
    for (std::size_t first = 0, end = 0; first < order.size(); first = end) {
        while (end < order.size() && values[order[end]] == values[order[first]]) {
            ++end;
        }
        for (std::size_t at = first; at < end; ++at) {
            ranks[order[at]] = static_cast<double>(first + end - 1);
        }
    }
    return ranks;
}

/// The correlation of the ranks of both; 0 if all values of one are equal. Ranks, because the few far values of a long
/// tail would hide the order of the others.
double rank_correlation(std::span<const double> one, std::span<const double> other) {
    const std::vector<double> ranks = doubled_ranks(one), other_ranks = doubled_ranks(other);
    const double middle = static_cast<double>(one.size() - 1);  // doubled, too
    double of_both = 0.0, of_one = 0.0, of_other = 0.0;
    for (std::size_t at = 0; at < ranks.size(); ++at) {
        const double rank = ranks[at] - middle, other_rank = other_ranks[at] - middle;
        of_both += rank * other_rank;
        of_one += rank * rank;
        of_other += other_rank * other_rank;
    }
    return of_one > 0.0 && of_other > 0.0 ? of_both / std::sqrt(of_one * of_other) : 0.0;
}

/// x, |x| and y of some rows.
struct Columns {
    std::array<std::vector<double>, 3> of;

    template <class Scalar>
    Columns(const Dataset<Scalar>& data, const std::vector<std::uint64_t>& rows) {
        std::vector<Scalar> x(rows.size()), y(rows.size()), sample_weight(rows.size());
        const MiniBatch<Scalar> samples = data.source().gather(rows, {x.data(), y.data(), sample_weight.data()});
        of[0].assign(samples.x, samples.x + rows.size());
        of[1].resize(rows.size());
        std::ranges::transform(of[0], of[1].begin(), [](double value) { return std::abs(value); });
        of[2].assign(samples.y, samples.y + rows.size());
    }
};
constexpr std::array<std::string_view, 3> kOrderColumns{"x", "|x|", "y"};

}  // namespace

std::string sorted_in_words(std::string_view column, bool is_ascending) {
    return "sorted by " + std::string(column) + (is_ascending ? ", ascending" : ", descending");
}

template <class Scalar>
std::optional<SampleOrder> apparent_order(const Dataset<Scalar>& data) {
    const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(kMostRows, data.num_samples()));
    const std::vector<std::uint64_t> rows = evenly_spaced(data.num_samples(), count);
    const Columns values(data, rows);
    const double chance = kSigmas / std::sqrt(static_cast<double>(count) - 1.0);
    SampleOrder found{"", chance};
    const std::vector<double> places(rows.begin(), rows.end());
    for (std::size_t column = 0; column < kOrderColumns.size(); ++column) {
        const double correlation = rank_correlation(values.of[column], places);
        if (std::abs(correlation) > std::abs(found.correlation)) {  // of equal ones the first
            found = {kOrderColumns[column], correlation};
        }
    }
    if (!found.column.empty() || !(chance < 1.0)) {
        return found.column.empty() ? std::nullopt : std::optional(found);
    }
    // Alike must be those that are far from each other, and those that are not: values in turn may be either.
    std::vector<std::uint64_t> next_rows = rows;
    std::ranges::transform(rows, next_rows.begin(),
                           [&](std::uint64_t row) { return std::min(row + 1, data.num_samples() - 1); });
    const Columns next(data, next_rows);
    found = {"", chance, true};
    for (std::size_t column = 0; column < kOrderColumns.size(); ++column) {
        const std::span<const double> all(values.of[column]);
        const double correlation = std::min(rank_correlation(all.first(count - 1), all.last(count - 1)),
                                            rank_correlation(all, next.of[column]));
        if (correlation > found.correlation) {
            found = {kOrderColumns[column], correlation, true};
        }
    }
    return found.column.empty() ? std::nullopt : std::optional(found);
}
template std::optional<SampleOrder> apparent_order(const Dataset<float>&);
template std::optional<SampleOrder> apparent_order(const Dataset<double>&);

}  // namespace skein::app
