// The state of a run: what it is after an exception, and that it can be kept at any step.
#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <vector>

#include "skein/trainer.hpp"
#include "support/training_cases.hpp"

namespace skein::test {
namespace {

/// Throws after a step, or keeps the state before one.
class Interruption final : public Observer<double> {
public:
    std::uint64_t throws_after = UINT64_MAX, keeps_before = UINT64_MAX;
    bool looks_at_all = true;
    std::optional<TrainingState<double>> kept = {};

    bool after_step(const StepReport<double>& report) override {
        step_ = report.step;
        if (report.step == throws_after) throw std::runtime_error("no more");
        return true;
    }
    bool looks_at(std::uint64_t) const override { return looks_at_all; }
    bool wants_state() override { return !kept && step_ >= keeps_before; }
    void take_state(const TrainingState<double>& state) override { kept = state; }

private:
    std::uint64_t step_ = 0;
};

TrainingSettings settings_of(Optimizer::Kind rule, std::uint64_t batch_size) {
    TrainingSettings settings;
    settings.learning_rates = {0.01};
    settings.optimizer.kind = rule;
    settings.batch_size = batch_size;
    settings.stop.max_steps = 60;
    return settings;
}

void check_equal(const TrainingState<double>& one, const TrainingState<double>& other) {
    CHECK(std::ranges::equal(one.chain.weights(), other.chain.weights()));
    CHECK(one.step == other.step);
    CHECK(one.rule == other.rule);
    CHECK(one.first_moment == other.first_moment);
    CHECK(one.second_moment == other.second_moment);
}

TEST_CASE("an exception, and a state that is kept, change nothing: the run goes on to the same bits") {
    const Dataset<double> data = teacher_data(100);
    for (const auto rule : {Optimizer::Kind::sgd, Optimizer::Kind::nesterov, Optimizer::Kind::adamw}) {
        for (const std::uint64_t batch_size : {7u, 100u}) {  // small steps are made many at a time
            const TrainingSettings settings = settings_of(rule, batch_size);
            TrainingState<double> whole{Chain<double>({0.5, 0.7})};
            train<double>(whole, data, settings);
            CHECK(whole.rule == rule);
            for (const bool looks_at_all : {true, false}) {
                for (const std::uint64_t step : {1u, 14u, 15u, 33u}) {
                    CAPTURE(step);
                    Interruption interruption;
                    interruption.looks_at_all = looks_at_all;
                    interruption.throws_after = step;
                    Observer<double>* const observers[] = {&interruption};
                    TrainingState<double> state{Chain<double>({0.5, 0.7})};
                    CHECK_THROWS_AS(train<double>(state, data, settings, observers), std::runtime_error);
                    CHECK(state.step >= step);
                    CHECK((!looks_at_all || state.step == step));
                    train<double>(state, data, settings);
                    check_equal(state, whole);

                    Interruption keeper;
                    keeper.looks_at_all = looks_at_all;
                    keeper.keeps_before = step;
                    Observer<double>* const keepers[] = {&keeper};
                    TrainingState<double> other{Chain<double>({0.5, 0.7})};
                    train<double>(other, data, settings, keepers);
                    check_equal(other, whole);
                    REQUIRE(keeper.kept);
                    CHECK(keeper.kept->step >= step);
                    train<double>(*keeper.kept, data, settings);
                    check_equal(*keeper.kept, whole);
                }
            }
        }
    }
}

TEST_CASE("a state goes on with the rule that made it, and with no other") {
    const Dataset<double> data = teacher_data(100);
    TrainingState<double> state{Chain<double>({0.5, 0.7})};
    train<double>(state, data, settings_of(Optimizer::Kind::adamw, 10));
    const TrainingState<double> before = state;
    CHECK_THROWS_WITH_AS(train<double>(state, data, settings_of(Optimizer::Kind::momentum, 10)),
                         "the optimizer is momentum: expected adamw, which made the state", std::invalid_argument);
    check_equal(state, before);
}

}  // namespace
}  // namespace skein::test
