/// Training of one chain: steps { chunks }.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "skein/chain.hpp"
#include "skein/compression_record.hpp"
#include "skein/training_data.hpp"
#include "skein/training_settings.hpp"

namespace skein {

enum class Status : std::uint8_t { converged, reached_max_steps, diverged, stopped };
inline constexpr std::array<std::string_view, 4> kStatusNames{"converged", "reached_max_steps", "diverged", "stopped"};

/// Why a run ended.
enum class Cause : std::uint8_t {
    target_loss,            ///< converged
    gradient_norm,          ///< converged
    max_steps,              ///< reached_max_steps
    max_epochs,             ///< reached_max_steps
    loss_not_finite,        ///< diverged: the loss of a mini-batch
    gradient_not_finite,    ///< diverged: its norm overflows or is NaN
    weight_not_finite,      ///< diverged: an update would have made a weight infinite or NaN
    max_seconds,            ///< stopped
    observer,               ///< stopped
    stop_request,           ///< stopped: Execution::stop_request, in a step; or in the final loss, if only max_steps or
                            ///< max_epochs had ended the run
    compression_tolerance,  ///< stopped: the bound of compressed data is beyond the tolerance, and the samples are not
                            ///< at hand; in a step, or in the final loss as above
};
inline constexpr std::array<std::string_view, 11> kCauseNames{
    "target_loss",       "gradient_norm", "max_steps", "max_epochs",   "loss_not_finite",      "gradient_not_finite",
    "weight_not_finite", "max_seconds",   "observer",  "stop_request", "compression_tolerance"};

/// Weights after a step, and their loss on the validation data.
template <class Scalar>
struct BestWeights {
    double loss = 0.0;
    std::uint64_t step = 0;
    std::vector<Scalar> weights;  ///< [layers]
};

/// All there is of a run. Give it back to train() and the run continues, to the same bits as if it had never stopped.
template <class Scalar>
struct TrainingState {
    explicit TrainingState(Chain<Scalar> start) : chain(std::move(start)) {}
    Chain<Scalar> chain;
    std::uint64_t step = 0;                    ///< updates done
    std::optional<Optimizer::Kind> rule = {};  ///< that made them; empty: none has been made
    std::vector<Scalar> first_moment = {};     ///< of the rule (Optimizer); [layers], or empty: zeros
    std::vector<Scalar> second_moment = {};    ///< likewise
    /// Those with the lowest validation loss so far, and the epochs since then. EarlyStopping sets them.
    std::optional<BestWeights<Scalar>> best = {};
    std::uint64_t num_worse_epochs = 0;
};

/// What observers see after each update.
template <class Scalar>
struct StepReport {
    std::uint64_t step;  ///< updates done, this one included
    std::uint64_t steps_per_epoch;
    double loss;           ///< of the step's mini-batch, before the update
    double gradient_norm;  ///< likewise, before clipping
    double learning_rate_factor;
    const Chain<Scalar>& chain;  ///< after the update
    bool is_epoch_end() const { return step % steps_per_epoch == 0; }
};

/// Watches a run, and may ask to stop it: then the state is that after the step just reported.
template <class Scalar>
class Observer {
public:
    virtual ~Observer() = default;
    /// Returns false to stop. Called by the thread that called train().
    virtual bool after_step(const StepReport<Scalar>& report) = 0;
    /// Whether after_step() looks at the chain after this step, or may stop the run there. Small steps are made many at
    /// a time: those that no observer looks at are reported together, each with its own loss and norm, but with the
    /// chain as it is after the last of them. Observers that need less than every step save their chains much time.
    virtual bool looks_at([[maybe_unused]] std::uint64_t step) const { return true; }
    /// Asked before each step, or before the next of those that are made together: whether to call take_state().
    virtual bool wants_state() { return false; }
    /// The state after the last step, to be kept: train() goes on from it to the same bits.
    virtual void take_state([[maybe_unused]] const TrainingState<Scalar>& state) {}
};

struct TrainingOutcome {
    Status status;
    Cause cause;
    std::uint64_t steps;  ///< updates done, those before a resumed start included
    /// Over all training data, with the final weights; NaN if a stop was requested before it was computed.
    double loss;
    double seconds;  ///< of the steps
    /// Samples x layers that went through forward and backward; for compressed data nodes x layers.
    std::uint64_t sample_layers;
    std::optional<CompressionRecord> compression;  ///< of all steps and losses; empty unless the data are compressed
};

/// Throws what train() would throw, before any work is done.
template <class Scalar>
void check_training(const Chain<Scalar>& chain, const std::type_identity_t<TrainingData<Scalar>>& data,
                    const TrainingSettings& settings);

/// Trains `state.chain` on `data` (a Dataset, or CompressedData), from `state.step` on. If the chain diverges, its
/// weights stay at their last finite values.
/// A stop request (settings.execution.stop_request) ends the run within about a chunk's time: the step in progress is
/// dropped and the state is that before it. mean_loss() can then compute the missing loss. Every other stop is between
/// steps.
/// Throws std::invalid_argument for settings out of range, naming the setting, its value and what was expected, and for a
/// state that another update rule has made; then nothing has changed. What the source of the samples or an observer
/// throws comes to the caller; then the state is that after the last step that was made.
template <class Scalar>
TrainingOutcome train(TrainingState<Scalar>& state, const std::type_identity_t<TrainingData<Scalar>>& data,
                      const TrainingSettings& settings,
                      std::type_identity_t<std::span<Observer<Scalar>* const>> observers = {});

}  // namespace skein
