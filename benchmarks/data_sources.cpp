// Where samples come from, beside the same samples in memory: of_memory is the median of the ratios of rates of turns
// taken side by side, on one thread. And compressed data: gradients against the pass over the samples (`times_faster`,
// `nodes`), samples a second into them.
#include <benchmark/benchmark.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "samples.hpp"
#include "skein/compressed_dataset.hpp"
#include "skein/files/data_file.hpp"
#include "skein/files/npy.hpp"
#include "skein/generated_data.hpp"
#include "skein/gradient.hpp"
#include "skein/trainer.hpp"

namespace skein::benchmarks {
namespace {

constexpr Execution kOneThread{1, 0};

template <class Scalar>
Chain<Scalar> chain_of(std::size_t num_layers, double weight) {
    return Chain<Scalar>(std::vector<Scalar>(num_layers, static_cast<Scalar>(weight)));
}

template <class Function>
double seconds_of(const Function& function) {
    const auto start = std::chrono::steady_clock::now();
    function();
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

double median(std::vector<double> values) {
    std::ranges::nth_element(values, values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2));
    return values[values.size() / 2];
}

/// One turn of each, until the benchmark has had its time. Returns the median of their ratio.
template <class Measured, class Other>
double run_beside(benchmark::State& state, const Measured& measured, const Other& other) {
    std::vector<double> ratios;
    measured();
    other();
    for (auto _ : state) {
        const double seconds = seconds_of(measured);
        ratios.push_back(seconds_of(other) / seconds);
        state.SetIterationTime(seconds);
    }
    return median(ratios);
}

template <class Scalar>
void compare_sources(benchmark::State& state, const Dataset<Scalar>& data, std::size_t num_layers) {
    const Dataset<Scalar> memory = in_memory(data);
    const Chain<Scalar> chain = chain_of<Scalar>(num_layers, 1.1);
    if (mean_loss(chain, data, kOneThread).loss != mean_loss(chain, memory, kOneThread).loss) {
        throw std::runtime_error("other samples than in memory");
    }
    state.counters["of_memory"] = run_beside(
        state, [&] { benchmark::DoNotOptimize(loss_and_gradient(chain, data, kOneThread)); },
        [&] { benchmark::DoNotOptimize(loss_and_gradient(chain, memory, kOneThread)); });
    state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(data.num_samples() * num_layers));
}

template <class Scalar>
void generated(benchmark::State& state) {
    compare_sources(state, generate<Scalar>(teacher_settings(1'000'000)), static_cast<std::size_t>(state.range(0)));
}

/// A file that is gone after the benchmark.
class TemporaryFile {
public:
    TemporaryFile()
        : path_(std::filesystem::temp_directory_path() / ("skein_benchmark_" + std::to_string(::getpid()) + ".npy")) {}
    TemporaryFile(const TemporaryFile&) = delete;
    TemporaryFile& operator=(const TemporaryFile&) = delete;
    ~TemporaryFile() { std::filesystem::remove(path_); }
    const std::filesystem::path& path() const { return path_; }

private:
    std::filesystem::path path_;
};

template <class Scalar>
void npy_file(benchmark::State& state) {
    const TemporaryFile file;
    const auto num_samples = static_cast<std::size_t>(state.range(0));
    {
        const Dataset<Scalar> data = generate<Scalar>(teacher_settings(num_samples));
        std::vector<Scalar> x(num_samples), y(num_samples), rows(2 * num_samples);
        data.source().range(0, num_samples, {x.data(), y.data(), nullptr});
        for (std::size_t row = 0; row < num_samples; ++row) {
            rows[2 * row] = x[row];
            rows[2 * row + 1] = y[row];
        }
        const std::size_t shape[] = {num_samples, 2};
        write_npy<Scalar>(file.path(), rows, shape);
    }
    compare_sources(state, open_dataset<Scalar>(file.path(), 0), 8);
}

/// A million samples of ten million, in mini-batches of 1,024, against the same without shuffling.
void order(benchmark::State& state, Sampling sampling) {
    const Dataset<double> data = in_memory(generate<double>(teacher_settings(10'000'000)));
    const auto run = [&](Sampling how) {
        TrainingState<double> training{chain_of<double>(8, 1.1)};
        TrainingSettings settings;
        settings.batch_size = 1024;
        settings.sampling = how;
        settings.stop.max_epochs = 1;
        settings.execution = kOneThread;
        train(training, data, settings);
    };
    state.counters["of_sequential"] = run_beside(
        state, [&] { run(sampling); }, [&] { run(Sampling::sequential); });
}

void compression(benchmark::State& state) {
    const Dataset<double> data = in_memory(generate<double>(teacher_settings(10'000'000)));
    CompressionSettings settings;
    settings.num_nodes = static_cast<std::size_t>(state.range(0));
    settings.execution = kOneThread;
    for (auto _ : state) {
        state.SetIterationTime(seconds_of([&] { benchmark::DoNotOptimize(compress(data, settings)); }));
    }
    state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(data.num_samples()));
}

/// The weights are hundredths. A step is a step of training, the choice of the panels and the bound of the error
/// included.
void compressed_step(benchmark::State& state) {
    const auto num_samples = static_cast<std::uint64_t>(state.range(0));
    const double weight = static_cast<double>(state.range(1)) / 100.0;
    const Dataset<double> samples = in_memory(generate<double>(teacher_settings(num_samples)));
    const CompressedData<double> data(compress(samples));
    const Chain<double> chain = chain_of<double>(8, weight);
    constexpr std::uint64_t kSteps = 1000;
    TrainingSettings settings;
    settings.learning_rates = {1e-300};  // so that the weights stay
    settings.stop.max_steps = kSteps;
    settings.execution = kOneThread;
    TrainingOutcome outcome{};
    const double ratio = run_beside(
        state,
        [&] {
            TrainingState<double> training{chain};
            outcome = train(training, data, settings);
        },
        [&] { benchmark::DoNotOptimize(loss_and_gradient(chain, samples, kOneThread)); });
    if (outcome.steps != kSteps) {
        state.SkipWithError("the bound is beyond the tolerance: finer panels are needed");
        return;
    }
    state.counters["times_faster"] = ratio * static_cast<double>(kSteps);
    state.counters["nodes"] = static_cast<double>(outcome.sample_layers) / 8.0 / static_cast<double>(kSteps);
    state.counters["largest_bound"] = outcome.compression->largest_bound;
}

const bool registered = [] {
    const auto make = [](const char* name, auto function) {
        return benchmark::RegisterBenchmark(name, function)->UseManualTime();
    };
    make("generated/float32", generated<float>)->ArgName("layers")->Arg(8)->Arg(16);
    make("generated/float64", generated<double>)->ArgName("layers")->Arg(8)->Arg(16);
    make("npy_file/float32", npy_file<float>)->ArgName("samples")->Arg(30'000'000);
    make("npy_file/float64", npy_file<double>)->ArgName("samples")->Arg(30'000'000);
    make("order/blocks", [](benchmark::State& state) { order(state, Sampling::shuffled_blocks); });
    make("order/full", [](benchmark::State& state) { order(state, Sampling::shuffled); });
    make("compression/float64", compression)->ArgName("nodes")->Arg(16)->Arg(32);
    make("compressed_step/float64", compressed_step)
        ->ArgNames({"samples", "weight"})
        ->Args({100'000'000, 125})
        ->Args({100'000'000, 150})
        ->Args({100'000'000, 200})
        ->Args({100'000'000, 300})
        ->Unit(benchmark::kMillisecond);
    return true;
}();

}  // namespace
}  // namespace skein::benchmarks
