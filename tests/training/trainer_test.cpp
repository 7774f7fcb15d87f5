#include "skein/trainer.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <cmath>
#include <limits>
#include <memory>
#include <stdexcept>
#include <string>

#include "skein/generated_data.hpp"
#include "skein/gradient.hpp"

namespace skein {
namespace {

Dataset<double> teacher_data(std::uint64_t num_samples) {
    GeneratedData settings;
    settings.num_samples = num_samples;
    settings.seed = 1;
    settings.noise = 0.05;
    settings.teacher_weights = {1.2, 0.9};
    return generate<double>(settings);
}

/// Keeps what it sees, and asks to stop after `last_step`.
struct Recorder final : Observer<double> {
    bool after_step(const StepReport<double>& report) override {
        steps.push_back(report.step);
        losses.push_back(report.loss);
        norms.push_back(report.gradient_norm);
        factors.push_back(report.learning_rate_factor);
        epoch_ends += report.is_epoch_end() ? 1 : 0;
        return report.step < last_step;
    }
    std::uint64_t last_step = std::numeric_limits<std::uint64_t>::max();
    std::vector<std::uint64_t> steps;
    std::vector<double> losses, norms, factors;
    int epoch_ends = 0;
};

TrainingOutcome run(TrainingState<double>& state, const Dataset<double>& data, const TrainingSettings& settings,
                    Recorder* recorder = nullptr) {
    Observer<double>* const observers[] = {recorder};
    return recorder == nullptr ? train(state, data, settings) : train(state, data, settings, observers);
}

std::vector<double> weights_of(const TrainingState<double>& state) {
    return {state.chain.weights().begin(), state.chain.weights().end()};
}

/// Samples that set a flag when a chunk is asked for, after so many chunks.
class InterruptingSource final : public SampleSource<double> {
public:
    InterruptingSource(const Dataset<double>& base, std::atomic<bool>& flag, int num_chunks)
        : base_(base), flag_(flag), chunks_left_(num_chunks) {}
    std::uint64_t num_samples() const noexcept override { return base_.num_samples(); }
    MiniBatch<double> range(std::uint64_t first, std::size_t count, const SampleBuffer<double>& buffer) const override {
        count_chunk();
        return base_.source().range(first, count, buffer);
    }
    MiniBatch<double> gather(std::span<const std::uint64_t> indices,
                             const SampleBuffer<double>& buffer) const override {
        count_chunk();
        return base_.source().gather(indices, buffer);
    }

private:
    void count_chunk() const {
        if (chunks_left_-- == 0) {
            flag_ = true;
        }
    }

