// Chains side by side, lanes = chains: forward and backward of one sample in every lane, the update of every lane's
// weights, and the sums over its losses. Each lane does what its chain would do alone, to the bit: the same operations
// on the same numbers in the same order as in chain_kernels.hpp and update_kernels.hpp.
#pragma once

#include "kernels/chain_kernels.hpp"
#include "kernels/lane_arguments.hpp"
#include "kernels/update_rules.hpp"

namespace skein::internal::kernels {
namespace {

/// A sample's number in a row of lanes: each lane's own, or one for all.
template <bool kPerLane, class Scalar>
SKEIN_INLINE Row<Scalar> sample_row(const Scalar* column, std::size_t lane) {
    return kPerLane ? load(column + lane) : broadcast(*column);
}

/// Adds a * b to a lane's slot, or begins the slot with it. A slot's last sample also merges the partial sums that are
/// complete with it, level by level (skein/gradient.hpp: pairs of slots, pairs of pairs, ...).
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
    const LossSums<Scalar>& sums = columns.sums;
    store(sums.smallest + lane, at_most(load(sums.smallest + lane), loss));
    add_compensated(sums.sum + lane, sums.sum_error + lane, loss);
    add_compensated(sums.inverse_sum + lane, sums.inverse_sum_error + lane, broadcast(Scalar(1)) / loss);
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
                    store(output + lane, Formulas<kActivation>::activate(load(weights + lane) * x));
                }
                return;
            }
            const Scalar* const input = output - tile.stride;
            for (std::size_t lane = 0; lane < tile.num_lanes; lane += kRowLanes) {
                store(output + lane, Formulas<kActivation>::activate(load(weights + lane) * load(input + lane)));
            }
        });
    }
}

/// The last layer, and delta_L = 2 m (f_L - y) f'(z_L) in tile.deltas. take_loss(lane, m (f_L - y), f_L - y, m) has the
/// terms of the loss; m has no meaning if samples have no weights.
template <bool kPerLane, class Scalar, class TakeLoss>
SKEIN_INLINE void output_lanes(const LaneTile<Scalar>& the_tile, const LaneSample<Scalar>& the_sample,
                               const TakeLoss& take_loss) {
    const std::size_t layer = the_tile.num_layers - 1;
    with_activation(the_tile.activation_of_layer[layer], [&]<Activation kActivation>() {
        const LaneTile<Scalar> tile = the_tile;  // local copies, so that no store has to be assumed to change them
        const LaneSample<Scalar> sample = the_sample;
        const TakeLoss take = take_loss;
        const bool has_losses = sample.losses_before != nullptr;
        const LossColumns<Scalar> losses = has_losses ? *sample.losses_before : LossColumns<Scalar>();
        const Scalar* const weights = tile.weights + layer * tile.stride;
        const Scalar* const input = layer == 0 ? sample.x : tile.activations + (layer - 1) * tile.stride;
        const bool shares_input = layer == 0 && !kPerLane;
        for (std::size_t lane = 0; lane < tile.num_lanes; lane += kRowLanes) {
            const Row<Scalar> before = shares_input ? broadcast(*input) : load(input + lane);
            const Row<Scalar> f = Formulas<kActivation>::activate(load(weights + lane) * before);
            const Row<Scalar> residual = f - sample_row<kPerLane>(sample.y, lane);
            Row<Scalar> weighted = residual;
            Row<Scalar> twice = residual + residual;
            Row<Scalar> m = residual;
            if (sample.sample_weight != nullptr) {
                m = sample_row<kPerLane>(sample.sample_weight, lane);
                weighted = m * residual;
                twice = m * twice;
            }
            take(lane, weighted, residual, m);
            store(tile.deltas + lane, times_slope<kActivation>(twice, f));
            if (has_losses) {
                record_losses_row(losses, lane);
            }
        }
    });
}

/// delta_{i-1} = (w_i delta_i) f'(z_{i-1}) down to the first layer. take_gradient(layer, lane, w_i, f_{i-1}, delta_i)
/// has the factors of the gradient of all layers but the first.
template <class Scalar, class TakeGradient>
SKEIN_INLINE void backward_lanes(const LaneTile<Scalar>& the_tile, const TakeGradient& take_gradient) {
    const LaneTile<Scalar> tile = the_tile;
    const TakeGradient take = take_gradient;
    for (std::size_t layer = tile.num_layers - 1; layer != 0; --layer) {
        with_activation(tile.activation_of_layer[layer - 1], [&]<Activation kActivation>() {
            const Scalar* const weights = tile.weights + layer * tile.stride;
            const Scalar* const input = tile.activations + (layer - 1) * tile.stride;
            for (std::size_t lane = 0; lane < tile.num_lanes; lane += kRowLanes) {
                const Row<Scalar> w = load(weights + lane);
                const Row<Scalar> f = load(input + lane);
                const Row<Scalar> delta = load(tile.deltas + lane);
                take(layer, lane, w, f, delta);
                store(tile.deltas + lane, times_slope<kActivation>(w * delta, f));
            }
        });
    }
}

