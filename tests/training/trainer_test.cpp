// Training steps: observers, divergence, resuming.
#include "skein/trainer.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>
#include <vector>

#include "skein/batch_order.hpp"
#include "skein/chain.hpp"
#include "skein/dataset.hpp"
#include "skein/gradient.hpp"
#include "skein/schedule.hpp"
#include "support/training_cases.hpp"

namespace skein::test {

TEST_CASE("observers see every step") {
    const Dataset<double> data = teacher_data(100);
    TrainingState<double> state{Chain<double>({0.5, 0.5})};
    TrainingSettings settings;
    settings.batch_size = 30;
    settings.stop.max_epochs = 3;
    settings.schedule = {.kind = Schedule::Kind::step, .decay = 0.5, .every_steps = 4};
    Recorder recorder;
    const TrainingOutcome outcome = run(state, data, settings, &recorder);
    CHECK(outcome.status == Status::reached_max_steps);
    CHECK(outcome.cause == Cause::max_epochs);
    CHECK(outcome.steps == 12);
    CHECK(outcome.sample_layers == 3 * 100 * 2);
    CHECK(recorder.steps.size() == 12);
    CHECK(recorder.steps.back() == 12);
    CHECK(recorder.epoch_ends == 3);
    CHECK(recorder.factors[3] == 1.0);
    CHECK(recorder.factors[4] == 0.5);
    CHECK(recorder.factors[11] == 0.25);
    CHECK(outcome.loss == mean_loss(state.chain, data).loss);
}

TEST_CASE("a diverging chain stays at its last finite weights") {
    const Dataset<double> data(std::vector<double>{1.0, 2.0}, {1.0, -1.0});
    TrainingSettings settings;
    settings.learning_rates = {10.0};
    settings.stop.max_steps = 1000;
    TrainingState<double> state{Chain<double>({2.0, 2.0, 2.0}, Activation::identity)};
    Recorder recorder;
    const TrainingOutcome outcome = run(state, data, settings, &recorder);
    CHECK(outcome.status == Status::diverged);
    CHECK((outcome.cause == Cause::loss_not_finite || outcome.cause == Cause::gradient_not_finite));
    CHECK(outcome.steps == recorder.steps.size());
    CHECK(outcome.steps < 20);
    for (const double weight : weights_of(state)) {
        CHECK(std::isfinite(weight));
    }
    for (const double loss : recorder.losses) {
        CHECK(std::isfinite(loss));
    }
}

TEST_CASE("an update that would overflow a weight is not made") {
    const Dataset<double> data(std::vector<double>{1e100}, {0.0});
    TrainingSettings settings;
    settings.learning_rates = {1e300};
    settings.stop.max_steps = 10;
    TrainingState<double> state{Chain<double>({1.0}, Activation::identity)};
    const TrainingOutcome outcome = run(state, data, settings);
    CHECK(outcome.cause == Cause::gradient_not_finite);  // the norm of 2e200 overflows in squaring

    const Dataset<double> milder(std::vector<double>{1e20}, {0.0});
    const TrainingOutcome other = run(state, milder, settings);
    CHECK(other.status == Status::diverged);
    CHECK(other.cause == Cause::weight_not_finite);
    CHECK(other.steps == 0);
    CHECK(weights_of(state) == std::vector<double>{1.0});
}

TEST_CASE("a run that is stopped and resumed gives the same bits") {
    const Dataset<double> data = teacher_data(700);
    for (const Optimizer::Kind kind : {Optimizer::Kind::sgd, Optimizer::Kind::momentum, Optimizer::Kind::nesterov,
                                       Optimizer::Kind::adamw, Optimizer::Kind::rmsprop}) {
        for (const Sampling sampling : {Sampling::shuffled, Sampling::with_replacement, Sampling::sequential}) {
            CAPTURE(kOptimizerNames[static_cast<std::size_t>(kind)]);
            CAPTURE(kSamplingNames[static_cast<std::size_t>(sampling)]);
            TrainingSettings settings;
            settings.optimizer.kind = kind;
            settings.sampling = sampling;
            settings.batch_size = 48;
            settings.seed = 9;
            settings.schedule = {.kind = Schedule::Kind::cosine, .warm_up_steps = 5, .total_steps = 50};
            settings.stop.max_steps = 50;
            TrainingState<double> whole{Chain<double>({0.5, 0.7, 1.1})};
            run(whole, data, settings);
            TrainingState<double> parts{Chain<double>({0.5, 0.7, 1.1})};
            for (const std::uint64_t stop : {1u, 14u, 15u, 33u, 50u}) {
                settings.stop.max_steps = stop;
                run(parts, data, settings);
            }
            CHECK(weights_of(parts) == weights_of(whole));
            CHECK(parts.first_moment == whole.first_moment);
            CHECK(parts.second_moment == whole.second_moment);
        }
    }
}

}  // namespace skein::test
