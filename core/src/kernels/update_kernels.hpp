// One step of an optimizer, on columns of weights.
#pragma once

#include "kernels/update_rules.hpp"

namespace skein::internal::kernels {
namespace {

template <class Scalar>
void update(const UpdateColumns<Scalar>& columns) {
    with_rule(columns.rule.kind, [&]<Optimizer::Kind kKind>() {
        for (std::size_t lane = 0; lane < columns.count; lane += kRowLanes) {
            UpdateRow<Scalar> row{
                .learning_rate = load(columns.learning_rates + lane),
                .momentum = broadcast(columns.momentum),
                .weight_decay = broadcast(columns.weight_decay),
                .gradient = load(columns.gradients + lane) * broadcast(columns.gradient_scale),
                .weight = load(columns.weights + lane),
                .first_moment = load(columns.first_moment + lane),
                .second_moment = load(columns.second_moment + lane),
            };
            Rule<kKind>::apply(row, columns.rule);
            store(columns.weights + lane, with_one_nan(row.weight));
            store(columns.first_moment + lane, with_one_nan(row.first_moment));
            store(columns.second_moment + lane, with_one_nan(row.second_moment));
        }
    });
}

}  // namespace
}  // namespace skein::internal::kernels
