// A team does every chunk once, whoever does it and however long nobody has had anything to do.
#include "base/thread_team.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <stdexcept>
#include <thread>
#include <vector>

namespace skein::internal {
namespace {

/// How often each chunk was done, in one piece of work.
std::vector<int> counts_of(ThreadTeam& team, std::size_t num_chunks, int num_threads) {
    std::vector<int> counts(num_chunks);
    std::atomic<bool> is_a_thread_wrong{false};
    team.for_each_chunk(num_chunks, num_threads, [&](std::size_t chunk, int thread) {
        ++counts[chunk];
        if (thread < 0 || thread >= num_threads) is_a_thread_wrong = true;
    });
    CHECK_FALSE(is_a_thread_wrong);
    return counts;
}

TEST_CASE("a team does every chunk once") {
    for (const int num_threads : {1, 2, 3, 7}) {
        ThreadTeam team(num_threads);
        for (const std::size_t num_chunks : {0, 1, 2, 3, 17, 1000}) {
            for (int piece = 0; piece < 50; ++piece) {
                CHECK(counts_of(team, num_chunks, num_threads) == std::vector<int>(num_chunks, 1));
            }
        }
    }
    ThreadTeam team(3);
    CHECK(counts_of(team, ThreadTeam::kMaxChunks, 3) == std::vector<int>(ThreadTeam::kMaxChunks, 1));
    for (int piece = 0; piece < 50; ++piece) {  // only some of its threads
        CHECK(counts_of(team, 100, 2) == std::vector<int>(100, 1));
    }
}

TEST_CASE("what the chunks of a piece of work wrote is there for the next one") {
    ThreadTeam team(3);
    std::vector<int> values(100), before(100);
    for (int piece = 0; piece < 1000; ++piece) {
        values.swap(before);
        team.for_each_chunk(values.size(), 3,
                            [&](std::size_t chunk, int) { values[chunk] = before[(chunk + 1) % before.size()] + 1; });
    }
    CHECK(values == std::vector<int>(100, 1000));
}

TEST_CASE("threads that have gone to sleep come back, or are done without") {
    ThreadTeam team(2);
    for (int piece = 0; piece < 5; ++piece) {
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
        CHECK(counts_of(team, 8, 2) == std::vector<int>(8, 1));
    }
}

TEST_CASE("all threads take part") {
    ThreadTeam team(2);
    std::atomic<int> num_present{0};
    // Each chunk waits for the other, so that one thread cannot do both.
    team.for_each_chunk(2, 2, [&](std::size_t, int) {
        ++num_present;
        while (num_present != 2) std::this_thread::yield();
    });
    CHECK(num_present == 2);
}

TEST_CASE("an exception ends the piece of work, and the team goes on") {
    ThreadTeam team(3);
    for (int piece = 0; piece < 20; ++piece) {
        CHECK_THROWS_WITH_AS(team.for_each_chunk(100, 3,
                                                 [](std::size_t chunk, int) {
                                                     if (chunk == 41) throw std::runtime_error("chunk 41");
                                                 }),
                             "chunk 41", std::runtime_error);
        CHECK(counts_of(team, 100, 3) == std::vector<int>(100, 1));
    }
}

}  // namespace
}  // namespace skein::internal
