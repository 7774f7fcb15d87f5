// Stop rules and stop requests.
#include <doctest/doctest.h>

#include <atomic>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "skein/chain.hpp"
#include "skein/dataset.hpp"
#include "skein/gradient.hpp"
#include "skein/trainer.hpp"
#include "support/training_cases.hpp"

namespace skein::test {

namespace {

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

}  // namespace

namespace {

const std::vector<double> kStart{0.5, 0.5};

TrainingSettings at_rate(double learning_rate) {
    TrainingSettings settings;
    settings.learning_rates = {learning_rate};
    return settings;
}

}  // namespace

TEST_CASE("stop rules: target loss of full batches: at the first step that reaches it") {
    const Dataset<double> data = teacher_data(500);
    TrainingSettings settings = at_rate(0.2);
    settings.stop.target_loss = 0.02;
    TrainingState<double> state{Chain<double>(kStart)};
    Recorder recorder;
    const TrainingOutcome outcome = run(state, data, settings, &recorder);
    CHECK(outcome.status == Status::converged);
    CHECK(outcome.cause == Cause::target_loss);
    CHECK(outcome.loss <= 0.02);
    CHECK(recorder.losses.back() > 0.02);  // the step before still saw a larger one
    CHECK(outcome.steps == recorder.steps.back());
}

TEST_CASE("stop rules: target loss of mini-batches: at the end of an epoch") {
    const Dataset<double> data = teacher_data(500);
    TrainingSettings settings = at_rate(0.2);
    settings.batch_size = 64;
    settings.stop.target_loss = 0.02;
    TrainingState<double> state{Chain<double>(kStart)};
    const TrainingOutcome outcome = run(state, data, settings);
    CHECK(outcome.cause == Cause::target_loss);
    CHECK(outcome.steps % 8 == 0);
    CHECK(outcome.loss <= 0.02);
}

TEST_CASE("stop rules: gradient norm") {
    const Dataset<double> data = teacher_data(500);
    TrainingSettings settings = at_rate(0.2);
    settings.stop.gradient_norm = 1e-6;
    TrainingState<double> state{Chain<double>(kStart)};
    const TrainingOutcome outcome = run(state, data, settings);
    CHECK(outcome.status == Status::converged);
    CHECK(outcome.cause == Cause::gradient_norm);
    const std::vector<double> gradients = loss_and_gradient(state.chain, data).weight_gradients;
    CHECK(std::sqrt(gradients[0] * gradients[0] + gradients[1] * gradients[1]) <= 1e-6);
}

TEST_CASE("stop rules: the gradient norm looks at weight decay, and never at one mini-batch") {
    // The gradient is 0 to rounding where tanh saturates, but the decay still moves the weights.
    const Dataset<double> four({-1, -0.5, 0.5, 1}, {0.6, 0.4, -0.4, -0.6});
    TrainingSettings settings = at_rate(0.1);
    settings.optimizer.weight_decay = 0.1;
    settings.stop.gradient_norm = 1e-9;
    settings.stop.max_steps = 1000;
    TrainingState<double> state{Chain<double>({50.0, 50.0})};
    const TrainingOutcome outcome = run(state, four, settings);
    CHECK(outcome.status == Status::reached_max_steps);
    CHECK(outcome.loss < 0.3);

    // Mini-batches of one sample: the one with x = 0 has no gradient.
    const Dataset<double> with_zero({0, 1, 2, -1}, {0, 0.9, 0.5, -0.9});
    for (const double decay : {0.0, 0.01}) {
        settings = at_rate(0.1);
        settings.batch_size = 1;
        settings.optimizer.weight_decay = decay;
        settings.stop.gradient_norm = 1e-9;
        settings.stop.max_epochs = 50;
        TrainingState<double> lucky{Chain<double>({0.1, 0.2})};
        CHECK(run(lucky, with_zero, settings).cause == Cause::max_epochs);
    }
    settings.stop.gradient_norm = 0.2;
    TrainingState<double> ends{Chain<double>({0.1, 0.2})};
    const TrainingOutcome end = run(ends, with_zero, settings);
    CHECK(end.cause == Cause::gradient_norm);
    CHECK(end.steps % 4 == 0);
    const std::vector<double> gradients = loss_and_gradient(ends.chain, with_zero).weight_gradients;
    CHECK(std::hypot(gradients[0] + 0.01 * ends.chain.weights()[0], gradients[1] + 0.01 * ends.chain.weights()[1]) <=
          0.2);
}

TEST_CASE("stop rules: an observer") {
    const Dataset<double> data = teacher_data(500);
    TrainingSettings settings = at_rate(0.2);
    settings.stop.max_steps = 100;
    TrainingState<double> state{Chain<double>(kStart)};
    Recorder recorder;
    recorder.last_step = 7;
    const TrainingOutcome outcome = run(state, data, settings, &recorder);
    CHECK(outcome.status == Status::stopped);
    CHECK(outcome.cause == Cause::observer);
    CHECK(state.step == 7);
}

TEST_CASE("stop rules: wall time") {
    const Dataset<double> data = teacher_data(500);
    TrainingSettings settings = at_rate(0.2);
    settings.stop.max_seconds = 0.0;
    TrainingState<double> state{Chain<double>(kStart)};
    const TrainingOutcome outcome = run(state, data, settings);
    CHECK(outcome.status == Status::stopped);
    CHECK(outcome.cause == Cause::max_seconds);
    CHECK(outcome.steps == 0);
    CHECK(weights_of(state) == kStart);
}

TEST_CASE("stop rules: an observer's stop stays a stop, even where the target is met") {
    const Dataset<double> data = teacher_data(500);
    TrainingSettings settings = at_rate(0.2);
    settings.batch_size = 64;
    settings.stop.target_loss = 1e9;
    TrainingState<double> state{Chain<double>(kStart)};
    Recorder recorder;
    recorder.last_step = 3;
    CHECK(run(state, data, settings, &recorder).cause == Cause::observer);
}

TEST_CASE("stop rules: the target is met where the steps end") {
    const Dataset<double> data = teacher_data(500);
    TrainingSettings settings = at_rate(0.2);
    settings.batch_size = 64;
    settings.stop.target_loss = 1e9;
    settings.stop.max_steps = 3;
    TrainingState<double> state{Chain<double>(kStart)};
    const TrainingOutcome outcome = run(state, data, settings);
    CHECK(outcome.cause == Cause::target_loss);
    CHECK(outcome.steps == 3);
}

TEST_CASE("stop rules: no steps at all leave the chain as it is") {
    const Dataset<double> data = teacher_data(500);
    TrainingSettings settings = at_rate(0.2);
    settings.stop.max_steps = 0;
    TrainingState<double> state{Chain<double>(kStart)};
    CHECK(run(state, data, settings).cause == Cause::max_steps);
    CHECK(weights_of(state) == kStart);
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

}  // namespace skein::test
