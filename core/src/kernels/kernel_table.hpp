// The boundary between skein and its kernels: raw pointers in plain structs, one table of functions per instruction
// set. Every function is noexcept, allocates nothing, and assumes valid input; each runs under the floating-point
// environment that it sets itself (kernels/floating_point_environment.hpp). A NaN that leaves a kernel is the one
// positive quiet NaN.
#pragma once

#include <cstddef>
#include <cstdint>

#include "skein/activation.hpp"
#include "skein/optimizer.hpp"
#include "skein/sample_formula.hpp"

namespace skein::internal::kernels {

enum class ElementaryFunction : std::uint8_t {
    tanh,
    sigmoid,
    softplus,
    relu,
    exp,
    expm1,
    log,
    log1p,
    exp10,
    sin_two_pi,
    cos_two_pi,
};

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
    Scalar beta1, one_minus_beta1;
    Scalar beta2, one_minus_beta2;
    Scalar epsilon;
    Scalar bias_correction1;       // 1 - beta1^t
    Scalar root_bias_correction2;  // sqrt(1 - beta2^t)
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

/// One sample of every lane, and where its terms are added to: sums [lanes x (layers + 2)], SumIndex.
template <class Scalar>
struct LaneSample {
    const Scalar* x;              // [lanes] where is_per_lane, else one number
    const Scalar* y;              // likewise
    const Scalar* sample_weight;  // likewise, or null
    bool is_per_lane;
    bool is_first;           // of its slot, which it begins
    Scalar* sums;            // the partial sums of its slot
    std::size_t num_merges;  // how many finished partial sums, each level_size before the last, take this one in
    std::size_t level_size;  // of one level of partial sums
    bool with_gradient;      // false: only the loss and the sample weights are summed
    /// Losses of the step before to be recorded on the way, or null: by itself that would wait for memory, here it runs
    /// beside the last layer.
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
    Scalar empty_slots;            // +0, what empty slots add to a sum; -0, which adds nothing, where there is none
    Scalar reciprocal;             // of the count: what makes means of the sums
    const Scalar* learning_rates;  // [lanes x layers], learning_rate_stride apart: 0 where layers share theirs
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
    Scalar* flags;                 // [lanes]: 0, or NaN where that is so or loss, gradient or new weights not finite
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

/// A Feistel network with its round keys, on [0, 2^(low bits + high bits)); walked into [0, size).
struct FeistelNetwork {
    std::uint64_t size;
    int low_bits;
    std::uint32_t low_mask;
    std::uint32_t high_mask;
    std::size_t num_rounds;     // even
    const std::uint32_t* keys;  // [rounds]
};

inline constexpr std::size_t kMaxFeistelRounds = 32;

/// Networks side by side, of one shape and with keys of their own. Lanes are whole rows.
struct LaneNetworks {
    std::uint64_t size;
    int low_bits;
    std::uint32_t low_mask;
    std::uint32_t high_mask;
    std::size_t num_rounds;
    std::uint32_t* keys;  // [lanes x rounds], stride apart
    std::size_t num_lanes;
    std::size_t stride;
};

inline constexpr std::size_t kMaxPanelNodes = 64;

/// Samples of one panel of a compressed data set.
struct PanelSamples {
    const double* u;  // in [-1, 1]: where in the panel
    const double* y;
    const double* m;  // sample weights, or null
    std::size_t num_samples;
};

/// A panel of a compressed data set (core/src/moment_level.hpp).
struct MomentPanel {
    const double* fit;               // [nodes]: g at the nodes
    const double* residual_moments;  // [nodes]: R
    const double* gram;              // [nodes x nodes]: H
    double share;                    // of the samples
};

/// Whole panels, whose nodes are lanes.
struct MomentTile {
    ChainView<double> chain;
    const double* x;            // [lanes]
    const MomentPanel* panels;  // [lanes / nodes]
    std::size_t num_lanes;
    std::size_t num_nodes;  // of a panel: whole rows
    double* activations;    // scratch [lanes x layers]
    double* deltas;         // scratch [lanes]
    double* slot_sums;      // [slots x (layers + 2)], SumIndex, with kDifferenceSum: added to
    bool with_gradient;
};
/// In the place of the sample weights': the sum of share (f - g)^2 over the nodes.
inline constexpr std::size_t kDifferenceSum = kSampleWeightSum;

/// Rectangles of the complex plane, [re_min, re_max] + i [-im, im] (core/src/rectangle_bounds.hpp).
struct RectangleTile {
    ChainView<double> chain;
    const double *re_min, *re_max, *im;  // [stride]: of x
    double* moduli;                      // [stride x (layers + 1)]: |f_i|
    double* slopes;                      // [stride x layers]: |f'(z_i)|
    std::size_t num_rectangles;
    std::size_t stride;  // whole rows
};

template <class Scalar>
struct Kernels {
    /// result[i] = function(z[i]); the same memory is allowed, here and below.
    void (*evaluate)(ElementaryFunction function, const Scalar* z, Scalar* result, std::size_t count) noexcept;
    void (*activate)(Activation activation, const Scalar* z, Scalar* result, std::size_t count) noexcept;
    /// result[i] = f'(z), given activations[i] = f(z).
    void (*slope)(Activation activation, const Scalar* activations, Scalar* result, std::size_t count) noexcept;
    /// outputs[i] = f_L(inputs[i]).
    void (*forward)(ChainView<Scalar> chain, const Scalar* inputs, Scalar* outputs, std::size_t num_lanes) noexcept;
    /// Adds a tile's samples to the slots of its chunk.
    void (*accumulate_gradient)(const GradientTile<Scalar>& tile) noexcept;
    /// sums[k] = the slots of sum k, combined in the fixed tree.
    void (*combine_slots)(const Scalar* slot_sums, std::size_t num_sums, double* sums) noexcept;
    /// One step of an optimizer. NaN and infinities go through.
    void (*update)(const UpdateColumns<Scalar>& columns) noexcept;
    /// Forward and backward of a sample in every lane.
    void (*accumulate_lanes)(const LaneTile<Scalar>& tile, const LaneSample<Scalar>& sample) noexcept;
    /// Returns whether any lane is flagged.
    bool (*update_lanes)(const LaneUpdate<Scalar>& update) noexcept;
    /// Both, where one sample without a weight is all of the mini-batch: the sums of neither are used.
    bool (*step_lanes)(const LaneTile<Scalar>& tile, const LaneSample<Scalar>& sample,
                       const LaneUpdate<Scalar>& update) noexcept;
    void (*record_losses)(const LossColumns<Scalar>& columns) noexcept;
    /// Samples of these indices.
    void (*generate)(const SampleFormula<Scalar>& formula, const std::uint64_t* indices, std::size_t count, Scalar* x,
                     Scalar* y) noexcept;
    /// Pairs of standard normals, and uniforms on (0, 1], of the given Philox blocks [count x 4, word by word].
    void (*transform)(const std::uint32_t* blocks, std::size_t count, Scalar* uniforms, Scalar* normals) noexcept;
};

struct KernelTable {
    const char* instruction_set;
    Kernels<float> of_float;
    Kernels<double> of_double;
    /// Puts where each position goes in its place.
    void (*permute)(const FeistelNetwork& network, std::uint64_t* positions, std::size_t count) noexcept;
    /// The round keys of each lane's seed [lanes] for an epoch.
    void (*make_lane_keys)(const LaneNetworks& networks, const std::uint64_t* seeds, std::uint64_t epoch) noexcept;
    /// Where each lane's network takes a position: indices [lanes].
    void (*permute_in_lanes)(const LaneNetworks& networks, std::uint64_t position, std::uint64_t* indices) noexcept;
    /// random::integer(seed, random::Stream::replacement, index, bound) of each lane's seed: indices [lanes]; lanes are whole rows.
    void (*draw_in_lanes)(const std::uint64_t* seeds, std::size_t num_lanes, std::uint64_t index, std::uint64_t bound,
                          std::uint64_t* indices) noexcept;
    /// Adds to the slots of the moments of a panel: [slots x (2 nodes - 1)], then [slots x nodes] of those with y - centre.
    void (*sum_moments)(const PanelSamples& samples, double centre, std::size_t num_nodes, double* slot_sums) noexcept;
    /// Adds the squares of the distances from a sum of Chebyshev polynomials: [slots].
    void (*sum_squares)(const PanelSamples& samples, const double* fit, std::size_t num_coefficients,
                        double* slot_sums) noexcept;
    /// gram [nodes x nodes] = C' G C of a panel's moments A; coefficients C [nodes x nodes], a coefficient after the other.
    void (*make_gram)(const double* moments, const double* coefficients, std::size_t num_nodes, double* gram) noexcept;
    /// Adds a tile's nodes to slots.
    void (*accumulate_moments)(const MomentTile& tile) noexcept;
    /// What values have at most, where x lies in rectangles of the complex plane.
    void (*bound_rectangles)(const RectangleTile& tile) noexcept;

    template <class Scalar>
    const Kernels<Scalar>& of() const noexcept {
        if constexpr (sizeof(Scalar) == sizeof(float)) {
            return of_float;
        } else {
            return of_double;
        }
    }
};

/// The table in use (skein/instruction_set.hpp).
const KernelTable& kernel_table();

template <class Scalar>
const Kernels<Scalar>& kernels() {
    return kernel_table().of<Scalar>();
}

}  // namespace skein::internal::kernels
