#include "base/thread_team.hpp"

#include <system_error>
#include <utility>

#include "base/floating_point_environment.hpp"

namespace skein::internal {
namespace {

/// About 30 microseconds: more than from one step to the next.
constexpr int kSpins = 1000;
/// A fraction of a millisecond, if nobody else wants the core.
constexpr int kYields = 1000;
/// Longer than the system needs to wake a thread.
constexpr std::chrono::microseconds kLongWait{200};

void pause_core() noexcept {
#if defined(__x86_64__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    asm volatile("yield");
#endif
}

/// How often somebody has looked in vain, and what to do then.
class Patience {
public:
    bool is_spinning() const noexcept { return count_ < kSpins; }
    bool is_at_an_end() const noexcept { return count_ >= kSpins + kYields; }
    void wait() noexcept {
        ++count_;
        is_spinning() ? pause_core() : std::this_thread::yield();
    }

private:
    int count_ = 0;
};

std::size_t num_taken(std::uint64_t ticket) noexcept { return ticket & 0xffff; }
std::size_t num_chunks_of(std::uint64_t ticket) noexcept { return ticket >> 16 & 0xffff; }
bool has_chunks(std::uint64_t ticket) noexcept { return num_taken(ticket) < num_chunks_of(ticket); }

}  // namespace

ThreadTeam::ThreadTeam(int num_threads) {
    threads_.reserve(static_cast<std::size_t>(num_threads - 1));
    try {
        for (int thread = 1; thread < num_threads; ++thread) {
            threads_.emplace_back([this, thread] { live(thread); });
        }
    } catch (const std::system_error&) {  // those that there are do
    }
}

ThreadTeam::~ThreadTeam() {
    ends_.store(true);
    publish(0);
    for (std::thread& thread : threads_) {
        thread.join();
    }
}

void ThreadTeam::run(std::size_t num_chunks, const void* work, Call call) {
    if (num_chunks <= 1 || threads_.empty() || goes_alone()) {
        for (std::size_t chunk = 0; chunk < num_chunks; ++chunk) {
            call(work, chunk, 0);
        }
        return;
    }
    const Clock::time_point begin = Clock::now();
    work_ = work;
    call_ = call;
    num_done_.store(0, std::memory_order_relaxed);
    publish(num_chunks);
    while (const std::optional<std::size_t> chunk = take()) {
        do_chunk(*chunk, 0);
    }
    wait_for_the_others(num_chunks, begin);
    if (has_failed_.exchange(false)) {
        std::rethrow_exception(std::exchange(failure_, nullptr));
    }
}

void ThreadTeam::publish(std::size_t num_chunks) noexcept {
    const std::uint64_t number = (ticket_.load(std::memory_order_relaxed) >> 32) + 1;
    ticket_.store(number << 32 | std::uint64_t{num_chunks} << 16);
    ticket_.notify_all();
}

std::optional<std::size_t> ThreadTeam::take() noexcept {
    std::uint64_t ticket = ticket_.load(std::memory_order_acquire);
    while (has_chunks(ticket)) {
        if (ticket_.compare_exchange_weak(ticket, ticket + 1, std::memory_order_acq_rel, std::memory_order_acquire)) {
            return num_taken(ticket);
        }
    }
    return std::nullopt;
}

void ThreadTeam::do_chunk(std::size_t chunk, int thread) noexcept {
    if (!has_failed_.load(std::memory_order_relaxed)) {
        try {
            call_(work_, chunk, thread);
        } catch (...) {
            if (!has_failed_.exchange(true)) {
                failure_ = std::current_exception();
            }
        }
    }
    num_done_.fetch_add(1, std::memory_order_release);
}

/// The piece of work began at `begin`.
void ThreadTeam::wait_for_the_others(std::size_t num_chunks, Clock::time_point begin) noexcept {
    const Clock::time_point end_of_own = Clock::now();
    for (Patience patience; num_done_.load(std::memory_order_acquire) != num_chunks; patience.wait()) {
    }
    const Clock::time_point end = Clock::now();
    // Chunks that do not divide evenly make a thread wait as long as it has worked, and no longer.
    if (end - end_of_own > (end_of_own - begin) + kLongWait) {
        is_alone_ = true;
        alone_until_ = end + 10 * (end - end_of_own);
    }
}

bool ThreadTeam::goes_alone() noexcept {
    is_alone_ = is_alone_ && Clock::now() < alone_until_;
    return is_alone_;
}

void ThreadTeam::live(int thread) noexcept {
    const FloatingPointEnvironment environment;
    while (!ends_.load()) {
        while (const std::optional<std::size_t> chunk = take()) {
            do_chunk(*chunk, thread);
        }
        wait_for_work();
    }
}

void ThreadTeam::wait_for_work() noexcept {
    Patience patience;
    for (std::uint64_t ticket = ticket_.load(std::memory_order_acquire); !has_chunks(ticket) && !ends_.load();
         ticket = ticket_.load(std::memory_order_acquire)) {
        if (patience.is_at_an_end()) {
            ticket_.wait(ticket);
            patience = {};
        } else {
            patience.wait();
        }
    }
}

}  // namespace skein::internal
