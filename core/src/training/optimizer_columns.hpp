// Weights with the state of their optimizer, as columns of whole rows that the update kernels work on.
#pragma once

#include <span>

#include "base/eigen_core.hpp"
#include "kernels/kernel_table.hpp"
#include "skein/trainer.hpp"

namespace skein::internal {

/// The norm over all weights, summed in layer order, in double; infinite if the squares overflow.
template <class Scalar>
double gradient_norm(std::span<const Scalar> weight_gradients) noexcept;

/// The square of what moves a weight: its gradient, and weight decay.
template <class Scalar>
double square_of_pull(Scalar gradient, Scalar weight, double weight_decay) noexcept {
    const double pull = static_cast<double>(gradient) + weight_decay * static_cast<double>(weight);
    return pull * pull;
}

/// The norm that StopRules::gradient_norm is about, summed in layer order, in double.
template <class Scalar>
double norm_of_pull(std::span<const Scalar> weight_gradients, std::span<const Scalar> weights,
                    double weight_decay) noexcept;

/// The factor that clipping scales a gradient by, as torch.nn.utils.clip_grad_norm_ does; 1 without clipping.
double clip_scale(const std::optional<double>& clip_norm, double norm) noexcept;

/// The rule at `step` (updates done before it).
template <class Scalar>
kernels::UpdateRule<Scalar> update_rule(const Optimizer& optimizer, std::uint64_t step) noexcept;

template <class Scalar>
class OptimizerColumns {
public:
    OptimizerColumns(const TrainingSettings& settings, const TrainingState<Scalar>& state);

    /// One update of the weights, from the gradient at `step` (updates done before it).
    void update(std::span<const Scalar> weight_gradients, double norm, std::uint64_t step, double learning_rate_factor);

    std::span<const Scalar> weights() const noexcept { return {weights_.data(), num_layers_}; }
    bool weights_are_finite() const noexcept {
        return weights_.head(static_cast<Eigen::Index>(num_layers_)).isFinite().all();
    }

    /// Weights, moments and learning rates of small steps; the caller fills in the rest.
    kernels::SmallSteps<Scalar> small_steps() noexcept;

    /// Writes the optimizer's state (not the weights) back.
    void save(TrainingState<Scalar>& state) const;

private:
    Optimizer optimizer_;
    std::optional<double> clip_norm_;
    std::size_t num_layers_;
    Column<Scalar> base_learning_rates_, learning_rates_, gradients_, weights_, first_moment_, second_moment_;
};

}  // namespace skein::internal
