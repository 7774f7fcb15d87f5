// The boundary between skein and its kernels: raw pointers in plain structs, one table of functions per instruction
// set. Every function is noexcept, allocates nothing, and assumes valid input; each runs under the floating-point
// environment that it sets itself (base/floating_point_environment.hpp). A NaN that leaves a kernel is the one positive
// quiet NaN.
#pragma once

#include <cstddef>
#include <cstdint>

#include "kernels/chain_arguments.hpp"
#include "kernels/lane_arguments.hpp"
#include "kernels/order_arguments.hpp"
#include "kernels/panel_arguments.hpp"
#include "kernels/small_step_arguments.hpp"
#include "skein/elementary.hpp"

namespace skein::internal::kernels {

#define SKEIN_ENUMERATOR(name, Type) name,
enum class ElementaryFunction : std::uint8_t { SKEIN_ELEMENTARY_FUNCTIONS(SKEIN_ENUMERATOR) };
#undef SKEIN_ENUMERATOR

template <class Scalar>
struct Kernels {
    /// result[i] = function(z[i]); the same memory is allowed, here and below.
    void (*evaluate)(ElementaryFunction function, const Scalar* z, Scalar* result, std::size_t count) noexcept;
    void (*activate)(Activation activation, const Scalar* z, Scalar* result, std::size_t count) noexcept;
    /// result[i] = f'(z), given activations[i] = f(z).
    void (*slope)(Activation activation, const Scalar* activations, Scalar* result, std::size_t count) noexcept;
    /// outputs[i] = f_L(inputs[i]).
    void (*forward)(const ChainView<Scalar>& chain, const Scalar* inputs, Scalar* outputs,
                    std::size_t num_lanes) noexcept;
    /// Adds a tile's samples to the slots of its chunk.
    void (*accumulate_gradient)(const GradientTile<Scalar>& tile) noexcept;
    /// sums[k] = the slots of sum k, combined in the fixed tree.
    void (*combine_slots)(const Scalar* slot_sums, std::size_t num_sums, double* sums) noexcept;
    /// One step of an optimizer. NaN and infinities go through.
    void (*update)(const UpdateColumns<Scalar>& columns) noexcept;
    /// Many steps of SGD, if can_do_small_steps(). Returns how many it did: it stops before the first step whose
    /// loss, gradient's norm or new weights are not finite, or whose loss or norm is at most the watched one; the
    /// weights and moments are those before that step.
    std::size_t (*small_steps)(const SmallSteps<Scalar>& steps) noexcept;
    /// Forward and backward of a sample in every lane.
    void (*accumulate_lanes)(const LaneTile<Scalar>& tile, const LaneSample<Scalar>& sample) noexcept;
    /// Returns whether any lane is flagged.
    bool (*update_lanes)(const LaneUpdate<Scalar>& update) noexcept;
    /// accumulate_lanes and update_lanes in one, for a mini-batch of one sample without a weight: uses no sums.
    bool (*step_lanes)(const LaneTile<Scalar>& tile, const LaneSample<Scalar>& sample,
                       const LaneUpdate<Scalar>& update) noexcept;
    void (*record_losses)(const LossColumns<Scalar>& columns) noexcept;
    /// Many steps of chains of tanh of at most max_step_layers layers, which is 0 in the portable variant. Returns false if a lane needs a look in any of them:
    /// its loss is not finite or not above the watched one, or a weight or a gradient is not finite. Then the new
    /// weights, new sums and losses mean nothing.
    bool (*take_steps)(const LaneSteps<Scalar>& steps) noexcept;
    std::size_t max_step_layers;
    /// What each lane's order has at positions [position, position + count) of the run, from pairs (x, y): x and y
    /// [lanes x count], `distance` apart.
    void (*draw_samples)(const LaneOrders& orders, const Scalar* pairs, std::uint64_t position, std::size_t count,
                         Scalar* x, Scalar* y, std::size_t distance) noexcept;
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
    /// The indices that an order has at positions [first, first + count), or the positions that it has for these
    /// indices; the domain is at most 2^30.
    void (*map_short)(const IndexNetwork& network, bool inverse, std::uint64_t first, std::uint32_t* images,
                      std::size_t count) noexcept;
    /// The indices, for any domain.
    void (*map_long)(const IndexNetwork& network, std::uint64_t first, std::uint64_t* images,
                     std::size_t count) noexcept;
    /// The round keys of each lane's seed [lanes] for an epoch.
    void (*make_lane_keys)(const LaneNetworks& networks, const std::uint64_t* seeds, std::uint64_t epoch) noexcept;
    /// The index that each lane's order has at a position: indices [lanes].
    void (*permute_in_lanes)(const LaneNetworks& networks, std::uint64_t position, std::uint64_t* indices) noexcept;
    /// The index that each lane's order has at positions [position, position + count) of the run: indices
    /// [lanes x count], `distance` apart. Null: only the tables move on.
    void (*draw_indices)(const LaneOrders& orders, std::uint64_t position, std::size_t count, std::uint64_t* indices,
                         std::size_t distance) noexcept;
    /// Adds to the slots of the moments of a panel: [slots x (2 nodes - 1)], then [slots x nodes] of those with y -
    /// centre.
    void (*sum_moments)(const PanelSamples& samples, double centre, std::size_t num_nodes, double* slot_sums) noexcept;
    /// Adds the squares of the distances from a sum of Chebyshev polynomials: [slots].
    void (*sum_squares)(const PanelSamples& samples, const double* fit, std::size_t num_coefficients,
                        double* slot_sums) noexcept;
    /// gram [nodes x nodes] = C' G C of a panel's moments A; coefficients C [nodes x nodes], a coefficient after the
    /// other.
    void (*make_gram)(const double* moments, const double* coefficients, std::size_t num_nodes, double* gram) noexcept;
    /// Adds a tile's nodes to slots.
    void (*accumulate_moments)(const MomentTile& tile) noexcept;
    /// Upper bounds of |f_i| and |f'(z_i)| for x in rectangles of the complex plane.
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
