#include "gradient/finite_difference.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

namespace skein::app {
namespace {

constexpr double kLargestMove = 1.0 / 32.0;  // of any z_j
constexpr int kNumSteps = 9;                 // each a quarter of the one before
/// First-order bounds of rounding errors are multiplied by this.
constexpr double kSafety = 4.0;

/// A chain on one sample in double, with bounds of first order for rounding errors in units of the last place.
struct Sensitivities {
    std::vector<double> f;       // f_0 = x, f_1, ...
    std::vector<double> slopes;  // f'(z_1), ...
    std::vector<double> errors;  // of f_0, f_1, ..., over the unit roundoff
};

template <class Scalar>
Chain<double> in_double(const Chain<Scalar>& chain) {
    return Chain<double>(std::vector<double>(chain.weights().begin(), chain.weights().end()), chain.activations());
}

/// A product rounds once, an activation by less than two units.
Sensitivities sensitivities(const Chain<double>& chain, const BackPropagation<double>& sample, double x) {
    Sensitivities result{{x}, sample.slopes, {0.0}};
    for (std::size_t layer = 0; layer < chain.num_layers(); ++layer) {
        const double f = sample.activations[layer], slope = std::abs(sample.slopes[layer]);
        const double error_of_z =
            std::abs(chain.weights()[layer]) * result.errors.back() + std::abs(sample.pre_activations[layer]);
        result.f.push_back(f);
        result.errors.push_back(slope * error_of_z + 2.0 * std::abs(f));
    }
    return result;
}

/// The largest |dz_j/dw_i| over the layers from i on.
double largest_move(const Chain<double>& chain, const Sensitivities& at, std::size_t layer) {
    double move = std::abs(at.f[layer]), largest = move;
    for (std::size_t later = layer + 1; later < chain.num_layers(); ++later) {
        move *= std::abs(at.slopes[later - 1] * chain.weights()[later]);
        largest = std::max(largest, move);
    }
    return largest;
}

/// How far rounding may have moved dloss/dw_i as back-propagation computes it: each of its factors in turn is off by its
/// own error, times all the others.
template <class Scalar>
double rounding_of_gradient(const Chain<double>& chain, const Sensitivities& at, std::size_t layer, double residual) {
    constexpr double kUnit = std::numeric_limits<Scalar>::epsilon() / 2;
    const std::size_t num_layers = chain.num_layers();
    std::vector<double> factors{2.0 * std::abs(residual), std::abs(at.f[layer])};
    std::vector<double> errors{2.0 * at.errors.back() + 2.0 * std::abs(residual), at.errors[layer]};
    for (std::size_t later = layer; later < num_layers; ++later) {
        factors.push_back(std::abs(at.slopes[later]));
        errors.push_back(2.0 * std::abs(at.f[later + 1]) * at.errors[later + 1] + 4.0);
        if (later > layer) {
            factors.push_back(std::abs(chain.weights()[later]));
            errors.push_back(2.0 * factors.back());  // the product with it
        }
    }
    double sum = 0.0;
    for (std::size_t wrong = 0; wrong < factors.size(); ++wrong) {
        double term = errors[wrong];
        for (std::size_t other = 0; other < factors.size(); ++other) {
            term *= other == wrong ? 1.0 : factors[other];
        }
        sum += term;
    }
    // Underflow on the way: at most the least normal number, times factors that come after it.
    double most = std::numeric_limits<Scalar>::min();
    for (const double factor : factors) {
        most *= std::max(1.0, factor);
    }
    return kUnit * sum + most;
}

/// Whether an activation that `counts` is on different sides of 0.
template <class Counts>
bool sides_differ(const Chain<double>& chain, const BackPropagation<double>& a, const BackPropagation<double>& b,
                  const Counts& counts) {
    for (std::size_t layer = 0; layer < chain.num_layers(); ++layer) {
        if (counts(activation_traits(chain.activations()[layer])) &&
            (a.pre_activations[layer] > 0) != (b.pre_activations[layer] > 0)) {
            return true;
        }
    }
    return false;
}

/// D(h), and how far rounding may have moved it.
struct Quotient {
    double value, rounding;
    bool crosses_kink;
    bool is_smooth;  // no activation changes its formula on the way
};

Quotient quotient(Chain<double> chain, std::size_t layer, double h, double x, double y, const Sensitivities& at) {
    constexpr double kUnit = 0x1p-53;
    const double weight = chain.weights()[layer], above = weight + h, below = weight - h;
    chain.weights()[layer] = above;
    const BackPropagation<double> right = back_propagate(chain, x, y);
    chain.weights()[layer] = below;
    const BackPropagation<double> left = back_propagate(chain, x, y);
    const double f_right = right.activations.back(), f_left = left.activations.back();
    const double change = f_right - f_left, sum = (f_right - y) + (f_left - y);
    const double error_of_f = kUnit * at.errors.back();
    const double error_of_sum = 2.0 * error_of_f + kUnit * 3.0 * (std::abs(f_right - y) + std::abs(f_left - y));
    return {change * sum / (above - below),
            (2.0 * error_of_f * std::abs(sum) + (std::abs(change) + 2.0 * error_of_f) * error_of_sum) / (above - below),
            sides_differ(chain, left, right, [](const ActivationTraits& traits) { return traits.has_kink; }),
            !sides_differ(chain, left, right, [](const ActivationTraits& traits) { return !traits.is_analytic; })};
}

/// The extrapolated difference of one h. If D(h) is smooth, what is left of its error after the last extrapolation is less
/// than what that one changed. If not (the second derivative of elu jumps), it is less than what D(h) itself changed.
FiniteDifference extrapolated(const Chain<double>& chain, std::size_t layer, double h, double x, double y,
                              const Sensitivities& at) {
    const Quotient one = quotient(chain, layer, h, x, y, at), half = quotient(chain, layer, h / 2, x, y, at);
    const Quotient quarter = quotient(chain, layer, h / 4, x, y, at);
    const double first = (4.0 * half.value - one.value) / 3.0, second = (4.0 * quarter.value - half.value) / 3.0;
    const double value = (16.0 * second - first) / 15.0;
    const double left_over = one.is_smooth ? std::abs(value - second) : std::abs(one.value - quarter.value);
    return {value, h, left_over + 2.0 * kSafety * quarter.rounding, one.crosses_kink};
}

}  // namespace

template <class Scalar>
FiniteDifference finite_difference(const Chain<Scalar>& chain, std::size_t layer, Scalar x, Scalar y) {
    const Chain<double> wide = in_double(chain);
    const double wide_x = static_cast<double>(x), wide_y = static_cast<double>(y);
    const BackPropagation<double> sample = back_propagate(wide, wide_x, wide_y);
    const Sensitivities at = sensitivities(wide, sample, wide_x);
    const double move = largest_move(wide, at, layer);
    const double size = std::abs(wide.weights()[layer]);
    double h = move > 0.0 ? kLargestMove / move : 1.0;
    if (size > 0.0) {
        h = std::clamp(h, 0x1p-40 * size, size / 8);  // w + h differs from w, and is not of another size
    }
    FiniteDifference best{0.0, h, std::numeric_limits<double>::infinity(), true};
    for (int step = 0; step < kNumSteps; ++step, h /= 4) {
        const FiniteDifference next = extrapolated(wide, layer, h, wide_x, wide_y, at);
        const bool is_better = best.crosses_kink ? !next.crosses_kink || step == 0 : next.allowed < best.allowed;
        if (is_better && (!next.crosses_kink || step == 0)) {
            best = next;
        }
    }
    best.allowed += kSafety * rounding_of_gradient<Scalar>(wide, at, layer, sample.activations.back() - wide_y);
    return best;
}
template FiniteDifference finite_difference(const Chain<float>&, std::size_t, float, float);
template FiniteDifference finite_difference(const Chain<double>&, std::size_t, double, double);

}  // namespace skein::app
