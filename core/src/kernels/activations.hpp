// The activations of skein/activation.hpp, a row of lanes at a time: f(z), and f'(z) from f alone.
#pragma once

#include "kernels/elementary.hpp"
#include "skein/activation.hpp"

namespace skein::internal::kernels {
namespace {

/// 1 / (1 + t) for z >= 0 and t / (1 + t) below, t = exp(-|z|): the lower tail keeps its relative accuracy.
template <class Scalar>
SKEIN_INLINE Row<Scalar> sigmoid(const Row<Scalar>& z) {
    const Row<Scalar> one = broadcast(Scalar(1));
    const Row<Scalar> t = exp_of_minus_absolute(z);
    return select(less(z, broadcast(Scalar(0))), t, one) / (one + t);
}

/// z if z > 0, else +0; NaN is kept.
template <class Scalar>
SKEIN_INLINE Row<Scalar> relu(const Row<Scalar>& z) {
    const Row<Scalar> zero = broadcast(Scalar(0));
    return at_least(z, zero) + zero;  // the sum turns -0 into +0
}

/// log(1 + e^z) = max(z, 0) + log(1 + exp(-|z|)).
template <class Scalar>
SKEIN_INLINE Row<Scalar> softplus(const Row<Scalar>& z) {
    const Row<Scalar> zero = broadcast(Scalar(0));
    return relu(z) + log1p_of(exp_of_minus_absolute(z), Coefficients<Scalar>::kLog1pOfUnit, zero);
}

/// z if z > 0, else 0.01 z; NaN and -0 are kept.
template <class Scalar>
constexpr Scalar kLeak = Scalar(0.01);
template <class Scalar>
SKEIN_INLINE Row<Scalar> leaky_relu(const Row<Scalar>& z) {
    return select(less(broadcast(Scalar(0)), z), z, broadcast(kLeak<Scalar>) * z);
}

/// z if z > 0, else exp(z) - 1; NaN and -0 are kept.
template <class Scalar>
SKEIN_INLINE Row<Scalar> elu(const Row<Scalar>& z) {
    return select(less(broadcast(Scalar(0)), z), z, expm1(z));
}

/// f and f' of an activation.
template <Activation kActivation>
struct Formulas;

template <>
struct Formulas<Activation::tanh> {
    template <class Scalar>
    SKEIN_INLINE static Row<Scalar> activate(const Row<Scalar>& z) {
        return tanh(z);
    }
    template <class Scalar>
    SKEIN_INLINE static Row<Scalar> slope(const Row<Scalar>& f) {
        return negative_fused(f, f, broadcast(Scalar(1)));
    }
};

template <>
struct Formulas<Activation::identity> {
    template <class Scalar>
    SKEIN_INLINE static Row<Scalar> activate(const Row<Scalar>& z) {
        return z;
    }
    template <class Scalar>
    SKEIN_INLINE static Row<Scalar> slope(const Row<Scalar>&) {
        return broadcast(Scalar(1));
    }
};

template <>
struct Formulas<Activation::sigmoid> {
    template <class Scalar>
    SKEIN_INLINE static Row<Scalar> activate(const Row<Scalar>& z) {
        return sigmoid(z);
    }
    template <class Scalar>
    SKEIN_INLINE static Row<Scalar> slope(const Row<Scalar>& f) {
        return f * (broadcast(Scalar(1)) - f);
    }
};

template <>
struct Formulas<Activation::relu> {
    template <class Scalar>
    SKEIN_INLINE static Row<Scalar> activate(const Row<Scalar>& z) {
        return relu(z);
    }
    template <class Scalar>
    SKEIN_INLINE static Row<Scalar> slope(const Row<Scalar>& f) {
        const Row<Scalar> zero = broadcast(Scalar(0));
        return select(less(zero, f), broadcast(Scalar(1)), zero);
    }
};

template <>
struct Formulas<Activation::softplus> {
    template <class Scalar>
    SKEIN_INLINE static Row<Scalar> activate(const Row<Scalar>& z) {
        return softplus(z);
    }
    template <class Scalar>
    SKEIN_INLINE static Row<Scalar> slope(const Row<Scalar>& f) {
        return negated(expm1(negated(f)));
    }
};

template <>
struct Formulas<Activation::leaky_relu> {
    template <class Scalar>
    SKEIN_INLINE static Row<Scalar> activate(const Row<Scalar>& z) {
        return leaky_relu(z);
    }
    template <class Scalar>
    SKEIN_INLINE static Row<Scalar> slope(const Row<Scalar>& f) {
        return select(less(broadcast(Scalar(0)), f), broadcast(Scalar(1)), broadcast(kLeak<Scalar>));
    }
};

template <>
struct Formulas<Activation::elu> {
    template <class Scalar>
    SKEIN_INLINE static Row<Scalar> activate(const Row<Scalar>& z) {
        return elu(z);
    }
    template <class Scalar>
    SKEIN_INLINE static Row<Scalar> slope(const Row<Scalar>& f) {
        const Row<Scalar> one = broadcast(Scalar(1));
        return select(less(broadcast(Scalar(0)), f), one, f + one);
    }
};

/// a * f'(z). Multiplying by an identity's slope would change nothing.
template <Activation kActivation, class Scalar>
SKEIN_INLINE Row<Scalar> times_slope(const Row<Scalar>& a, const Row<Scalar>& f) {
    if constexpr (activation_traits(kActivation).is_identity) {
        return a;
    } else {
        return a * Formulas<kActivation>::slope(f);
    }
}

/// Calls function.operator()<kActivation>(): the choice is made once per layer, outside the loop over lanes.
template <class Function>
SKEIN_INLINE void with_activation(Activation activation, Function function) {
    switch (activation) {
#define SKEIN_CASE(name, ...) \
    case Activation::name: return function.template operator()<Activation::name>();
        SKEIN_ACTIVATIONS(SKEIN_CASE)
#undef SKEIN_CASE
    }
}

}  // namespace
}  // namespace skein::internal::kernels
