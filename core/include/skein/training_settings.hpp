/// What train() needs to know: update rule, learning rates, batches, and when to stop.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "skein/batch_order.hpp"
#include "skein/execution.hpp"
#include "skein/optimizer.hpp"
#include "skein/schedule.hpp"

namespace skein {

/// When to stop; the first rule that holds ends the run. At least one of them must be set.
struct StopRules {
    std::optional<std::uint64_t> max_steps;
    std::optional<std::uint64_t> max_epochs;
    /// The loss over all training data is at most this: looked at before each step of full batches, else after epochs,
    /// and once more when a run reaches max_steps or max_epochs.
    std::optional<double> target_loss;
    /// The norm of what moves the weights, dloss/dw + weight_decay w over all training data, is at most this: looked at
    /// before each step of full batches, else after epochs.
    std::optional<double> gradient_norm;
    std::optional<double> max_seconds;
};

struct TrainingSettings {
    Optimizer optimizer;
    /// One for all layers, or one per layer.
    std::vector<double> learning_rates{0.01};
    Schedule schedule;
    /// Gradients are scaled by clip_norm / (norm + 1e-6) if that is less than 1, with their norm over all weights, as
    /// by torch.nn.utils.clip_grad_norm_; before momentum.
    std::optional<double> clip_norm;
    std::uint64_t batch_size = 0;  ///< 0: the full batch
    Sampling sampling = Sampling::shuffled;
    std::uint64_t seed = 0;  ///< of the order of samples
    StopRules stop;
    Execution execution;
};

/// The settings for a chain of `num_layers` and `num_samples` samples, with the length of a cosine schedule filled in.
/// train() begins with it. Throws std::invalid_argument for a setting out of range, also once it is rounded to Scalar:
/// its value and what was expected.
template <class Scalar>
TrainingSettings validated(TrainingSettings settings, std::size_t num_layers, std::uint64_t num_samples);

}  // namespace skein
