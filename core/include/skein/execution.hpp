/// How work uses the machine, and how it is stopped. Nothing here changes a bit of any result.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <optional>

namespace skein {

inline constexpr int kMaxThreads = 1024;

struct Execution {
    /// Most threads to use, up to kMaxThreads (else std::invalid_argument). 0: as many as OpenMP takes, which is the
    /// number of cores, or OMP_NUM_THREADS. OMP_PROC_BIND and OMP_PLACES hold for them, too.
    int num_threads = 0;
    /// Lanes that go through a kernel together. 0: chosen to fit the cache. Rounded up to whole rows of 16.
    std::size_t tile_lanes = 0;
    /// Optional stop flag, which any thread or signal handler may set. Threads test it before each chunk of samples;
    /// ensembles test it about every millisecond. Unfinished losses, gradients and outputs become NaN, and an
    /// unfinished training step is dropped (see train()). The flag must outlive the call.
    const std::atomic<bool>* stop_request = nullptr;
    /// Most memory that train() may take to put samples in order, in bytes. Empty: a quarter of what is free.
    std::optional<std::uint64_t> scratch_bytes = {};
};

}  // namespace skein
