// Many steps of SGD on one chain with mini-batches of at most 64 samples, in one call: the rows of a step stay in
// registers, and nobody else prepares, judges or reports a step. With 32 samples and 4 layers a step takes 83 ns (float,
// AVX-512, Zen 4). accumulate_gradient(), combine_slots() and update() take 133 ns, and 520 with what train() does
// between them.
//
// The bits are those of BatchGradient and OptimizerColumns: the same slots, filled row by row; the same tree over them;
// the same rounding of means, gradients and learning rates; the formulas of update_rules.hpp. Without weight decay sgd
// leaves it out: w - eta (g + 0 w) is w - eta g, zeros and their signs included.
#pragma once

#include <cstring>
#include <limits>

#include "kernels/chain_kernels.hpp"
#include "kernels/small_step_arguments.hpp"

namespace skein::internal::kernels {
namespace {

inline float scalar_fused(float a, float b, float c) { return __builtin_fmaf(a, b, c); }
inline double scalar_fused(double a, double b, double c) { return __builtin_fma(a, b, c); }

#ifndef SKEIN_LANES_PORTABLE

/// The last samples of a window again, with room behind them. A partial row also takes the lanes behind its own: in the
/// midst of a window those are the next steps' samples, at its end there may be no memory. What fills the room has gone
/// through a sample's lane too, as in PaddedRow.
template <class Scalar>
struct WindowEnd {
    explicit WindowEnd(const SmallSteps<Scalar>& steps) : num_samples(steps.num_steps * steps.batch_size) {
        first = num_samples < kMaxSmallStepSamples ? 0 : num_samples - kMaxSmallStepSamples;
        if (steps.batch_size % kRowLanes == 0) {
            return;  // no partial rows
        }
        for (std::size_t place = 0; place < 2 * kMaxSmallStepSamples; ++place) {
            const std::size_t sample = first + place < num_samples ? first + place : num_samples - 1;
            x[place] = steps.x[sample];
            y[place] = steps.y[sample];
        }
    }
    std::size_t num_samples;
    std::size_t first;
    alignas(64) Scalar x[2 * kMaxSmallStepSamples];
    alignas(64) Scalar y[2 * kMaxSmallStepSamples];
};

/// The samples of a step: kRows rows, of which the last may have lanes that are no sample of this step.
template <std::size_t kRows, class Scalar>
struct SampleRows {
    const Scalar* x;
    const Scalar* y;
    Mask<Scalar> is_sample;  // of the last row

