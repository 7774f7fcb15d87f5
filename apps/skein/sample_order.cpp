#include "sample_order.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numeric>
#include <span>
#include <utility>
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

/// The correlation of the ranks of values with their places; 0 where all are equal. Ranks, since the few far values of
/// a long tail would hide the order of the others.
double correlation_with_place(std::span<const double> values) {
    const std::vector<double> ranks = doubled_ranks(values);
    const double middle = static_cast<double>(values.size() - 1);  // doubled, too
    double of_both = 0.0, of_ranks = 0.0, of_places = 0.0;
    for (std::size_t at = 0; at < ranks.size(); ++at) {
        const double place = 2.0 * static_cast<double>(at) - middle, rank = ranks[at] - middle;
        of_both += place * rank;
        of_ranks += rank * rank;
        of_places += place * place;
    }
    return of_ranks > 0.0 ? of_both / std::sqrt(of_ranks * of_places) : 0.0;
}

}  // namespace

std::string sorted_in_words(std::string_view column, bool is_ascending) {
    return "sorted by " + std::string(column) + (is_ascending ? ", ascending" : ", descending");
}

template <class Scalar>
std::optional<SampleOrder> apparent_order(const Dataset<Scalar>& data) {
    const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(kMostRows, data.num_samples()));
    const std::vector<std::uint64_t> rows = evenly_spaced(data.num_samples(), count);
    std::vector<Scalar> x(count), y(count), sample_weight(count);
    const MiniBatch<Scalar> samples = data.source().gather(rows, {x.data(), y.data(), sample_weight.data()});
    const std::vector<double> of_x(samples.x, samples.x + count), of_y(samples.y, samples.y + count);
    std::vector<double> of_size(count);
    std::ranges::transform(of_x, of_size.begin(), [](double value) { return std::abs(value); });
    SampleOrder found{"", kSigmas / std::sqrt(static_cast<double>(count) - 1.0)};
    for (const auto& [column, values] :
         {std::pair<std::string_view, std::span<const double>>("x", of_x), {"|x|", of_size}, {"y", of_y}}) {
        const double correlation = correlation_with_place(values);
        if (std::abs(correlation) > std::abs(found.correlation)) {  // of equal ones the first
            found = {column, correlation};
        }
    }
    return found.column.empty() ? std::nullopt : std::optional(found);
}
template std::optional<SampleOrder> apparent_order(const Dataset<float>&);
template std::optional<SampleOrder> apparent_order(const Dataset<double>&);

}  // namespace skein::app