    Dataset<double> base_;
    std::atomic<bool>& flag_;
    mutable std::atomic<int> chunks_left_;
};

std::string refusal(const TrainingSettings& settings, std::vector<double> start = {0.5, 0.5}) {
    TrainingState<double> state{Chain<double>(start)};
    try {
        run(state, teacher_data(100), settings);
    } catch (const std::invalid_argument& error) {
        CHECK(weights_of(state) == start);
        return error.what();
    }
    return "accepted";
}

}  // namespace

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

TEST_CASE("each stop rule") {
    const Dataset<double> data = teacher_data(500);
    const std::vector<double> start{0.5, 0.5};
    TrainingSettings settings;
    settings.learning_rates = {0.2};

    SUBCASE("target loss of full batches: at the first step that reaches it") {
        settings.stop.target_loss = 0.02;
        TrainingState<double> state{Chain<double>(start)};
        Recorder recorder;
        const TrainingOutcome outcome = run(state, data, settings, &recorder);
        CHECK(outcome.status == Status::converged);
        CHECK(outcome.cause == Cause::target_loss);
        CHECK(outcome.loss <= 0.02);
        CHECK(recorder.losses.back() > 0.02);  // the step before still saw a larger one
        CHECK(outcome.steps == recorder.steps.back());
    }
    SUBCASE("target loss of mini-batches: at the end of an epoch") {
        settings.batch_size = 64;
        settings.stop.target_loss = 0.02;
        TrainingState<double> state{Chain<double>(start)};
        const TrainingOutcome outcome = run(state, data, settings);
        CHECK(outcome.cause == Cause::target_loss);
        CHECK(outcome.steps % 8 == 0);
        CHECK(outcome.loss <= 0.02);
    }
    SUBCASE("gradient norm") {
        settings.stop.gradient_norm = 1e-6;
        TrainingState<double> state{Chain<double>(start)};
        const TrainingOutcome outcome = run(state, data, settings);
        CHECK(outcome.status == Status::converged);
        CHECK(outcome.cause == Cause::gradient_norm);
        const std::vector<double> gradients = loss_and_gradient(state.chain, data).weight_gradients;
        CHECK(std::sqrt(gradients[0] * gradients[0] + gradients[1] * gradients[1]) <= 1e-6);
    }
    SUBCASE("an observer") {
        settings.stop.max_steps = 100;
        TrainingState<double> state{Chain<double>(start)};
        Recorder recorder;
        recorder.last_step = 7;
        const TrainingOutcome outcome = run(state, data, settings, &recorder);
        CHECK(outcome.status == Status::stopped);
        CHECK(outcome.cause == Cause::observer);
        CHECK(state.step == 7);
    }
    SUBCASE("wall time") {
        settings.stop.max_seconds = 0.0;
        TrainingState<double> state{Chain<double>(start)};
        const TrainingOutcome outcome = run(state, data, settings);
        CHECK(outcome.status == Status::stopped);
        CHECK(outcome.cause == Cause::max_seconds);
        CHECK(outcome.steps == 0);
        CHECK(weights_of(state) == start);
    }
    SUBCASE("an observer's stop stays a stop, even where the target is met") {
        settings.batch_size = 64;
        settings.stop.target_loss = 1e9;
        TrainingState<double> state{Chain<double>(start)};
        Recorder recorder;
        recorder.last_step = 3;
        CHECK(run(state, data, settings, &recorder).cause == Cause::observer);
    }
    SUBCASE("the target is met where the steps end") {
        settings.batch_size = 64;
        settings.stop.target_loss = 1e9;
        settings.stop.max_steps = 3;
        TrainingState<double> state{Chain<double>(start)};
        const TrainingOutcome outcome = run(state, data, settings);
        CHECK(outcome.cause == Cause::target_loss);
        CHECK(outcome.steps == 3);
    }
    SUBCASE("no steps at all leave the chain as it is") {
        settings.stop.max_steps = 0;
        TrainingState<double> state{Chain<double>(start)};
        CHECK(run(state, data, settings).cause == Cause::max_steps);
        CHECK(weights_of(state) == start);
    }
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
    for (const Optimizer::Kind kind :
         {Optimizer::Kind::sgd, Optimizer::Kind::momentum, Optimizer::Kind::nesterov, Optimizer::Kind::adamw}) {
        for (const Sampling sampling : {Sampling::shuffled, Sampling::with_replacement, Sampling::sequential}) {
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

TEST_CASE("a stop request gives the step up: the state is that before it, and goes on to the same bits") {
    const Dataset<double> data = teacher_data(50'000);  // 49 chunks
    for (const int num_threads : {1, 2}) {
        TrainingSettings settings;
        settings.learning_rates = {0.2};
        settings.optimizer.kind = Optimizer::Kind::momentum;
        settings.stop.max_steps = 3;
        settings.execution.num_threads = num_threads;
        TrainingState<double> whole{Chain<double>({0.5, 0.7})};
        const TrainingOutcome uninterrupted = run(whole, data, settings);

        std::atomic<bool> stop{false};
        const Dataset<double> interrupting(std::make_shared<InterruptingSource>(data, stop, 49 + 20));
        TrainingState<double> state{Chain<double>({0.5, 0.7})};
        settings.execution.stop_request = &stop;
        Recorder recorder;
        const TrainingOutcome outcome = run(state, interrupting, settings, &recorder);
        CHECK(outcome.status == Status::stopped);
        CHECK(outcome.cause == Cause::stop_request);
        CHECK(outcome.steps == 1);
        CHECK(outcome.sample_layers == 50'000 * 2);
        CHECK(std::isnan(outcome.loss));
        CHECK(recorder.steps == std::vector<std::uint64_t>{1});
        CHECK(state.step == 1);

        stop = false;
        const TrainingOutcome rest = run(state, data, settings);
        CHECK(rest.cause == Cause::max_steps);
        CHECK(rest.loss == uninterrupted.loss);
        CHECK(weights_of(state) == weights_of(whole));
        CHECK(state.first_moment == whole.first_moment);
    }
}

TEST_CASE("a stop request in the final loss, and in losses outside training") {
    const Dataset<double> data = teacher_data(50'000);
    std::atomic<bool> stop{false};
    TrainingSettings settings;
    settings.batch_size = 1024;
    settings.stop.max_steps = 2;
    settings.execution.stop_request = &stop;
    TrainingState<double> state{Chain<double>({0.5, 0.7})};
    const Dataset<double> interrupting(std::make_shared<InterruptingSource>(data, stop, 2 + 20));
    const TrainingOutcome outcome = run(state, interrupting, settings);
    CHECK(outcome.cause == Cause::stop_request);
    CHECK(outcome.steps == 2);
    CHECK(state.step == 2);
    CHECK(std::isnan(outcome.loss));

    REQUIRE(stop);
    CHECK(std::isnan(mean_loss(state.chain, data, settings.execution).loss));
    const auto unfinished = loss_and_gradient(state.chain, data, settings.execution);
    CHECK(std::isnan(unfinished.loss));
    CHECK(std::isnan(unfinished.weight_gradients[1]));
    std::vector<double> outputs{1.0, 2.0};
    predict<double>(state.chain, outputs, outputs, settings.execution);
    CHECK(std::isnan(outputs[1]));
    stop = false;
    CHECK(mean_loss(state.chain, data, settings.execution).loss == mean_loss(state.chain, data).loss);
}

TEST_CASE("schedules") {
    Schedule schedule;
    CHECK(schedule.factor(1000) == 1.0);
    schedule.warm_up_steps = 4;
    CHECK(schedule.factor(0) == 0.25);
    CHECK(schedule.factor(3) == 1.0);
    schedule = {.kind = Schedule::Kind::step, .warm_up_steps = 2, .decay = 0.5, .every_steps = 3};
    CHECK(schedule.factor(1) == 1.0);
    CHECK(schedule.factor(4) == 1.0);
    CHECK(schedule.factor(5) == 0.5);
    CHECK(schedule.factor(8) == 0.25);
    schedule = {.kind = Schedule::Kind::cosine, .total_steps = 8, .final_factor = 0.2};
    CHECK(schedule.factor(0) == 1.0);
    CHECK(schedule.factor(4) == doctest::Approx(0.6).epsilon(1e-15));
    CHECK(schedule.factor(8) == 0.2);
    CHECK(schedule.factor(1000) == 0.2);
    schedule = {.kind = Schedule::Kind::inverse_time, .decay = 0.5};
    CHECK(schedule.factor(2) == 0.5);
}

TEST_CASE("settings out of range are refused, and change nothing") {
    TrainingSettings settings;
    CHECK(refusal(settings) ==
          "no stop rule is set: expected max_steps, max_epochs, target_loss, gradient_norm or max_seconds");
    settings.stop.max_steps = 1;
    const auto with = [&](auto change) {
        TrainingSettings changed = settings;
        change(changed);
        return refusal(changed);
    };
    CHECK(with([](auto& s) { s.learning_rates = {0.0}; }) == "the learning rate is 0: expected a positive number");
    CHECK(with([](auto& s) {
              s.learning_rates = {0.1, -1.0};
          }) == "the learning rate is -1: expected a positive number");
    CHECK(with([](auto& s) {
              s.learning_rates = {0.1, 0.1, 0.1};
          }) == "3 learning rates for 2 layers: expected one, or one per layer");
    CHECK(with([](auto& s) { s.optimizer.momentum = 1.0; }) ==
          "the momentum is 1: expected at least 0 and less than 1");
    CHECK(with([](auto& s) { s.optimizer.weight_decay = -0.1; }) == "the weight decay is -0.1: expected 0 or more");
    CHECK(with([](auto& s) { s.optimizer.epsilon = 0.0; }) == "epsilon is 0: expected a positive number");
    CHECK(with([](auto& s) { s.clip_norm = 0.0; }) == "the norm to clip gradients at is 0: expected a positive number");
    CHECK(with([](auto& s) { s.stop.target_loss = NAN; }) == "the target loss is nan: expected 0 or more");
    CHECK(with([](auto& s) { s.optimizer.kind = static_cast<Optimizer::Kind>(9); }) ==
          "the kind of the optimizer is 9: expected one of its enumerators");
    CHECK(with([](auto& s) { s.batch_size = 101; }) ==
          "the batch size is 101: expected at most the 100 samples of the data set");
    CHECK(with([](auto& s) { s.execution.num_threads = -1; }) ==
          "the number of threads is -1: expected from 0 (as many as OpenMP takes) to 1024");
    CHECK(with([](auto& s) { s.execution.num_threads = 1'000'000; }) ==
          "the number of threads is 1000000: expected from 0 (as many as OpenMP takes) to 1024");
    CHECK(with([](auto& s) { s.schedule.kind = Schedule::Kind::step; }) ==
          "every_steps of the step schedule is 0: expected at least 1");
}

TEST_CASE("data that could not be trained on are refused") {
    const auto message = [](std::vector<double> x, std::vector<double> y, std::vector<double> m = {}) -> std::string {
        try {
            Dataset<double>(std::move(x), std::move(y), std::move(m));
        } catch (const std::invalid_argument& error) {
            return error.what();
        }
        return "accepted";
    };
    CHECK(message({}, {}) == "the data set has no samples");
    CHECK(message({1, 2}, {1}) == "y has 1 rows: expected 2, as x has");
    CHECK(message({1, NAN}, {1, 2}) == "x in row 2 is nan: expected a finite number");
    CHECK(message({1, 2}, {INFINITY, 2}) == "y in row 1 is inf: expected a finite number");
    CHECK(message({1, 2}, {1, 2}, {1, -1}) == "the sample weight in row 2 is -1: expected 0 or more");
    CHECK(message({1, 2}, {1, 2}, {0, 0}) == "the sample weights sum to 0: expected at least one that is positive");
    CHECK(message({1, 2}, {1, 2}, {1e308, 1e308}) ==
          "the sum of the sample weights is infinite: expected smaller ones");
    CHECK(message({1, 2}, {1, 2}, {0, 1}) == "accepted");
    CHECK_THROWS_WITH_AS(Chain<double>(std::vector<double>{}), "a chain has no weights: expected at least one layer",
                         std::invalid_argument);
    CHECK_THROWS_WITH_AS(Chain<double>({1.0, NAN}), "weight 2 is nan: expected a finite number", std::invalid_argument);
    CHECK_THROWS_AS(Chain<double>({1.0}, static_cast<Activation>(77)), std::invalid_argument);
    CHECK_THROWS_AS(initial_weights<float>(1, {Initialization::Kind::equal, 1e300}, 0), std::invalid_argument);
    const Chain<double> chain({1.0});
    CHECK_THROWS_AS(loss_and_gradient(chain, MiniBatch<double>{nullptr, nullptr, nullptr, 4}), std::invalid_argument);
    for (const int num_threads : {-1, 1025}) {
        CHECK_THROWS_AS(mean_loss(chain, Dataset<double>({1.0}, {0.0}), {num_threads, 0}), std::invalid_argument);
        std::vector<double> outputs{1.0};
        CHECK_THROWS_AS(predict<double>(chain, outputs, outputs, {num_threads, 0}), std::invalid_argument);
    }
    const Execution huge_tile{1, std::numeric_limits<std::size_t>::max()};
    CHECK(loss_and_gradient(chain, Dataset<double>({1.0}, {0.0}), huge_tile).loss ==
          mean_loss(chain, Dataset<double>({1.0}, {0.0})).loss);
    CHECK_THROWS_WITH_AS(initial_weights<double>(0, {}, 1), "the number of layers is 0: expected at least 1",
                         std::invalid_argument);
}

TEST_CASE("a split is disjoint, whole, and the same again") {
    std::vector<double> x(1000), y(1000);
    for (std::size_t row = 0; row < x.size(); ++row) {
        x[row] = static_cast<double>(row);
        y[row] = -x[row];
    }
    const Dataset<double> data(x, y);
    const Dataset<double>::Split split = data.split(0.1, 3);
    CHECK(split.training.num_samples() == 900);
    CHECK(split.validation.num_samples() == 100);
    std::vector<int> seen(1000);
    for (const Dataset<double>* part : {&split.training, &split.validation}) {
        std::vector<double> buffer(2 * part->num_samples());
        const std::size_t count = part->num_samples();
        part->source().range(0, count, {buffer.data(), buffer.data() + count, nullptr});
        for (std::size_t row = 0; row < count; ++row) {
            ++seen[static_cast<std::size_t>(buffer[row])];
            CHECK(buffer[count + row] == -buffer[row]);
        }
    }
    CHECK(seen == std::vector<int>(1000, 1));
    CHECK_THROWS_AS(data.split(0.0, 1), std::invalid_argument);
    CHECK_THROWS_AS(data.split(0.9999, 1), std::invalid_argument);
}

}  // namespace skein
