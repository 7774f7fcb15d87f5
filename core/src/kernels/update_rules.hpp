// The formulas of the update rules (skein/optimizer.hpp), for a row of weights: of the layers of one chain, or of one
// layer of many chains.
#pragma once

#include "kernels/chain_arguments.hpp"
#include "kernels/lanes.hpp"
#include "skein/optimizer.hpp"

namespace skein::internal::kernels {
namespace {

/// A row of weights with all that its update reads and writes.
template <class Scalar>
struct UpdateRow {
    Row<Scalar> learning_rate;
    Row<Scalar> momentum;
    Row<Scalar> weight_decay;
    Row<Scalar> gradient;
    Row<Scalar> weight;
    Row<Scalar> first_moment;
    Row<Scalar> second_moment;

    SKEIN_INLINE Row<Scalar> decayed_gradient() const { return fused(weight_decay, weight, gradient); }
    SKEIN_INLINE void descend(const Row<Scalar>& direction) {
        weight = negative_fused(learning_rate, direction, weight);
    }
};

/// apply() replaces the weight, and as many moments as OptimizerTraits has for the rule.
template <Optimizer::Kind kKind>
struct Rule;

template <>
struct Rule<Optimizer::Kind::sgd> {
    template <class Scalar>
    SKEIN_INLINE static void apply(UpdateRow<Scalar>& row, const UpdateRule<Scalar>&) {
        row.descend(row.decayed_gradient());
    }
};

template <>
struct Rule<Optimizer::Kind::momentum> {
    template <class Scalar>
    SKEIN_INLINE static void apply(UpdateRow<Scalar>& row, const UpdateRule<Scalar>&) {
        row.first_moment = fused(row.momentum, row.first_moment, row.decayed_gradient());
        row.descend(row.first_moment);
    }
};

template <>
struct Rule<Optimizer::Kind::nesterov> {
    template <class Scalar>
    SKEIN_INLINE static void apply(UpdateRow<Scalar>& row, const UpdateRule<Scalar>&) {
        const Row<Scalar> g = row.decayed_gradient();
        row.first_moment = fused(row.momentum, row.first_moment, g);
        row.descend(fused(row.momentum, row.first_moment, g));
    }
};

template <>
struct Rule<Optimizer::Kind::adamw> {
    template <class Scalar>
    SKEIN_INLINE static void apply(UpdateRow<Scalar>& row, const UpdateRule<Scalar>& rule) {
        const Row<Scalar> g = row.gradient;
        const Row<Scalar> decay = fused(negated(row.learning_rate), row.weight_decay, broadcast(Scalar(1)));
        row.first_moment =
            fused(broadcast(rule.first_decay), row.first_moment, broadcast(rule.one_minus_first_decay) * g);
        row.second_moment =
            fused(broadcast(rule.second_decay), row.second_moment, (broadcast(rule.one_minus_second_decay) * g) * g);
        const Row<Scalar> scale = square_root(row.second_moment) / broadcast(rule.root_of_second_bias_correction);
        const Row<Scalar> direction = row.first_moment / (scale + broadcast(rule.epsilon));
        const Row<Scalar> step = row.learning_rate / broadcast(rule.first_bias_correction);
        row.weight = fused(negated(step), direction, row.weight * decay);
    }
};

template <>
struct Rule<Optimizer::Kind::rmsprop> {
    template <class Scalar>
    SKEIN_INLINE static void apply(UpdateRow<Scalar>& row, const UpdateRule<Scalar>& rule) {
        const Row<Scalar> g = row.decayed_gradient();
        row.second_moment =
            fused(broadcast(rule.second_decay), row.second_moment, (broadcast(rule.one_minus_second_decay) * g) * g);
        const Row<Scalar> scale = square_root(row.second_moment) + broadcast(rule.epsilon);
        row.first_moment = fused(row.momentum, row.first_moment, g / scale);
        row.descend(row.first_moment);
    }
};

/// Calls function.operator()<kKind>().
template <class Function>
SKEIN_INLINE void with_rule(Optimizer::Kind kind, Function function) {
    switch (kind) {
#define SKEIN_CASE(name, ...) \
    case Optimizer::Kind::name: return function.template operator()<Optimizer::Kind::name>();
        SKEIN_OPTIMIZERS(SKEIN_CASE)
#undef SKEIN_CASE
    }
}

}  // namespace
}  // namespace skein::internal::kernels
