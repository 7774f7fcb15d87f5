#include "base/thread_team.hpp"

#include <omp.h>
#include <pthread.h>

#include <algorithm>
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
    asm volatile("isb");  // "yield" takes no time on most CPUs
#endif
}

/// How often somebody has looked in vain, and what to do then.
class Patience {
public:
    bool is_at_an_end() const noexcept { return count_ >= kSpins + kYields; }
    /// Not once it is at an end.
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
    /// Unlike any other, so that whoever sleeps sees it.
    static Ticket end() noexcept { return {std::uint64_t{0xfff} << 40}; }
    std::size_t num_taken() const noexcept { return bits & 0xfffff; }
    std::size_t num_chunks() const noexcept { return bits >> 20 & 0xfffff; }
    bool has_work(int thread) const noexcept {
        return num_taken() < num_chunks() && static_cast<std::uint64_t>(thread) < (bits >> 40 & 0xfff);
    }
};

/// Trivial, so that it can still be asked when the thread ends.
thread_local bool has_no_team = false;

/// Where OpenMP would put a thread of its own; nothing if it has no places. libgomp has bound the first thread to the first
/// place, and a new thread begins where its parent is. (Asked by the calling thread: LLVM's OpenMP allocates for each
/// thread that asks.)
std::optional<cpu_set_t> place_of(int thread) {
    const int num_places = omp_get_num_places();
    if (num_places == 0) {
        return std::nullopt;
    }
    const int place = thread % num_places;
    std::vector<int> cpus(static_cast<std::size_t>(omp_get_place_num_procs(place)));
    omp_get_place_proc_ids(place, cpus.data());
    cpu_set_t set;
    CPU_ZERO(&set);
    for (const int cpu : cpus) {
        CPU_SET(static_cast<std::size_t>(cpu), &set);
    }
    return set;
}

std::atomic<unsigned>& num_forks() noexcept {
    static std::atomic<unsigned> count{0};
    return count;
}

unsigned count_forks() noexcept {
    [[maybe_unused]] static const int registered = ::pthread_atfork(nullptr, nullptr, [] { num_forks().fetch_add(1); });
    return num_forks().load();
}

}  // namespace

ThreadTeam::ThreadTeam(int num_threads)
    : num_wanted_(std::clamp(num_threads, 1, kMaxThreads)),
      fork_count_(count_forks()),
      is_asleep_(new std::atomic<bool>[static_cast<std::size_t>(num_wanted_)] {}) {
    threads_.reserve(static_cast<std::size_t>(num_wanted_ - 1));
    try {
        for (int thread = 1; thread < num_wanted_; ++thread) {
            threads_.emplace_back([this, thread, place = place_of(thread)] {
                if (place) {  // if it cannot go there, it stays where it is
                    ::pthread_setaffinity_np(::pthread_self(), sizeof *place, &*place);
                }
                live(thread);
            });
        }
    } catch (const std::exception&) {  // no more threads, or no memory for them: those that have started do the work
    }
}

ThreadTeam::~ThreadTeam() {
    ends_.store(true);
    ticket_.store(Ticket::end().bits);
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
    struct Owner {
        std::unique_ptr<ThreadTeam> team;
        ~Owner() { has_no_team = true; }
    };
    thread_local Owner owner;
    num_threads = std::min(num_threads, kMaxThreads);
    if (!owner.team || owner.team->num_wanted_ < num_threads ||
        owner.team->fork_count_ != num_forks().load(std::memory_order_relaxed)) {
        owner.team.reset();
        owner.team = std::make_unique<ThreadTeam>(num_threads);
    }
    return *owner.team;
}

bool ThreadTeam::is_available() noexcept { return !has_no_team; }

TeamTimes ThreadTeam::run(std::size_t num_chunks, int num_threads, const void* work, Call call) {
    const FloatingPointEnvironment environment;
    const Clock::time_point begin = Clock::now();
    const int num_useful = static_cast<int>(std::min<std::size_t>(static_cast<std::size_t>(num_threads), num_chunks));
    work_ = work;
    call_ = call;
    num_done_.store(0, std::memory_order_relaxed);
    ticket_.store(Ticket::next({ticket_.load(std::memory_order_relaxed)}, num_chunks, num_useful).bits);
    if (is_anyone_asleep(num_useful)) {
        ticket_.notify_all();
    }
    do_chunks(0);
    const Clock::time_point end_of_work = Clock::now();
    wait_until_done(num_chunks);
    if (has_failed_.exchange(false)) {
        std::rethrow_exception(std::exchange(failure_, nullptr));
    }
    return {end_of_work - begin, Clock::now() - end_of_work};
}

void ThreadTeam::wait_until_done(std::size_t num_chunks) noexcept {
    Patience patience;
    for (std::size_t done = num_done_.load(); done != num_chunks; done = num_done_.load()) {
        if (patience.is_at_an_end()) {
            num_done_.wait(done);
        } else {
            patience.wait();
        }
    }
}

/// Threads say that they sleep before they look at the ticket a last time, and this is asked after it has changed.
bool ThreadTeam::is_anyone_asleep(int num_threads) const noexcept {
    return std::any_of(is_asleep_.get(), is_asleep_.get() + std::min(num_threads, num_wanted_),
                       [](const std::atomic<bool>& flag) { return flag.load(); });
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
    has_no_team = true;
    while (const std::optional<std::size_t> chunk = take(thread)) {
        do_chunk(*chunk, thread);
    }
    has_no_team = false;
}

void ThreadTeam::do_chunk(std::size_t chunk, int thread) noexcept {
    const std::size_t num_chunks = Ticket{ticket_.load(std::memory_order_relaxed)}.num_chunks();
    if (!has_failed_.load(std::memory_order_relaxed)) {
        try {
            call_(work_, chunk, thread);
        } catch (...) {
            if (!has_failed_.exchange(true)) {
                failure_ = std::current_exception();
            }
        }
    }
    if (num_done_.fetch_add(1) + 1 == num_chunks && thread != 0) {
        num_done_.notify_one();
    }
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
    for (Ticket ticket{ticket_.load()}; !ticket.has_work(thread) && !ends_.load(); ticket.bits = ticket_.load()) {
        if (patience.is_at_an_end()) {
            is_asleep_[static_cast<std::size_t>(thread)].store(true);
            ticket_.wait(ticket.bits);
            is_asleep_[static_cast<std::size_t>(thread)].store(false);
            patience = {};
        } else {
            patience.wait();
        }
    }
}

}  // namespace skein::internal
