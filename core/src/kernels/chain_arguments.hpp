// What kernels take that work on one chain: samples of a mini-batch, the update of its weights, generated samples.
#pragma once

#include <cstddef>
#include <cstdint>

#include "skein/activation.hpp"
#include "skein/optimizer.hpp"
#include "skein/sample_formula.hpp"

namespace skein::internal::kernels {

template <class Scalar>
struct ChainView {
    const Scalar* weights;          // [layers]
    const Activation* activations;  // [layers]
    std::size_t num_layers;
};

/// The sums a gradient consists of, in this order; each has a row of slots.
enum SumIndex : std::size_t { kLossSum = 0, kSampleWeightSum = 1, kFirstGradientSum = 2 };

/// Samples of one chunk that go through forward and backward together.
template <class Scalar>
struct GradientTile {
    ChainView<Scalar> chain;
    const Scalar* x;              // [lanes]
    const Scalar* y;              // [lanes]
    const Scalar* sample_weight;  // [lanes], or null
    std::size_t num_lanes;        // a multiple of the slots, but for the last tile of a chunk
    Scalar* activations;          // scratch [lanes x layers], lanes rounded up to whole rows
    Scalar* deltas;               // scratch [lanes], likewise
    Scalar* slot_sums;            // [slots x (layers + 2)], SumIndex: added to
    bool with_gradient;           // false: only the loss and the sample weights are summed
};

/// An update rule at one step, but for what chains side by side may have each for themselves.
template <class Scalar>
struct UpdateRule {
    Optimizer::Kind kind;
    Scalar first_decay, one_minus_first_decay;  // OptimizerTraits; 0 and 1 if the rule has no such setting
    Scalar second_decay, one_minus_second_decay;
    Scalar epsilon;
    Scalar first_bias_correction;           // 1 - first_decay^t, t = 1, 2, ...; 1 if the rule does not correct
    Scalar root_of_second_bias_correction;  // sqrt(1 - second_decay^t); likewise
};

/// Columns of weights and their optimizer's state, a learning rate for each; counts are whole rows.
template <class Scalar>
struct UpdateColumns {
    UpdateRule<Scalar> rule;
    Scalar momentum;
    Scalar weight_decay;
    Scalar gradient_scale;  // of clipping; 1 without
    const Scalar* learning_rates;
    const Scalar* gradients;
    Scalar* weights;
    Scalar* first_moment;
    Scalar* second_moment;
    std::size_t count;
};

/// A generated data set's settings in its own precision.
template <class Scalar>
struct SampleFormula {
    Target target;
    InputDistribution input;
    std::uint64_t seed;
    Scalar input_scale;
    Scalar noise;
    Scalar frequency;
    ChainView<Scalar> teacher;
};

}  // namespace skein::internal::kernels
