// The sweep of `skein sweep --preset trainability`, with its arrays on the disk and its picture:
// sweep/<precision>/side:<N>/threads:<T>, N x N points.
#include <benchmark/benchmark.h>
#include <stdlib.h>

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "ceiling.hpp"
#include "skein/files/colours.hpp"
#include "skein/files/open_data.hpp"
#include "skein/files/picture.hpp"
#include "skein/files/sweep_files.hpp"
#include "skein/presets.hpp"
#include "skein/sweep_options.hpp"

namespace skein::benchmarks {
namespace {

namespace fs = std::filesystem;

class TemporaryDirectory {
public:
    TemporaryDirectory() {
        std::string name = fs::temp_directory_path() / "skein_benchmark_XXXXXX";
        if (::mkdtemp(name.data()) == nullptr) {
            throw std::runtime_error(name + ": cannot be created");
        }
        path_ = name;
    }
    TemporaryDirectory(const TemporaryDirectory&) = delete;
    TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
    ~TemporaryDirectory() { fs::remove_all(path_); }
    const fs::path& path() const { return path_; }

private:
    fs::path path_;
};

template <class Scalar>
Sweep<Scalar> make_trainability_sweep(std::size_t side, int num_threads) {
    std::vector<Option> options = options_of(sweep_options());
    std::ranges::copy(run_options_of_sweeps(), std::back_inserter(options));
    Configuration configuration(OptionSet{"sweep", options, run_alternatives()});
    const std::string values = "=log10:0.1:1000:" + std::to_string(side);
    configuration.set("axis", "learning_rate[1]" + values + ",learning_rate[3]" + values, "axis");
    add_preset(configuration, find_preset("trainability"));
    const SweepOptions sweep = read_sweep_options(configuration);
    RunSettings run = read_run_settings(configuration);
    run.training.execution.num_threads = num_threads;
    TrainingData<Scalar> data = open_data<Scalar>(run.data.training, "data");
    const RunLength length = complete_run_settings(configuration, {data.num_samples()}, run);
    return Sweep<Scalar>(make_sweep_settings(configuration, sweep, run, length), std::move(data));
}

/// A point has the result of its chain alone.
template <class Scalar>
void verify_point(const Sweep<Scalar>& sweep, std::uint64_t index) {
    const SweepOutcome<Scalar> outcome = sweep.run(index, 1);
    const SweepPoint<Scalar> point = sweep.point(sweep.coordinates(index));
    TrainingState<Scalar> alone{Chain<Scalar>(point.weights, point.activations)};
    const TrainingOutcome expected = train(alone, sweep.data(), point.training);
    if (expected.steps != outcome.points.steps[0] || !std::ranges::equal(alone.chain.weights(), outcome.weights)) {
        throw std::runtime_error("a point of the sweep differs from its chain alone");
    }
}

/// As the program: chains that learned by the sum of their losses, the others by that of the inverses.
void draw_trainability(const fs::path& directory, std::size_t side) {
    const std::size_t shape[] = {side, side};
    std::vector<double> values = read_outcomes(directory, "inverse_loss_sum", shape);
    const std::vector<double> learned = read_outcomes(directory, "normalised_loss_sum", shape);
    const std::vector<double> decreased = read_outcomes(directory, "loss_decreased", shape);
    std::vector<std::uint8_t> sides(values.size());
    for (std::size_t point = 0; point < values.size(); ++point) {
        if (decreased[point] > 0.5) {
            sides[point] = 1;
            values[point] = learned[point];
        }
    }
    write_picture(directory / "picture.png", {side, side, two_sided_colours(values, sides)});
}

struct SweepTiming {
    double training_seconds = 0.0;
    double other_seconds = 0.0;  // files and picture
    double sample_layers = 0.0;
    double ceiling_rate = 0.0;
    double seconds() const { return training_seconds + other_seconds; }
};

/// Of a millisecond each, after a block: a sweep of few blocks is measured against more than a few of them.
constexpr int kCeilingTurns = 20;

/// A sweep in a new directory: its blocks of points in turn with the ceiling's loop, then the picture.
template <class Scalar>
SweepTiming time_sweep(const Sweep<Scalar>& sweep, std::size_t side, int num_threads, const Ceiling<Scalar>& ceiling) {
    const TemporaryDirectory directory;
    const std::size_t at_a_time = points_at_a_time(sweep, num_threads);
    std::optional<SweepFiles<Scalar>> files;
    std::vector<double> ceiling_rates;
    SweepTiming timing;
    timing.other_seconds += seconds_of([&] { files = SweepFiles<Scalar>::create(directory.path(), sweep); });
    while (files->points_done() < sweep.num_points()) {
        const std::uint64_t left = sweep.num_points() - files->points_done();
        const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(at_a_time, left));
        SweepOutcome<Scalar> outcome;
        timing.training_seconds += seconds_of([&] { outcome = sweep.run(files->points_done(), count); });
        timing.other_seconds += seconds_of([&] { files->append(outcome); });
        timing.sample_layers += static_cast<double>(outcome.points.sample_layers);
        for (int turn = 0; turn < kCeilingTurns; ++turn) {
            ceiling_rates.push_back(ceiling.rate());
        }
    }
    timing.other_seconds += seconds_of([&] {
        files->finish();
        draw_trainability(directory.path(), side);
    });
    timing.ceiling_rate = median(ceiling_rates);
    return timing;
}

template <class Scalar>
void sweep_of_points(benchmark::State& state) {
    const auto side = static_cast<std::size_t>(state.range(0));
    const auto num_threads = static_cast<int>(state.range(1));
    const Sweep<Scalar> sweep = make_trainability_sweep<Scalar>(side, num_threads);
    verify_point(sweep, 0);
    verify_point(sweep, sweep.num_points() - 1);
    const Ceiling<Scalar> ceiling(num_threads);
    std::vector<double> point_seconds, rates, fractions, other_parts;
    for (auto _ : state) {
        const SweepTiming timing = time_sweep(sweep, side, num_threads, ceiling);
        state.SetIterationTime(timing.seconds());
        point_seconds.push_back(timing.seconds() / static_cast<double>(sweep.num_points()));
        rates.push_back(timing.sample_layers / timing.seconds());
        fractions.push_back(rates.back() / timing.ceiling_rate);
        other_parts.push_back(timing.other_seconds / timing.seconds());
    }
    state.counters["ns_per_point"] = 1e9 * median(point_seconds);
    state.counters["sample_layers_per_second"] = median(rates) / num_threads;
    state.counters["fraction_of_ceiling"] = median(fractions);
    state.counters["files_and_picture"] = median(other_parts);  // part of the time
}

void sides_and_threads(benchmark::internal::Benchmark* family) {
    family->ArgNames({"side", "threads"})->UseManualTime()->Unit(benchmark::kMillisecond);
    for (const std::int64_t side : {256, 1024}) {
        family->Args({side, 1});
        if (all_threads() > 1) {
            family->Args({side, all_threads()});
        }
    }
}

BENCHMARK(sweep_of_points<float>)->Name("sweep/float32")->Apply(sides_and_threads);
BENCHMARK(sweep_of_points<double>)->Name("sweep/float64")->Apply(sides_and_threads);

}  // namespace
}  // namespace skein::benchmarks
