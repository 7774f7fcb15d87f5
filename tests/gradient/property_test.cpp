// Properties of loss and gradient: finite differences, the reduction shape to the bit, tiles and threads, sample
// weights, float against double.
#include <doctest/doctest.h>

#include <cmath>
#include <cstring>
#include <initializer_list>
#include <string>
#include <vector>

#include "skein/instruction_set.hpp"
#include "skein/random.hpp"
#include "support/error_bounds.hpp"

using namespace skein;

namespace {

using A = Activation;
using Sizes = std::initializer_list<std::size_t>;

template <class Scalar>
struct Samples {
    std::vector<Scalar> x, y, sample_weight;

    MiniBatch<Scalar> view() const {
        return {x.data(), y.data(), sample_weight.empty() ? nullptr : sample_weight.data(), x.size()};
    }
    Dataset<Scalar> dataset() const { return Dataset<Scalar>(x, y, sample_weight); }

    template <class Other>
    Samples<Other> as() const {
        return {{x.begin(), x.end()}, {y.begin(), y.end()}, {sample_weight.begin(), sample_weight.end()}};
    }
};

float drawn(std::uint64_t seed, std::uint64_t index) {
    return static_cast<float>(random::normal(seed, random::Stream::samples, index));
}

/// Numbers that are exact in float; weights in (0, 3].
template <class Scalar>
Samples<Scalar> random_samples(std::size_t count, std::uint64_t seed, bool weighted = false) {
    Samples<Scalar> samples;
    for (std::size_t i = 0; i < count; ++i) {
        samples.x.push_back(drawn(seed, 2 * i));
        samples.y.push_back(drawn(seed, 2 * i + 1) / 2);
        if (weighted) {
            samples.sample_weight.push_back(static_cast<float>(3.0 * random::uniform(seed, random::Stream::noise, i)));
        }
    }
    return samples;
}

/// Weights that are exact in float, |w| in [1/4, 7/4] or so: chains that neither die out nor saturate.
template <class Scalar>
Chain<Scalar> random_chain(const std::vector<Activation>& activations, std::uint64_t seed) {
    std::vector<Scalar> weights;
    for (std::size_t layer = 0; layer < activations.size(); ++layer) {
        const float size =
            0.25f + 1.5f * static_cast<float>(random::uniform(seed, random::Stream::initial_weights, layer));
        weights.push_back(drawn(seed + 1000, layer) < 0 ? -size : size);
    }
    return {weights, activations};
}

/// One chain of each activation, and mixed ones.
const std::vector<std::vector<Activation>> kChains{
    {A::tanh},
    {A::identity, A::identity, A::identity},
    {A::tanh, A::tanh, A::tanh, A::tanh, A::tanh, A::tanh, A::tanh, A::tanh},
    {A::sigmoid, A::sigmoid, A::sigmoid},
    {A::softplus, A::softplus, A::softplus, A::softplus},
    {A::softplus, A::tanh, A::identity, A::sigmoid, A::tanh},
    {A::tanh, A::softplus, A::sigmoid, A::identity},
};

template <class Scalar>
bool same_bits(const LossAndGradient<Scalar>& a, const LossAndGradient<Scalar>& b) {
    return std::memcmp(&a.loss, &b.loss, sizeof(double)) == 0 &&
           a.weight_gradients.size() == b.weight_gradients.size() &&
           std::memcmp(a.weight_gradients.data(), b.weight_gradients.data(),
                       a.weight_gradients.size() * sizeof(Scalar)) == 0;
}

/// Every activation; the relu is alive for about half of the samples, its z has the sign of x or that of -x.
const std::vector<Activation> kEveryActivation{A::tanh, A::relu, A::softplus, A::sigmoid, A::identity, A::tanh};

}  // namespace

// ---- Finite differences ---------------------------------------------------------------------------------------------

