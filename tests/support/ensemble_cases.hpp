// Random ensembles, and the plain twin of a lane: its chain trained alone.
#pragma once

#include <doctest/doctest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "skein/dataset.hpp"
#include "skein/ensemble_trainer.hpp"
#include "skein/generated_data.hpp"
#include "skein/random.hpp"
#include "skein/schedule.hpp"
#include "skein/trainer.hpp"

namespace skein::test {

/// What an ensemble's outcome says of a lane, found from its chain alone with an observer: the plain twin.
template <class Scalar>
class LossMeasures final : public Observer<Scalar> {
public:
    LossMeasures(std::optional<double> marked, std::vector<std::uint64_t> recorded)
        : marked_(marked), recorded_(std::move(recorded)), recorded_losses(recorded_.size(), std::nan("")) {}

    bool after_step(const StepReport<Scalar>& report) override {
        const auto loss = static_cast<Scalar>(report.loss);
        increases += !losses.empty() && static_cast<double>(loss) > losses.back() ? 1 : 0;
        losses.push_back(static_cast<double>(loss));
        smallest = std::min(smallest, losses.back());
        add(sum_, error_, loss);
        add(inverse_sum_, inverse_error_, Scalar(1) / loss);
        if (marked_ && marked_step == kNever && report.loss <= *marked_) {
            marked_step = losses.size() - 1;
        }
        for (std::size_t record = 0; record < recorded_.size(); ++record) {
            if (recorded_[record] == losses.size() - 1) {
                recorded_losses[record] = losses.back();
            }
        }
        return true;
    }

    double normalised_sum() const { return finite(sum_, error_) / losses[0]; }
    double inverse_sum() const { return finite(inverse_sum_, inverse_error_) * losses[0]; }
    bool decreased() const {
        double last = 0.0;
        const std::size_t count = std::min<std::size_t>(20, losses.size());
        for (std::size_t step = losses.size() - count; step < losses.size(); ++step) {
            last += losses[step];
        }
        return last / static_cast<double>(count) < losses[0];
    }

private:
    std::optional<double> marked_;
    std::vector<std::uint64_t> recorded_;
    Scalar sum_ = 0, error_ = 0, inverse_sum_ = 0, inverse_error_ = 0;

