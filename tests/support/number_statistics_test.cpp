// Uniforms, normals and integers have their distributions and are independent (number_statistics.hpp), and keep to
// their ends. random_statistics.cpp counts a billion.
#include "support/number_statistics.hpp"

#include <doctest/doctest.h>

#include "kernels/kernel_table.hpp"
#include "support/require_checks.hpp"
#include "support/single_number_statistics.hpp"

namespace skein::statistics {

using namespace internal;
namespace {

// The deviations that fail, at alpha = 1e-6 in the 26 checks of normals: 5.5 standard deviations of a moment, so 0.0055
// of the mean and 0.55 of the sixth; sqrt(log(2 / alpha) / 1e6) = 0.0042 for Kolmogorov's distance of 500,000; above
// 5 sigma, where 0.29 of a million are expected, 8.
#if defined(__SANITIZE_ADDRESS__) || defined(SKEIN_EMULATED)
constexpr std::uint64_t kNumSamples = 100000;
#else
constexpr std::uint64_t kNumSamples = 500000;  // of two normals
#endif

template <class Counts>
void count_and_require(Counts counts) {
    counts.add(2024, 0, kNumSamples);
    require(counts.checks());
}

}  // namespace

TEST_CASE_TEMPLATE("normals, uniforms and labels: distribution and independence", Scalar, float, double) {
    count_and_require(NormalCounts<Scalar>());
    count_and_require(UniformCounts<Scalar>());
    count_and_require(LabelCounts<Scalar>());
}

TEST_CASE("single numbers: distribution, to the last bits") { count_and_require(SingleNumberCounts()); }

TEST_CASE("integers are unbiased") {
    for (const std::uint64_t bound : kBounds) {
        count_and_require(IntegerCounts(bound));
    }
}

TEST_CASE("integers of a bound near 2^64: without rejection, biased as skein/random.hpp says") {
    // floor(3 word / 4): of four words in a row, two give a multiple of 3, and one each of the other remainders.
    constexpr std::uint64_t kBound = std::uint64_t{3} << 62;
    std::vector<std::uint64_t> counts(3);
    for (std::uint64_t index = 0; index < kNumSamples; ++index) {
        const std::uint64_t value = random::integer(5, random::Stream::samples, index, kBound);
        REQUIRE(value < kBound);
        ++counts[value % 3];
    }
    CHECK(two_sided(Cells(counts, {0.5, 0.25, 0.25}).tails()) >= kAlpha);
}

TEST_CASE_TEMPLATE("the transforms at the ends of their words", Scalar, float, double) {
    constexpr bool kIsFloat = sizeof(Scalar) == sizeof(float);
    // sqrt(-2 log u) of the smallest u, 2^-32 and 2^-54, is sqrt(64 log 2) = 6.6604 and sqrt(108 log 2) = 8.6522.
    constexpr double kLargest = kIsFloat ? 6.66044 : 8.65213;
    const auto transformed = [](const random::Block& block) {
        Scalar u, normal;
        kernels::kernels<Scalar>().transform(block.data(), 1, &u, &normal);
        return std::array<double, 2>{static_cast<double>(u), static_cast<double>(normal)};
    };
    const auto smallest = transformed({0, 0, 0, 0});
    CHECK(smallest[0] == (kIsFloat ? 0x1p-32 : 0x1p-54));
    CHECK(smallest[1] == doctest::Approx(kLargest).epsilon(1e-5));
    CHECK(transformed({~0u, ~0u, 0, 0})[0] == 1.0);
    for (std::uint32_t step = 0; step < 20000; ++step) {
        for (const std::uint32_t first : {step, ~step, step << 12, 0x80000000u - 10000u + step}) {
            for (const std::uint32_t turn : {0u, 0x40000000u, 0x7FFFFFFFu, 0x80000000u, 0xC0000000u, ~0u}) {
                const auto [u, normal] = transformed({first, ~first, turn, ~turn});
                if (!(u > 0.0 && u <= 1.0 && std::abs(normal) < kLargest + 1e-5)) {
                    FAIL("words ", first, " and ", turn, ": ", u, " and ", normal);
                }
            }
        }
    }
}

}  // namespace skein::statistics
