/// Stops a run whose validation loss no longer falls, and keeps its best weights.
#pragma once

#include <cstdint>
#include <optional>

#include "skein/execution.hpp"
#include "skein/trainer.hpp"
#include "skein/training_data.hpp"

namespace skein {

/// Give it to train() as an observer. The validation loss is computed at the ends of epochs. What it keeps is part of the
/// state of the run, so that a resumed run stops at the same step.
template <class Scalar>
class EarlyStopping final : public Observer<Scalar> {
public:
    /// Stops after `patience` epochs without a lower validation loss. `validation` and `state`, that of the run, must
    /// outlive this. Throws std::invalid_argument for no patience and for no steps per epoch.
    EarlyStopping(std::uint64_t patience, std::uint64_t steps_per_epoch, const TrainingData<Scalar>& validation,
                  TrainingState<Scalar>& state, const Execution& execution = {});

    bool after_step(const StepReport<Scalar>& report) override;
    bool looks_at(std::uint64_t step) const override { return step % steps_per_epoch_ == 0; }

    bool has_stopped() const noexcept { return state_.num_worse_epochs >= patience_; }
    /// Nothing before the first epoch ends, or if no validation loss was finite.
    const std::optional<BestWeights<Scalar>>& best() const noexcept { return state_.best; }

private:
    std::uint64_t patience_;
    std::uint64_t steps_per_epoch_;
    const TrainingData<Scalar>& validation_;
    TrainingState<Scalar>& state_;
    Execution execution_;
};

}  // namespace skein
