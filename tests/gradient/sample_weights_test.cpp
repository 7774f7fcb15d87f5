// Sample weights in losses and gradients.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "skein/chain.hpp"
#include "skein/gradient.hpp"
#include "skein/random.hpp"
#include "skein/trainer.hpp"
#include "support/chain_cases.hpp"
#include "support/error_bounds.hpp"

using namespace skein;
using namespace skein::test;

namespace {

/// Each sample as often as its weight says, one copy after the other.
template <class Scalar>
Samples<Scalar> repeated(const Samples<Scalar>& samples) {
    Samples<Scalar> result;
    for (std::size_t i = 0; i < samples.x.size(); ++i) {
        result.x.insert(result.x.end(), static_cast<std::size_t>(samples.sample_weight[i]), samples.x[i]);
        result.y.insert(result.y.end(), static_cast<std::size_t>(samples.sample_weight[i]), samples.y[i]);
    }
    return result;
}

template <class Scalar>
Samples<Scalar> with_equal_weights(Samples<Scalar> samples, double weight) {
    samples.sample_weight.assign(samples.x.size(), static_cast<Scalar>(weight));
    return samples;
}

template <class Scalar>
Samples<Scalar> with_counts(Samples<Scalar> samples, std::uint64_t bound) {
    for (std::size_t i = 0; i < samples.x.size(); ++i) {
        samples.sample_weight.push_back(static_cast<Scalar>(random::integer(7, random::Stream::noise, i, bound)));
    }
    return samples;
}

template <class Scalar>
void check_equal_weights(std::size_t count) {
    const Chain<Scalar> chain = random_chain<Scalar>(kEveryActivation, 1);
    const Samples<Scalar> samples = random_samples<Scalar>(count, 2);
    const LossAndGradient<Scalar> plain = loss_and_gradient(chain, samples.view());
    for (const double weight : {1.0, 4.0, 0.125}) {
        CHECK(same_bits(loss_and_gradient(chain, with_equal_weights(samples, weight).view()), plain));
    }
}

template <class Scalar>
void check_exact_repetition(std::size_t count) {
    Samples<Scalar> samples;
    for (std::size_t i = 0; i < count; ++i) {
        samples.x.push_back(static_cast<Scalar>(random::integer(8, random::Stream::samples, 2 * i, 9)) - 4);
        samples.y.push_back(static_cast<Scalar>(random::integer(8, random::Stream::samples, 2 * i + 1, 9)) - 4);
    }
    samples = with_counts(samples, 5);
    const Chain<Scalar> chain({1, -2, Scalar(0.5)}, A::identity);
    CHECK(same_bits(loss_and_gradient(chain, samples.view()), loss_and_gradient(chain, repeated(samples).view())));
}

template <class Scalar>
void check_repetition(const std::vector<Activation>& activations, std::uint64_t seed, std::size_t count) {
    const Chain<Scalar> chain = random_chain<Scalar>(activations, seed);
    const Samples<Scalar> samples = with_counts(random_samples<Scalar>(count, seed), 6);
    const Samples<Scalar> copies = repeated(samples);
    const LossAndGradient<Scalar> a = loss_and_gradient(chain, samples.view());
    const LossAndGradient<Scalar> b = loss_and_gradient(chain, copies.view());
    const Chain<double> wide = random_chain<double>(activations, seed);
    const auto bound_of = [&](const Samples<Scalar>& s) {
        const Samples<double> wide_samples = s.template as<double>();
        return reference::gradient_bound<Scalar>(wide, wide_samples.view(), reference::Activations::shared);
    };
    const reference::GradientBound of_a = bound_of(samples), of_b = bound_of(copies);
    CHECK(std::fabs(a.loss - b.loss) <= of_a.loss.error + of_b.loss.error);
    for (std::size_t layer = 0; layer < chain.num_layers(); ++layer) {
        CAPTURE(layer);
        const double difference = double{a.weight_gradients[layer]} - double{b.weight_gradients[layer]};
        CHECK(std::fabs(difference) <= of_a.weight_gradients[layer].error + of_b.weight_gradients[layer].error);
    }
}

}  // namespace

