// Whole epochs of shuffled mini-batches from memory, as train() makes them:
// training/<precision>/layers:8/batch:<B>/samples:<N>/threads:<T>. The time of an epoch has all that it takes: the order,
// the samples in that order, gradients, updates; not the loss over all data at the end of a run.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <vector>

#include "ceiling.hpp"
#include "samples.hpp"
#include "skein/trainer.hpp"

namespace skein::benchmarks {
namespace {

template <class Scalar>
void training(benchmark::State& state) {
    constexpr std::size_t kNumLayers = 8;
    const auto batch_size = static_cast<std::uint64_t>(state.range(0));
    const auto num_samples = static_cast<std::uint64_t>(state.range(1));
    const auto num_threads = static_cast<int>(state.range(2));
    // Epochs of a turn: enough that what train() sets up counts as little as in a user's run of ten epochs.
    const std::uint64_t num_epochs = std::max<std::uint64_t>(3, 2'000'000 / num_samples);
    const Dataset<Scalar> data = in_memory(generate<Scalar>(teacher_settings(num_samples)));
    TrainingState<Scalar> run{Chain<Scalar>(std::vector<Scalar>(kNumLayers, Scalar(0.9)))};
    TrainingSettings settings;
    settings.batch_size = batch_size;
    settings.execution.num_threads = num_threads;
    const Ceiling<Scalar> ceiling(num_threads);
    const double work = static_cast<double>(num_samples * num_epochs * kNumLayers);
    std::vector<double> rates, fractions;
    std::uint64_t epochs = 0;
    for (auto _ : state) {
        settings.stop.max_epochs = epochs += num_epochs;
        const double seconds = train(run, data, settings).seconds;
        state.SetIterationTime(seconds);
        rates.push_back(work / seconds);
        fractions.push_back(rates.back() / ceiling.rate());
    }
    state.counters["sample_layers_per_second"] = median(rates);
    state.counters["fraction_of_ceiling"] = median(fractions);
}

void sizes(benchmark::internal::Benchmark* family) {
    family->ArgNames({"batch", "samples", "threads"})->UseManualTime()->Unit(benchmark::kMillisecond);
    for (const std::int64_t batch : {32, 256, 1024, 4096, 65536}) {
        family->Args({batch, 10'000'000, 1});
    }
    family->Args({4096, 10'000'000, 2})->Args({65536, 10'000'000, 2});
    family->Args({32, 65536, 1})->Args({4096, 65536, 1});
}

BENCHMARK(training<float>)->Name("training/float32")->Apply(sizes);
BENCHMARK(training<double>)->Name("training/float64")->Apply(sizes);

}  // namespace
}  // namespace skein::benchmarks
