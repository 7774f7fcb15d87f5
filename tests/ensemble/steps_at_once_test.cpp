// Steps that a tile makes at once: every lane is the chain alone, wherever lanes, rows and steps end.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "skein/dataset.hpp"
#include "skein/ensemble_trainer.hpp"
#include "skein/trainer.hpp"
#include "support/ensemble_cases.hpp"

namespace skein::test {

namespace {

/// Chains of tanh by plain sgd on data that all share: what is made at once.
template <class Scalar>
Case<Scalar> plain_case(std::uint64_t seed, std::size_t num_lanes, std::size_t num_layers, std::uint64_t num_steps) {
    Choices choose(seed);
    Case<Scalar> c;
    c.num_lanes = num_lanes;
    c.activations.assign(num_layers, Activation::tanh);
    c.weights.resize(num_lanes * num_layers);
    std::ranges::generate(c.weights, [&] { return static_cast<Scalar>(choose.uniform_in(-2, 2)); });
    c.data.push_back(random_data<Scalar>(choose, 8, false));
    c.settings.common.batch_size = choose.one_of<std::uint64_t>({1, 1, 0, 0, 2, 4, 3, 8});
    c.settings.common.sampling = static_cast<Sampling>(choose.below(kSamplingNames.size()));
    c.settings.common.stop.max_steps = num_steps;
    c.settings.common.execution = {1, choose.one_of<std::size_t>({0, 16, 48, 112})};
    c.settings.learning_rates = random_column(choose, num_lanes * (choose.odds(2) ? 1 : num_layers), -4, 0);
    return c;
}

template <class Scalar>
EnsembleOutcome check_case(const Case<Scalar>& c) {
    const Ensemble<Scalar> start(c.num_lanes, c.weights, c.activations);
    Ensemble<Scalar> end = start;
    const EnsembleOutcome outcome = train<Scalar>(end, std::span<const Dataset<Scalar>>(c.data), c.settings);
    for (std::size_t lane = 0; lane < c.num_lanes; ++lane) {
        check_lane(c, lane, start, end, outcome);
    }
    return outcome;
}

std::size_t count(const EnsembleOutcome& outcome, Cause cause) {
    return static_cast<std::size_t>(std::ranges::count(outcome.cause, cause));
}

constexpr std::size_t kLanes[] = {1, 15, 17, 33, 100};
constexpr std::uint64_t kSteps[] = {1, 24, 25, 26, 51};

}  // namespace

TEST_CASE_TEMPLATE("steps at once: lanes and steps that fill no row and no stretch of steps", Scalar, float, double) {
    std::uint64_t seed = 0;
    for (const std::size_t num_lanes : kLanes) {
        for (const std::uint64_t num_steps : kSteps) {
            CAPTURE(num_lanes);
            CAPTURE(num_steps);
            ++seed;
            Case<Scalar> c = plain_case<Scalar>(seed, num_lanes, 1 + seed % 9, num_steps);
            c.settings.recorded_steps = {0, 1, 23, 24, 25, 49, 50};
            c.settings.counts_loss_increases = seed % 2 == 0;
            const EnsembleOutcome outcome = check_case(c);
            CHECK(count(outcome, Cause::max_steps) == num_lanes);
        }
    }
}

/// Samples at x = 0 change no weight. Two others, in the middle of what is made at once, are so far away that a large
/// rate takes a weight beyond the range, and in double the square of a gradient where no activation is saturated.
TEST_CASE_TEMPLATE("steps at once: lanes that diverge between two looks", Scalar, float, double) {
    const bool is_float = sizeof(Scalar) == sizeof(float);
    std::size_t num_weights = 0, num_gradients = 0, num_left = 0;
    for (std::uint64_t seed = 0; seed < 6; ++seed) {
        CAPTURE(seed);
        Case<Scalar> c = plain_case<Scalar>(100 + seed, 100, 1 + seed % 3, 70);
        std::vector<Scalar> x(40), y(40, Scalar(0.5));
        x[13] = 1;
        x[31] = Scalar(0.5);
        y[13] = y[31] = static_cast<Scalar>(is_float ? 1.2e19 : 8e153);
        c.data.assign(1, Dataset<Scalar>(x, y));
        c.settings.common.batch_size = 1;
        c.settings.common.sampling = Sampling::sequential;
        c.settings.counts_loss_increases = true;
        c.settings.learning_rates.assign(c.num_lanes, is_float ? 1e-25 : 1e-160);
        for (std::size_t lane = 0; lane < c.num_lanes; lane += 7) {
            c.settings.learning_rates[lane] = is_float ? 1e30 : 1e160;
        }
        const EnsembleOutcome outcome = check_case(c);
        num_weights += count(outcome, Cause::weight_not_finite);
        num_gradients += count(outcome, Cause::gradient_not_finite);
        num_left += count(outcome, Cause::max_steps);
    }
    CHECK(num_weights > 10);
    CHECK((num_gradients > 10) == !is_float);
    CHECK(num_left > 100);
}

/// Losses of a gradient descent that converges come below the target at steps of their own.
TEST_CASE_TEMPLATE("steps at once: lanes that reach the target or the mark between two looks", Scalar, float, double) {
    std::size_t num_converged = 0, num_marked = 0;
    std::vector<std::uint64_t> steps;
    for (std::uint64_t seed = 0; seed < 8; ++seed) {
        CAPTURE(seed);
        Case<Scalar> c = plain_case<Scalar>(200 + seed, 100, 1 + seed % 4, 120);
        c.settings.common.batch_size = seed % 4 == 3 ? 1 : 0;
        c.settings.common.stop.target_loss = 0.1;
        c.settings.marked_loss = seed % 2 == 0 ? 0.2 : 0.05;
        const EnsembleOutcome outcome = check_case(c);
        num_converged += count(outcome, Cause::target_loss);
        num_marked += c.num_lanes - static_cast<std::size_t>(std::ranges::count(outcome.marked_step, kNever));
        steps.insert(steps.end(), outcome.steps.begin(), outcome.steps.end());
    }
    CHECK(num_converged > 50);
    CHECK(num_marked > 50);
    CHECK(std::ranges::count_if(steps, [](std::uint64_t step) { return step % 25 != 0 && step < 120; }) > 50);
}

TEST_CASE_TEMPLATE("steps at once: schedules, and steps until the end of an epoch", Scalar, float, double) {
    for (std::uint64_t seed = 0; seed < 12; ++seed) {
        CAPTURE(seed);
        Case<Scalar> c = plain_case<Scalar>(300 + seed, 33, 3, 110);
        c.settings.common.schedule.kind = static_cast<Schedule::Kind>(seed % kScheduleNames.size());
        c.settings.common.schedule.every_steps = 10;
        c.settings.common.schedule.warm_up_steps = seed % 3;
        c.settings.schedule_scale.assign(c.num_lanes, 0.5);
        c.settings.common.stop.max_epochs = 5;
        if (seed % 2 == 0) {
            c.settings.common.stop.target_loss = 0.1;
        }
        check_case(c);
    }
}

}  // namespace skein::test
