// Float against double, and beyond the range of both.
#include <doctest/doctest.h>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <vector>

#include "skein/chain.hpp"
#include "skein/gradient.hpp"
#include "support/chain_cases.hpp"
#include "support/error_bounds.hpp"

using namespace skein;
using namespace skein::test;

namespace {

void check_float_against_double(const std::vector<Activation>& activations, std::uint64_t seed, std::size_t count,
                                bool weighted) {
    const Samples<float> samples = random_samples<float>(count, seed, weighted);
    const Samples<double> wide_samples = samples.as<double>();
    const Chain<double> wide = random_chain<double>(activations, seed);
    const LossAndGradient<float> a = loss_and_gradient(random_chain<float>(activations, seed), samples.view());
    const LossAndGradient<double> b = loss_and_gradient(wide, wide_samples.view());
    const reference::GradientBound of_a = reference::gradient_bound<float>(wide, wide_samples.view());
    const reference::GradientBound of_b = reference::gradient_bound<double>(wide, wide_samples.view());
    CHECK(std::fabs(a.loss - b.loss) <= of_a.loss.error + of_b.loss.error);
    CHECK(of_a.loss.error <= 1e-2 * of_a.loss.size);  // the bound is worth something
    for (std::size_t layer = 0; layer < wide.num_layers(); ++layer) {
        CAPTURE(layer);
        const double difference = double{a.weight_gradients[layer]} - b.weight_gradients[layer];
        CHECK(std::fabs(difference) <= of_a.weight_gradients[layer].error + of_b.weight_gradients[layer].error);
    }
}

template <class Scalar>
void check_overflow() {
    const Scalar huge = std::sqrt(std::numeric_limits<Scalar>::max()) * 2;
    const Samples<Scalar> sample{{1, 0}, {0, 0}, {}};  // one that overflows, one that stays 0
    const LossAndGradient<Scalar> infinite = loss_and_gradient(Chain<Scalar>({huge, huge}, A::identity), sample.view());
    CHECK(infinite.loss == std::numeric_limits<double>::infinity());
    CHECK(infinite.weight_gradients == std::vector<Scalar>(2, std::numeric_limits<Scalar>::infinity()));
    // Infinity times a weight of 0: a NaN, and the one that skein makes.
    const LossAndGradient<Scalar> none = loss_and_gradient(Chain<Scalar>({huge, huge, 0}, A::identity), sample.view());
    const double nan = std::numeric_limits<double>::quiet_NaN();
    CHECK(std::memcmp(&none.loss, &nan, sizeof(double)) == 0);
    const Scalar scalar_nan = std::numeric_limits<Scalar>::quiet_NaN();
    CHECK(std::memcmp(&none.weight_gradients[2], &scalar_nan, sizeof(Scalar)) == 0);
}

}  // namespace

TEST_CASE("float is as close to double as its error analysis says") {
    for (std::size_t index = 0; index < kChains.size(); ++index) {
        for (std::uint64_t seed = 0; seed < 10; ++seed) {
            for (const std::size_t count : Sizes{1, 20, 1500}) {
                CAPTURE(index);
                CAPTURE(seed);
                CAPTURE(count);
                check_float_against_double(kChains[index], seed, count, seed % 2 == 1);
            }
        }
    }
}

TEST_CASE("what overflows is infinite, what is no number the one positive quiet NaN") {
    check_overflow<float>();
    check_overflow<double>();
}
