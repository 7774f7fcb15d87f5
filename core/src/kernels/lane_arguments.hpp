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

/// What is kept of the losses of all steps; [lanes] each. sum - sum_error is a sum.
template <class Scalar>
struct LossSums {
    Scalar* smallest;
    Scalar* sum;
    Scalar* sum_error;
    Scalar* inverse_sum;
    Scalar* inverse_sum_error;
};

/// The losses of a step, and what they are added to.
template <class Scalar>
struct LossColumns {
    const Scalar* losses;  // [lanes]
    LossSums<Scalar> sums;
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

/// A sample of a chunk, its place in the order in which lanes go through it (ensemble/slot_visits.hpp).
struct SlotVisit {
    std::size_t sample;      // of the chunk
    bool is_first;           // of its slot
    std::size_t level;       // of its slot's partial sum
    std::size_t num_merges;  // partial sums completed with it: those of the levels just below
};

/// Levels of partial sums that a chunk needs at most.
inline constexpr std::size_t kNumSumLevels = 5;

/// Many steps at once of chains whose layers all have one activation, by sgd without weight decay or clipping: the same
/// mini-batches for all lanes, or one sample for each; without sample weights. Three rows more than lanes need are
/// within the stride.
template <class Scalar>
struct LaneSteps {
    Activation activation;
    std::size_t num_layers;
    std::size_t num_lanes;
    std::size_t stride;
    std::size_t num_steps;
    const Scalar* x;               // of the first step's samples; sample_stride from one step to the next
    const Scalar* y;               // likewise
    std::size_t sample_stride;     // 0 if all steps see the same
    bool is_per_lane;              // each sample is [lanes]; then a mini-batch has one
    const SlotVisit* visits;       // of the samples of a mini-batch
    std::size_t num_visits;        // samples of a mini-batch
    Scalar empty_slots;            // as LaneUpdate has it
    Scalar reciprocal;             // likewise
    const Scalar* learning_rates;  // [lanes x layers], learning_rate_stride apart; that is 0 if layers share theirs
    std::size_t learning_rate_stride;
    const Scalar* weights;      // [lanes x layers]
    Scalar* new_weights;        // [lanes x layers], after the last step
    LossSums<Scalar> sums;      // before the first step
    LossSums<Scalar> new_sums;  // after the last step
    Scalar* losses;             // [lanes x num_slots], a ring: the first step's losses go to first_slot
    std::size_t first_slot;
    std::size_t num_slots;
    const Scalar* watched_losses;  // [lanes]
};

/// Steps that are made at once, at most. A look at the flags and the way of a row's state to memory and back cost 3 %
/// of 25 steps of three layers, and what is thrown away if a lane needs a look is short.
inline constexpr std::size_t kStepsAtOnce = 25;

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
