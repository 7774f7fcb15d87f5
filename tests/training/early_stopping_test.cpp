// Early stopping: the lowest validation loss, its weights, and when a run ends.
#include "skein/early_stopping.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <limits>
#include <vector>

#include "skein/gradient.hpp"
#include "support/training_cases.hpp"

namespace skein::test {
namespace {

/// One weight, f = w x: the training data pull it to 1; validation data that want another one are passed by.
struct Pull {
    Dataset<double> data{{1.0, 1.0}, {1.0, 1.0}};
    TrainingSettings settings;
    TrainingState<double> state{Chain<double>({0.0}, Activation::identity)};

    explicit Pull(std::uint64_t max_epochs) {
        settings.learning_rates = {0.05};
        settings.batch_size = 1;
        settings.stop.max_epochs = max_epochs;
    }
};

TrainingData<double> wanting(double weight) { return Dataset<double>({1.0}, {weight}); }

}  // namespace

TEST_CASE("early stopping: the run goes on for as many epochs as it is told, and the best weights are kept") {
    const TrainingData<double> validation = wanting(0.5);
    for (const std::uint64_t patience : {1u, 3u}) {
        Pull pull(1000);
        EarlyStopping<double> early_stopping(patience, 2, validation, pull.state);
        Observer<double>* const observers[] = {&early_stopping};
        const TrainingOutcome outcome = train<double>(pull.state, pull.data, pull.settings, observers);
        REQUIRE(early_stopping.best());
        CHECK(outcome.cause == Cause::observer);
        CHECK(early_stopping.has_stopped());
        CHECK(outcome.steps == early_stopping.best()->step + 2 * patience);

        // The same by hand: 1 - w shrinks by 0.9 a step, and the weights after an epoch are looked at.
        double w = 0.0, best = std::numeric_limits<double>::infinity(), best_weight = 0.0;
        std::uint64_t step_of_best = 0;
        for (std::uint64_t step = 1; step <= outcome.steps; ++step) {
            w += 0.1 * (1.0 - w);
            if (step % 2 == 0 && (w - 0.5) * (w - 0.5) < best) {
                best = (w - 0.5) * (w - 0.5);
                best_weight = w;
                step_of_best = step;
            }
        }
        CHECK(early_stopping.best()->step == step_of_best);
        CHECK(early_stopping.best()->weights[0] == doctest::Approx(best_weight).epsilon(1e-14));
        CHECK(early_stopping.best()->loss ==
              mean_loss(Chain<double>(early_stopping.best()->weights, Activation::identity), validation).loss);
    }
}

TEST_CASE("early stopping: a loss that keeps falling ends nothing") {
    const TrainingData<double> validation = wanting(1.0);
    Pull pull(20);
    EarlyStopping<double> early_stopping(1, 2, validation, pull.state);
    Observer<double>* const observers[] = {&early_stopping};
    CHECK(train<double>(pull.state, pull.data, pull.settings, observers).cause == Cause::max_epochs);
    CHECK(!early_stopping.has_stopped());
    CHECK(early_stopping.best()->step == 40);
    CHECK_THROWS_WITH_AS(EarlyStopping<double>(0, 2, validation, pull.state),
                         "the patience is 0: expected 1 epoch or more", std::invalid_argument);
}

TEST_CASE("early stopping: a run that is resumed anywhere stops at the same step, with the same best weights") {
    const TrainingData<double> validation = wanting(0.5);
    Pull whole(1000);
    EarlyStopping<double> of_whole(3, 2, validation, whole.state);
    Observer<double>* const observers[] = {&of_whole};
    const TrainingOutcome expected = train<double>(whole.state, whole.data, whole.settings, observers);
    for (std::uint64_t first = 1; first < expected.steps; ++first) {
        Pull parts(1000);
        parts.settings.stop.max_epochs.reset();
        parts.settings.stop.max_steps = first;
        for (const bool is_last : {false, true}) {
            if (is_last) parts.settings.stop = whole.settings.stop;
            EarlyStopping<double> early_stopping(3, 2, validation, parts.state);
            Observer<double>* const of_part[] = {&early_stopping};
            const TrainingOutcome outcome = train<double>(parts.state, parts.data, parts.settings, of_part);
            CHECK(outcome.steps == (is_last ? expected.steps : first));
        }
        CHECK(parts.state.best->step == whole.state.best->step);
        CHECK(parts.state.best->loss == whole.state.best->loss);
        CHECK(parts.state.best->weights == whole.state.best->weights);
    }
}

}  // namespace skein::test
