// How work is shared among threads.
#pragma once

#include <omp.h>

#include <algorithm>
#include <chrono>
#include <cstddef>

#include "base/thread_team.hpp"

namespace skein::internal {

/// Calls function(chunk, thread) for every chunk < num_chunks, thread < num_threads. An exception ends the work and is
/// thrown again here. A plain loop with one thread or one chunk, and where there are threads enough: in a chunk of another
/// call, and in a parallel region of the caller's.
template <class Function>
TeamTimes for_each_chunk(std::size_t num_chunks, int num_threads, const Function& function) {
    if (num_threads <= 1 || num_chunks <= 1 || !ThreadTeam::is_available() || omp_in_parallel() != 0) {
        for (std::size_t chunk = 0; chunk < num_chunks; ++chunk) {
            function(chunk, 0);
        }
        return {};
    }
    ThreadTeam& team = ThreadTeam::of_this_thread(num_threads);
    TeamTimes times;
    for (std::size_t first = 0; first < num_chunks; first += ThreadTeam::kMaxChunks) {
        times = team.for_each_chunk(std::min(num_chunks - first, ThreadTeam::kMaxChunks), num_threads,
                                    [&](std::size_t chunk, int thread) { function(first + chunk, thread); });
    }
    return times;
}

/// for_each_chunk() for short pieces of work that follow each other. If another core is busy with something else, its
/// thread may be interrupted with a chunk in its hands, and is back milliseconds later. After such a wait half of the
/// threads go on for ten times as long, but not for more than 50 milliseconds. So with two threads, a busy core costs a
/// tenth of the speed of one, or more if it is busy for more than 5 milliseconds at a time.
class ShortRegions {
public:
    template <class Function>
    void for_each_chunk(std::size_t num_chunks, int num_threads, const Function& function) {
        if (is_limited_ && Clock::now() >= limited_until_) {
            is_limited_ = false;
        }
        num_threads = is_limited_ ? std::min(num_threads, limit_) : num_threads;
        const TeamTimes times = internal::for_each_chunk(num_chunks, num_threads, function);
        // Chunks that do not divide evenly make a thread wait as long as it has worked, and no longer.
        if (times.waiting > times.working + kLongWait) {
            is_limited_ = true;
            limit_ = std::max(1, num_threads / 2);
            limited_until_ = Clock::now() + std::min<Clock::duration>(10 * times.waiting, kLongestLimit);
        }
    }

private:
    using Clock = std::chrono::steady_clock;
    /// Longer than the system needs to wake a thread.
    static constexpr std::chrono::microseconds kLongWait{200};
    static constexpr std::chrono::milliseconds kLongestLimit{50};

    bool is_limited_ = false;
    int limit_ = 1;
    Clock::time_point limited_until_{};
};

}  // namespace skein::internal