namespace {

double central_difference(const Chain<double>& chain, const Dataset<double>& data, std::size_t layer, double step) {
    Chain<double> above = chain, below = chain;
    above.weights()[layer] += step;  // exact: weights are floats, steps powers of two
    below.weights()[layer] -= step;
    return (mean_loss(above, data).loss - mean_loss(below, data).loss) / (2.0 * step);
}

/// Central differences D(h) = g + c h^2 + O(h^4) + rounding, so |D(2h) - D(h)| = 3 |c| h^2 up to O(h^4) and rounding:
/// three times the truncation error of D(h), which leaves room for the O(h^4). Rounding moves a D(h) by at most (bound
/// of the loss)/h, twice that because the bounds at w +- h differ a little from the one at w; and the gradient itself
/// is off by its own bound.
void check_finite_differences(const Chain<double>& chain, const Samples<double>& samples) {
    constexpr double kStep = 0x1p-12;
    const Dataset<double> data = samples.dataset();
    const LossAndGradient<double> result = loss_and_gradient(chain, data);
    const reference::GradientBound bound = reference::gradient_bound<double>(chain, samples.view());
    for (std::size_t layer = 0; layer < chain.num_layers(); ++layer) {
        const double difference = central_difference(chain, data, layer, kStep);
        const double truncation = std::fabs(central_difference(chain, data, layer, 2 * kStep) - difference);
        const reference::MeanBound& gradient = bound.weight_gradients[layer];
        const double allowed = truncation + 2.0 * bound.loss.error / kStep + gradient.error;
        CAPTURE(layer);
        CAPTURE(difference);
        CAPTURE(result.weight_gradients[layer]);
        CHECK(std::fabs(difference - result.weight_gradients[layer]) <= allowed);
        CHECK(allowed <= 1e-4 * (gradient.size + bound.loss.size));  // else the line above would prove nothing
    }
}

}  // namespace

TEST_CASE("the gradient is the slope of the loss, by finite differences") {
    for (std::size_t index = 0; index < kChains.size(); ++index) {
        for (std::uint64_t seed = 0; seed < 20; ++seed) {
            CAPTURE(index);
            CAPTURE(seed);
            const Chain<double> chain = random_chain<double>(kChains[index], seed);
            check_finite_differences(chain, random_samples<double>(1, seed));
            check_finite_differences(chain, random_samples<double>(50, seed, seed % 2 == 0));
        }
    }
}

TEST_CASE("on both sides of a kink the gradient is the slope of that side") {
    // A relu in the first layer, in the middle, and last; its z is +-2^-8 (or about that): more than the 2 x 2^-12 that
    // finite differences move a weight by can undo. Below it nothing moves the loss, and all is exactly 0.
    constexpr double kNear = 0x1p-8;
    const Samples<double> sample{{1.0}, {0.75}, {}};
    const std::vector<std::vector<Activation>> chains{
        {A::relu, A::tanh, A::identity}, {A::softplus, A::relu, A::tanh}, {A::tanh, A::sigmoid, A::relu}};
    for (std::size_t position = 0; position < chains.size(); ++position) {
        for (const double side : {1.0, -1.0}) {
            CAPTURE(position);
            CAPTURE(side);
            std::vector<double> weights{0.875, 1.25, -0.625};
            weights[position] = side * kNear;
            const Chain<double> chain(weights, chains[position]);
            check_finite_differences(chain, sample);
            const std::vector<double> gradient = loss_and_gradient(chain, sample.view()).weight_gradients;
            CHECK((gradient[position] != 0.0) == (side > 0));
            CHECK((gradient[0] != 0.0) == (side > 0));
        }
    }
}

TEST_CASE("at the kink itself the slope is that of the left side, 0") {
    const Samples<double> sample{{1.0}, {0.75}, {}};
    const Dataset<double> data = sample.dataset();
    constexpr double kStep = 0x1p-12;
    const auto chain_of = [](double first_weight) {
        return Chain<double>(std::vector{first_weight, 2.0}, std::vector{A::relu, A::identity});
    };
    CHECK(loss_and_gradient(chain_of(0.0), data).weight_gradients == std::vector<double>{0.0, 0.0});
    CHECK(mean_loss(chain_of(0.0), data).loss - mean_loss(chain_of(-kStep), data).loss == 0.0);
    // To the right of it the loss is (2 w_1 - 0.75)^2 = 0.75^2 - 3 w_1 + 4 w_1^2, here without any rounding.
    CHECK((mean_loss(chain_of(kStep), data).loss - mean_loss(chain_of(0.0), data).loss) / kStep == -3.0 + 4.0 * kStep);
}

// ---- The reduction shape --------------------------------------------------------------------------------------------

