// A lane of an ensemble is the chain trained alone, to the bit: weights, status, losses, and all that is measured.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

#include "skein/dataset.hpp"
#include "skein/ensemble_trainer.hpp"
#include "skein/instruction_set.hpp"
#include "skein/trainer.hpp"
#include "support/ensemble_cases.hpp"
#include "support/file_checks.hpp"

namespace skein::test {

namespace {

struct Seen {
    std::size_t converged = 0, reached = 0, diverged = 0;
};

template <class Scalar>
void check_case(std::uint64_t seed, Seen& seen) {
    CAPTURE(seed);
    const Case<Scalar> c = random_case<Scalar>(seed);
    const Ensemble<Scalar> start(c.num_lanes, c.weights, c.activations);
    Ensemble<Scalar> end = start;
    const EnsembleOutcome outcome = train<Scalar>(end, std::span<const Dataset<Scalar>>(c.data), c.settings);
    for (std::size_t lane = 0; lane < c.num_lanes; ++lane) {
        check_lane(c, lane, start, end, outcome);
        seen.converged += outcome.status[lane] == Status::converged ? 1 : 0;
        seen.reached += outcome.status[lane] == Status::reached_max_steps ? 1 : 0;
        seen.diverged += outcome.status[lane] == Status::diverged ? 1 : 0;
    }
}

/// Fewer where a step takes a hundred times as long: software fma, sanitizers, emulation.
std::uint64_t num_cases() {
#if defined(__SANITIZE_ADDRESS__) || defined(SKEIN_EMULATED)
    return 30;
#else
    return instruction_set() == "portable" ? 60 : 300;
#endif
}

}  // namespace

TEST_CASE("a lane equals its chain alone, whatever the settings") {
    Seen seen;
    for (std::uint64_t seed = 0; seed < num_cases(); ++seed) {
        check_case<float>(seed, seen);
        check_case<double>(seed + 1000, seen);
    }
    // The property is worth little unless lanes end in every way.
    CHECK(seen.converged > num_cases());
    CHECK(seen.reached > num_cases());
    CHECK(seen.diverged > num_cases());
}

TEST_CASE("a lane is the same at every place") {
    Choices choose(7);
    const Dataset<float> data = random_data<float>(choose, 9, false);
    constexpr std::size_t kNumLanes = 131, kNumLayers = 3;
    std::vector<float> weights(kNumLanes * kNumLayers);
    std::ranges::generate(weights, [&] { return static_cast<float>(choose.uniform_in(-3, 3)); });
    EnsembleSettings settings;
    settings.common.batch_size = 1;
    settings.common.stop.max_steps = 40;
    settings.learning_rates = random_column(choose, kNumLanes, -4, 5);
    const Ensemble<float> start(kNumLanes, kNumLayers, weights);
    Ensemble<float> expected = start;
    const EnsembleOutcome outcome = train(expected, data, settings);
    for (const Execution execution : {Execution{1, 16}, Execution{2, 48}, Execution{7, 0}, Execution{3, 512}}) {
        Ensemble<float> end = start;
        settings.common.execution = execution;
        CHECK(train(end, data, settings).loss == outcome.loss);
        CHECK(std::ranges::equal(end.weights(), expected.weights()));
    }
    const std::size_t shift = 5;  // each lane five places on
    std::vector<float> shifted = weights;
    std::vector<double> rates = settings.learning_rates;
    std::ranges::rotate(rates, rates.end() - shift);
    for (std::size_t layer = 0; layer < kNumLayers; ++layer) {
        const auto begin = shifted.begin() + static_cast<std::ptrdiff_t>(layer * kNumLanes);
        std::rotate(begin, begin + static_cast<std::ptrdiff_t>(kNumLanes - shift), begin + kNumLanes);
    }
    settings.learning_rates = rates;
    Ensemble<float> moved(kNumLanes, kNumLayers, shifted);
    const EnsembleOutcome moved_outcome = train(moved, data, settings);
    for (std::size_t lane = 0; lane < kNumLanes; ++lane) {
        CHECK(same(moved_outcome.loss[(lane + shift) % kNumLanes], outcome.loss[lane]));
    }
}

/// What training 4 chains of 3 layers throws.
template <class Change>
std::string training_error_of(const Change& change) {
    const Dataset<double> data({1.0, 2.0}, {0.5, 0.1});
    Ensemble<double> chains(4, 3, std::vector<double>(12, 0.5));
    EnsembleSettings settings;
    settings.common.stop.max_steps = 1;
    change(settings);
    try {
        train(chains, data, settings);
    } catch (const std::invalid_argument& error) {
        return error.what();
    }
    return "";
}

TEST_CASE("invalid numbers in the columns of lanes are refused, naming the lane") {
    CHECK(training_error_of([](EnsembleSettings& s) {  // a layer after the other: of two wrong lanes, the first
              s.learning_rates = {1, 1, 1, 1, 1, 1, 1, 0, 1, 0, 1, 1};
          }) == "lane 1: the learning rate is 0: expected a positive number");
    CHECK(training_error_of([](EnsembleSettings& s) {
              s.common.optimizer.kind = Optimizer::Kind::momentum;
              s.momentum = {0.1, 0.2, 0.3, 1};
          }) == "lane 3: the momentum is 1: expected at least 0 and less than 1");
    CHECK(training_error_of([](EnsembleSettings& s) {
              s.weight_decay = {-0.5, 0, 0, 0};
          }) == "lane 0: the weight decay is -0.5: expected 0 or more");
    CHECK(training_error_of([](EnsembleSettings& s) {
              s.schedule_scale = {1, std::numeric_limits<double>::quiet_NaN(), 1, 1};
          }) == "lane 1: the scale of the schedule is nan: expected a positive number");
}

TEST_CASE("bad ensembles are refused, naming the lane") {
    const std::vector<double> weights(12, 0.5);
    const Dataset<double> data({1.0, 2.0}, {0.5, 0.1});
    CHECK_THROWS_WITH((Ensemble<double>(0, 3, weights)),
                      "an ensemble of 0 lanes and 3 layers: expected at least one of each");
    CHECK_THROWS_WITH((Ensemble<double>(5, 3, weights)),
                      "an ensemble of 5 lanes and 3 layers has 12 weights: expected lanes x layers");
    std::vector<double> infinite = weights;
    infinite[5] = INFINITY;
    CHECK_THROWS_WITH((Ensemble<double>(4, 3, infinite)), "lane 1: weight 2 is inf: expected a finite number");
    Ensemble<double> chains(4, 3, weights);
    CHECK_THROWS_WITH((void)chains.chain(4), "lane 4 of an ensemble of 4: lanes are counted from 0");
    CHECK(training_error_of([](EnsembleSettings& s) {
              s.learning_rates = {0.1, 0.2, -1, 0.1};
          }) == "lane 2: the learning rate is -1: expected a positive number");
    CHECK(training_error_of([](EnsembleSettings& s) { s.learning_rates = {0.1}; }) ==
          "the number of the lanes' learning rates is 1: expected one per lane, or one per lane and layer, or none");
    CHECK(training_error_of([](EnsembleSettings& s) { s.momentum = {0.1}; }) ==
          "the number of the lanes' momenta is 1: expected one per lane, 4, or none");
    CHECK(training_error_of([](EnsembleSettings& s) { s.common.stop.max_seconds = 1; }) ==
          "max_seconds is set: expected none for an ensemble, whose lanes would depend on each other");
    CHECK(training_error_of([](EnsembleSettings& s) {
              s.recorded_steps = {2, 1};
          }) == "the number of recorded steps is 2: expected steps in ascending order");
    EnsembleSettings endless;
    endless.common.stop.target_loss = 0.1;
    CHECK_THROWS_WITH(train(chains, data, endless),
                      "the number of stop rules that end every lane is 0: expected max_steps or max_epochs");
    const std::vector<Dataset<double>> two{data, data};
    CHECK_THROWS_WITH(train<double>(chains, std::span<const Dataset<double>>(two), endless),
                      "the number of data sets is 2: expected one, or one per lane");
}

}  // namespace skein::test
