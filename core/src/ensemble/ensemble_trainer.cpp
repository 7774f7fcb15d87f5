#include "skein/ensemble_trainer.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>
#include <memory>
#include <stdexcept>
#include <string>

#include "base/floating_point_environment.hpp"
#include "base/parallel.hpp"
#include "base/require.hpp"
#include "base/round_up.hpp"
#include "ensemble/lane_data.hpp"
#include "ensemble/lane_trainer.hpp"
#include "ensemble/outcome_columns.hpp"
#include "ensemble/shared_observer.hpp"
#include "gradient/data_gradient.hpp"
#include "kernels/row_lanes.hpp"
#include "training/setting_ranges.hpp"

namespace skein {

using namespace internal;

namespace {

constexpr std::size_t kRow = kernels::kRowLanes;

/// Throws unless a column is empty or one per lane.
template <class Value>
void check_length(const std::vector<Value>& column, std::size_t num_lanes, const char* what) {
    require(column.empty() || column.size() == num_lanes, std::string("the number of ") + what, column.size(),
            ("one per lane, " + std::to_string(num_lanes) + ", or none").c_str());
}

void check_columns(const EnsembleSettings& settings, std::size_t num_lanes, std::size_t num_layers) {
    const std::size_t num_rates = settings.learning_rates.size();
    require(num_rates == 0 || num_rates == num_lanes || num_rates == num_lanes * num_layers,
            "the number of the lanes' learning rates", num_rates, "one per lane, or one per lane and layer, or none");
    check_length(settings.momentum, num_lanes, "the lanes' momenta");
    check_length(settings.weight_decay, num_lanes, "the lanes' weight decays");
    check_length(settings.schedule_scale, num_lanes, "the lanes' schedule scales");
    check_length(settings.seeds, num_lanes, "the lanes' seeds");
    require(
        std::ranges::adjacent_find(settings.recorded_steps, std::greater_equal<>()) == settings.recorded_steps.end(),
        "the number of recorded steps", settings.recorded_steps.size(), "steps in ascending order");
    require(!settings.marked_loss || (std::isfinite(*settings.marked_loss) && *settings.marked_loss >= 0),
            "the marked loss", settings.marked_loss.value_or(0.0), "0 or more");
}

/// The first lane with an invalid number in one of the columns; the number of lanes if there is none.
template <class Scalar>
std::size_t first_wrong_lane(const EnsembleSettings& settings, std::size_t num_lanes) {
    std::size_t first = num_lanes;
    const auto look = [&](const std::vector<double>& column, bool (*is_right)(double) noexcept) {
        for (std::size_t at = 0; at < column.size(); ++at) {
            if (!is_right(column[at])) first = std::min(first, at % num_lanes);
        }
    };
    look(settings.learning_rates, is_learning_rate<Scalar>);
    look(settings.momentum, is_momentum<Scalar>);
    look(settings.weight_decay, is_weight_decay<Scalar>);
    look(settings.schedule_scale, is_schedule_scale<Scalar>);
    return first;
}

/// A lane's settings checked as those of a chain alone, its number named.
template <class Scalar>
void check_lane(const EnsembleSettings& settings, std::size_t lane, std::size_t num_lanes, std::size_t num_layers,
                std::uint64_t num_samples) {
    try {
        validated<Scalar>(lane_settings(settings, lane, num_lanes), num_layers, num_samples);
    } catch (const std::invalid_argument& error) {
        throw std::invalid_argument("lane " + std::to_string(lane) + ": " + error.what());
    }
}

template <class Scalar>
void check_data(std::span<const Dataset<Scalar>> data, std::size_t num_lanes) {
    require(data.size() == 1 || data.size() == num_lanes, "the number of data sets", data.size(),
            "one, or one per lane");
    for (std::size_t lane = 0; lane < data.size(); ++lane) {
        if (data[lane].num_samples() != data[0].num_samples()) {
            refuse("lane " + std::to_string(lane) + ": the number of samples", data[lane].num_samples(),
                   "as many as lane 0, " + std::to_string(data[0].num_samples()));
        }
    }
}

/// The common settings, completed; throws unless every lane's settings would do for its chain alone.
template <class Scalar>
EnsembleSettings checked_settings(EnsembleSettings settings, std::size_t num_lanes, std::size_t num_layers,
                                  std::uint64_t num_samples) {
    check_columns(settings, num_lanes, num_layers);
    if (settings.common.stop.max_seconds) {
        throw std::invalid_argument(
            "max_seconds is set: expected none for an ensemble, whose lanes would depend on each other");
    }
    const bool has_length = settings.common.stop.max_steps || settings.common.stop.max_epochs;
    require(has_length, "the number of stop rules that end every lane", 0, "max_steps or max_epochs");
    settings.common = validated<Scalar>(settings.common, num_layers, num_samples);
    if (const std::size_t wrong = first_wrong_lane<Scalar>(settings, num_lanes); wrong != num_lanes) {
        check_lane<Scalar>(settings, wrong, num_lanes, num_layers, num_samples);
    }
    return settings;
}

/// Lanes whose columns take 48 KiB: what a step touches of them nearly fits into an L1 cache of 32 KiB (3 layers,
/// float, one sample a step: 512 lanes are 3 % faster than 256, 12 % faster than 128; more gain nothing). At least one
/// row, and few enough to leave every thread a tile. Lanes in whole numbers of 6, 4 and 2 rows, as
/// kernels/lane_steps.hpp takes them together. `num_shuffled`: samples of lanes with orders of their own; shuffles of
/// 1,024 take 2 kB a lane, and with 96 lanes they leave room in the L2 cache (10 % faster than 384).
template <class Scalar>
std::size_t choose_tile_lanes(std::size_t num_lanes, std::size_t num_layers, const Execution& execution,
                              int num_threads, std::uint64_t num_shuffled) {
    constexpr std::size_t kTileBytes = 49152;
    constexpr std::size_t kStepLanes = 12 * kRow;
    constexpr std::uint64_t kMaxSharedShuffle = 256;
    const std::size_t lane_bytes = (4 * num_layers + 12) * sizeof(Scalar);
    std::size_t lanes =
        execution.tile_lanes != 0 ? execution.tile_lanes : std::clamp<std::size_t>(kTileBytes / lane_bytes, kRow, 512);
    const std::size_t threads = static_cast<std::size_t>(num_threads);
    if (execution.tile_lanes == 0 && lanes > kStepLanes) {
        lanes -= lanes % kStepLanes;
    }
    if (execution.tile_lanes == 0 && num_shuffled > kMaxSharedShuffle) {
        lanes = std::min(lanes, kStepLanes / 2);
    }
    lanes = std::min(lanes, divided_up(num_lanes, threads));
    return kernels::to_whole_rows(lanes);
}

/// Trains tile after tile, each thread with a trainer of its own. `settings` have been checked.
template <class Scalar>
void train_tiles(Ensemble<Scalar>& ensemble, const LaneData<Scalar>& data, const EnsembleSettings& settings,
                 EnsembleObserver* observer, EnsembleOutcome& outcome) {
    const std::size_t num_lanes = ensemble.num_lanes();
    const Execution& execution = settings.common.execution;
    const int num_threads = skein::num_threads(execution);
    const std::size_t tile_lanes = choose_tile_lanes<Scalar>(num_lanes, ensemble.num_layers(), execution, num_threads,
                                                             settings.seeds.empty() ? 0 : data.num_samples());
    std::vector<std::unique_ptr<LaneTrainer<Scalar>>> trainers(static_cast<std::size_t>(num_threads));
    std::atomic<bool> is_stopped{false};  // once seen, a request holds, even if it is taken back
    SharedObserver shared_observer(observer);
    for_each_chunk(divided_up(num_lanes, tile_lanes), num_threads, [&](std::size_t tile, int thread) {
        if (is_stopped.load(std::memory_order_relaxed)) {
            return;
        }
        std::unique_ptr<LaneTrainer<Scalar>>& trainer = trainers[static_cast<std::size_t>(thread)];
        if (!trainer) {
            trainer =
                std::make_unique<LaneTrainer<Scalar>>(ensemble.activations(), data, settings, num_lanes, tile_lanes);
        }
        const std::size_t first = tile * tile_lanes;
        const std::size_t count = std::min(tile_lanes, num_lanes - first);
        if (trainer->train(ensemble, first, count, outcome, shared_observer)) {
            shared_observer.after_tile(count);
        } else {
            forget(outcome, first, count);
            is_stopped.store(true, std::memory_order_relaxed);
        }
    });
    for (const auto& trainer : trainers) {
        outcome.sample_layers += trainer ? trainer->sample_layers() : 0;
    }
}

template <class Scalar>
EnsembleOutcome train_lanes(Ensemble<Scalar>& ensemble, const LaneData<Scalar>& data, const EnsembleSettings& settings,
                            EnsembleObserver* observer, EnsembleOutcome reused) {
    const FloatingPointEnvironment environment;
    const auto start = std::chrono::steady_clock::now();
    const EnsembleSettings found_good =
        checked_settings<Scalar>(settings, ensemble.num_lanes(), ensemble.num_layers(), data.num_samples());
    if (data.compressed != nullptr) {
        const std::uint64_t batch_size = found_good.common.batch_size;
        check_training_data<Scalar>(*data.compressed, ensemble.activations(),
                                    batch_size == 0 ? data.num_samples() : batch_size);
    }
    require_threads(found_good.common.execution);
    EnsembleOutcome outcome = std::move(reused);
    begin_outcome(outcome, ensemble.num_lanes(), found_good, data.compressed != nullptr);
    train_tiles(ensemble, data, found_good, observer, outcome);
    outcome.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    return outcome;
}

}  // namespace

TrainingSettings lane_settings(const EnsembleSettings& settings, std::size_t lane, std::size_t num_lanes) {
    TrainingSettings alone = settings.common;
    if (!settings.learning_rates.empty()) {
        alone.learning_rates.clear();
        for (std::size_t at = lane; at < settings.learning_rates.size(); at += num_lanes) {
            alone.learning_rates.push_back(settings.learning_rates[at]);
        }
    }
    if (!settings.momentum.empty()) {
        alone.optimizer.momentum = settings.momentum[lane];
    }
    if (!settings.weight_decay.empty()) {
        alone.optimizer.weight_decay = settings.weight_decay[lane];
    }
    if (!settings.schedule_scale.empty()) {
        alone.schedule.scale = settings.schedule_scale[lane];
    }
    if (!settings.seeds.empty()) {
        alone.seed = settings.seeds[lane];
    }
    return alone;
}

template <class Scalar>
EnsembleOutcome train(Ensemble<Scalar>& ensemble, std::type_identity_t<std::span<const Dataset<Scalar>>> data,
                      const EnsembleSettings& settings, EnsembleObserver* observer, EnsembleOutcome reused) {
    check_data(data, ensemble.num_lanes());
    return train_lanes<Scalar>(ensemble, {data}, settings, observer, std::move(reused));
}

template <class Scalar>
EnsembleOutcome train(Ensemble<Scalar>& ensemble, const std::type_identity_t<TrainingData<Scalar>>& data,
                      const EnsembleSettings& settings, EnsembleObserver* observer, EnsembleOutcome reused) {
    const Dataset<Scalar>* const samples = data.samples();
    const LaneData<Scalar> lane_data{{samples, samples == nullptr ? 0u : 1u}, data.compressed()};
    return train_lanes(ensemble, lane_data, settings, observer, std::move(reused));
}

#define SKEIN_INSTANTIATE(Scalar)                                                                                \
    template EnsembleOutcome train(Ensemble<Scalar>&, std::span<const Dataset<Scalar>>, const EnsembleSettings&, \
                                   EnsembleObserver*, EnsembleOutcome);                                          \
    template EnsembleOutcome train(Ensemble<Scalar>&, const TrainingData<Scalar>&, const EnsembleSettings&,      \
                                   EnsembleObserver*, EnsembleOutcome);
SKEIN_INSTANTIATE(float)
SKEIN_INSTANTIATE(double)
#undef SKEIN_INSTANTIATE

}  // namespace skein
