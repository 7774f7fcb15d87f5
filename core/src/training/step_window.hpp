// Steps of small mini-batches, many at a time.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>

#include "skein/schedule.hpp"
#include "training/optimizer_columns.hpp"

namespace skein::internal {

/// A step of 32 samples takes 0.1 microseconds. Around a single one, train() takes 0.4.
template <class Scalar>
class StepWindow {
public:
    static constexpr std::uint64_t kSteps = 64;

    /// Stops before a step with a loss, or a gradient's norm, of at most these.
    StepWindow(Activation activation, std::size_t batch_size, std::optional<double> target_loss,
               std::optional<double> gradient_norm)
        : activation_(activation),
          batch_size_(batch_size),
          watched_loss_(target_loss.value_or(-std::numeric_limits<double>::infinity())),
          watched_norm_(gradient_norm.value_or(-std::numeric_limits<double>::infinity())) {}

    std::size_t batch_size() const noexcept { return batch_size_; }

    /// Makes at most `most` steps, and at most as many as there are samples for. Returns how many were made: the next one
    /// is to be judged by the caller, or there are no samples for it. `step`: updates done before.
    std::size_t make(OptimizerColumns<Scalar>& columns, const MiniBatch<Scalar>& samples, const Schedule& schedule,
                     std::uint64_t step, std::uint64_t most) {
        const auto count = static_cast<std::size_t>(
            std::min({most, kSteps, static_cast<std::uint64_t>(samples.num_samples / batch_size_)}));
        if (count == 0) {
            return 0;
        }
        for (std::size_t index = 0; index < count; ++index) {
            factors_[index] = schedule.factor(step + index);
        }
        kernels::SmallSteps<Scalar> steps = columns.small_steps();
        steps.activation = activation_;
        steps.batch_size = batch_size_;
        steps.num_steps = count;
        steps.x = samples.x;
        steps.y = samples.y;
        steps.learning_rate_factors = factors_.data();
        steps.watched_loss = watched_loss_;
        steps.watched_norm = watched_norm_;
        steps.losses = losses_.data();
        steps.gradient_norms = norms_.data();
        return kernels::kernels<Scalar>().small_steps(steps);
    }

    /// Of step `index` of those just made.
    double loss(std::size_t index) const noexcept { return losses_[index]; }
    double gradient_norm(std::size_t index) const noexcept { return norms_[index]; }
    double learning_rate_factor(std::size_t index) const noexcept { return factors_[index]; }

private:
    Activation activation_;
    std::size_t batch_size_;
    double watched_loss_, watched_norm_;
    std::array<double, kSteps> factors_, losses_, norms_;
};

}  // namespace skein::internal
