// Outcomes go to the disk while the next points are trained.
#pragma once

#include <chrono>
#include <future>
#include <utility>

#include "skein/files/sweep_files.hpp"

namespace skein::app {

/// Writes in a thread of its own, one outcome at a time, in their order; in the caller's if the system has no more threads.
template <class Scalar>
class SweepWriter {
public:
    /// `files` outlive this, and are nobody else's until wait() has returned.
    explicit SweepWriter(SweepFiles<Scalar>& files) : files_(files) {}

    /// The points that have finished become the next ones in the files. Waits for the outcome before.
    void append(SweepOutcome<Scalar> outcome) {
        wait();
        writing_ = std::async([this, outcome = std::move(outcome)] {
            files_.append(outcome, num_finished(outcome.points));
            if (Clock::now() - last_sync_ > kSyncInterval) {
                files_.sync();
                last_sync_ = Clock::now();
            }
        });
    }
    /// Returns once all is written. Throws FileError if that failed, as append() does.
    void wait() {
        if (writing_.valid()) {
            writing_.get();
        }
    }

private:
    using Clock = std::chrono::steady_clock;
    /// How often to wait for the disk at most.
    static constexpr std::chrono::seconds kSyncInterval{2};

    SweepFiles<Scalar>& files_;
    Clock::time_point last_sync_ = Clock::now();
    std::future<void> writing_;  // last: whoever destroys it waits, and the writing needs the members above
};

}  // namespace skein::app
