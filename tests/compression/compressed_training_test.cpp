// Training on compressed data: chains, ensembles, and what is refused.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "gradient/compressed_gradient.hpp"
#include "skein/chain.hpp"
#include "skein/compressed_dataset.hpp"
#include "skein/dataset.hpp"
#include "skein/ensemble_trainer.hpp"
#include "skein/error.hpp"
#include "skein/generated_data.hpp"
#include "skein/gradient.hpp"
#include "skein/random.hpp"
#include "skein/trainer.hpp"
#include "skein/training_data.hpp"
#include "support/compression_cases.hpp"

using namespace skein;
using namespace skein::internal;
using namespace skein::compression_cases;

namespace {

/// Compares loss and gradient of each step on compressed data with those of the samples.
template <class Scalar>
struct BoundCheck final : Observer<Scalar> {
    BoundCheck(const Dataset<Scalar>& samples_, const CompressedDataset& sums_) : samples(samples_), sums(sums_) {}
    bool after_step(const StepReport<Scalar>& report) override {
        const std::vector<double> weights(report.chain.weights().begin(), report.chain.weights().end());
        const Chain<double> chain{std::span<const double>(weights)};
        std::vector<double> x(samples.num_samples()), y(samples.num_samples());
        std::vector<Scalar> own_x(x.size()), own_y(y.size());
        samples.source().range(0, x.size(), {own_x.data(), own_y.data(), nullptr});
        std::ranges::copy(own_x, x.begin());
        std::ranges::copy(own_y, y.begin());
        const auto right = loss_and_gradient(chain, MiniBatch<double>{x.data(), y.data(), nullptr, x.size()}, {1});
        CompressedGradient gradient(sums, chain.activations(), kDefaultCompressionTolerance);
        REQUIRE(gradient.compute(weights));
        for (std::size_t layer = 0; layer < weights.size(); ++layer) {
            CHECK(std::abs(gradient.weight_gradients()[layer] - right.weight_gradients[layer]) <=
                  gradient.bound().gradient);
        }
        CHECK(std::abs(gradient.loss() - right.loss) <= gradient.bound().loss);
        const auto rounded = loss_and_gradient(report.chain, CompressedData<Scalar>(sums));
        for (std::size_t layer = 0; layer < weights.size(); ++layer) {
            CHECK(std::abs(rounded.weight_gradients[layer] - right.weight_gradients[layer]) <=
                  rounded.compression->largest_bound * gradient.gradient_scale() * (1.0 + 1e-15));
        }
        double largest = 0.0;
        for (const Scalar component : rounded.weight_gradients) {
            largest = std::max(largest, std::abs(static_cast<double>(component)));
        }
        // The largest component as computed is rounded to Scalar.
        const double of_value = rounded.compression->largest_bound_of_value, scalar = 1.0 + 0x1p-23;
        for (std::size_t layer = 0; layer < weights.size(); ++layer) {
            CHECK(std::abs(rounded.weight_gradients[layer] - right.weight_gradients[layer]) <=
                  of_value * largest * scalar);
        }
        CHECK(std::abs(rounded.loss - right.loss) <= of_value * rounded.loss);
        return true;
    }
    const Dataset<Scalar>& samples;
    const CompressedDataset& sums;
};

}  // namespace

TEST_CASE_TEMPLATE("at every step of a training the exact gradient is within the bound", Scalar, float, double) {
    GeneratedData settings;
    settings.num_samples = 20'011;
    settings.teacher_weights = {1.2, 0.8, -1.1};
    settings.noise = 0.05;
    const Dataset<Scalar> samples = generate<Scalar>(settings);
    const CompressedDataset sums = compress(samples);
    const CompressedData<Scalar> data(sums);
    const std::vector<Scalar> start{Scalar(0.4), Scalar(0.9), Scalar(-0.5)};
    TrainingState<Scalar> state{Chain<Scalar>(std::span<const Scalar>(start))};
    BoundCheck<Scalar> check(samples, sums);
    TrainingSettings how;
    how.learning_rates = {0.5};
    how.stop.max_steps = 1000;
    Observer<Scalar>* const observers[] = {&check};
    const TrainingOutcome outcome = train(state, data, how, observers);
    CHECK(outcome.status == Status::reached_max_steps);
    CHECK(outcome.compression->num_compressed == 1001);
    CHECK(outcome.compression->num_exact == 0);
    CHECK(outcome.compression->largest_bound > 0);
    CHECK(outcome.compression->largest_bound <
          (sizeof(Scalar) == 4 ? 1e-7 : 1e-8));  // rounding to float: 2^-24 at most
    CHECK(outcome.loss < 0.01);
}

