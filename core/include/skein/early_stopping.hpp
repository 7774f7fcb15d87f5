/// Stops a run whose validation loss no longer falls, and keeps its best weights.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "skein/execution.hpp"
#include "skein/trainer.hpp"
#include "skein/training_data.hpp"

namespace skein {

/// Give it to train() as an observer. The validation loss is computed at the ends of epochs.
template <class Scalar>
class EarlyStopping final : public Observer<Scalar> {
public:
    /// Weights after a step, and their validation loss.
    struct Best {
        double loss;
        std::uint64_t step;
        std::vector<Scalar> weights;  // [layers]
    };

    /// Stops after `patience` epochs without a lower validation loss. `validation` must outlive this. Throws
    /// std::invalid_argument for no patience and for no steps per epoch.
    EarlyStopping(std::uint64_t patience, std::uint64_t steps_per_epoch, const TrainingData<Scalar>& validation,
                  const Execution& execution = {});

    bool after_step(const StepReport<Scalar>& report) override;
    bool looks_at(std::uint64_t step) const override { return step % steps_per_epoch_ == 0; }

    bool has_stopped() const noexcept { return num_worse_ >= patience_; }
    /// Nothing before the first epoch ends, or if no validation loss was finite.
    const std::optional<Best>& best() const noexcept { return best_; }

private:
    std::uint64_t patience_;
    std::uint64_t steps_per_epoch_;
    const TrainingData<Scalar>& validation_;
    Execution execution_;
    std::uint64_t num_worse_ = 0;  // epochs since the best one
    std::optional<Best> best_;
};

}  // namespace skein
