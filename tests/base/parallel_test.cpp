// for_each_chunk(): who works where, and what happens when a thread is held up.
#include "base/parallel.hpp"

#include <doctest/doctest.h>
#include <sched.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <mutex>
#include <set>
#include <stdexcept>
#include <thread>
#include <vector>

namespace skein::internal {
namespace {

int sum_of_chunks(int num_threads) {
    std::atomic<int> sum{0};
    for_each_chunk(100, num_threads, [&](std::size_t chunk, int) { sum += static_cast<int>(chunk); });
    return sum;
}

TEST_CASE("every chunk is done, with any number of threads in turn") {
    for (const int num_threads : {1, 3, 2, 7, 2, 1}) {
        CHECK(sum_of_chunks(num_threads) == 4950);
    }
    // More than a team takes at once.
    std::atomic<std::size_t> num_done{0}, last{0};
    for_each_chunk(ThreadTeam::kMaxChunks + 3, 2, [&](std::size_t chunk, int) {
        ++num_done;
        if (chunk == ThreadTeam::kMaxChunks + 2) ++last;
    });
    CHECK(num_done == ThreadTeam::kMaxChunks + 3);
    CHECK(last == 1);
}

TEST_CASE("within a chunk, and in a parallel region of the caller's, there is one thread") {
    std::atomic<int> num_wrong{0};
    const auto check_alone = [&] {
        const std::thread::id caller = std::this_thread::get_id();
        for_each_chunk(10, 3, [&](std::size_t, int thread) {
            num_wrong += thread != 0 || std::this_thread::get_id() != caller ? 1 : 0;
        });
    };
    for_each_chunk(10, 3, [&](std::size_t, int) { check_alone(); });
#pragma omp parallel num_threads(2)
    if (omp_in_parallel() != 0) check_alone();
    CHECK(num_wrong == 0);
    CHECK(sum_of_chunks(3) == 4950);
}

TEST_CASE("callers in several threads have teams of their own") {
    std::atomic<int> num_right{0};
    std::vector<std::thread> callers;
    for (int caller = 0; caller < 4; ++caller) {
        callers.emplace_back([&] {
            for (int piece = 0; piece < 200; ++piece) num_right += sum_of_chunks(3) == 4950 ? 1 : 0;
        });
    }
    for (std::thread& caller : callers) caller.join();
    CHECK(num_right == 800);
}

TEST_CASE("an exception comes to the caller, who goes on") {
    const auto fail = [](std::size_t chunk, int) {
        if (chunk == 41) throw std::runtime_error("chunk 41");
    };
    for (const int num_threads : {1, 3}) {
        CHECK_THROWS_WITH_AS(for_each_chunk(100, num_threads, fail), "chunk 41", std::runtime_error);
        CHECK(sum_of_chunks(num_threads) == 4950);
    }
}

// qemu-user aborts if the child of a process with threads starts a thread ("qemu_plugin_vcpu_init_hook: assertion failed").
#ifndef SKEIN_EMULATED
TEST_CASE("a forked process, which has none of the threads, works and ends") {
    CHECK(sum_of_chunks(3) == 4950);
    const pid_t child = ::fork();
    if (child == 0) {
        int status = 1;
        // In a thread that ends, so that its team ends too; the one of the calling thread must not wait for anybody.
        std::thread([&] { status = sum_of_chunks(3) == 4950 ? 0 : 1; }).join();
        status += sum_of_chunks(3) == 4950 ? 0 : 1;
        ::_exit(status);
    }
    int status = -1;
    CHECK(::waitpid(child, &status, 0) == child);
    CHECK(WIFEXITED(status));
    CHECK(WEXITSTATUS(status) == 0);
    CHECK(sum_of_chunks(3) == 4950);
}
#endif

/// Each chunk waits for the others, so that no thread can do two. Returns where they ran.
std::set<int> cores_of(int num_threads) {
    std::mutex mutex;
    std::set<int> cores;
    std::atomic<int> num_present{0};
    for_each_chunk(static_cast<std::size_t>(num_threads), num_threads, [&](std::size_t, int) {
        ++num_present;
        while (num_present != num_threads) std::this_thread::yield();
        const std::lock_guard lock(mutex);
        cores.insert(::sched_getcpu());
    });
    return cores;
}

// This runs a second time with OMP_PROC_BIND=true (tests/CMakeLists.txt), where the first thread is bound to one core.
TEST_CASE("threads that OpenMP has places for are not all in the first") {
    if (omp_get_num_places() > 1) CHECK(cores_of(2).size() == 2);
}

TEST_CASE("after waiting for a thread that was held up, short regions have fewer threads, for a while") {
    ShortRegions regions;
    std::atomic<bool> has_begun{false};
    regions.for_each_chunk(2, 2, [&](std::size_t, int thread) {
        if (thread == 1) {
            has_begun = true;
            std::this_thread::sleep_for(std::chrono::milliseconds(100));
        }
        while (!has_begun) std::this_thread::yield();
    });
    const auto begin = std::chrono::steady_clock::now();
    std::atomic<int> num_by_others{0};
    regions.for_each_chunk(1000, 2, [&](std::size_t, int thread) { num_by_others += thread == 0 ? 0 : 1; });
    const bool is_in_time = std::chrono::steady_clock::now() - begin < std::chrono::milliseconds(20);
    CHECK((num_by_others == 0 || !is_in_time));
    // Later there are two again: else these chunks would wait for each other for ever.
    std::this_thread::sleep_for(std::chrono::milliseconds(60));
    std::atomic<int> num_present{0};
    regions.for_each_chunk(2, 2, [&](std::size_t, int) {
        ++num_present;
        while (num_present != 2) std::this_thread::yield();
    });
    CHECK(num_present == 2);
}

}  // namespace
}  // namespace skein::internal
