// Execution::stop_request.
#pragma once

#include <atomic>

namespace skein::internal {

/// `stop` may be null: nobody asks.
inline bool is_requested(const std::atomic<bool>* stop) noexcept {
    return stop != nullptr && stop->load(std::memory_order_relaxed);
}

}  // namespace skein::internal
