// The optimizers' update rules (skein/optimizer.hpp), on columns of weights.
#pragma once

#include "kernels/kernel_table.hpp"
#include "kernels/lanes.hpp"

namespace skein::internal::kernels {
namespace {

/// One row of weights with all that its update reads and writes.
template <class Scalar>
struct UpdateRow {
    Row<Scalar> learning_rate;
    Row<Scalar> gradient;
    Row<Scalar> weight;
    Row<Scalar> first_moment;
    Row<Scalar> second_moment;
};

template <class Scalar>
SKEIN_INLINE void update_sgd(UpdateRow<Scalar>& row, Optimizer::Kind kind, const Row<Scalar>& momentum,
                             const Row<Scalar>& weight_decay) {
    Row<Scalar> direction = fused(weight_decay, row.weight, row.gradient);
    if (kind != Optimizer::Kind::sgd) {
        row.first_moment = fused(momentum, row.first_moment, direction);
        direction = kind == Optimizer::Kind::nesterov ? fused(momentum, row.first_moment, direction) : row.first_moment;
    }
    row.weight = fused(negated(row.learning_rate), direction, row.weight);
}

template <class Scalar>
SKEIN_INLINE void update_adamw(UpdateRow<Scalar>& row, const UpdateRule<Scalar>& rule,
                               const Row<Scalar>& weight_decay) {
    const Row<Scalar> g = row.gradient;
    const Row<Scalar> decay = fused(negated(row.learning_rate), weight_decay, broadcast(Scalar(1)));
    row.first_moment = fused(broadcast(rule.first_decay), row.first_moment, broadcast(rule.one_minus_first_decay) * g);
    row.second_moment =
        fused(broadcast(rule.second_decay), row.second_moment, (broadcast(rule.one_minus_second_decay) * g) * g);
    const Row<Scalar> scale = square_root(row.second_moment) / broadcast(rule.root_of_second_bias_correction);
    const Row<Scalar> direction = row.first_moment / (scale + broadcast(rule.epsilon));
    const Row<Scalar> step = row.learning_rate / broadcast(rule.first_bias_correction);
    row.weight = fused(negated(step), direction, row.weight * decay);
}

template <class Scalar>
SKEIN_INLINE void update_row(UpdateRow<Scalar>& row, const UpdateRule<Scalar>& rule, const Row<Scalar>& momentum,
                             const Row<Scalar>& weight_decay) {
    if (rule.kind == Optimizer::Kind::adamw) {
        update_adamw(row, rule, weight_decay);
    } else {
        update_sgd(row, rule.kind, momentum, weight_decay);
    }
}

template <class Scalar>
void update(const UpdateColumns<Scalar>& columns) {
    for (std::size_t lane = 0; lane < columns.count; lane += kRowLanes) {
        UpdateRow<Scalar> row{
            load(columns.learning_rates + lane), load(columns.gradients + lane) * broadcast(columns.gradient_scale),
            load(columns.weights + lane), load(columns.first_moment + lane), load(columns.second_moment + lane)};
        update_row(row, columns.rule, broadcast(columns.momentum), broadcast(columns.weight_decay));
        store(columns.weights + lane, with_one_nan(row.weight));
        store(columns.first_moment + lane, with_one_nan(row.first_moment));
        store(columns.second_moment + lane, with_one_nan(row.second_moment));
    }
}

}  // namespace
}  // namespace skein::internal::kernels
