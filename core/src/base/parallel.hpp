// The only place that opens a parallel region.
#pragma once

#include <omp.h>

#include <atomic>
#include <cstddef>
#include <exception>

#include "base/floating_point_environment.hpp"

namespace skein::internal {

/// How many threads `wanted` stands for; 0 stands for all that OpenMP would take.
inline int resolve_num_threads(int wanted) { return wanted > 0 ? wanted : omp_get_max_threads(); }

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
#pragma omp for schedule(dynamic, 1)
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

}  // namespace skein::internal
