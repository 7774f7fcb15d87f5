// What the kernel of small steps takes (kernels/small_steps.hpp): many steps of SGD on one chain, from samples that lie
// ready.
#pragma once

#include <cstddef>
#include <cstdint>

#include "kernels/row_lanes.hpp"
#include "skein/activation.hpp"
#include "skein/optimizer.hpp"

namespace skein::internal::kernels {

/// With more of both the activations of a step (16 KiB of doubles) would fill more than half of a 32 KiB L1 cache.
inline constexpr std::size_t kMaxSmallStepLayers = 32;
inline constexpr std::size_t kMaxSmallStepRows = 4;
inline constexpr std::size_t kMaxSmallStepSamples = kMaxSmallStepRows * kRowLanes;

/// The activations of small steps. All seven would make kernels.cpp take 45 % more of the compiler's time.
#define SKEIN_SMALL_STEP_ACTIVATIONS(X) X(tanh) X(identity) X(sigmoid) X(relu)

constexpr bool has_small_steps(Activation activation) noexcept {
#define SKEIN_OR_EQUAL(name) || activation == Activation::name
    return false SKEIN_SMALL_STEP_ACTIVATIONS(SKEIN_OR_EQUAL);
#undef SKEIN_OR_EQUAL
}

/// A window of steps. Step k takes the samples [k batch_size, (k + 1) batch_size). Nothing here overlaps.
///
/// The caller sees to it that can_do_small_steps() holds; that the samples have no weights; and that the window ends
/// where anybody else has a say: an observer, max_steps, max_epochs, max_seconds, a stop request, the loss over all data
/// at the end of an epoch, a step of fewer samples. StopRules::gradient_norm is watched_norm; target_loss is
/// watched_loss if the batch is the full one. If fewer steps were done than asked for, the caller makes the next one by
/// BatchGradient and OptimizerColumns, which find out what is the matter.
template <class Scalar>
struct SmallSteps {
    Activation activation;  // of all layers
    Optimizer::Kind kind;   // sgd, momentum or nesterov
    Scalar momentum;        // of these two; else any number
    Scalar weight_decay;
    std::size_t num_layers;               // 1 to kMaxSmallStepLayers
    std::size_t batch_size;               // 1 to kMaxSmallStepSamples
    std::size_t num_steps;                // may be 0
    const Scalar* x;                      // [steps x batch size], none weighted
    const Scalar* y;                      // [steps x batch size]
    const Scalar* learning_rates;         // [layers], without the schedule's factor
    const double* learning_rate_factors;  // [steps], Schedule::factor()
    double watched_loss;                  // stops at a loss of at most this; minus infinity: at none
    double watched_norm;                  // stops at a gradient's norm of at most this; minus infinity: at none
    Scalar* weights;                      // [layers]: replaced
    Scalar* first_moment;                 // [layers]: likewise; for sgd it may be null
    double* losses;                       // [steps]: StepReport::loss of each step done; any number after them
    double* gradient_norms;               // [steps]: likewise
};

/// Whether small_steps() can do the steps of a run, on samples without weights; else BatchGradient and OptimizerColumns
/// make them. The activations are those of the layers, [layers].
constexpr bool can_do_small_steps(const Activation* activations, std::size_t num_layers, std::uint64_t batch_size,
                                  const Optimizer& optimizer, bool clips) noexcept {
    if (num_layers == 0 || num_layers > kMaxSmallStepLayers || batch_size == 0 || batch_size > kMaxSmallStepSamples) {
        return false;
    }
    for (std::size_t layer = 1; layer < num_layers; ++layer) {
        if (activations[layer] != activations[0]) {
            return false;
        }
    }
    const bool is_sgd = optimizer.kind == Optimizer::Kind::sgd || optimizer.kind == Optimizer::Kind::momentum ||
                        optimizer.kind == Optimizer::Kind::nesterov;
    return has_small_steps(activations[0]) && is_sgd && !clips;
}

}  // namespace skein::internal::kernels
