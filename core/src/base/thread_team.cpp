#include "base/thread_team.hpp"

#include <pthread.h>

#include <algorithm>
#include <memory>
#include <system_error>
#include <utility>

#include "base/floating_point_environment.hpp"

namespace skein::internal {
namespace {

using Clock = std::chrono::steady_clock;

/// About 30 microseconds: more than from one step to the next.
constexpr int kSpins = 1000;
/// A fraction of a millisecond, if nobody else wants the core.
constexpr int kYields = 1000;

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
    bool is_at_an_end() const noexcept { return count_ >= kSpins + kYields; }
    void wait() noexcept {
        if (++count_ < kSpins) {
            pause_core();
        } else {
            std::this_thread::yield();
        }
    }

private:
    int count_ = 0;
};

/// A piece of work in one number. From the lowest bit on: 20 bits, chunks that are taken; 20, all its chunks; 12, the
/// threads that may take some; 12, its own number, which a thread that sleeps sees change. Whoever adds 1 has taken a
/// chunk.
struct Ticket {
    std::uint64_t bits;

    static Ticket next(Ticket last, std::size_t num_chunks, int num_threads) noexcept {
        return {((last.bits >> 52) + 1) << 52 | static_cast<std::uint64_t>(num_threads) << 40 |
                std::uint64_t{num_chunks} << 20};
    }
    std::size_t num_taken() const noexcept { return bits & 0xfffff; }
    std::size_t num_chunks() const noexcept { return bits >> 20 & 0xfffff; }
    bool has_work(int thread) const noexcept {
        return num_taken() < num_chunks() && static_cast<std::uint64_t>(thread) < (bits >> 40 & 0xfff);
    }
};

thread_local bool is_thread_at_work = false;

std::atomic<unsigned>& num_forks() noexcept {
    static std::atomic<unsigned> count{0};
    return count;
}

unsigned count_forks() noexcept {
    [[maybe_unused]] static const int registered = ::pthread_atfork(nullptr, nullptr, [] { num_forks().fetch_add(1); });
    return num_forks().load();
}

}  // namespace

ThreadTeam::ThreadTeam(int num_threads) : fork_count_(count_forks()) {
    num_threads = std::min(num_threads, kMaxThreads);
    threads_.reserve(static_cast<std::size_t>(std::max(0, num_threads - 1)));
    try {
        for (int thread = 1; thread < num_threads; ++thread) {
            threads_.emplace_back([this, thread] { live(thread); });
        }
    } catch (const std::system_error&) {  // those that there are do
    }
}

ThreadTeam::~ThreadTeam() {
    ends_.store(true);
    ticket_.store(Ticket::next({ticket_.load()}, 0, 0).bits);
    ticket_.notify_all();
    if (fork_count_ != num_forks().load()) {  // nobody is there to be joined; the objects must never be destroyed
        (void)new std::vector<std::thread>(std::move(threads_));
        return;
    }
    for (std::thread& thread : threads_) {
        thread.join();
    }
}

ThreadTeam& ThreadTeam::of_this_thread(int num_threads) {
    thread_local std::unique_ptr<ThreadTeam> team;
    thread_local int num_wanted = 0;
    if (num_wanted < num_threads || team->fork_count_ != num_forks().load(std::memory_order_relaxed)) {
        team.reset();
        team = std::make_unique<ThreadTeam>(num_threads);
        num_wanted = num_threads;
    }
    return *team;
}

bool ThreadTeam::is_at_work() noexcept { return is_thread_at_work; }

TeamTimes ThreadTeam::run(std::size_t num_chunks, int num_threads, const void* work, Call call) {
    const FloatingPointEnvironment environment;
    const Clock::time_point begin = Clock::now();
    work_ = work;
    call_ = call;
    num_done_.store(0, std::memory_order_relaxed);
    ticket_.store(
        Ticket::next({ticket_.load(std::memory_order_relaxed)}, num_chunks, std::min(num_threads, kMaxThreads)).bits);
    ticket_.notify_all();
    do_chunks(0);
    const Clock::time_point end_of_work = Clock::now();
    for (Patience patience; num_done_.load(std::memory_order_acquire) != num_chunks; patience.wait()) {
    }
    if (has_failed_.exchange(false)) {
        std::rethrow_exception(std::exchange(failure_, nullptr));
    }
    return {end_of_work - begin, Clock::now() - end_of_work};
}

std::optional<std::size_t> ThreadTeam::take(int thread) noexcept {
    Ticket ticket{ticket_.load(std::memory_order_acquire)};
    while (ticket.has_work(thread)) {
        if (ticket_.compare_exchange_weak(ticket.bits, ticket.bits + 1, std::memory_order_acq_rel,
                                          std::memory_order_acquire)) {
            return ticket.num_taken();
        }
    }
    return std::nullopt;
}

void ThreadTeam::do_chunks(int thread) noexcept {
    is_thread_at_work = true;
    while (const std::optional<std::size_t> chunk = take(thread)) {
        do_chunk(*chunk, thread);
    }
    is_thread_at_work = false;
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

void ThreadTeam::live(int thread) noexcept {
    const FloatingPointEnvironment environment;
    while (!ends_.load()) {
        do_chunks(thread);
        wait_for_work(thread);
    }
}

void ThreadTeam::wait_for_work(int thread) noexcept {
    Patience patience;
    for (Ticket ticket{ticket_.load(std::memory_order_acquire)}; !ticket.has_work(thread) && !ends_.load();
         ticket.bits = ticket_.load(std::memory_order_acquire)) {
        if (patience.is_at_an_end()) {
            ticket_.wait(ticket.bits);
            patience = {};
        } else {
            patience.wait();
        }
    }
}

}  // namespace skein::internal