TEST_CASE("beyond the tolerance the samples serve, or the run stops") {
    const CompressionSamples samples = distributions(3'000)[0];
    const CompressedDataset coarse = compressed(samples, 0, 16);
    const Dataset<double> exact_data = samples.dataset();
    TrainingSettings how;
    how.stop.max_steps = 5;
    const std::vector<double> start{2.0, 2.0, 1.9, 2.1};
    const auto run = [&](const TrainingData<double>& data) {
        TrainingState<double> state{Chain<double>(std::span<const double>(start))};
        const TrainingOutcome outcome = train(state, data, how);
        return std::pair(outcome, std::vector<double>(state.chain.weights().begin(), state.chain.weights().end()));
    };
    const auto [alone, weights] = run(CompressedData<double>(coarse));
    CHECK(alone.status == Status::stopped);
    CHECK(alone.cause == Cause::compression_tolerance);
    CHECK(alone.steps == 0);
    CHECK(weights == start);
    CHECK(std::isnan(alone.loss));

    const auto [with_samples, weights_with] =
        run(CompressedData<double>(coarse, kDefaultCompressionTolerance, exact_data));
    CHECK(with_samples.compression->num_exact == 6);
    CHECK(with_samples.compression->num_compressed == 0);
    const auto [exactly, exact_weights] = run(exact_data);
    CHECK(weights_with == exact_weights);
    CHECK(with_samples.loss == exactly.loss);
    CHECK_THROWS_AS(
        (void)loss_and_gradient(Chain<double>(std::span<const double>(start)), CompressedData<double>(coarse)),
        ToleranceError);
}

namespace {

EnsembleSettings rising_rates(std::size_t num_lanes) {
    EnsembleSettings settings;
    settings.common.optimizer.kind = Optimizer::Kind::momentum;
    settings.common.clip_norm = 0.3;
    settings.common.stop.max_steps = 20;
    for (std::size_t lane = 0; lane < num_lanes; ++lane) {
        settings.learning_rates.push_back(0.01 * static_cast<double>(lane + 1));
    }
    return settings;
}

void check_lane(const EnsembleOutcome& outcome, std::size_t lane, const TrainingOutcome& alone) {
    CHECK(outcome.status[lane] == alone.status);
    CHECK(outcome.cause[lane] == alone.cause);
    CHECK(outcome.steps[lane] == alone.steps);
    REQUIRE(alone.compression);
    CHECK(outcome.compression[lane] == *alone.compression);
    CHECK((outcome.loss[lane] == alone.loss || (std::isnan(outcome.loss[lane]) && std::isnan(alone.loss))));
}

}  // namespace

TEST_CASE_TEMPLATE("on compressed data a lane is a chain to the bit", Scalar, float, double) {
    const CompressionSamples samples = distributions(5'000)[0];
    const std::vector<Scalar> x(samples.x.begin(), samples.x.end()), y(samples.y.begin(), samples.y.end());
    CompressionSettings coarse;
    coarse.panel_exponent = -3;
    const Dataset<Scalar> exact_data(x, y);
    const CompressedDataset sums = compress(exact_data, coarse);
    constexpr std::size_t kLanes = 37, kLayers = 3;
    std::vector<Scalar> weights(kLanes * kLayers);
    for (std::size_t at = 0; at < weights.size(); ++at) {
        weights[at] = Scalar(3) * static_cast<Scalar>(random::uniform(9, random::Stream::samples, at));
    }
    const Ensemble<Scalar> start(kLanes, kLayers, weights);
    for (const bool has_samples : {false, true}) {
        const CompressedData<Scalar> data(sums, kDefaultCompressionTolerance,
                                          has_samples ? std::optional(exact_data) : std::nullopt);
        EnsembleSettings settings = rising_rates(kLanes);
        for (const int threads : {1, 3}) {
            settings.common.execution.num_threads = threads;
            settings.common.execution.tile_lanes = threads == 1 ? 0 : 16;
            Ensemble<Scalar> ensemble = start;
            const EnsembleOutcome outcome = train(ensemble, data, settings);
            std::size_t num_beyond = 0;
            CompressionRecord all;
            REQUIRE(outcome.compression.size() == kLanes);
            for (std::size_t lane = 0; lane < kLanes; ++lane) {
                CAPTURE(lane);
                TrainingState<Scalar> state(start.chain(lane));
                const TrainingOutcome alone = train(state, data, lane_settings(settings, lane, kLanes));
                check_lane(outcome, lane, alone);
                all += *alone.compression;
                for (std::size_t layer = 0; layer < kLayers; ++layer) {
                    CHECK(ensemble.layer(layer)[lane] == state.chain.weights()[layer]);
                }
                num_beyond += alone.cause == Cause::compression_tolerance || alone.compression->num_exact > 0 ? 1 : 0;
            }
            CHECK(num_beyond > 0);
            CHECK(num_beyond < kLanes);
            CHECK(CompressionRecord::sum(outcome.compression) == all);
            CHECK(all.num_compressed > 0);
            CHECK((all.num_exact > 0) == has_samples);
            CHECK(all.largest_refused_bound > kDefaultCompressionTolerance);
        }
    }
}

TEST_CASE("what cannot be done with compressed data is refused") {
    const CompressionSamples samples = distributions(1'000)[0];
    const CompressedDataset sums = compressed(samples, -3, 16);
    const CompressedData<double> data(sums);
    TrainingSettings how;
    how.stop.max_steps = 1;
    TrainingState<double> relu{Chain<double>({1.0, 1.0}, Activation::relu)};
    CHECK_THROWS_WITH_AS(train(relu, data, how),
                         "the activation of layer 1 is relu: expected an analytic one: compressed data need "
                         "polynomials near the outputs; train on the samples instead",
                         std::invalid_argument);
    for (const Activation activation : {Activation::leaky_relu, Activation::elu}) {
        TrainingState<double> bent{Chain<double>(std::vector{1.0, 1.0}, std::vector{Activation::tanh, activation})};
        CHECK_THROWS_WITH_AS(train(bent, data, how),
                             ("the activation of layer 2 is " + std::string(activation_name(activation)) +
                              ": expected an analytic one: compressed data need polynomials near the outputs; train on "
                              "the samples instead")
                                 .c_str(),
                             std::invalid_argument);
    }
    TrainingState<double> state{Chain<double>({1.0, 1.0})};
    how.batch_size = 10;
    CHECK_THROWS_WITH_AS(train(state, data, how),
                         "the batch size is 10: expected the full batch: mini-batches need samples, and this data set "
                         "is compressed",
                         std::invalid_argument);
    CHECK_THROWS_AS(CompressedData<double>(sums, 0.0), std::invalid_argument);
    const Dataset<double> other = distributions(1'001)[0].dataset();
    CHECK_THROWS_AS(CompressedData<double>(sums, 1e-10, other), std::invalid_argument);
    CompressionSettings settings;
    settings.num_nodes = 20;
    CHECK_THROWS_AS((void)compress(samples.dataset(), settings), std::invalid_argument);
    settings.num_nodes = 16;
    settings.first_index = 5;
    CHECK_THROWS_AS((void)compress(samples.dataset(), settings), std::invalid_argument);
    settings.first_index = 0;
    settings.panel_exponent = -70;
    CHECK_THROWS_AS((void)compress(Dataset<double>({1.0, 2.0}, {1.0, 2.0}), settings), std::invalid_argument);
    CHECK_THROWS_AS((void)merge_compressed({}), std::invalid_argument);
    CHECK_THROWS_AS((void)merge_compressed(std::vector{sums, sums}), std::invalid_argument);
    CHECK_THROWS_AS((void)merge_compressed(std::vector{sums, compressed(samples, -4, 16)}), std::invalid_argument);
}
