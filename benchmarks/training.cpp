// Whole epochs of shuffled mini-batches from memory, as train() makes them, 8 layers:
// training/<precision>/batch:<B>/samples:<N>/threads:<T>. 65,536 samples stay in the cache, 10 million do not. The time
// of an epoch has all that it takes: the order, the samples in that order, gradients, updates; not the loss over
// all data at the end of a run.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <stdexcept>
#include <vector>

#include "ceiling.hpp"
#include "samples.hpp"
#include "skein/gradient.hpp"
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
    const double first_loss = mean_loss(run.chain, data, settings.execution).loss;
    const Ceiling<Scalar> ceiling(num_threads);
    const double work = static_cast<double>(num_samples * num_epochs * kNumLayers);
    std::vector<double> rates, fractions;
    std::uint64_t epochs = 0;
    for (auto _ : state) {
        settings.stop.max_epochs = epochs += num_epochs;
        const TrainingOutcome outcome = train(run, data, settings);
        if (!(outcome.loss < first_loss)) {
            throw std::runtime_error("training does not lower the loss");
        }
        state.SetIterationTime(outcome.seconds);
        rates.push_back(work / outcome.seconds);
        fractions.push_back(rates.back() / ceiling.rate());
    }
    state.counters["sample_layers_per_second"] = median(rates) / num_threads;
    state.counters["fraction_of_ceiling"] = median(fractions);
}

/// In and out of the cache, on one thread and on all. (A batch of all samples would not be shuffled.)
void sizes(benchmark::internal::Benchmark* family) {
    family->ArgNames({"batch", "samples", "threads"})->UseManualTime()->Unit(benchmark::kMillisecond);
    for (const std::int64_t samples : {65'536, 10'000'000}) {
        for (const std::int64_t batch : {1, 32, 256, 1024, 4096, 65536}) {
            if (batch == samples) {
                continue;
            }
            family->Args({batch, samples, 1});
            if (all_threads() > 1) {
                family->Args({batch, samples, all_threads()});
            }
        }
    }
}

BENCHMARK(training<float>)->Name("training/float32")->Apply(sizes);
BENCHMARK(training<double>)->Name("training/float64")->Apply(sizes);

}  // namespace
}  // namespace skein::benchmarks