/// Forward and backward; loss and gradients are added to sums.
template <bool kPerLane, class Scalar>
void accumulate_lanes_of(const LaneTile<Scalar>& tile, const LaneSample<Scalar>& sample) {
    forward_lanes<kPerLane>(tile, sample);
    const std::size_t stride = tile.stride;
    output_lanes<kPerLane>(tile, sample, [sample, stride](std::size_t lane, auto& weighted, auto& residual, auto& m) {
        if (sample.sample_weight != nullptr) {
            add_to_sum(sample, sample.sums + kSampleWeightSum * stride + lane, m, broadcast(Scalar(1)));
        }
        add_to_sum(sample, sample.sums + kLossSum * stride + lane, weighted, residual);
    });
    if (!sample.with_gradient) {
        return;
    }
    Scalar* const sums = sample.sums + kFirstGradientSum * stride;
    backward_lanes(tile, [sample, stride, sums](std::size_t layer, std::size_t lane, auto&, auto& f, auto& delta) {
        add_to_sum(sample, sums + layer * stride + lane, f, delta);
    });
    for (std::size_t lane = 0; lane < tile.num_lanes; lane += kRowLanes) {
        add_to_sum(sample, sums + lane, sample_row<kPerLane>(sample.x, lane), load(tile.deltas + lane));
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

/// Whether any lane of a row of flags is flagged.
template <class Scalar>
bool any_flagged(const Row<Scalar>& row) {
    Scalar flags[kRowLanes];
    store(flags, row);
    bool any = false;
    for (const Scalar flag : flags) {
        any |= flag != 0;
    }
    return any;
}

/// `row` has the weight, the learning rate and the gradient; `at` is its place in the columns of state.
template <Optimizer::Kind kKind, class Scalar>
SKEIN_INLINE void apply_rule(const LaneUpdate<Scalar>& update, std::size_t lane, std::size_t at,
                             UpdateRow<Scalar>& row) {
    constexpr int kNumMoments = optimizer_traits(kKind).num_moments;
    row.momentum = load(update.momentum + lane);
    row.weight_decay = load(update.weight_decay + lane);
    if constexpr (kNumMoments >= 1) {
        row.first_moment = load(update.first_moment + at);
    }
    if constexpr (kNumMoments >= 2) {
        row.second_moment = load(update.second_moment + at);
    }
    Rule<kKind>::apply(row, update.rule);
    if constexpr (kNumMoments >= 1) {
        store(update.first_moment + at, row.first_moment);
    }
    if constexpr (kNumMoments >= 2) {
        store(update.second_moment + at, row.second_moment);
    }
}

/// One weight of a row of lanes. Returns a row that is finite if the new weight and the square of the gradient are: in
/// double the norm's sum of squares can overflow though all gradients are finite. (In float a gradient that is not
/// finite makes a weight that is not, and the norm, a double, holds all squares.) kPlain: sgd without weight decay, for
/// which w - eta (g + 0 w) is w - eta g, zeros and their signs included.
template <bool kPlain, class Scalar>
SKEIN_INLINE Row<Scalar> update_weight_row(const LaneUpdate<Scalar>& update, std::size_t layer, std::size_t lane,
                                           const Row<Scalar>& weight, const Row<Scalar>& gradient) {
    const std::size_t at = layer * update.stride + lane;
    UpdateRow<Scalar> row;
    row.learning_rate = load(update.learning_rates + layer * update.learning_rate_stride + lane);
    row.gradient = gradient;
    row.weight = weight;
    if constexpr (kPlain) {
        row.descend(gradient);
    } else {
        if (update.gradient_scale != nullptr) {
            row.gradient = gradient * load(update.gradient_scale + lane);
        }
        with_rule(update.rule.kind,
                  [&]<Optimizer::Kind kKind>() SKEIN_INLINE_LAMBDA { apply_rule<kKind>(update, lane, at, row); });
    }
    store(update.new_weights + at, row.weight);
    return sizeof(Scalar) == sizeof(double) ? row.weight + gradient * gradient : row.weight;
}

/// 0 if a lane's loss is finite and above the watched one, else NaN.
template <class Scalar>
SKEIN_INLINE Row<Scalar> check_of_loss(const LaneUpdate<Scalar>& update, std::size_t lane, const Row<Scalar>& loss) {
    const Row<Scalar> nan = broadcast(std::numeric_limits<Scalar>::quiet_NaN());
    return select(less(load(update.watched_losses + lane), loss), loss - loss, nan);
}

/// The mean that a sum stands for. A chain alone also adds its empty slots, which can turn a sum of -0 into +0;
/// empty_slots does the same here.
template <class Scalar>
SKEIN_INLINE Row<Scalar> mean_of(const LaneUpdate<Scalar>& update, const Scalar* sum) {
    return (load(sum) + broadcast(update.empty_slots)) * broadcast(update.reciprocal);
}

/// `update` by value: then no store through its columns has to be assumed to change it. What must be finite is summed:
/// the sum is finite only if every term is.
template <bool kPlain, class Scalar>
bool update_lanes_as(const LaneUpdate<Scalar> update) {
    Row<Scalar> all = broadcast(Scalar(0));
    for (std::size_t lane = 0; lane < update.num_lanes; lane += kRowLanes) {
        const Row<Scalar> loss = mean_of(update, update.sums + kLossSum * update.stride + lane);
        store(update.losses + lane, loss);
        Row<Scalar> check = check_of_loss(update, lane, loss);
        for (std::size_t layer = 0; layer < update.num_layers; ++layer) {
            const std::size_t at = layer * update.stride + lane;
            check = check +
                    update_weight_row<kPlain>(update, layer, lane, load(update.weights + at),
                                              mean_of(update, update.sums + kFirstGradientSum * update.stride + at));
        }
        const Row<Scalar> flag = check - check;
        store(update.flags + lane, flag);
        all = all + flag;
    }
    return any_flagged(all);
}

template <class Scalar>
bool update_lanes(const LaneUpdate<Scalar>& update) {
    return update.is_plain ? update_lanes_as<true>(update) : update_lanes_as<false>(update);
}

/// Forward, backward and update for a mini-batch of one sample without a weight: its gradients go into the weights at
/// once, and no sums are made. What must be finite is summed in the flags' column on the way.
template <bool kPerLane, bool kPlain, class Scalar>
bool step_lanes_as(const LaneTile<Scalar>& tile, const LaneSample<Scalar>& sample, const LaneUpdate<Scalar> update) {
    forward_lanes<kPerLane>(tile, sample);
    output_lanes<kPerLane>(tile, sample, [update](std::size_t lane, auto&, auto& residual, auto&) {
        const Row<Scalar> loss = fused(residual, residual, broadcast(Scalar(0)));
        store(update.losses + lane, loss);
        store(update.flags + lane, check_of_loss(update, lane, loss));
    });
    backward_lanes(tile, [update](std::size_t layer, std::size_t lane, auto& w, auto& f, auto& delta) {
        const Row<Scalar> gradient = fused(f, delta, broadcast(Scalar(0)));
        const Row<Scalar> check = update_weight_row<kPlain>(update, layer, lane, w, gradient);
        store(update.flags + lane, load(update.flags + lane) + check);
    });
    const Row<Scalar> zero = broadcast(Scalar(0));
    Row<Scalar> all = zero;
    for (std::size_t lane = 0; lane < update.num_lanes; lane += kRowLanes) {
        const Row<Scalar> gradient = fused(sample_row<kPerLane>(sample.x, lane), load(tile.deltas + lane), zero);
        const Row<Scalar> check = load(update.flags + lane) +
                                  update_weight_row<kPlain>(update, 0, lane, load(update.weights + lane), gradient);
        const Row<Scalar> flag = check - check;
        store(update.flags + lane, flag);
        all = all + flag;
    }
    return any_flagged(all);
}

template <class Scalar>
bool step_lanes(const LaneTile<Scalar>& tile, const LaneSample<Scalar>& sample, const LaneUpdate<Scalar>& update) {
    if (sample.is_per_lane) {
        return update.is_plain ? step_lanes_as<true, true>(tile, sample, update)
                               : step_lanes_as<true, false>(tile, sample, update);
    }
    return update.is_plain ? step_lanes_as<false, true>(tile, sample, update)
                           : step_lanes_as<false, false>(tile, sample, update);
}

}  // namespace
}  // namespace skein::internal::kernels
