// One SGD step of shuffled mini-batches, order and update included: training_step/<precision>/batch:<B>, 4 layers.
#include <benchmark/benchmark.h>

#include <stdexcept>
#include <vector>

#include "ceiling.hpp"
#include "skein/generated_data.hpp"
#include "skein/trainer.hpp"

namespace skein::benchmarks {
namespace {

template <class Scalar>
Dataset<Scalar> make_data() {
    constexpr std::size_t kNumSamples = 65536;
    GeneratedData settings;
    settings.num_samples = kNumSamples;
    settings.noise = 0.1;
    settings.teacher_weights = {1.2, 0.8};
    std::vector<Scalar> x(kNumSamples), y(kNumSamples);
    generate<Scalar>(settings).source().range(0, kNumSamples, {x.data(), y.data(), nullptr});
    return Dataset<Scalar>(std::move(x), std::move(y));
}

template <class Scalar>
void training_step(benchmark::State& state) {
    constexpr std::size_t kNumLayers = 4;
    constexpr std::uint64_t kStepsPerTurn = 1000;  // so that what train() sets up does not count
    const Dataset<Scalar> data = make_data<Scalar>();
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
