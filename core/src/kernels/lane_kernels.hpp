// Chains side by side, lanes = chains: forward and backward of one sample in every lane, the update of every lane's
// weights, and the sums over its losses. Each lane does what its chain would do alone, to the bit: the same operations
// on the same numbers in the same order as in chain_kernels.hpp and update_kernels.hpp.
#pragma once

#include "kernels/chain_kernels.hpp"
#include "kernels/update_kernels.hpp"

namespace skein::kernels {
namespace {

/// A sample's number in a row of lanes: each lane's own, or one for all.
template <bool kPerLane, class Scalar>
SKEIN_INLINE Row<Scalar> sample_row(const Scalar* column, std::size_t lane) {
    return kPerLane ? load(column + lane) : broadcast(*column);
}

/// Adds a * b to a lane's slot, or begins the slot with it. A slot's last sample also completes what its sum completes:
/// the partial sums below it, one after the other (skein/gradient.hpp: pairs of slots, pairs of pairs, ...).
template <class Scalar>
SKEIN_INLINE void add_to_sum(const LaneSample<Scalar>& sample, Scalar* here, const Row<Scalar>& a,
                             const Row<Scalar>& b) {
    Row<Scalar> sum = fused(a, b, sample.is_first ? broadcast(Scalar(0)) : load(here));
    for (std::size_t merge = 0; merge < sample.num_merges; ++merge) {
        here -= sample.level_size;
        sum = load(here) + sum;
    }
    store(here, sum);
}

/// W. Kahan's compensated sum (Communications of the ACM 8, 1965): sum - error is the sum.
template <class Scalar>
SKEIN_INLINE void add_compensated(Scalar* sums, Scalar* errors, const Row<Scalar>& a) {
    const Row<Scalar> sum = load(sums);
    const Row<Scalar> corrected = a - load(errors);
    const Row<Scalar> next = sum + corrected;
    store(errors, (next - sum) - corrected);
    store(sums, next);
}

template <class Scalar>
SKEIN_INLINE void record_losses_row(const LossColumns<Scalar>& columns, std::size_t lane) {
    const Row<Scalar> loss = load(columns.losses + lane);
    store(columns.smallest + lane, at_most(load(columns.smallest + lane), loss));
    add_compensated(columns.sum + lane, columns.sum_error + lane, loss);
    add_compensated(columns.inverse_sum + lane, columns.inverse_sum_error + lane, broadcast(Scalar(1)) / loss);
}

template <class Scalar>
void record_losses(const LossColumns<Scalar>& columns) {
    for (std::size_t lane = 0; lane < columns.num_lanes; lane += kRowLanes) {
        record_losses_row(columns, lane);
    }
}

/// f_i = f(w_i f_{i-1}) of all layers but the last.
template <bool kPerLane, class Scalar>
void forward_lanes(const LaneTile<Scalar>& tile, const LaneSample<Scalar>& sample) {
    for (std::size_t layer = 0; layer + 1 < tile.num_layers; ++layer) {
        with_activation(tile.activation_of_layer[layer], [&]<Activation kActivation>() {
            const Scalar* const weights = tile.weights + layer * tile.stride;
            Scalar* const output = tile.activations + layer * tile.stride;
            if (layer == 0) {
                for (std::size_t lane = 0; lane < tile.num_lanes; lane += kRowLanes) {
                    const Row<Scalar> x = sample_row<kPerLane>(sample.x, lane);
                    store(output + lane, activate_row<kActivation>(load(weights + lane) * x));
                }
                return;
            }
            const Scalar* const input = output - tile.stride;
            for (std::size_t lane = 0; lane < tile.num_lanes; lane += kRowLanes) {
                store(output + lane, activate_row<kActivation>(load(weights + lane) * load(input + lane)));
            }
        });
    }
}

/// The last layer and the loss, and delta_L = 2 m (f_L - y) f'(z_L) in tile.deltas.
template <bool kPerLane, class Scalar>
void output_lanes(const LaneTile<Scalar>& the_tile, const LaneSample<Scalar>& the_sample) {
    const std::size_t layer = the_tile.num_layers - 1;
    with_activation(the_tile.activation_of_layer[layer], [&]<Activation kActivation>() {
        const LaneTile<Scalar> tile = the_tile;  // copies of its own: stores cannot be taken for changes of them
        const LaneSample<Scalar> sample = the_sample;
        const bool has_losses = sample.losses_before != nullptr;
        const LossColumns<Scalar> losses = has_losses ? *sample.losses_before : LossColumns<Scalar>();
        const Scalar* const weights = tile.weights + layer * tile.stride;
        const Scalar* const input = layer == 0 ? sample.x : tile.activations + (layer - 1) * tile.stride;
        const bool shares_input = layer == 0 && !kPerLane;
        for (std::size_t lane = 0; lane < tile.num_lanes; lane += kRowLanes) {
            const Row<Scalar> before = shares_input ? broadcast(*input) : load(input + lane);
            const Row<Scalar> f = activate_row<kActivation>(load(weights + lane) * before);
            const Row<Scalar> residual = f - sample_row<kPerLane>(sample.y, lane);
            Row<Scalar> weighted = residual;
            Row<Scalar> twice = residual + residual;
            if (sample.sample_weight != nullptr) {
                const Row<Scalar> m = sample_row<kPerLane>(sample.sample_weight, lane);
                weighted = m * residual;
                twice = m * twice;
                add_to_sum(sample, sample.sums + kSampleWeightSum * tile.stride + lane, m, broadcast(Scalar(1)));
            }
            add_to_sum(sample, sample.sums + kLossSum * tile.stride + lane, weighted, residual);
            store(tile.deltas + lane, times_slope<kActivation>(twice, f));
            if (has_losses) {
                record_losses_row(losses, lane);
            }
        }
    });
}

/// Sums f_{i-1} delta_i, and, but for the first layer, goes on to delta_{i-1} = (w_i delta_i) f'(z_{i-1}).
template <bool kPerLane, class Scalar>
void backward_lanes(const LaneTile<Scalar>& the_tile, const LaneSample<Scalar>& the_sample) {
    const LaneTile<Scalar> tile = the_tile;
    const LaneSample<Scalar> sample = the_sample;
    for (std::size_t layer = tile.num_layers - 1; layer != 0; --layer) {
        with_activation(tile.activation_of_layer[layer - 1], [&]<Activation kActivation>() {
            const Scalar* const weights = tile.weights + layer * tile.stride;
            const Scalar* const input = tile.activations + (layer - 1) * tile.stride;
            Scalar* const sums = sample.sums + (kFirstGradientSum + layer) * tile.stride;
            for (std::size_t lane = 0; lane < tile.num_lanes; lane += kRowLanes) {
                const Row<Scalar> f = load(input + lane);
                const Row<Scalar> delta = load(tile.deltas + lane);
                add_to_sum(sample, sums + lane, f, delta);
                store(tile.deltas + lane, times_slope<kActivation>(load(weights + lane) * delta, f));
            }
        });
    }
    Scalar* const sums = sample.sums + kFirstGradientSum * tile.stride;
    for (std::size_t lane = 0; lane < tile.num_lanes; lane += kRowLanes) {
        add_to_sum(sample, sums + lane, sample_row<kPerLane>(sample.x, lane), load(tile.deltas + lane));
    }
}

template <bool kPerLane, class Scalar>
void accumulate_lanes_of(const LaneTile<Scalar>& tile, const LaneSample<Scalar>& sample) {
    forward_lanes<kPerLane>(tile, sample);
    output_lanes<kPerLane>(tile, sample);
    if (sample.with_gradient) {
        backward_lanes<kPerLane>(tile, sample);
    }
}

template <class Scalar>
void accumulate_lanes(const LaneTile<Scalar>& tile, const LaneSample<Scalar>& sample) {
    if (sample.is_per_lane) {
        accumulate_lanes_of<true>(tile, sample);
    } else {
        accumulate_lanes_of<false>(tile, sample);
    }
}

template <class Scalar>
SKEIN_INLINE void update_with_state(const LaneUpdate<Scalar>& update, std::size_t lane, std::size_t at,
                                    UpdateRow<Scalar>& row) {
    const bool has_first = update.rule.kind != Optimizer::Kind::sgd;
    const bool has_second = update.rule.kind == Optimizer::Kind::adamw;
    if (update.gradient_scale != nullptr) {
        row.gradient = row.gradient * load(update.gradient_scale + lane);
    }
    if (has_first) {
        row.first_moment = load(update.first_moment + at);
    }
    if (has_second) {
        row.second_moment = load(update.second_moment + at);
    }
    update_row(row, update.rule, load(update.momentum + lane), load(update.weight_decay + lane));
    if (has_first) {
        store(update.first_moment + at, row.first_moment);
    }
    if (has_second) {
        store(update.second_moment + at, row.second_moment);
    }
}

/// The mean that a sum stands for. A chain alone adds its slots in pairs, empty ones too: what that does to the sign of
/// a zero is made up for here. kOneSample: there is nothing to divide by.
template <bool kOneSample, class Scalar>
SKEIN_INLINE Row<Scalar> mean_of(const LaneUpdate<Scalar>& update, const Scalar* sum) {
    const Row<Scalar> all = load(sum) + broadcast(update.empty_slots);
    return kOneSample ? all : all * broadcast(update.reciprocal);
}

/// The gradients and weights of a row of lanes, layer by layer. What it returns is finite where the new weights and the
/// norm of the gradient are: a sum of weights, for one that is not finite leaves none that is, and in double the norm's
/// sum of squares, which can overflow though all gradients are finite. (In float a gradient that is not finite makes a
/// weight that is not, and the norm, a double, holds all squares.) kPlain: sgd without weight decay, for which
/// w - eta (g + 0 w) is w - eta g, zeros and their signs included.
template <bool kPlain, bool kOneSample, class Scalar>
SKEIN_INLINE Row<Scalar> update_lane_row(const LaneUpdate<Scalar>& update, std::size_t lane) {
    const Row<Scalar> zero = broadcast(Scalar(0));
    Row<Scalar> sum_of_weights = zero;
    Row<Scalar> squares = zero;
    Row<Scalar> learning_rate = load(update.learning_rates + lane);
    for (std::size_t layer = 0; layer < update.num_layers; ++layer) {
        const std::size_t at = layer * update.stride + lane;
        if (update.learning_rate_stride != 0) {
            learning_rate = load(update.learning_rates + layer * update.learning_rate_stride + lane);
        }
        const Row<Scalar> gradient = mean_of<kOneSample>(update, update.sums + kFirstGradientSum * update.stride + at);
        if constexpr (sizeof(Scalar) == sizeof(double)) {
            squares = squares + gradient * gradient;
        }
        UpdateRow<Scalar> row{learning_rate, gradient, load(update.weights + at), zero, zero};
        if constexpr (kPlain) {
            row.weight = fused(negated(row.learning_rate), gradient, row.weight);
        } else {
            update_with_state(update, lane, at, row);
        }
        store(update.new_weights + at, row.weight);
        sum_of_weights = sum_of_weights + row.weight;
    }
    return (sum_of_weights - sum_of_weights) + (squares - squares);
}

/// `update` by value: what is stored through its columns cannot then be taken for a change of itself.
template <bool kPlain, bool kOneSample, class Scalar>
bool update_lanes_as(const LaneUpdate<Scalar> update) {
    const Row<Scalar> nan = broadcast(std::numeric_limits<Scalar>::quiet_NaN());
    Row<Scalar> all = broadcast(Scalar(0));
    for (std::size_t lane = 0; lane < update.num_lanes; lane += kRowLanes) {
        const Row<Scalar> check = update_lane_row<kPlain, kOneSample>(update, lane);
        const Row<Scalar> loss = mean_of<kOneSample>(update, update.sums + kLossSum * update.stride + lane);
        store(update.losses + lane, loss);
        const Row<Scalar> flag =
            select(less(load(update.watched_losses + lane), loss), check + (loss - loss), nan);
        store(update.flags + lane, flag);
        all = all + flag;
    }
    Scalar flags[kRowLanes];
    store(flags, all);
    bool any = false;
    for (const Scalar flag : flags) {
        any |= flag != 0;
    }
    return any;
}

template <class Scalar>
bool update_lanes(const LaneUpdate<Scalar>& update) {
    if (update.is_plain) {
        return update.reciprocal == 1 ? update_lanes_as<true, true>(update) : update_lanes_as<true, false>(update);
    }
    return update_lanes_as<false, false>(update);
}

}  // namespace
}  // namespace skein::kernels