    static void add(Scalar& sum, Scalar& error, Scalar a) {
        const Scalar corrected = a - error;
        const Scalar next = sum + corrected;
        error = (next - sum) - corrected;
        sum = next;
    }
    static double finite(Scalar sum, Scalar error) {
        const double value = static_cast<double>(sum) - static_cast<double>(error);
        return std::isfinite(value) ? value : std::numeric_limits<double>::infinity();
    }

public:
    std::vector<double> losses;
    double smallest = std::numeric_limits<double>::infinity();
    std::uint64_t marked_step = kNever;
    std::uint64_t increases = 0;
    std::vector<double> recorded_losses;
};

inline bool same(double a, double b) { return std::bit_cast<std::uint64_t>(a) == std::bit_cast<std::uint64_t>(b); }

/// Random choices, all functions of (seed, how many were made).
class Choices {
public:
    explicit Choices(std::uint64_t seed) : seed_(seed) {}
    std::size_t below(std::size_t bound) {
        return random::integer(seed_, random::Stream::replacement, count_++, bound);
    }
    bool odds(std::size_t one_in) { return below(one_in) == 0; }
    double uniform_in(double low, double high) {
        return low + (high - low) * skein::random::uniform(seed_, random::Stream::noise, count_++);
    }
    template <class Value>
    Value one_of(std::initializer_list<Value> values) {
        return values.begin()[below(values.size())];
    }

private:
    std::uint64_t seed_;
    std::uint64_t count_ = 0;
};

template <class Scalar>
struct Case {
    std::vector<Scalar> weights;  // [lanes x layers]
    std::vector<Activation> activations;
    std::vector<Dataset<Scalar>> data;
    EnsembleSettings settings;
    std::size_t num_lanes;
};

template <class Scalar>
Dataset<Scalar> random_data(Choices& choose, std::uint64_t num_samples, bool weighted) {
    GeneratedData settings;
    settings.num_samples = num_samples;
    settings.seed = choose.below(1000);
    settings.noise = choose.odds(2) ? 0.0 : 0.3;
    settings.teacher_weights = {choose.uniform_in(-2, 2), choose.uniform_in(-2, 2)};
    if (!weighted) {
        return generate<Scalar>(settings);
    }
    std::vector<Scalar> x(num_samples), y(num_samples), m(num_samples);
    for (std::size_t sample = 0; sample < num_samples; ++sample) {
        x[sample] = static_cast<Scalar>(choose.uniform_in(-2, 2));
        y[sample] = static_cast<Scalar>(choose.uniform_in(-1, 1));
        // Mini-batches of none, too.
        m[sample] = sample != 0 && choose.odds(2) ? 0 : static_cast<Scalar>(choose.uniform_in(0.1, 3));
    }
    return Dataset<Scalar>(x, y, m);
}

inline std::vector<double> random_column(Choices& choose, std::size_t size, double low, double high) {
    std::vector<double> column(size);
    std::ranges::generate(column, [&] { return std::exp2(choose.uniform_in(low, high)); });
    return column;
}

/// Learning rates up to 2^4: many lanes diverge, in every way there is.
inline TrainingSettings random_settings(Choices& choose, std::size_t num_layers, std::uint64_t num_samples) {
    TrainingSettings common;
    common.optimizer.kind = static_cast<Optimizer::Kind>(choose.below(kOptimizerNames.size()));
    common.optimizer.weight_decay = choose.odds(3) ? 0.01 : 0.0;
    common.learning_rates = random_column(choose, choose.odds(2) ? 1 : num_layers, -5, 4);
    common.schedule.kind = static_cast<Schedule::Kind>(choose.below(kScheduleNames.size()));
    common.schedule.every_steps = 3;
    common.schedule.warm_up_steps = choose.below(3);
    common.batch_size = choose.odds(2) ? 0 : 1 + choose.below(num_samples);
    common.sampling = static_cast<Sampling>(choose.below(kSamplingNames.size()));
    common.seed = choose.below(100);
    common.stop.max_steps = num_samples > 1000 ? 4 + choose.below(4) : 4 + choose.below(60);
    if (choose.odds(4)) {
        common.stop.max_epochs = 3;
    }
    if (choose.odds(2)) {
        common.stop.target_loss = choose.uniform_in(0, 0.5);
    }
    if (choose.odds(4)) {
        common.stop.gradient_norm = choose.uniform_in(0, 0.1);
    }
    if (choose.odds(4)) {
        common.clip_norm = choose.uniform_in(0.1, 2);
    }
    common.execution = {1 + static_cast<int>(choose.below(3)), choose.one_of<std::size_t>({0, 1, 16, 48, 256})};
    return common;
}

/// What differs from lane to lane, and what is recorded.
inline void choose_columns(Choices& choose, std::size_t num_lanes, std::size_t num_layers, EnsembleSettings& settings) {
    if (choose.odds(2)) {
        settings.learning_rates = random_column(choose, num_lanes * (choose.odds(2) ? 1 : num_layers), -5, 4);
    }
    if (choose.odds(3)) {
        settings.momentum = random_column(choose, num_lanes, -4, -0.1);
    }
    if (choose.odds(3)) {
        settings.weight_decay = random_column(choose, num_lanes, -9, -2);
    }
    if (choose.odds(3)) {
        settings.schedule_scale = random_column(choose, num_lanes, -2, 2);
    }
    if (choose.odds(3)) {
        for (std::size_t lane = 0; lane < num_lanes; ++lane) {
            settings.seeds.push_back(choose.below(50));
        }
    }
    if (choose.odds(2)) {
        settings.marked_loss = choose.uniform_in(0, 1);
    }
    if (choose.odds(2)) {
        settings.recorded_steps = {0, 2, 5, 30};
    }
    settings.counts_loss_increases = choose.odds(2);
}

template <class Scalar>
Case<Scalar> random_case(std::uint64_t seed) {
    Choices choose(seed);
    Case<Scalar> c;
    c.num_lanes = 1 + choose.below(choose.one_of<std::size_t>({5, 40, 150}));
    const std::size_t num_layers = 1 + choose.below(choose.one_of<std::size_t>({3, 6, 12}));
    const std::uint64_t num_samples = 1 + choose.below(choose.one_of<std::size_t>({4, 20, 70, 1100, 2100}));
    c.activations.assign(num_layers, static_cast<Activation>(choose.below(kActivationNames.size())));
    for (Activation& activation : c.activations) {
        if (choose.odds(5)) {
            activation = static_cast<Activation>(choose.below(kActivationNames.size()));
        }
    }
    for (std::size_t index = 0; index < c.num_lanes * num_layers; ++index) {
        const bool is_zero = choose.odds(40);
        c.weights.push_back(static_cast<Scalar>(is_zero ? (choose.odds(2) ? 0.0 : -0.0) : choose.uniform_in(-3, 3)));
    }
    const bool weighted = choose.odds(4);
    const std::size_t num_data = choose.odds(3) ? c.num_lanes : 1;
    for (std::size_t index = 0; index < num_data; ++index) {
        c.data.push_back(random_data<Scalar>(choose, num_samples, weighted && choose.odds(2)));
    }
    c.settings.common = random_settings(choose, num_layers, num_samples);
    choose_columns(choose, c.num_lanes, num_layers, c.settings);
    return c;
}

template <class Scalar>
void check_lane(const Case<Scalar>& c, std::size_t lane, const Ensemble<Scalar>& start, const Ensemble<Scalar>& end,
                const EnsembleOutcome& outcome) {
    LossMeasures<Scalar> measures(c.settings.marked_loss, c.settings.recorded_steps);
    Observer<Scalar>* const observers[] = {&measures};
    TrainingState<Scalar> alone(start.chain(lane));
    const TrainingOutcome expected = train<Scalar>(alone, c.data[c.data.size() == 1 ? 0 : lane],
                                                   lane_settings(c.settings, lane, c.num_lanes), observers);
    CAPTURE(lane);
    for (std::size_t layer = 0; layer < start.num_layers(); ++layer) {
        CHECK(same(static_cast<double>(end.layer(layer)[lane]), static_cast<double>(alone.chain.weights()[layer])));
    }
    CHECK(outcome.status[lane] == expected.status);
    CHECK(outcome.cause[lane] == expected.cause);
    CHECK(outcome.steps[lane] == expected.steps);
    CHECK(same(outcome.loss[lane], expected.loss));
    // A mark set in the step that ends a lane is seen by no observer.
    REQUIRE(outcome.marked_step.size() == (c.settings.marked_loss ? c.num_lanes : 0));
    if (c.settings.marked_loss) {
        CHECK((outcome.marked_step[lane] == measures.marked_step || outcome.marked_step[lane] == expected.steps));
    }
    REQUIRE(outcome.loss_increases.size() == (c.settings.counts_loss_increases ? c.num_lanes : 0));
    if (c.settings.counts_loss_increases) {
        CHECK(outcome.loss_increases[lane] == measures.increases);
    }
    for (std::size_t record = 0; record < c.settings.recorded_steps.size(); ++record) {
        CHECK(same(outcome.recorded_losses[record * c.num_lanes + lane], measures.recorded_losses[record]));
    }
    if (measures.losses.empty()) {
        CHECK(std::isnan(outcome.first_loss[lane]));
        return;
    }
    CHECK(same(outcome.first_loss[lane], measures.losses[0]));
    CHECK(same(outcome.smallest_loss[lane], measures.smallest));
    CHECK((same(outcome.normalised_loss_sum[lane], measures.normalised_sum()) || measures.losses[0] == 0));
    CHECK((same(outcome.inverse_loss_sum[lane], measures.inverse_sum()) || measures.losses[0] == 0));
    CHECK((outcome.loss_decreased[lane] == 1) == (measures.decreased() && expected.status != Status::diverged));
}

}  // namespace skein::test