    SKEIN_INLINE Row<Scalar> add(std::size_t row, const Row<Scalar>& sums, const Row<Scalar>& a,
                                 const Row<Scalar>& b) const {
        return row + 1 == kRows ? add_to_slots<true>(sums, a, b, is_sample)
                                : add_to_slots<false>(sums, a, b, is_sample);
    }
};

template <std::size_t kRows, class Scalar>
SKEIN_INLINE SampleRows<kRows, Scalar> rows_of(const SmallSteps<Scalar>& steps, const WindowEnd<Scalar>& end,
                                               std::size_t step, const Mask<Scalar>& is_sample) {
    const std::size_t first = step * steps.batch_size;
    if (first + kRows * kRowLanes > end.num_samples) {
        return {end.x + (first - end.first), end.y + (first - end.first), is_sample};
    }
    return {steps.x + first, steps.y + first, is_sample};
}

/// Forward and backward. Returns the sum of the losses; take_gradient(layer, sum) has those of the weight gradients,
/// the last layer's first. The layers are a loop at run time: unrolled for each depth a step of 4 layers takes 78 ns in
/// place of 83, and there is eight times the code. Loads and stores are not in the way of the products from layer to
/// layer.
template <Activation kActivation, std::size_t kRows, class Scalar, class TakeGradient>
SKEIN_INLINE Scalar sum_step(const SampleRows<kRows, Scalar>& rows, const Scalar* weights, std::size_t num_layers,
                             const TakeGradient& take_gradient) {
    using Formula = Formulas<kActivation>;
    alignas(64) Scalar inputs[kMaxSmallStepLayers][kRows][kRowLanes];
    Row<Scalar> f[kRows];
    for (std::size_t row = 0; row < kRows; ++row) {
        f[row] = Formula::activate(broadcast(weights[0]) * load(rows.x + row * kRowLanes));
    }
    for (std::size_t layer = 1; layer < num_layers; ++layer) {
        const Row<Scalar> w = broadcast(weights[layer]);
        for (std::size_t row = 0; row < kRows; ++row) {
            store(inputs[layer][row], f[row]);
            f[row] = Formula::activate(w * f[row]);
        }
    }
    const Row<Scalar> zero = broadcast(Scalar(0));
    Row<Scalar> loss = zero;
    Row<Scalar> delta[kRows];
    for (std::size_t row = 0; row < kRows; ++row) {
        const Row<Scalar> residual = f[row] - load(rows.y + row * kRowLanes);
        loss = rows.add(row, loss, residual, residual);
        delta[row] = times_slope<kActivation>(residual + residual, f[row]);
    }
    for (std::size_t layer = num_layers - 1; layer != 0; --layer) {
        const Row<Scalar> w = broadcast(weights[layer]);
        Row<Scalar> gradient = zero;
        for (std::size_t row = 0; row < kRows; ++row) {
            const Row<Scalar> input = load(inputs[layer][row]);
            gradient = rows.add(row, gradient, input, delta[row]);
            delta[row] = times_slope<kActivation>(w * delta[row], input);
        }
        take_gradient(layer, sum_lanes(gradient));
    }
    Row<Scalar> gradient = zero;
    for (std::size_t row = 0; row < kRows; ++row) {
        gradient = rows.add(row, gradient, load(rows.x + row * kRowLanes), delta[row]);
    }
    take_gradient(0, sum_lanes(gradient));
    return sum_lanes(loss);
}

#else

/// The same by the kernels of any chain: the code of the variants that judges the others' bits is small.
template <class Scalar, class TakeGradient>
Scalar sum_step_plainly(const SmallSteps<Scalar>& steps, std::size_t step, const Scalar* weights,
                        const TakeGradient& take_gradient) {
    Activation activations[kMaxSmallStepLayers];
    for (Activation& activation : activations) {
        activation = steps.activation;
    }
    Scalar outputs[kMaxSmallStepLayers * kMaxSmallStepSamples], deltas[kMaxSmallStepSamples];
    Scalar slot_sums[(kMaxSmallStepLayers + kFirstGradientSum) * kRowLanes] = {};
    double sums[kMaxSmallStepLayers + kFirstGradientSum];
    const std::size_t first = step * steps.batch_size;
    accumulate_gradient<Scalar>({{weights, activations, steps.num_layers},
                                 steps.x + first,
                                 steps.y + first,
                                 nullptr,
                                 steps.batch_size,
                                 outputs,
                                 deltas,
                                 slot_sums,
                                 true});
    combine_slots(slot_sums, steps.num_layers + kFirstGradientSum, sums);
    for (std::size_t layer = 0; layer < steps.num_layers; ++layer) {
        take_gradient(layer, static_cast<Scalar>(sums[kFirstGradientSum + layer]));
    }
    return static_cast<Scalar>(sums[kLossSum]);
}

#endif

/// Fills in the loss and the norm of a step, and returns whether it counts. A function of its own, as it is the same for
/// every activation and number of rows: inlined into each it would be half of their code.
template <class Scalar>
[[gnu::noinline]] bool judge_step(const SmallSteps<Scalar>& steps, std::size_t step, double loss,
                                  const Scalar* gradients, const Scalar* new_weights) {
    double sum = 0.0;
    Scalar check = 0;  // NaN if a weight is not finite
    for (std::size_t layer = 0; layer < steps.num_layers; ++layer) {
        sum += static_cast<double>(gradients[layer]) * static_cast<double>(gradients[layer]);
        check += new_weights[layer] - new_weights[layer];
    }
    const double norm = __builtin_sqrt(sum);
    steps.losses[step] = loss;
    steps.gradient_norms[step] = norm;
    constexpr double kInfinity = std::numeric_limits<double>::infinity();
    return loss > steps.watched_loss && loss < kInfinity && norm > steps.watched_norm && norm < kInfinity && check == 0;
}

template <class Scalar>
struct SmallStepState {
    Scalar weights[kMaxSmallStepLayers];
    Scalar first_moment[kMaxSmallStepLayers];
};

/// The direction that a weight descends. The choice is the same in every step, so that it costs next to nothing.
template <class Scalar>
SKEIN_INLINE Scalar direction_of(const SmallSteps<Scalar>& steps, std::size_t layer, Scalar gradient,
                                 const SmallStepState<Scalar>& before, SmallStepState<Scalar>& after) {
    if (steps.kind == Optimizer::Kind::sgd && steps.weight_decay == 0) {
        return gradient;
    }
    const Scalar decayed = scalar_fused(steps.weight_decay, before.weights[layer], gradient);
    if (steps.kind == Optimizer::Kind::sgd) {
        return decayed;
    }
    const Scalar moment = scalar_fused(steps.momentum, before.first_moment[layer], decayed);
    after.first_moment[layer] = moment;
    return steps.kind == Optimizer::Kind::nesterov ? scalar_fused(steps.momentum, moment, decayed) : moment;
}

/// One step, from one state to another. Returns whether it counts.
template <class Scalar, class SumStep>
SKEIN_INLINE bool make_step(const SmallSteps<Scalar>& steps, std::size_t step, double reciprocal,
                            const SmallStepState<Scalar>& before, SmallStepState<Scalar>& after, const SumStep& sum) {
    Scalar gradients[kMaxSmallStepLayers];
    const Scalar factor = static_cast<Scalar>(steps.learning_rate_factors[step]);
    const auto take_gradient = [&](std::size_t layer, Scalar gradient_sum) SKEIN_INLINE_LAMBDA {
        const Scalar gradient = static_cast<Scalar>(static_cast<double>(gradient_sum) * reciprocal);
        gradients[layer] = gradient;
        after.weights[layer] = scalar_fused(-(steps.learning_rates[layer] * factor),
                                            direction_of(steps, layer, gradient, before, after), before.weights[layer]);
    };
    const double loss = static_cast<double>(sum(step, before.weights, take_gradient)) * reciprocal;
    return judge_step(steps, step, loss, gradients, after.weights);
}

/// sum(step, weights, take_gradient): as sum_step().
template <class Scalar, class SumStep>
SKEIN_INLINE std::size_t make_steps(const SmallSteps<Scalar>& steps, const SumStep& sum) {
    const double reciprocal = 1.0 / static_cast<double>(steps.batch_size);
    const std::size_t num_bytes = steps.num_layers * sizeof(Scalar);
    const bool has_moment = steps.kind != Optimizer::Kind::sgd;
    SmallStepState<Scalar> states[2];  // a step goes from one to the other: one that does not count is undone
    std::memcpy(states[0].weights, steps.weights, num_bytes);
    if (has_moment) {
        std::memcpy(states[0].first_moment, steps.first_moment, num_bytes);
    }
    std::size_t step = 0;
    while (step < steps.num_steps &&
           make_step(steps, step, reciprocal, states[step % 2], states[(step + 1) % 2], sum)) {
        ++step;
    }
    std::memcpy(steps.weights, states[step % 2].weights, num_bytes);
    if (has_moment) {
        std::memcpy(steps.first_moment, states[step % 2].first_moment, num_bytes);
    }
    return step;
}

#ifndef SKEIN_LANES_PORTABLE

/// `steps` by value: then no store has to be assumed to change it.
template <Activation kActivation, std::size_t kRows, class Scalar>
std::size_t small_steps_of(const SmallSteps<Scalar> steps, const WindowEnd<Scalar>& end) {
    const Mask<Scalar> is_sample = first_lanes<Scalar>(steps.batch_size - (kRows - 1) * kRowLanes);
    return make_steps(steps,
                      [&](std::size_t step, const Scalar* weights, const auto& take_gradient) SKEIN_INLINE_LAMBDA {
                          return sum_step<kActivation>(rows_of<kRows>(steps, end, step, is_sample), weights,
                                                       steps.num_layers, take_gradient);
                      });
}

template <Activation kActivation, class Scalar>
std::size_t small_steps_with(const SmallSteps<Scalar>& steps) {
    const WindowEnd<Scalar> end(steps);
    switch (divided_up(steps.batch_size, kRowLanes)) {
        case 1: return small_steps_of<kActivation, 1>(steps, end);
        case 2: return small_steps_of<kActivation, 2>(steps, end);
        case 3: return small_steps_of<kActivation, 3>(steps, end);
        case 4: return small_steps_of<kActivation, 4>(steps, end);
        default: return 0;
    }
}

template <class Scalar>
std::size_t small_steps(const SmallSteps<Scalar>& steps) {
    if (steps.num_steps == 0) {
        return 0;
    }
    switch (steps.activation) {
#define SKEIN_CASE(name) \
    case Activation::name: return small_steps_with<Activation::name>(steps);
        SKEIN_SMALL_STEP_ACTIVATIONS(SKEIN_CASE)
#undef SKEIN_CASE
        default: return 0;
    }
}

#else

template <class Scalar>
std::size_t small_steps(const SmallSteps<Scalar>& steps) {
    return make_steps(steps, [&](std::size_t step, const Scalar* weights, const auto& take_gradient) {
        return sum_step_plainly(steps, step, weights, take_gradient);
    });
}

#endif

}  // namespace
}  // namespace skein::internal::kernels
