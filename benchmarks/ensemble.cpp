// Chains side by side, 3 layers, plain SGD, all outcomes kept: ensemble/<precision>/<samples of a step>/lanes:<N>.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "ceiling.hpp"
#include "skein/ensemble_trainer.hpp"
#include "skein/generated_data.hpp"

namespace skein::benchmarks {
namespace {

constexpr std::size_t kNumLayers = 3;
constexpr std::uint64_t kNumSamples = 8;

struct Work {
    std::uint64_t batch_size;  // 0: full
    bool own_orders;
    std::uint64_t num_steps;
};

template <class Scalar>
Ensemble<Scalar> make_ensemble(std::size_t num_lanes) {
    std::vector<Scalar> weights(num_lanes * kNumLayers);
    for (std::size_t index = 0; index < weights.size(); ++index) {
        weights[index] = static_cast<Scalar>(0.5 + 0.75 * static_cast<double>(index % 997) / 997.0);
    }
    return Ensemble<Scalar>(num_lanes, kNumLayers, weights);
}

template <class Scalar>
void ensemble(benchmark::State& state, const Work& work) {
    const auto num_lanes = static_cast<std::size_t>(state.range(0));
    GeneratedData data_settings;
    data_settings.num_samples = kNumSamples;
    data_settings.teacher_weights = {1.2, -0.8};
    const Dataset<Scalar> data = generate<Scalar>(data_settings);
    EnsembleSettings settings;
    settings.common.batch_size = work.batch_size;
    settings.common.learning_rates = {0.05};
    settings.common.stop.max_steps = work.num_steps;
    settings.common.execution.num_threads = 1;
    for (std::size_t lane = 0; work.own_orders && lane < num_lanes; ++lane) {
        settings.seeds.push_back(lane);
    }
    const Ensemble<Scalar> start = make_ensemble<Scalar>(num_lanes);
    Ensemble<Scalar> chains = start;
    EnsembleOutcome outcome = train(chains, data, settings);
    for (const Status status : outcome.status) {
        if (status != Status::reached_max_steps) {
            throw std::runtime_error("a lane has ended early");
        }
    }
    run_against_ceiling<Scalar>(state, static_cast<double>(outcome.sample_layers), 1, [&] {
        std::ranges::copy(start.weights(), chains.weights().begin());
        outcome = train(chains, data, settings, nullptr, std::move(outcome));
    });
}

void register_work(const char* name, const Work& work, std::vector<std::int64_t> lanes) {
    const auto set = [&](benchmark::internal::Benchmark* made) {
        made->ArgName("lanes")->UseManualTime();
        for (const std::int64_t count : lanes) {
            made->Arg(count);
        }
    };
    const std::string end = std::string("/") + name;
    set(benchmark::RegisterBenchmark(("ensemble/float32" + end).c_str(), ensemble<float>, work));
    set(benchmark::RegisterBenchmark(("ensemble/float64" + end).c_str(), ensemble<double>, work));
}

const bool registered = [] {
    register_work("one_sample", {1, false, 100}, {1000, 65536});
    register_work("one_sample_own_order", {1, true, 100}, {1000, 65536});
    register_work("full_batch", {0, false, 100}, {65536});
    return true;
}();

}  // namespace
}  // namespace skein::benchmarks
