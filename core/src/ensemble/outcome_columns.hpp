// What is done with all columns of an ensemble's outcome alike.
#pragma once

#include <cstddef>
#include <span>

#include "skein/ensemble_outcome.hpp"

namespace skein::internal {

/// Room for `num_lanes` lanes that have not been trained; the memory that `outcome` has serves again.
void begin_outcome(EnsembleOutcome& outcome, std::size_t num_lanes, const OutcomeSelection& selection,
                   bool is_compressed);

/// Lanes [first, first + count) become lanes that have not been trained.
void forget(EnsembleOutcome& outcome, std::size_t first, std::size_t count);

/// Copies lane i of `from` to lane to[i] of `outcome`, which has the same columns; adds up what lanes share.
void scatter(const EnsembleOutcome& from, std::span<const std::size_t> to, EnsembleOutcome& outcome);

}  // namespace skein::internal
