#include "ensemble/outcome_columns.hpp"

#include <algorithm>
#include <vector>

namespace skein::internal {
namespace {

/// `values` are [lanes x any number].
template <class Value>
void forget_lanes(std::vector<Value>& values, std::size_t num_lanes, std::size_t first, std::size_t count,
                  const Value& untrained) {
    for (std::size_t begin = first; begin < values.size(); begin += num_lanes) {
        std::fill_n(values.begin() + static_cast<std::ptrdiff_t>(begin), count, untrained);
    }
}

template <class Value>
void scatter_lanes(const std::vector<Value>& from, std::span<const std::size_t> to, std::vector<Value>& values,
                   std::size_t num_lanes) {
    for (std::size_t at = 0; at < from.size(); ++at) {
        values[at / to.size() * num_lanes + to[at % to.size()]] = from[at];
    }
}

}  // namespace

void begin_outcome(EnsembleOutcome& outcome, std::size_t num_lanes, const OutcomeSelection& selection,
                   bool is_compressed) {
    for_each_column(selection, [&](const auto& column) {
        (outcome.*column.values).assign(num_lanes * column.per_lane, column.untrained);
    });
    outcome.compression.assign(is_compressed ? num_lanes : 0, {});
    outcome.seconds = 0.0;
    outcome.sample_layers = 0;
}

void forget(EnsembleOutcome& outcome, std::size_t first, std::size_t count) {
    const std::size_t num_lanes = outcome.status.size();
    for_each_column({}, [&](const auto& column) {
        forget_lanes(outcome.*column.values, num_lanes, first, count, column.untrained);
    });
    forget_lanes(outcome.compression, num_lanes, first, count, {});
}

void scatter(const EnsembleOutcome& from, std::span<const std::size_t> to, EnsembleOutcome& outcome) {
    const std::size_t num_lanes = outcome.status.size();
    for_each_column(
        {}, [&](const auto& column) { scatter_lanes(from.*column.values, to, outcome.*column.values, num_lanes); });
    scatter_lanes(from.compression, to, outcome.compression, num_lanes);
    outcome.seconds += from.seconds;
    outcome.sample_layers += from.sample_layers;
}

}  // namespace skein::internal