TEST_CASE("weights that are all the same power of two change no bit") {
    for (const std::size_t count : Sizes{1, 15, 100, 1025, 3000}) {
        check_equal_weights<float>(count);
        check_equal_weights<double>(count);
    }
}

TEST_CASE("a sample of weight n counts like n samples: the same bits where all sums are exact") {
    for (const std::size_t count : Sizes{10, 100, 1500}) {  // small integers in an identity chain
        check_exact_repetition<float>(count);
        check_exact_repetition<double>(count);
    }
}

TEST_CASE("a sample of weight n counts like n samples: within rounding of sums and deltas elsewhere") {
    // Both have the same activations to the bit, so only what comes after them may differ: Activations::shared.
    for (std::uint64_t seed = 0; seed < kChains.size(); ++seed) {
        for (const std::size_t count : Sizes{3, 40, 1500}) {
            CAPTURE(seed);
            CAPTURE(count);
            check_repetition<float>(kChains[seed], seed, count);
            check_repetition<double>(kChains[seed], seed, count);
        }
    }
}

TEST_CASE("samples of weight 0 at the end count for nothing") {
    const Chain<double> chain = random_chain<double>(kEveryActivation, 9);
    Samples<double> samples = random_samples<double>(1000, 9, true);
    const LossAndGradient<double> before = loss_and_gradient(chain, samples.view());
    const Samples<double> more = random_samples<double>(500, 10);
    samples.x.insert(samples.x.end(), more.x.begin(), more.x.end());
    samples.y.insert(samples.y.end(), more.y.begin(), more.y.end());
    samples.sample_weight.resize(samples.x.size(), 0.0);
    CHECK(same_bits(loss_and_gradient(chain, samples.view()), before));
}

TEST_CASE("a mini-batch whose weights are all 0 has no gradient, and is no divergence") {
    const std::vector<double> x{1, 2, 3, 4}, y{0.5, 0.25, 0.25, 0.5};
    const Dataset<double> masked(x, y, {0, 1, 0, 3});
    TrainingSettings settings;
    settings.learning_rates = {0.1};
    settings.batch_size = 1;
    settings.sampling = Sampling::sequential;
    settings.stop.max_epochs = 20;
    TrainingState<double> state{Chain<double>({0.1, 0.2})};
    CHECK(train<double>(state, masked, settings).status == Status::reached_max_steps);
    TrainingState<double> without{Chain<double>({0.1, 0.2})};
    train<double>(without, Dataset<double>({2, 4}, {0.25, 0.5}, {1, 3}), settings);
    CHECK(std::ranges::equal(state.chain.weights(), without.chain.weights()));
}

TEST_CASE_TEMPLATE("the unit of the weights does not matter", Scalar, float, double) {
    const Samples<Scalar> samples = random_samples<Scalar>(2'000, 3, true);
    const Chain<Scalar> chain = random_chain<Scalar>(kChains[2], 4);
    const auto expected = loss_and_gradient(chain, samples.dataset());
    constexpr int kMost = std::numeric_limits<Scalar>::max_exponent - 4;  // the largest weight is 3
    for (const int exponent : {-100, 100, kMost, -kMost}) {
        Samples<Scalar> other = samples;
        for (Scalar& m : other.sample_weight) {
            m = std::ldexp(m, exponent);
        }
        CAPTURE(exponent);
        CHECK(same_bits(loss_and_gradient(chain, other.dataset()), expected));
    }
    const Scalar least = std::numeric_limits<Scalar>::denorm_min();
    CHECK(mean_loss(Chain<Scalar>({1}, Activation::identity), Dataset<Scalar>({1, 1}, {2, 2}, {least, least})).loss ==
          1.0);
}
