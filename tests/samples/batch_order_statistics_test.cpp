// Orders are bijections of every size, and as random as they should be (order_statistics.hpp). random_statistics.cpp
// goes to larger sizes and more seeds.
#include <doctest/doctest.h>

#include "support/order_statistics.hpp"
#include "support/require_checks.hpp"

namespace skein::statistics {
namespace {

#if defined(__SANITIZE_ADDRESS__) || defined(SKEIN_EMULATED)
constexpr std::uint64_t kNumSeeds = 10;
constexpr std::uint64_t kLargestComplete = 1024;
constexpr int kLargestPower = 14;
#else
constexpr std::uint64_t kNumSeeds = 100;
constexpr std::uint64_t kLargestComplete = 4096;
constexpr int kLargestPower = 20;
#endif

}  // namespace

TEST_CASE("orders of every size are bijections, and operator() and apply() agree") {
    for (std::uint64_t size = 1; size <= kLargestComplete; ++size) {
        CHECK_MESSAGE(is_bijection(size, size, 3, 1), "size ", size);
        CHECK_MESSAGE(is_bijection(size, ~size, 1000000007 * size, 64), "size ", size);
        CHECK_MESSAGE(is_bijection(size, 0, 0, 64), "size ", size);
    }
    for (int power = 12; power <= kLargestPower; ++power) {
        for (const std::uint64_t offset : {0u, 1u, 2u}) {
            const std::uint64_t size = (std::uint64_t{1} << power) - 1 + offset;
            CHECK_MESSAGE(is_bijection(size, 7, 5, 1), "size ", size);
        }
    }
    // Squares and products of neighbours, and their neighbours: there the radices change.
    for (const std::uint64_t root : {33u, 64u, 100u, 255u, 256u, 257u, 1000u}) {
        for (const std::uint64_t other : {root - 1, root, root + 1}) {
            for (const std::uint64_t offset : {0u, 1u, 2u}) {
                CHECK_MESSAGE(is_bijection(root * other - 1 + offset, 7, 5, 1), "root ", root);
            }
        }
    }
    for (std::uint64_t size = 1; size <= 64; ++size) {
        for (std::uint64_t epoch = 0; epoch < kNumSeeds; ++epoch) {
            CHECK_MESSAGE(is_bijection(size, 11, epoch, 1), "size ", size, ", epoch ", epoch);
        }
    }
}

// Pearson's statistic follows the chi-square law where cells expect 5 or more, as all do here. Its p-values of 100
// seeds may be off the uniform law by sqrt(log(2 / alpha) / 200), which is 0.30 for an alpha of 1e-6 in 18 checks. The
// sum over all seeds shows, at the 5.4 standard deviations of that alpha, odds that vary by a relative
// sqrt(5.4 sqrt(2 freedom) / draws): 3 % of single orders of 5 samples, 0.2 % in the cells of 1e6.
TEST_CASE("orders of a few samples are equally likely, independent of the epoch before and of the next seed") {
    require(small_order_checks({3, 3, 3, kNumSeeds, 240}));
    require(small_order_checks({4, 4, 4, kNumSeeds, 480}));
    require(small_order_checks({5, 5, 5, kNumSeeds, 1200}));
    require(small_order_checks({6, 6, 6, kNumSeeds, 3600}));
    require(small_order_checks({8, 3, 8, kNumSeeds, 4032}));
    require(small_order_checks({9, 3, 5, kNumSeeds, 4032}));
    require(small_order_checks({12, 2, 3, kNumSeeds, 1320}));
}

TEST_CASE("orders of many samples: position, value, neighbours, epochs and seeds are independent") {
    for (const std::uint64_t size : {1000u, 1024u, 1026u, 1032u, 1090u, 5008u}) {
        require(large_order_checks({size, 10, kNumSeeds, true}));
    }
    require(large_order_checks({65536, 64, kNumSeeds, true}));
#if !defined(__SANITIZE_ADDRESS__) && !defined(SKEIN_EMULATED)
    require(large_order_checks({1000000, 64, kNumSeeds, true}));
#endif
}

TEST_CASE("odd and even orders are equally likely, as far as orders are shuffles") {
    for (const std::uint64_t size : {2u, 5u, 6u, 7u, 8u, 9u, 12u, 15u, 16u, 17u, 31u, 32u, 100u, 1000u, 1024u}) {
        require(parity_checks(size, 20 * kNumSeeds));
    }
}

}  // namespace skein::statistics
