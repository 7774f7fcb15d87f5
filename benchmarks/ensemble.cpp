// Chains side by side, 3 tanh layers, 500 steps of plain SGD by train(), with the outcomes that it always keeps:
// ensemble/<precision>/<what a step sees>/lanes:<N>/samples:<S>, on one thread.
//     one_sample   the next sample in shuffled order, the same for all chains
//     own_order    the next sample of an order of the chain's own
//     full_batch   all samples
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

enum class StepSamples : std::uint8_t { one_sample, own_order, full_batch };

EnsembleSettings make_ensemble_settings(StepSamples step_samples, std::size_t num_lanes) {
    EnsembleSettings settings;
    settings.common.batch_size = step_samples == StepSamples::full_batch ? 0 : 1;
    settings.common.learning_rates = {0.05};
    settings.common.stop.max_steps = 500;
    settings.common.execution.num_threads = 1;
    for (std::size_t lane = 0; step_samples == StepSamples::own_order && lane < num_lanes; ++lane) {
        settings.seeds.push_back(lane);
    }
    return settings;
}

template <class Scalar>
Ensemble<Scalar> make_ensemble(std::size_t num_lanes) {
    std::vector<Scalar> weights(num_lanes * kNumLayers);
    for (std::size_t index = 0; index < weights.size(); ++index) {
        weights[index] = static_cast<Scalar>(0.5 + 0.75 * static_cast<double>(index % 997) / 997.0);
    }
    return Ensemble<Scalar>(num_lanes, kNumLayers, weights);
}

/// All lanes make all steps, and the last one has the result of its chain alone.
template <class Scalar>
void verify_lanes(const Ensemble<Scalar>& start, const Ensemble<Scalar>& chains, const EnsembleOutcome& outcome,
                  const Dataset<Scalar>& data, const EnsembleSettings& settings) {
    for (const Status status : outcome.status) {
        if (status != Status::reached_max_steps) {
            throw std::runtime_error("a lane has ended early");
        }
    }
    const std::size_t lane = start.num_lanes() - 1;
    TrainingState<Scalar> alone{start.chain(lane)};
    const double loss = train(alone, data, lane_settings(settings, lane, start.num_lanes())).loss;
    if (loss != outcome.loss[lane] || !std::ranges::equal(alone.chain.weights(), chains.chain(lane).weights())) {
        throw std::runtime_error("a lane differs from its chain alone");
    }
}

template <class Scalar>
void ensemble(benchmark::State& state, StepSamples step_samples) {
    const auto num_lanes = static_cast<std::size_t>(state.range(0));
    GeneratedData data_settings;
    data_settings.num_samples = static_cast<std::uint64_t>(state.range(1));
    data_settings.teacher_weights = {1.2, -0.8};
    const Dataset<Scalar> data = generate<Scalar>(data_settings);
    const EnsembleSettings settings = make_ensemble_settings(step_samples, num_lanes);
    const Ensemble<Scalar> start = make_ensemble<Scalar>(num_lanes);
    Ensemble<Scalar> chains = start;
    EnsembleOutcome outcome = train(chains, data, settings);
    verify_lanes(start, chains, outcome, data, settings);
    run_against_ceiling<Scalar>(state, static_cast<double>(outcome.sample_layers), 1, [&] {
        std::ranges::copy(start.weights(), chains.weights().begin());
        outcome = train(chains, data, settings, nullptr, std::move(outcome));
    });
}

void register_rows(const std::string& name, StepSamples step_samples,
                   const std::vector<std::pair<std::int64_t, std::int64_t>>& lanes_and_samples) {
    const auto set = [&](benchmark::internal::Benchmark* made) {
        made->ArgNames({"lanes", "samples"})->UseManualTime()->Unit(benchmark::kMillisecond);
        for (const auto& [lanes, samples] : lanes_and_samples) {
            made->Args({lanes, samples});
        }
    };
    set(benchmark::RegisterBenchmark(("ensemble/float32/" + name).c_str(), ensemble<float>, step_samples));
    set(benchmark::RegisterBenchmark(("ensemble/float64/" + name).c_str(), ensemble<double>, step_samples));
}

const bool registered = [] {
    register_rows("one_sample", StepSamples::one_sample, {{65536, 8}, {1000, 8}});
    register_rows("own_order", StepSamples::own_order, {{8192, 8}, {8192, 64}, {8192, 256}, {8192, 1024}});
    register_rows("full_batch", StepSamples::full_batch, {{65536, 8}, {1000, 8}});
    return true;
}();

}  // namespace
}  // namespace skein::benchmarks
