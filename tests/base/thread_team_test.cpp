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
        for (const std::size_t num_chunks : std::vector<std::size_t>{0, 1, 2, 3, 17, 1000}) {
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

/// Each chunk waits for the others, so that no thread can do two.
void meet(ThreadTeam& team, int num_threads) {
    std::atomic<int> num_present{0};
    team.for_each_chunk(static_cast<std::size_t>(num_threads), num_threads, [&](std::size_t, int) {
        ++num_present;
        while (num_present != num_threads) std::this_thread::yield();
    });
    CHECK(num_present == num_threads);
}

TEST_CASE("all threads take part, also those that have gone to sleep") {
    ThreadTeam team(3);
    for (int piece = 0; piece < 5; ++piece) {
        meet(team, 3);
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
        meet(team, 2);
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
}

TEST_CASE("the calling thread may wait for long") {
    ThreadTeam team(2);
    for (int piece = 0; piece < 5; ++piece) {
        std::atomic<bool> has_begun{false};
        std::atomic<int> num_done{0};
        team.for_each_chunk(2, 2, [&](std::size_t, int thread) {
            if (thread == 1) {
                has_begun = true;
                std::this_thread::sleep_for(std::chrono::milliseconds(50));
            }
            while (!has_begun) std::this_thread::yield();
            ++num_done;
        });
        CHECK(num_done == 2);
    }
}

TEST_CASE("teams begin and end, with or without work") {
    for (int piece = 0; piece < 200; ++piece) {
        ThreadTeam team(3);
        if (piece % 2 == 1) CHECK(counts_of(team, 5, 3) == std::vector<int>(5, 1));
    }
    // As many pieces of work as there are numbers for them, less one.
    ThreadTeam team(2);
    for (int piece = 0; piece < 4095; ++piece) {
        team.for_each_chunk(2, 2, [](std::size_t, int) {});
    }
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
