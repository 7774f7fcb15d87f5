/// How work uses the machine, and how it is stopped. Nothing here changes a bit of any result.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <optional>

namespace skein {

inline constexpr int kMaxThreads = 1024;

struct Execution {
    /// Most threads to use, up to kMaxThreads (else std::invalid_argument). 0: OMP_NUM_THREADS, up to kMaxThreads, or as
    /// many as there are cores that the process may use (its affinity and its control groups count). If the system makes
    /// fewer threads, those do the work. OMP_PROC_BIND and OMP_PLACES hold for them, too.
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

/// Threads at most, with what 0 stands for.
[[nodiscard]] int num_threads(const Execution& execution);

}  // namespace skein
