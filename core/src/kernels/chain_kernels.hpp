// Forward and backward through a chain, lanes = samples. The formulas are those of skein/back_propagation.hpp; each
// line below does a row of lanes.
#pragma once

#include "kernels/chain_arguments.hpp"
#include "kernels/column_kernels.hpp"

namespace skein::internal::kernels {
namespace {

/// f_i = f(f_{i-1} w_i) for whole rows; `input` and `output` may be the same.
template <class Scalar>
void forward_layer(Activation activation, Scalar weight, const Scalar* input, Scalar* output, std::size_t num_lanes) {
    with_activation(activation, [&]<Activation kActivation>() {
        const Row<Scalar> w = broadcast(weight);
        for (std::size_t lane = 0; lane < num_lanes; lane += kRowLanes) {
            store(output + lane, Formulas<kActivation>::activate(w * load(input + lane)));
        }
    });
}

/// A slot's new sum: in the last row of a chunk only the lanes that hold a sample count.
template <bool kPartial, class Scalar>
SKEIN_INLINE Row<Scalar> add_to_slots(const Row<Scalar>& sums, const Row<Scalar>& a, const Row<Scalar>& b,
                                      const Mask<Scalar>& is_sample) {
    const Row<Scalar> added = fused(a, b, sums);
    if constexpr (kPartial) {
        return select(is_sample, added, sums);
    } else {
        return added;
    }
}

/// Sums the loss, and leaves delta_L = 2 m (f_L - y) f'(z_L) in tile.deltas.
template <bool kPartial, class Scalar>
void output_layer(const GradientTile<Scalar>& tile, const Scalar* output, const Mask<Scalar>& is_sample) {
    with_activation(tile.chain.activations[tile.chain.num_layers - 1], [&]<Activation kActivation>() {
        Row<Scalar> loss = load(tile.slot_sums + kLossSum * kRowLanes);
        Row<Scalar> weight_sum = load(tile.slot_sums + kSampleWeightSum * kRowLanes);
        for (std::size_t lane = 0; lane < tile.num_lanes; lane += kRowLanes) {
            const Row<Scalar> f = load(output + lane);
            const Row<Scalar> residual = f - load(tile.y + lane);
            Row<Scalar> weighted = residual;
            Row<Scalar> twice = residual + residual;
            if (tile.sample_weight != nullptr) {
                const Row<Scalar> m = load(tile.sample_weight + lane);
                weighted = m * residual;
                twice = m * twice;
                weight_sum = add_to_slots<kPartial>(weight_sum, m, broadcast(Scalar(1)), is_sample);
            }
            loss = add_to_slots<kPartial>(loss, weighted, residual, is_sample);
            store(tile.deltas + lane, times_slope<kActivation>(twice, f));
        }
        store(tile.slot_sums + kLossSum * kRowLanes, loss);
        store(tile.slot_sums + kSampleWeightSum * kRowLanes, weight_sum);
    });
}

/// Sums f_{i-1} delta_i, and, but for the first layer, goes on to delta_{i-1} = (w_i delta_i) f'(z_{i-1}).
template <bool kPartial, class Scalar>
void backward_layer(const GradientTile<Scalar>& tile, std::size_t layer, const Scalar* input,
                    const Mask<Scalar>& is_sample) {
    Scalar* const slots = tile.slot_sums + (kFirstGradientSum + layer) * kRowLanes;
    Row<Scalar> gradient = load(slots);
    if (layer == 0) {
        for (std::size_t lane = 0; lane < tile.num_lanes; lane += kRowLanes) {
            gradient = add_to_slots<kPartial>(gradient, load(input + lane), load(tile.deltas + lane), is_sample);
        }
        return store(slots, gradient);
    }
    with_activation(tile.chain.activations[layer - 1], [&]<Activation kActivation>() {
        const Row<Scalar> w = broadcast(tile.chain.weights[layer]);
        for (std::size_t lane = 0; lane < tile.num_lanes; lane += kRowLanes) {
            const Row<Scalar> f = load(input + lane);
            const Row<Scalar> delta = load(tile.deltas + lane);
            gradient = add_to_slots<kPartial>(gradient, f, delta, is_sample);
            store(tile.deltas + lane, times_slope<kActivation>(w * delta, f));
        }
        store(slots, gradient);
    });
}

template <class Scalar>
const Scalar* layer_input(const GradientTile<Scalar>& tile, std::size_t layer) {
    return layer == 0 ? tile.x : tile.activations + (layer - 1) * tile.num_lanes;
}

template <class Scalar>
void forward_tile(const GradientTile<Scalar>& tile) {
    const ChainView<Scalar>& chain = tile.chain;
    for (std::size_t layer = 0; layer < chain.num_layers; ++layer) {
        forward_layer(chain.activations[layer], chain.weights[layer], layer_input(tile, layer),
                      tile.activations + layer * tile.num_lanes, tile.num_lanes);
    }
}

/// From delta_L, in tile.deltas, down.
template <bool kPartial, class Scalar>
void backward_tile(const GradientTile<Scalar>& tile, const Mask<Scalar>& is_sample) {
    for (std::size_t layer = tile.chain.num_layers; layer-- > 0;) {
        backward_layer<kPartial>(tile, layer, layer_input(tile, layer), is_sample);
    }
}

/// A tile of whole rows; kPartial: of one row, in which only the lanes of `is_sample` count.
template <bool kPartial, class Scalar>
void accumulate_rows(const GradientTile<Scalar>& tile, const Mask<Scalar>& is_sample) {
    forward_tile(tile);
    output_layer<kPartial>(tile, layer_input(tile, tile.chain.num_layers), is_sample);
    if (tile.with_gradient) {
        backward_tile<kPartial>(tile, is_sample);
    }
}

template <class Scalar>
Mask<Scalar> first_lanes(std::size_t num_lanes) {
    alignas(64) Scalar index[kRowLanes];
    for (std::size_t lane = 0; lane < kRowLanes; ++lane) {
        index[lane] = static_cast<Scalar>(lane);
    }
    return less(load(index), broadcast(static_cast<Scalar>(num_lanes)));
}

/// All lanes of a tile: its whole rows, then what is left over as one padded row of its own.
template <class Scalar>
void accumulate_gradient(const GradientTile<Scalar>& tile) {
    const std::size_t rest = tile.num_lanes % kRowLanes;
    GradientTile<Scalar> rows = tile;
    rows.num_lanes -= rest;
    if (rows.num_lanes != 0) {
        accumulate_rows<false>(rows, first_lanes<Scalar>(kRowLanes));
    }
    if (rest != 0) {
        const PaddedRow<Scalar> x(tile.x + rows.num_lanes, rest);
        const PaddedRow<Scalar> y(tile.y + rows.num_lanes, rest);
        const bool weighted = tile.sample_weight != nullptr;
        const PaddedRow<Scalar> m(weighted ? tile.sample_weight + rows.num_lanes : x.value, rest);
        GradientTile<Scalar> last = tile;
        last.x = x.value;
        last.y = y.value;
        last.sample_weight = weighted ? m.value : nullptr;
        last.num_lanes = kRowLanes;
        accumulate_rows<true>(last, first_lanes<Scalar>(rest));
    }
}

/// Pairs (s, s + n/2), then (s, s + n/4), ..., in Scalar.
template <class Scalar>
void combine_slots(const Scalar* slot_sums, std::size_t num_sums, double* sums) {
    for (std::size_t sum = 0; sum < num_sums; ++sum) {
        Scalar slots[kRowLanes];
        store(slots, load(slot_sums + sum * kRowLanes));
        for (std::size_t half = kRowLanes / 2; half != 0; half /= 2) {
            for (std::size_t slot = 0; slot < half; ++slot) {
                slots[slot] = slots[slot] + slots[slot + half];
            }
        }
        sums[sum] = slots[0] == slots[0] ? static_cast<double>(slots[0]) : std::numeric_limits<double>::quiet_NaN();
    }
}

}  // namespace
}  // namespace skein::internal::kernels
