// How large a chain's values can be for x in a rectangle of the complex plane: layer by layer a rectangle that
// holds all z_i, one that holds all f_i, and the largest |f'(z_i)|. In double only.
//
// With T = tanh r, s = sin y, c = cos y, and D = c^2 + T^2 s^2,
//
//     tanh(r + i y) = (T + i s c (1 - T^2)) / D,     |tanh|^2 = (T^2 c^2 + s^2) / D,     |tanh'| = (1 - T^2) / D
//
// each monotone in T and in y < pi / 2, or with one maximum (noted where it is used). The poles lie at r = 0, |y| = pi
// / 2 and beyond: a rectangle that keeps away from r = 0 may be as high as it likes. sigmoid z = (1 + tanh(z / 2)) / 2;
// softplus' = sigmoid.
#pragma once

#include <limits>

#include "kernels/activations.hpp"
#include "kernels/panel_arguments.hpp"

namespace skein::internal::kernels {
namespace {

/// Cover the rounding of the few operations between a layer's rectangle and the next, and errors of tanh (4 ULP).
constexpr double kBoundUp = 1.0 + 0x1p-32, kBoundDown = 1.0 - 0x1p-40;

/// [re_min, re_max] + i [-im, im], which holds f(z), and the largest |f(z)| and |f'(z)|.
struct RectangleRow {
    Row<double> re_min, re_max, im, modulus, slope;
};

SKEIN_INLINE Row<double> modulus_of(const Row<double>& re_min, const Row<double>& re_max, const Row<double>& im) {
    const Row<double> re = at_least(re_max, negated(re_min));
    return broadcast(kBoundUp) * square_root(fused(re, re, im * im));
}

/// The rectangle that holds f(z), of z in a rectangle; every analytic activation has one.
template <Activation kActivation>
RectangleRow rectangle_of(const RectangleRow& z);

/// Infinite if there may be a pole. Re tanh z is at most the modulus, which grows with y, and with T where s < c; else
/// it falls with T.
template <>
SKEIN_INLINE RectangleRow rectangle_of<Activation::tanh>(const RectangleRow& z) {
    const Row<double> zero = broadcast(0.0), one = broadcast(1.0), up = broadcast(kBoundUp);
    const Row<double> first = tanh(z.re_min), last = tanh(z.re_max);
    const Row<double> least = at_least(at_least(first, negated(last)), zero) * broadcast(kBoundDown);
    const Row<double> most = at_most(at_least(last, negated(first)) * up, one);

    // From 1.5707 on c is below 1e-4 and has lost 4 digits: we take y = pi / 2. There s c has no meaning.
    constexpr double kHighest = 1.5707, kPerTurn = 0.15915494309189535;  // 1 / (2 pi)
    const Mask<double> is_low = less(z.im, broadcast(kHighest));
    Row<double> sine, cosine;
    sin_cos_two_pi(select(is_low, z.im, zero) * broadcast(kPerTurn), sine, cosine);
    const Row<double> s_2 = select(is_low, sine * sine, one), c_2 = select(is_low, cosine * cosine, zero);

    const Row<double> least_2 = least * least, rest = one - least_2;
    const Row<double> slope = rest / fused(least_2, s_2, c_2);  // falls with T, grows with y
    const Row<double> at_height = sine * cosine * slope;        // falls with T; its maximum over y is
    const Row<double> at_maximum = rest / (least + least);      // where tan y = 1 / T
    const Row<double> t_2 = select(less(s_2, c_2), most * most, least_2);
    const Row<double> modulus = up * square_root(fused(t_2, c_2, s_2) / fused(t_2, s_2, c_2));
    return {select(less(zero, first), least, negated(modulus)), select(less(last, zero), negated(least), modulus),
            up * select(less(least_2 * s_2, c_2), at_height, at_maximum), modulus, up * slope};
}

template <>
SKEIN_INLINE RectangleRow rectangle_of<Activation::sigmoid>(const RectangleRow& z) {
    const Row<double> half = broadcast(0.5), small = broadcast(0x1p-40);  // of results about 1
    const RectangleRow of_half =
        rectangle_of<Activation::tanh>({half * z.re_min, half * z.re_max, half * z.im, z.modulus, z.slope});
    const Row<double> re_min = fused(half, of_half.re_min, half) - small;
    const Row<double> re_max = fused(half, of_half.re_max, half) + small, im = half * of_half.im;
    return {re_min, re_max, im, modulus_of(re_min, re_max, im), broadcast(0.25) * of_half.slope};
}

/// Up from the real line softplus changes by the integral of i sigmoid, up to |y| = pi; beyond, its logarithm may
/// change sheets. If e^z or e^-z is small it does not: with t = e^-|Re z|, softplus on the left, and softplus - z on
/// the right, is at most -log(1 - t) <= t / (1 - t) in modulus; softplus' is at most t / (1 - t), or 1 / (1 - t).
template <>
SKEIN_INLINE RectangleRow rectangle_of<Activation::softplus>(const RectangleRow& z) {
    const Row<double> up = broadcast(kBoundUp), infinity = broadcast(std::numeric_limits<double>::infinity());
    const RectangleRow derivative = rectangle_of<Activation::sigmoid>(z);
    const Mask<double> is_low = less(z.im, broadcast(3.1414));
    const Row<double> moved = up * z.im * derivative.im;
    const Row<double> re_min = fused(softplus(z.re_min), broadcast(kBoundDown), negated(moved));
    const Row<double> re_max = up * softplus(z.re_max), im = up * z.im * at_most(derivative.modulus, broadcast(1.0));

    const Row<double> zero = broadcast(0.0), one = broadcast(1.0);
    const Row<double> away = at_least(z.re_min, negated(z.re_max));
    const Row<double> small = up * exp_of_minus_absolute(away), rest = up / (one - small), difference = small * rest;
    const Mask<double> is_right = less(zero, z.re_min), is_far = less(one, away);
    const auto choose = [&](const Row<double>& low, const Row<double>& far) {
        return select(is_low, low, select(is_far, far, infinity));
    };
    const Row<double> far_min = select(is_right, z.re_min - difference, negated(difference));
    const Row<double> far_max = select(is_right, z.re_max + difference, difference);
    const Row<double> far_im = select(is_right, z.im + difference, difference);
    return {negated(choose(negated(re_min), negated(far_min))), choose(re_max, far_max), choose(im, far_im),
            choose(modulus_of(re_min, re_max, im), modulus_of(far_min, far_max, far_im)),
            choose(derivative.modulus, select(is_right, rest, difference))};
}

template <>
SKEIN_INLINE RectangleRow rectangle_of<Activation::identity>(const RectangleRow& z) {
    return {z.re_min, z.re_max, z.im, modulus_of(z.re_min, z.re_max, z.im), broadcast(1.0)};
}

SKEIN_INLINE RectangleRow times_weight(const RectangleRow& row, double weight) {
    const Row<double> w = broadcast(weight), zero = broadcast(0.0);
    const Row<double> one = w * row.re_min, other = w * row.re_max;
    if (weight == 0.0) {  // whatever comes before, infinite or not
        return {zero, zero, zero, zero, zero};
    }
    return {at_most(one, other), at_least(one, other), broadcast((weight < 0.0 ? -weight : weight) * kBoundUp) * row.im,
            row.modulus, row.slope};
}

void bound_rectangles(const RectangleTile& tile) {
    for (std::size_t first = 0; first < tile.num_rectangles; first += kRowLanes) {
        const Row<double> zero = broadcast(0.0);
        RectangleRow row{load(tile.re_min + first), load(tile.re_max + first), load(tile.im + first), zero, zero};
        store(tile.moduli + first, modulus_of(row.re_min, row.re_max, row.im));
        for (std::size_t layer = 0; layer < tile.chain.num_layers; ++layer) {
            row = times_weight(row, tile.chain.weights[layer]);
            with_activation(tile.chain.activations[layer], [&]<Activation kActivation>() {
                if constexpr (activation_traits(kActivation).is_analytic) {
                    row = rectangle_of<kActivation>(row);
                }
            });
            store(tile.slopes + layer * tile.stride + first, row.slope);
            store(tile.moduli + (layer + 1) * tile.stride + first, row.modulus);
        }
    }
}

}  // namespace
}  // namespace skein::internal::kernels
