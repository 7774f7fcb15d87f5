/// How work is spread over the machine. Nothing here changes a bit of any result.
#pragma once

#include <cstddef>

namespace skein {

struct Execution {
    /// Threads to use at most; 0 takes as many as OpenMP would (the cores, or OMP_NUM_THREADS).
    int num_threads = 0;
    /// Lanes that go through a kernel together; 0 chooses for the cache. Any other value is rounded up to whole rows.
    std::size_t tile_lanes = 0;
};

}  // namespace skein
