/// How work is spread over the machine, and how it is given up. Nothing here changes a bit of any result.
#pragma once

#include <atomic>
#include <cstddef>

namespace skein {

inline constexpr int kMaxThreads = 1024;

struct Execution {
    /// Threads to use at most, up to kMaxThreads (else std::invalid_argument); 0 takes as many as OpenMP would (the
    /// cores, or OMP_NUM_THREADS).
    int num_threads = 0;
    /// Lanes that go through a kernel together; 0 chooses for the cache. Any other value is rounded up to whole rows.
    std::size_t tile_lanes = 0;
    /// Null, or a flag that anybody may set while the work goes on: another thread, or a signal handler. All threads
    /// look at it before each chunk of samples. What is unfinished when it is true is given up: losses, gradients and
    /// outputs are NaN, a training step is not done (see train()). An ensemble looks at it every millisecond or
    /// so.
    const std::atomic<bool>* stop_request = nullptr;
};

}  // namespace skein
