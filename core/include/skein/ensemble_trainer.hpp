/// Training of many chains side by side: tiles { steps }.
///
/// Each lane has the same result, to the bit, as its chain trained alone by train() of skein/trainer.hpp with
/// lane_settings(). Its neighbours, its place in a tile and the number of threads do not matter.
///
/// A tile is packed into the L1 cache and makes all its steps there. If a lane ends, the tile's last lane takes its
/// place at once: from then on the only waste is the unfilled part of the last row of 16 lanes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <type_traits>
#include <vector>

#include "skein/ensemble.hpp"
#include "skein/ensemble_outcome.hpp"
#include "skein/training_data.hpp"
#include "skein/training_settings.hpp"

namespace skein {

/// `common` holds for all lanes. A column that is not empty replaces one of its settings, lane by lane. The base class
/// selects the outcomes to keep.
struct EnsembleSettings : OutcomeSelection {
    TrainingSettings common;
    /// [lanes]: one for all layers of a lane; or [lanes x layers], a layer after the other.
    std::vector<double> learning_rates;
    std::vector<double> momentum;        ///< [lanes]
    std::vector<double> weight_decay;    ///< [lanes]
    std::vector<double> schedule_scale;  ///< [lanes], Schedule::scale
    /// [lanes], TrainingSettings::seed: each lane has its own order of samples. Empty: all lanes see the same samples.
    std::vector<std::uint64_t> seeds;
};

/// The settings for a chain alone: with them train() of skein/trainer.hpp gives it the result of this lane.
[[nodiscard]] TrainingSettings lane_settings(const EnsembleSettings& settings, std::size_t lane, std::size_t num_lanes);

/// Watches the training of an ensemble.
class EnsembleObserver {
public:
    virtual ~EnsembleObserver() = default;
    /// `num_lanes` lanes have finished. Calls are serialised; any thread may make them.
    virtual void after_tile(std::size_t num_lanes) = 0;
    /// `sample_layers` samples x layers are done since the last call, of lanes that may not have finished. Calls are
    /// serialised; each thread makes one about every millisecond, or after every step if steps take longer.
    virtual void after_work(std::uint64_t /*sample_layers*/) {}
};

/// Trains every lane of `ensemble` from its weights on. The weights become the final ones; for a lane that diverged,
/// the last finite ones. `data`: samples or compressed data for all lanes, or a data set per lane, each with the same
/// number of samples. If a stop is requested (common.execution.stop_request), the lanes of unfinished tiles keep their
/// weights; their status is `stopped`, their steps are 0, and their losses NaN. `reused`: an old outcome whose buffers
/// are recycled. Throws std::invalid_argument as train() of skein/trainer.hpp does, naming the lane; also for columns
/// of other lengths, and for max_seconds, which would make a lane's result depend on its neighbours.
template <class Scalar>
EnsembleOutcome train(Ensemble<Scalar>& ensemble, std::type_identity_t<std::span<const Dataset<Scalar>>> data,
                      const EnsembleSettings& settings, EnsembleObserver* observer = nullptr,
                      EnsembleOutcome reused = {});
template <class Scalar>
EnsembleOutcome train(Ensemble<Scalar>& ensemble, const std::type_identity_t<TrainingData<Scalar>>& data,
                      const EnsembleSettings& settings, EnsembleObserver* observer = nullptr,
                      EnsembleOutcome reused = {});

}  // namespace skein