namespace {

template <class Scalar>
void check_against_reference(std::size_t count, bool weighted) {
    CAPTURE(count);
    CAPTURE(weighted);
    CAPTURE(sizeof(Scalar));
    const Chain<Scalar> chain = random_chain<Scalar>(kEveryActivation, count);
    const Samples<Scalar> samples = random_samples<Scalar>(count, count + 1, weighted);
    const LossAndGradient<Scalar> expected = reference::loss_and_gradient(chain, samples.view());
    CHECK(same_bits(loss_and_gradient(chain, samples.view()), expected));
    CHECK(same_bits(loss_and_gradient(chain, samples.dataset()), expected));
    CHECK(mean_loss(chain, samples.dataset()).loss == expected.loss);
    CHECK((expected.weight_gradients[0] != 0 || count < 10));
    for (const std::size_t tile_lanes : Sizes{1, 17, 64, 1024}) {
        CHECK(same_bits(loss_and_gradient(chain, samples.view(), {1, tile_lanes}), expected));
    }
}

}  // namespace

TEST_CASE("a batch gives what its samples give one by one, summed in the stated shape, to the bit") {
    const std::string chosen(instruction_set());
    for (const std::string_view set : available_instruction_sets()) {
        CAPTURE(set);
        force_instruction_set(set);
        // Around rows of 8 and 16 lanes, tiles of 64 and 256, chunks of 1,024; trees of 2, 3, 5 and 6 chunks.
        for (const std::size_t count : Sizes{1,  2,   7,   8,   9,    15,   16,   17,   31,   63,   64,
                                             65, 255, 256, 257, 1023, 1024, 1025, 2049, 3000, 5000, 5121}) {
            for (const bool weighted : {false, true}) {
                check_against_reference<float>(count, weighted);
                check_against_reference<double>(count, weighted);
            }
        }
    }
    force_instruction_set(chosen);
}

namespace {

/// At least 65,536 samples x layers, below which the library does not wake a second thread.
template <class Scalar>
void check_executions(std::size_t count, bool weighted) {
    const Chain<Scalar> chain =
        random_chain<Scalar>({A::tanh, A::tanh, A::softplus, A::tanh, A::sigmoid, A::tanh, A::identity, A::tanh}, 5);
    const Samples<Scalar> samples = random_samples<Scalar>(count, 6, weighted);
    const LossAndGradient<Scalar> expected = reference::loss_and_gradient(chain, samples.view());
    const Dataset<Scalar> data = samples.dataset();
    for (const int num_threads : {1, 2, 3, 7}) {
        for (const std::size_t tile_lanes : Sizes{0, 1, 8, 16, 33, 63, 64, 65, 256, 1000, 1024, 5000}) {
            CAPTURE(num_threads);
            CAPTURE(tile_lanes);
            CHECK(same_bits(loss_and_gradient(chain, data, {num_threads, tile_lanes}), expected));
        }
        CHECK(mean_loss(chain, data, {num_threads, 0}).loss == expected.loss);
    }
}

}  // namespace

TEST_CASE("neither threads nor tiles change a bit") {
    for (const std::size_t count : Sizes{9000, 66'000}) {
        for (const bool weighted : {false, true}) {
            CAPTURE(count);
            CAPTURE(weighted);
            check_executions<float>(count, weighted);
            check_executions<double>(count, weighted);
        }
    }
}

TEST_CASE("predictions do not depend on lanes, threads or instruction sets") {
    const std::string chosen(instruction_set());
    const Chain<double> chain = random_chain<double>(kEveryActivation, 3);
    for (const std::size_t count : Sizes{1, 7, 8, 9, 1025, 12'000}) {
        const Samples<double> samples = random_samples<double>(count, 4);
        std::vector<double> expected;
        for (const double x : samples.x) {
            expected.push_back(back_propagate(chain, x, 0.0).activations.back());
        }
        for (const std::string_view set : available_instruction_sets()) {
            force_instruction_set(set);
            for (const int num_threads : {1, 3}) {
                std::vector<double> outputs(count);
                predict<double>(chain, samples.x, outputs, {num_threads, 0});
                CHECK(std::memcmp(outputs.data(), expected.data(), count * sizeof(double)) == 0);
            }
        }
    }
    force_instruction_set(chosen);
}

// ---- Sample weights -------------------------------------------------------------------------------------------------

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

// ---- Float against double, and beyond the range of both -------------------------------------------------------------

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

namespace {

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

TEST_CASE("what overflows is infinite, what is no number the one positive quiet NaN") {
    check_overflow<float>();
    check_overflow<double>();
}
