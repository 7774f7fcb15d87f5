// The only place that opens a parallel region (base/thread_team.hpp has threads of its own).
#pragma once

#include <omp.h>

#include <atomic>
#include <cstddef>
#include <exception>

#include "base/floating_point_environment.hpp"
#include "base/thread_team.hpp"

namespace skein::internal {

/// How many threads `wanted` stands for; 0 stands for all that OpenMP would take.
inline int resolve_num_threads(int wanted) { return wanted > 0 ? wanted : omp_get_max_threads(); }

inline bool is_in_parallel_region() { return omp_in_parallel() != 0; }

/// Calls function(chunk, thread) for every chunk < num_chunks, thread < num_threads; with one thread or one chunk as a
/// plain loop. An exception ends the work and is thrown again here, outside the region.
///
/// libgomp keeps its threads, and allocates nothing, as long as num_threads stays the same from region to region:
/// callers pass one number for all their regions, however few chunks there are.
template <class Function>
void for_each_chunk(std::size_t num_chunks, int num_threads, const Function& function) {
    if (num_threads <= 1 || num_chunks <= 1) {
        for (std::size_t chunk = 0; chunk < num_chunks; ++chunk) {
            function(chunk, 0);
        }
        return;
    }
    std::exception_ptr failure;
    std::atomic<bool> failed{false};
#pragma omp parallel num_threads(num_threads)
    {
        const FloatingPointEnvironment environment;
#pragma omp for schedule(dynamic, 1) nowait
        for (std::size_t chunk = 0; chunk < num_chunks; ++chunk) {
            if (failed.load(std::memory_order_relaxed)) {
                continue;
            }
            try {
                function(chunk, omp_get_thread_num());
            } catch (...) {
                if (!failed.exchange(true)) {
                    failure = std::current_exception();
                }
            }
        }
    }
    if (failure) {
        std::rethrow_exception(failure);
    }
}

/// The same by the threads of a team, which has num_threads of them; without a team, or with too many chunks for one, as
/// above.
template <class Function>
void for_each_chunk(ThreadTeam* team, std::size_t num_chunks, int num_threads, const Function& function) {
    if (team != nullptr && num_threads > 1 && num_chunks <= ThreadTeam::kMaxChunks) {
        team->for_each_chunk(num_chunks, function);
    } else {
        for_each_chunk(num_chunks, num_threads, function);
    }
}

}  // namespace skein::internal
