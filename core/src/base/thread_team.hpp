// Threads for pieces of work that follow each other within microseconds.
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <optional>
#include <thread>
#include <vector>

namespace skein::internal {

/// Threads of its own, which wait for the next piece of work: spinning at first, then giving way to others, then asleep.
/// A region of OpenMP costs 2.5 microseconds on two cores, this 0.3.
///
/// The calling thread takes part. It waits for nobody but threads that have taken a chunk: one that is not there in time
/// is done without. If a core is busy with something else, its thread may be interrupted with a chunk in its hands. After
/// such a wait (longer than it has worked itself) the calling thread works alone for ten times as long, so a busy core
/// costs about a tenth.
class ThreadTeam {
public:
    static constexpr std::size_t kMaxChunks = 65535;

    /// Starts num_threads - 1 threads, or fewer if the system has no more.
    explicit ThreadTeam(int num_threads);
    ThreadTeam(const ThreadTeam&) = delete;
    ThreadTeam& operator=(const ThreadTeam&) = delete;
    ~ThreadTeam();

    /// Calls function(chunk, thread) for every chunk < num_chunks, which is at most kMaxChunks; thread < num_threads. An
    /// exception ends the work and is thrown again here.
    template <class Function>
    void for_each_chunk(std::size_t num_chunks, const Function& function) {
        run(num_chunks, &function, [](const void* work, std::size_t chunk, int thread) {
            (*static_cast<const Function*>(work))(chunk, thread);
        });
    }

private:
    using Clock = std::chrono::steady_clock;
    using Call = void (*)(const void* work, std::size_t chunk, int thread);

    void run(std::size_t num_chunks, const void* work, Call call);
    void publish(std::size_t num_chunks) noexcept;
    std::optional<std::size_t> take() noexcept;
    void do_chunk(std::size_t chunk, int thread) noexcept;
    void wait_for_the_others(std::size_t num_chunks, Clock::time_point begin) noexcept;
    void live(int thread) noexcept;
    void wait_for_work() noexcept;
    bool goes_alone() noexcept;

    // A piece of work stays as it is until all its chunks are done, so whoever has taken one may read it.
    const void* work_ = nullptr;
    Call call_ = nullptr;
    std::exception_ptr failure_;
    std::atomic<bool> has_failed_{false};
    bool is_alone_ = false;
    Clock::time_point alone_until_{};

    // Lines of their own: all threads look at the first, and write to the second.
    /// Number of the piece of work: 32 bits; its chunks: 16; those taken: 16. Whoever adds 1 has taken a chunk.
    alignas(64) std::atomic<std::uint64_t> ticket_{0};
    alignas(64) std::atomic<std::size_t> num_done_{0};
    alignas(64) std::atomic<bool> ends_{false};
    std::vector<std::thread> threads_;
};

}  // namespace skein::internal
