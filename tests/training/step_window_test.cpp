// Small steps that train() makes many at a time have the bits of steps made one by one, and are reported as they are.
#include "training/step_window.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <vector>

#include "skein/generated_data.hpp"
#include "skein/trainer.hpp"
#include "support/in_memory.hpp"

namespace skein {
namespace {

/// Writes down what it is told, and looks at every `period`-th step. Stops the run at `stop_at`.
class Notes final : public Observer<double> {
public:
    explicit Notes(std::uint64_t period, std::uint64_t stop_at = 0) : period_(period), stop_at_(stop_at) {}
    std::vector<double> numbers;  // of all steps
    std::vector<double> chains;   // of those it looks at
    bool looks_at(std::uint64_t step) const override { return step % period_ == 0 || step == stop_at_; }
    bool after_step(const StepReport<double>& report) override {
        numbers.insert(numbers.end(),
                       {double(report.step), report.loss, report.gradient_norm, report.learning_rate_factor});
        if (report.step % 60 == 0) {
            chains.insert(chains.end(), report.chain.weights().begin(), report.chain.weights().end());
        }
        return report.step != stop_at_;
    }

private:
    std::uint64_t period_, stop_at_;
};

struct Case {
    std::uint64_t num_samples, batch_size;
    Sampling sampling;
    Optimizer::Kind optimizer;
    Schedule::Kind schedule;
};
constexpr Case kCases[] = {
    {1000, 32, Sampling::shuffled, Optimizer::Kind::sgd, Schedule::Kind::constant},
    {1003, 10, Sampling::shuffled, Optimizer::Kind::momentum, Schedule::Kind::cosine},
    {140'001, 64, Sampling::shuffled, Optimizer::Kind::nesterov, Schedule::Kind::step},
    {70'001, 1, Sampling::with_replacement, Optimizer::Kind::sgd, Schedule::Kind::inverse_time},
    {40'000, 17, Sampling::shuffled_blocks, Optimizer::Kind::sgd, Schedule::Kind::constant},
    {33, 0, Sampling::shuffled, Optimizer::Kind::momentum, Schedule::Kind::constant},
    {300, 32, Sampling::sequential, Optimizer::Kind::sgd, Schedule::Kind::constant},
};

Dataset<double> data_of(const Case& c) {
    GeneratedData settings;
    settings.num_samples = c.num_samples;
    settings.noise = 0.1;
    settings.teacher_weights = {1.2, 0.8};
    return test::in_memory(generate<double>(settings));
}

TrainingSettings settings_of(const Case& c, std::uint64_t num_steps) {
    TrainingSettings settings;
    settings.optimizer.kind = c.optimizer;
    settings.learning_rates = {0.1};
    settings.schedule.kind = c.schedule;
    settings.schedule.every_steps = 50;
    settings.schedule.total_steps = 700;
    settings.batch_size = c.batch_size;
    settings.sampling = c.sampling;
    settings.stop.max_steps = num_steps;
    return settings;
}

TrainingState<double> start() {
    constexpr double kWeights[] = {0.9, -0.7, 1.1};
    return TrainingState<double>(Chain<double>(kWeights));
}

void check_equal(const TrainingState<double>& one, const TrainingState<double>& other) {
    CHECK(one.step == other.step);
    CHECK(std::ranges::equal(one.chain.weights(), other.chain.weights()));
    CHECK(one.first_moment == other.first_moment);
}

}  // namespace

TEST_CASE("steps made together, one by one, with observers and resumed have the same bits") {
    for (const Case& c : kCases) {
        CAPTURE(c.num_samples);
        const Dataset<double> data = data_of(c);
        Notes each(1), some(60);
        TrainingState<double> alone = start(), together = start(), watched = start(), resumed = start();
        Observer<double>* const looks_at_each[] = {&each};
        Observer<double>* const looks_at_some[] = {&some};
        const TrainingOutcome expected = train<double>(alone, data, settings_of(c, 700), looks_at_each);
        const TrainingOutcome outcome = train<double>(together, data, settings_of(c, 700));
        CHECK(outcome.loss == expected.loss);
        CHECK(outcome.sample_layers == expected.sample_layers);
        train<double>(watched, data, settings_of(c, 700), looks_at_some);
        for (const std::uint64_t stop : {1u, 63u, 64u, 65u, 200u, 700u}) {
            train<double>(resumed, data, settings_of(c, stop));
        }
        for (const TrainingState<double>* state : {&together, &watched, &resumed}) {
            check_equal(*state, alone);
        }
        CHECK(some.numbers == each.numbers);
        CHECK(some.chains == each.chains);
    }
}

TEST_CASE("an observer that looks at a step can end the run there") {
    for (const std::uint64_t stop_at : {1u, 2u, 63u, 64u, 65u, 100u}) {
        Notes notes(1000, stop_at);
        Observer<double>* const observers[] = {&notes};
        TrainingState<double> stopped = start(), expected = start();
        const Dataset<double> data = data_of(kCases[0]);
        CHECK(train<double>(stopped, data, settings_of(kCases[0], 700), observers).cause == Cause::observer);
        train<double>(expected, data, settings_of(kCases[0], stop_at));
        check_equal(stopped, expected);
    }
}

TEST_CASE("a stop request ends a run of small steps within a window") {
    class Requests final : public Observer<double> {
    public:
        std::atomic<bool> stop = false;
        bool looks_at(std::uint64_t) const override { return false; }
        bool after_step(const StepReport<double>& report) override {
            if (report.step == 100) stop = true;
            return true;
        }
    } requests;
    Observer<double>* const observers[] = {&requests};
    for (const Case& c : {kCases[0], kCases[2], kCases[5]}) {
        requests.stop = false;
        TrainingState<double> stopped = start(), expected = start();
        const Dataset<double> data = data_of(c);
        TrainingSettings settings = settings_of(c, 100'000);
        settings.execution.stop_request = &requests.stop;
        const TrainingOutcome outcome = train<double>(stopped, data, settings, observers);
        CHECK(outcome.cause == Cause::stop_request);
        CHECK(outcome.steps >= 100);
        CHECK(outcome.steps < 200);
        train<double>(expected, data, settings_of(c, outcome.steps));
        check_equal(stopped, expected);
    }
}

/// A run whose steps are made together ends as one whose observer looks at each. Returns how.
TrainingOutcome check_end(const Dataset<double>& data, const TrainingSettings& settings) {
    Notes each(1);
    Observer<double>* const observers[] = {&each};
    TrainingState<double> together = start(), alone = start();
    const TrainingOutcome outcome = train<double>(together, data, settings);
    const TrainingOutcome expected = train<double>(alone, data, settings, observers);
    CHECK(outcome.cause == expected.cause);
    CHECK(outcome.steps == expected.steps);
    check_equal(together, alone);
    return outcome;
}

TEST_CASE("rules that look at a loss, a norm or a number end a run at the step at which they do one by one") {
    const Dataset<double> data = data_of(kCases[5]);
    for (const double rate : {0.1, 1e9, 1e200}) {
        for (const double norm : {0.0, 1e-3}) {
            for (const double loss : {0.0, 0.02}) {
                TrainingSettings settings = settings_of(kCases[5], 5000);
                settings.learning_rates = {rate};
                settings.stop.gradient_norm = norm;
                settings.stop.target_loss = loss;
                check_end(data, settings);
            }
        }
    }
}

TEST_CASE("a target loss is looked for at the ends of epochs, also if samples are drawn with replacement") {
    const Case c{300, 10, Sampling::with_replacement, Optimizer::Kind::sgd, Schedule::Kind::constant};
    const Dataset<double> data = data_of(c);
    for (const double loss : {0.02, 0.05, 0.1, 0.2}) {
        TrainingSettings settings = settings_of(c, 3000);
        settings.stop.target_loss = loss;
        const TrainingOutcome outcome = check_end(data, settings);
        CHECK((outcome.cause == Cause::max_steps || outcome.steps % 30 == 0));
    }
}

}  // namespace skein
