// An observer that several threads tell, one at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <mutex>

#include "skein/ensemble_trainer.hpp"

namespace skein::internal {

class SharedObserver {
public:
    /// Null: nobody is told.
    explicit SharedObserver(EnsembleObserver* observer) noexcept : observer_(observer) {}

    void after_work(std::uint64_t sample_layers) {
        if (observer_ != nullptr) {
            const std::lock_guard lock(one_at_a_time_);
            observer_->after_work(sample_layers);
        }
    }
    void after_tile(std::size_t num_lanes) {
        if (observer_ != nullptr) {
            const std::lock_guard lock(one_at_a_time_);
            observer_->after_tile(num_lanes);
        }
    }

private:
    EnsembleObserver* observer_;
    std::mutex one_at_a_time_;
};

}  // namespace skein::internal
