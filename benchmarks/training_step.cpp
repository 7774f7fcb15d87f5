// One SGD step of shuffled mini-batches, order and update included: training_step/<precision>/batch:<B>, 4 layers. And
// the kernel of small steps alone, on a window of samples that lie ready: small_steps/<precision>/layers:<L>/batch:<B>.
#include <benchmark/benchmark.h>

#include <limits>
#include <stdexcept>
#include <vector>

#include "ceiling.hpp"
#include "kernels/kernel_table.hpp"
#include "samples.hpp"
#include "skein/trainer.hpp"

namespace skein::benchmarks {
namespace {

constexpr std::uint64_t kNumSamples = 65536;

template <class Scalar>
void training_step(benchmark::State& state) {
    constexpr std::size_t kNumLayers = 4;
    constexpr std::uint64_t kStepsPerTurn = 1000;  // so that what train() sets up does not count
    const Dataset<Scalar> data = in_memory(generate<Scalar>(teacher_settings(kNumSamples)));
    TrainingState<Scalar> run{Chain<Scalar>(std::vector<Scalar>(kNumLayers, Scalar(0.9)))};
    TrainingSettings settings;
    settings.batch_size = static_cast<std::uint64_t>(state.range(0));
    settings.stop.max_steps = 200;
    settings.execution.num_threads = 1;
    const double first_loss = train(run, data, settings).loss;
    settings.stop.max_steps = 2000;
    if (!(train(run, data, settings).loss < first_loss)) {
        throw std::runtime_error("training does not lower the loss");
    }
    const Ceiling<Scalar> ceiling(1);
    std::vector<double> seconds, fractions;
    while (state.KeepRunningBatch(kStepsPerTurn)) {
        settings.stop.max_steps = run.step + kStepsPerTurn;
        const TrainingOutcome outcome = train(run, data, settings);
        seconds.push_back(outcome.seconds / kStepsPerTurn);  // of the steps, without the loss over all data after
        state.SetIterationTime(outcome.seconds);
        fractions.push_back(static_cast<double>(settings.batch_size * kNumLayers) / seconds.back() / ceiling.rate());
    }
    state.counters["seconds_per_step"] = median(seconds);
    state.counters["sample_layers_per_second"] =
        static_cast<double>(settings.batch_size * kNumLayers) / median(seconds);
    state.counters["fraction_of_ceiling"] = median(fractions);
}

/// The same window again and again.
template <class Scalar>
class SmallStepWindow {
public:
    static constexpr std::size_t kSteps = 64;

    SmallStepWindow(std::size_t num_layers, std::size_t batch_size)
        : batch_size_(batch_size),
          samples_(in_memory(generate<Scalar>(teacher_settings(kNumSamples)))),
          buffer_(2 * kSteps * batch_size),
          weights_(num_layers, Scalar(0.9)),
          learning_rates_(num_layers, Scalar(0.01)) {
        Scalar* const y = buffer_.data() + kSteps * batch_size;
        batch_ = samples_.source().range(0, kSteps * batch_size, {buffer_.data(), y, nullptr});
    }

    void train() {
        const std::size_t num_done = internal::kernels::kernels<Scalar>().small_steps(
            {Activation::tanh, Optimizer::Kind::sgd, Scalar(0), Scalar(0), weights_.size(), batch_size_, kSteps,
             batch_.x, batch_.y, learning_rates_.data(), factors_.data(), kNone, kNone, weights_.data(), nullptr,
             losses_.data(), norms_.data()});
        if (num_done != kSteps) {
            throw std::runtime_error("a step needs a look");
        }
    }
    double last_loss() const { return losses_.back(); }

private:
    static constexpr double kNone = -std::numeric_limits<double>::infinity();
    std::size_t batch_size_;
    Dataset<Scalar> samples_;
    std::vector<Scalar> buffer_, weights_, learning_rates_;
    MiniBatch<Scalar> batch_;
    std::vector<double> factors_ = std::vector<double>(kSteps, 1.0);
    std::vector<double> losses_ = factors_, norms_ = factors_;
};

template <class Scalar>
void small_steps(benchmark::State& state) {
    const auto num_layers = static_cast<std::size_t>(state.range(0));
    const auto batch_size = static_cast<std::size_t>(state.range(1));
    using Window = SmallStepWindow<Scalar>;
    Window window(num_layers, batch_size);
    window.train();
    const double first_loss = window.last_loss();
    window.train();
    if (!(window.last_loss() < first_loss)) {
        throw std::runtime_error("training does not lower the loss");
    }
    const double work = static_cast<double>(num_layers * batch_size);  // of a step
    run_against_ceiling<Scalar>(state, work * Window::kSteps, 1, [&] { window.train(); });
    state.counters["seconds_per_step"] = work / state.counters["sample_layers_per_second"];
}

void small_sizes(benchmark::internal::Benchmark* family) {
    family->ArgNames({"layers", "batch"})->UseManualTime()->Unit(benchmark::kMicrosecond);
    family->Args({4, 1})->Args({4, 16})->Args({4, 31})->Args({4, 32})->Args({4, 64})->Args({1, 32})->Args({8, 32});
}

BENCHMARK(small_steps<float>)->Name("small_steps/float32")->Apply(small_sizes);
BENCHMARK(small_steps<double>)->Name("small_steps/float64")->Apply(small_sizes);
BENCHMARK(training_step<float>)
    ->Name("training_step/float32")
    ->ArgName("batch")
    ->Arg(32)
    ->Arg(256)
    ->Arg(4096)
    ->UseManualTime()
    ->Unit(benchmark::kMicrosecond);
BENCHMARK(training_step<double>)
    ->Name("training_step/float64")
    ->ArgName("batch")
    ->Arg(32)
    ->Arg(256)
    ->Arg(4096)
    ->UseManualTime()
    ->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace skein::benchmarks
