/// Training of many chains side by side: tiles { steps }.
///
/// Each lane has the result, to the bit, of its chain trained alone by train() of skein/trainer.hpp with
/// lane_settings(): whatever its neighbours do, wherever in a tile it lies, on any number of threads.
///
/// A tile is packed into the L1 cache and makes all its steps there. A lane that ends is taken out at once and the
/// tile's last lane takes its place, so that it costs nothing from then on but the rest of a row of 16 lanes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <type_traits>
#include <vector>

#include "skein/ensemble.hpp"
#include "skein/trainer.hpp"
#include "skein/training_data.hpp"
#include "skein/training_settings.hpp"

namespace skein {

/// What all lanes have in common, and what each has for itself; an empty column means: as in `common`.
struct EnsembleSettings {
    TrainingSettings common;
    /// [lanes], one for all layers of a lane, or [lanes x layers], a layer after the other.
    std::vector<double> learning_rates;
    std::vector<double> momentum;        ///< [lanes]
    std::vector<double> weight_decay;    ///< [lanes]
    std::vector<double> schedule_scale;  ///< [lanes], Schedule::scale
    /// [lanes], TrainingSettings::seed: then each lane has its own order of samples. Empty: all see the same samples.
    std::vector<std::uint64_t> seeds;

    /// The outcome tells how many steps it took until a mini-batch's loss was at most this. Ends no run.
    std::optional<double> marked_loss;
    /// Steps, counted from 0, ascending, whose mini-batch's loss (before the update) the outcome keeps.
    std::vector<std::uint64_t> recorded_steps;
};

/// The settings with which train() gives a chain alone what it has as this lane.
TrainingSettings lane_settings(const EnsembleSettings& settings, std::size_t lane, std::size_t num_lanes);

inline constexpr std::uint64_t kNever = std::numeric_limits<std::uint64_t>::max();
/// How many losses at the end of a run are set against its first.
inline constexpr std::size_t kLastLosses = 20;

/// How each lane ended; columns are [lanes]. Losses of steps are those of mini-batches before their updates, of the
/// steps done (the step in which a lane diverges is none of them).
///
/// loss_decreased, normalised_loss_sum and inverse_loss_sum are the measures of J. Sohl-Dickstein, "The boundary of
/// neural network trainability is fractal" (arXiv:2402.06184): whether the mean of the last 20 losses is below the
/// first loss (never of a lane that diverged or was stopped), and the sums over the steps of loss / first loss and of
/// first loss / loss. Sums are compensated, in Scalar; infinite where one overflows.
struct EnsembleOutcome {
    std::vector<Status> status;
    std::vector<Cause> cause;
    std::vector<std::uint64_t> steps;  ///< updates done
    std::vector<double> loss;          ///< over all of a lane's data, with its final weights
    std::vector<double> first_loss;    ///< NaN where no step was done, as in the next three
    std::vector<double> smallest_loss;
    std::vector<double> normalised_loss_sum;
    std::vector<double> inverse_loss_sum;
    std::vector<std::uint8_t> loss_decreased;  ///< 1 or 0
    std::vector<std::uint64_t> marked_step;    ///< updates done when the loss was first at most marked_loss, or kNever
    std::vector<double> recorded_losses;       ///< [lanes x recorded steps]; NaN where a lane had ended
    std::vector<CompressionRecord> compression;  ///< empty unless the data are compressed
    double seconds = 0.0;
    std::uint64_t sample_layers = 0;  ///< samples x layers that went through forward and backward, or nodes x layers
};

/// Whether a stop was requested before all lanes were through.
bool is_stopped(const EnsembleOutcome& outcome) noexcept;
/// How many lanes, from the first on without a gap, are through.
std::size_t num_finished(const EnsembleOutcome& outcome) noexcept;

/// Watches the training of an ensemble.
class EnsembleObserver {
public:
    virtual ~EnsembleObserver() = default;
    /// So many lanes more are through. Called from any thread, by one at a time.
    virtual void after_tile(std::size_t num_lanes) = 0;
    /// So many sample-layers more are done, of lanes that need not be through. Called likewise, about every millisecond
    /// of a thread, where steps are not longer than that.
    virtual void after_work(std::uint64_t /*sample_layers*/) {}
};

/// Trains every lane of `ensemble` from its weights on, which become the final ones (the last finite ones of a lane that
/// diverged). `data`: samples or compressed data for all lanes; or one data set per lane, all of as many samples.
/// When a stop is requested (common.execution.stop_request) the lanes of unfinished tiles stay as they were: their status
/// is `stopped`, their steps are 0, their losses NaN.
/// `reused`: an outcome that is no longer needed, whose memory serves again.
/// Throws std::invalid_argument as train() does, naming the lane; also for columns of other lengths, and for max_seconds,
/// which would make a lane's result depend on its neighbours.
template <class Scalar>
EnsembleOutcome train(Ensemble<Scalar>& ensemble, std::type_identity_t<std::span<const Dataset<Scalar>>> data,
                      const EnsembleSettings& settings, EnsembleObserver* observer = nullptr,
                      EnsembleOutcome reused = {});
template <class Scalar>
EnsembleOutcome train(Ensemble<Scalar>& ensemble, const std::type_identity_t<TrainingData<Scalar>>& data,
                      const EnsembleSettings& settings, EnsembleObserver* observer = nullptr,
                      EnsembleOutcome reused = {});

}  // namespace skein
