// The order in which an ensemble's lane goes through the samples of a chunk, so that few partial sums give the sums of
// the fixed reduction shape (skein/gradient.hpp).
#pragma once

#include <cstddef>
#include <vector>

#include "kernels/lane_arguments.hpp"

namespace skein::internal {

/// Visiting slots in bit-reversed order, 0, 8, 4, 12, 2, ..., completes a pair (s, s + 8) after each second slot, a
/// pair of pairs after each fourth, and so on: log2(slots) + 1 levels of partial sums suffice.
using kernels::kNumSumLevels;
using kernels::SlotVisit;

/// Every sample of a chunk of `num_samples` once; the last visit leaves the whole sum in level 0.
std::vector<SlotVisit> slot_visits(std::size_t num_samples);

}  // namespace skein::internal
