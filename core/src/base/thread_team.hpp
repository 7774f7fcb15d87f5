// Threads that wait for pieces of work. for_each_chunk() of base/parallel.hpp is the way to them.
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <thread>
#include <vector>

namespace skein::internal {

/// What the calling thread did in a piece of work.
struct TeamTimes {
    std::chrono::steady_clock::duration working{}, waiting{};
};

/// The calling thread and others, which wait for the next piece of work: spinning at first, as steps follow each other
/// within microseconds; then giving way to others; then asleep. A region of OpenMP costs 2.5 microseconds on two cores,
/// this 0.3. If OpenMP has places for threads (OMP_PROC_BIND, OMP_PLACES), these threads take them too.
///
/// The calling thread does not wait for a thread that has taken no chunk.
class ThreadTeam {
public:
    static constexpr std::size_t kMaxChunks = (std::size_t{1} << 20) - 1;
    static constexpr int kMaxThreads = 4094;

    /// Starts num_threads - 1 threads; fewer if the system has no more.
    explicit ThreadTeam(int num_threads);
    ThreadTeam(const ThreadTeam&) = delete;
    ThreadTeam& operator=(const ThreadTeam&) = delete;
    ~ThreadTeam();

    /// The team of the calling thread, with num_threads threads or more. It lives as long as that thread.
    static ThreadTeam& of_this_thread(int num_threads);
    /// Whether the calling thread has a team: not while it is at work for one, and not once its own has ended.
    static bool is_available() noexcept;

    /// Calls function(chunk, thread) for every chunk < num_chunks <= kMaxChunks, thread < num_threads. An exception ends
    /// the work and is thrown again here.
    template <class Function>
    TeamTimes for_each_chunk(std::size_t num_chunks, int num_threads, const Function& function) {
        return run(num_chunks, num_threads, &function, [](const void* work, std::size_t chunk, int thread) {
            (*static_cast<const Function*>(work))(chunk, thread);
        });
    }

private:
    using Call = void (*)(const void* work, std::size_t chunk, int thread);

    TeamTimes run(std::size_t num_chunks, int num_threads, const void* work, Call call);
    std::optional<std::size_t> take(int thread) noexcept;
    void do_chunks(int thread) noexcept;
    void do_chunk(std::size_t chunk, int thread) noexcept;
    void live(int thread) noexcept;
    void wait_for_work(int thread) noexcept;
    void wait_until_done(std::size_t num_chunks) noexcept;
    bool is_anyone_asleep(int num_threads) const noexcept;

    // A piece of work stays as it is until all its chunks are done, so whoever has taken one may read it.
    const void* work_ = nullptr;
    Call call_ = nullptr;
    std::exception_ptr failure_;
    std::atomic<bool> has_failed_{false};
    std::atomic<bool> ends_{false};

    // Lines of their own: all threads look at the first, and write to the second.
    alignas(64) std::atomic<std::uint64_t> ticket_{0};  // thread_team.cpp, Ticket
    alignas(64) std::atomic<std::size_t> num_done_{0};
    alignas(64) int num_wanted_;
    unsigned fork_count_;  // at the beginning: a process that was forked has none of the threads
    std::unique_ptr<std::atomic<bool>[]> is_asleep_;  // [num_wanted_]
    std::vector<std::thread> threads_;
};

}  // namespace skein::internal
