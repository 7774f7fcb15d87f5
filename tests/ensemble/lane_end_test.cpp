// How lanes of an ensemble end.
#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "skein/dataset.hpp"
#include "skein/ensemble_trainer.hpp"
#include "skein/trainer.hpp"
#include "support/ensemble_cases.hpp"

namespace skein::test {

/// How its lanes are placed: another place in another tile, on other threads.
TEST_CASE("loss_decreased looks at the last 20 losses of steps done, not at the loss that ended the lane") {
    // A deep product that leaps to its target in the 22nd step, and whose loss was above the first in most before.
    const std::vector<double> weights{
        0.34018685472114685, 0.9369608872415595,    1.676754285559431,    1.2171037465919181,   -0.7566583211015527,
        1.7109456501144056,  0.6221069216248551,    2.2737541403459964,   -0.40440529330741726, 1.5700861102116024,
        -1.0944076697279188, -0.038163515155401416, -2.215275501553513,   3.1069600882664075,   2.5100624560698535,
        4.061677940774773,   1.466930959810899,     -0.7719382328641965,  -2.3936736394048506,  -0.939284180045981,
        0.9266111892844874,  2.618315356811055,     -0.02142844301830596, -1.7135222135807358,  -0.42155681102733666,
        1.04553812082108,    0.3143778672790465,    -1.4245912995777015,  2.04700448870539,     0.48026317929749196,
        0.06718671424384975, 0.6721663734295723,    -1.1033427585694549,  2.0799549434492057,   3.361459024232373,
        -1.402323400072871};
    constexpr std::size_t kLanes = 1, kLayers = 36;
    const Ensemble<double> start(kLanes, kLayers, weights, Activation::identity);
    Ensemble<double> chains = start;
    const std::vector<double> one{1.0};
    const Dataset<double> data(one, one);
    EnsembleSettings settings;
    settings.common.batch_size = 0;
    settings.common.learning_rates = {0.01};
    settings.common.stop.max_steps = 200;
    settings.common.stop.target_loss = 0.01;
    const EnsembleOutcome outcome = train(chains, data, settings);
    for (std::size_t lane = 0; lane < kLanes; ++lane) {
        CAPTURE(lane);
        LossMeasures<double> measures(std::nullopt, {});
        Observer<double>* const observers[] = {&measures};
        TrainingState<double> alone(start.chain(lane));
        const TrainingOutcome expected = train<double>(alone, data, lane_settings(settings, lane, kLanes), observers);
        CHECK(expected.status == Status::converged);
        CHECK(expected.steps == 21);
        CHECK_FALSE(measures.decreased());
        CHECK(outcome.loss_decreased[lane] == 0);
    }
}

/// Lane by lane another layer's step is too large for its weight, or its gradient for the norm (float64); the loss and
/// the other layers are fine.
TEST_CASE_TEMPLATE("a lane ends where a weight or a gradient of any layer is not finite", Scalar, float, double) {
    constexpr std::size_t kNumLayers = 4;
    const double largest = static_cast<double>(std::numeric_limits<Scalar>::max());
    for (const std::uint64_t batch_size : {std::uint64_t{1}, std::uint64_t{0}}) {
        CAPTURE(batch_size);
        Case<Scalar> c{};
        c.num_lanes = 2 * kNumLayers;
        c.activations.assign(kNumLayers, Activation::identity);
        c.weights.assign(c.num_lanes * kNumLayers, Scalar(1));
        c.data.emplace_back(std::vector<Scalar>{Scalar(1), Scalar(2)}, std::vector<Scalar>{Scalar(9), Scalar(11)});
        c.settings.common.batch_size = batch_size;
        c.settings.common.stop.max_steps = 3;
        c.settings.learning_rates.assign(c.num_lanes * kNumLayers, 1e-3);
        for (std::size_t layer = 0; layer < kNumLayers; ++layer) {
            c.settings.learning_rates[layer * c.num_lanes + layer] = 0.9 * largest;
            // A gradient that is large in one layer alone: w_i small, the next one's delta large.
            const std::size_t lane = kNumLayers + layer;
            c.weights[layer * c.num_lanes + lane] = static_cast<Scalar>(1e-30);
            c.weights[(layer + 1) % kNumLayers * c.num_lanes + lane] = static_cast<Scalar>(1e30);
        }
        const Ensemble<Scalar> start(c.num_lanes, c.weights, c.activations);
        Ensemble<Scalar> end = start;
        const EnsembleOutcome outcome = train<Scalar>(end, std::span<const Dataset<Scalar>>(c.data), c.settings);
        for (std::size_t lane = 0; lane < c.num_lanes; ++lane) {
            check_lane(c, lane, start, end, outcome);
        }
        for (std::size_t lane = 0; lane < kNumLayers; ++lane) {
            CHECK(outcome.cause[lane] == Cause::weight_not_finite);
            CHECK(outcome.steps[lane] == 0);
        }
    }
}

TEST_CASE("a stop request leaves unfinished lanes as they were") {
    const Dataset<double> data({1.0}, {0.5});
    std::vector<double> weights(40, 0.5);
    Ensemble<double> chains(20, 2, weights);
    EnsembleSettings settings;
    settings.common.stop.max_steps = 1'000'000'000;
    const std::atomic<bool> stop{true};
    settings.common.execution.stop_request = &stop;
    const EnsembleOutcome outcome = train(chains, data, settings);
    CHECK(std::ranges::count(outcome.status, Status::stopped) == 20);
    CHECK(std::ranges::count(outcome.cause, Cause::stop_request) == 20);
    CHECK(std::ranges::count(outcome.steps, 0u) == 20);
    CHECK(std::ranges::all_of(outcome.loss, [](double loss) { return std::isnan(loss); }));
    CHECK(std::ranges::equal(chains.weights(), weights));
}

TEST_CASE("a stop request in the middle leaves no trace of a tile, nor of its lanes that had ended") {
    struct Stopper final : EnsembleObserver {
        std::atomic<bool> stop{false};
        void after_tile(std::size_t) override {}
        void after_work(std::uint64_t) override { stop = true; }
    };
    constexpr std::size_t kNumLanes = 20;
    const Dataset<double> data({1.0}, {0.5});
    const std::vector<double> weights(2 * kNumLanes, 0.75);
    Ensemble<double> chains(kNumLanes, 2, weights, Activation::identity);
    Stopper observer;
    EnsembleSettings settings;
    settings.common.stop.max_steps = 1'000'000'000;
    settings.common.execution = {1, 32};
    settings.common.execution.stop_request = &observer.stop;
    settings.learning_rates.assign(kNumLanes, 1e-3);
    settings.learning_rates[3] = 100.0;  // diverges at once
    settings.marked_loss = 1e-3;
    settings.recorded_steps = {0, 1, 2};
    settings.counts_loss_increases = true;
    const EnsembleOutcome outcome = train(chains, data, settings, &observer);
    CHECK(std::ranges::count(outcome.status, Status::stopped) == kNumLanes);
    CHECK(std::ranges::count(outcome.cause, Cause::stop_request) == kNumLanes);
    CHECK(std::ranges::count(outcome.marked_step, kNever) == kNumLanes);
    for_each_column(settings, [&](const auto& column) {
        CAPTURE(column.name);
        const auto& values = outcome.*column.values;
        CHECK(values.size() == column.per_lane * kNumLanes);
        CHECK(std::memcmp(values.data(), std::vector(values.size(), column.untrained).data(),
                          values.size() * sizeof(values[0])) == 0);
    });
    CHECK(std::ranges::equal(chains.weights(), weights));
}

}  // namespace skein::test
