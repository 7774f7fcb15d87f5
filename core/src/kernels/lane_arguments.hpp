// What kernels take that work on chains side by side, lanes = chains.
#pragma once

#include <cstddef>

#include "kernels/chain_arguments.hpp"

namespace skein::internal::kernels {

/// Chains side by side. Here and below columns are [lanes x ...], `stride` apart, and lanes are whole rows.
template <class Scalar>
struct LaneTile {
    const Activation* activation_of_layer;  // [layers]
    std::size_t num_layers;
    std::size_t num_lanes;
    std::size_t stride;
    const Scalar* weights;  // [lanes x layers]
    Scalar* activations;    // scratch [lanes x layers], the last layer not used
    Scalar* deltas;         // scratch [lanes]
};

/// What is summed over the losses of the steps; [lanes] each.
template <class Scalar>
struct LossColumns {
    const Scalar* losses;
    Scalar* smallest;
    Scalar* sum;
    Scalar* sum_error;
    Scalar* inverse_sum;
    Scalar* inverse_sum_error;
    std::size_t num_lanes;
};

/// One sample of every lane, and the sums [lanes x (layers + 2)] that its terms are added to, by SumIndex.
template <class Scalar>
struct LaneSample {
    const Scalar* x;              // [lanes] if is_per_lane, else one number
    const Scalar* y;              // likewise
    const Scalar* sample_weight;  // likewise, or null
    bool is_per_lane;
    bool is_first;           // of its slot, which it begins
    Scalar* sums;            // the partial sums of its slot
    std::size_t num_merges;  // how many finished partial sums, each level_size before the last, take this one in
    std::size_t level_size;  // of one level of partial sums
    bool with_gradient;      // false: only the loss and the sample weights are summed
    /// Losses of the step before, or null. They are recorded together with the last layer, whose arithmetic hides the
    /// wait for memory.
    const LossColumns<Scalar>* losses_before;
};

/// One update of every lane's weights, from sums over samples.
template <class Scalar>
struct LaneUpdate {
    UpdateRule<Scalar> rule;
    std::size_t num_layers;
    std::size_t num_lanes;
    std::size_t stride;
    bool is_plain;                 // sgd without weight decay or clipping
    const Scalar* sums;            // [lanes x (layers + 2)]
    Scalar empty_slots;            // +0 if slots are empty (they add it to a sum), else -0, which adds nothing
    Scalar reciprocal;             // of the count: what makes means of the sums
    const Scalar* learning_rates;  // [lanes x layers], learning_rate_stride apart; that is 0 if layers share theirs
    std::size_t learning_rate_stride;
    const Scalar* momentum;        // [lanes]
    const Scalar* weight_decay;    // [lanes]
    const Scalar* gradient_scale;  // [lanes], of clipping, or null
    const Scalar* weights;         // [lanes x layers]
    Scalar* new_weights;           // [lanes x layers]
    Scalar* first_moment;          // [lanes x layers]; of momentum, nesterov and adamw
    Scalar* second_moment;         // [lanes x layers]; of adamw
    Scalar* losses;                // [lanes]: the mean losses are written here
    const Scalar* watched_losses;  // [lanes]: a lane whose loss is not above it is flagged
    Scalar* flags;  // [lanes]: 0, or NaN for a flagged lane: so too if loss, gradient or a new weight is not finite
};

}  // namespace skein::internal::kernels
