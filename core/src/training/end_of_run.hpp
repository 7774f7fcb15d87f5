// Where the length of a run ends.
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>

#include "skein/batch_order.hpp"
#include "skein/training_settings.hpp"

namespace skein::internal {

/// The step at which max_steps or max_epochs, whichever comes first, ends a run; beyond all counting without either.
inline std::uint64_t end_of_run(const StopRules& stop, const BatchOrder& order) noexcept {
    constexpr std::uint64_t kNoEnd = std::numeric_limits<std::uint64_t>::max();
    const std::uint64_t steps_per_epoch = order.steps_per_epoch();
    const std::uint64_t max_epochs = std::min(stop.max_epochs.value_or(kNoEnd), kNoEnd / steps_per_epoch);
    return std::min(stop.max_steps.value_or(kNoEnd), max_epochs * steps_per_epoch);
}

}  // namespace skein::internal
