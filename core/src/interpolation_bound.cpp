#include "interpolation_bound.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "power.hpp"

namespace skein {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kEpsilon = std::numeric_limits<double>::epsilon() / 2;
constexpr double kLog2 = 0.6931471805599454;  // rounded up
/// Covers the rounding of the bounds themselves: a few hundred operations, of which powers of 63 are the worst.
constexpr double kSafety = 1.0 + 0x1p-30;
/// Limits tried: tan of the imaginary part of a tanh layer's z. The best is the one that balances M and rho; the error of
/// the others is little larger.
constexpr std::array<double, 7> kLimits{1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0};
/// Largest errors of the activation functions in units of kEpsilon (skein/elementary.hpp: in ULP).
constexpr double kActivationError = 8.0;

/// At most the arc tangent of u >= 0, and close to it: thrice atan u = 2 atan(u / (1 + sqrt(1 + u^2))), then the series
/// of J. Gregory up to a term that is subtracted, which leaves it below.
double arc_tangent(double u) {
    if (u > 0x1p500) {
        return 1.5707963267948966;  // below pi / 2
    }
    for (int halving = 0; halving < 3; ++halving) {
        u /= 1.0 + std::sqrt(1.0 + u * u);
    }
    const double square = u * u;
    double sum = 0.0;
    for (int degree = 15; degree >= 1; degree -= 2) {
        sum = ((degree % 4 == 1) ? 1.0 : -1.0) / degree + square * sum;
    }
    return 8.0 * u * sum * (1.0 - 0x1p-40);
}

bool bends(Activation activation) { return activation != Activation::identity; }

/// |f(z)| of |z| <= modulus where it grows with it: in the strip, or on the real line.
double grown(Activation activation, double modulus) {
    // |log(1 + e^z)| <= log 2 + |z| + 3 pi / 4, the last for the imaginary part and the surroundings of its poles.
    return activation == Activation::identity ? modulus : modulus + kLog2 + 2.3562;
}

/// On the real line: |f(z)| and |f'(z)| at most.
double real_bound(Activation activation, double modulus) {
    switch (activation) {
        case Activation::tanh: return std::min(1.0, modulus);
        case Activation::sigmoid: return 1.0;
        case Activation::softplus: return modulus + kLog2;
        case Activation::identity:
        case Activation::relu: break;
    }
    return modulus;
}
double real_slope(Activation activation) { return activation == Activation::sigmoid ? 0.25 : 1.0; }

/// By how much f' as computed from f moves where f moves by `rounding`.
double slope_rounding(Activation activation, double rounding) {
    switch (activation) {
        case Activation::tanh: return 2.0 * rounding + kEpsilon;
        case Activation::sigmoid: return rounding + 2.0 * kEpsilon;
        case Activation::softplus: return rounding + kActivationError * kEpsilon;
        case Activation::identity:
        case Activation::relu: break;
    }
    return 0.0;
}

}  // namespace

InterpolationBound::InterpolationBound(std::span<const Activation> activations)
    : activations_(activations), is_linear_(std::ranges::none_of(activations, bends)), strips_(kLimits.size()) {
    for (Strip& strip : strips_) {
        strip.bound_f.resize(activations.size());
        strip.slope.resize(activations.size());
    }
    for (std::vector<double>* const column : {&derivative_errors_, &rms_derivatives_, &derivative_rounding_}) {
        column->resize(activations.size());
    }
    for (std::vector<double>* const column : {&rms_, &max_, &moduli_}) {
        column->resize(activations.size() + 1);
    }
}

void InterpolationBound::set_chain(std::span<const double> weights, double rms_x, double max_x) {
    weights_.resize(weights.size());
    std::ranges::transform(weights, weights_.begin(), [](double weight) { return std::abs(weight); });
    rms_x_ = rms_x;
    for (std::size_t choice = 0; choice < strips_.size() && !is_linear_; ++choice) {
        set_strip(kLimits[choice], weights_, strips_[choice]);
    }
    bound_real_line(weights_, rms_x, max_x);
    bound_rounding(weights_, max_x);
}

/// `allowed` is how large the imaginary part of f_i may get.
void InterpolationBound::set_strip(double limit, std::span<const double> weights, Strip& strip) const {
    double allowed = kInfinity;
    for (std::size_t layer = weights.size(); layer-- > 0;) {
        double z = allowed;  // how large that of z_i may get
        strip.bound_f[layer] = 0.0;
        strip.slope[layer] = 1.0;
        switch (activations_[layer]) {
            case Activation::tanh: {  // |Im tanh z| <= tan|Im z|, |tanh z| <= max(1, tan|Im z|), |tanh'| <= 1 + tan^2
                const double tangent = std::min(allowed, limit);
                z = arc_tangent(tangent);
                strip.bound_f[layer] = std::max(1.0, tangent);
                strip.slope[layer] = 1.0 + tangent * tangent;
                break;
            }
            case Activation::sigmoid: {  // (1 + tanh(z / 2)) / 2; |sigmoid z| <= 1, or 1 / sin|Im z| beyond pi / 2
                const double tangent = std::min(2.0 * allowed, limit);
                z = 2.0 * arc_tangent(tangent);
                strip.bound_f[layer] = tangent > 1.0 ? (1.0 + tangent * tangent) / (2.0 * tangent) : 1.0;
                strip.slope[layer] = 0.25 * (1.0 + tangent * tangent);
                break;
            }
            case Activation::softplus:  // |Im softplus z| <= |Im z|; its derivative is sigmoid
                z = std::min(allowed, limit < 8.0 ? 1.5707963267948966 : 2.356194490192345);
                strip.slope[layer] = z > 1.5707963267948966 ? 1.4142135623730951 : 1.0;
                break;
            case Activation::identity:
            case Activation::relu: break;
        }
        allowed = weights[layer] == 0.0 ? kInfinity : z / weights[layer];
    }
    strip.half_width = allowed;
}

void InterpolationBound::set_panels(double half_width, std::size_t num_nodes) {
    constexpr double kMaxRatio = 0x1p20;
    const std::size_t num_layers = weights_.size();
    const double start = is_linear_ ? 0.0 : kInfinity;
    output_error_ = start;
    std::ranges::fill(derivative_errors_, start);
    if (is_linear_) {
        return;
    }
    for (const Strip& strip : strips_) {
        const double ratio = std::min(strip.half_width / half_width, kMaxRatio);
        const double rho = ratio + std::sqrt(1.0 + ratio * ratio);
        const double factor = kSafety * 4.0 / power(rho, num_nodes - 1) / (rho - 1.0);
        // A point of the ellipse is no farther from any of the panel's samples than this.
        const double excess = half_width * (1.0 + 0.5 * (rho + 1.0 / rho));
        moduli_[0] = rms_x_ + excess;
        for (std::size_t layer = 0; layer < num_layers; ++layer) {
            moduli_[layer + 1] = strip.bound_f[layer] > 0.0
                                     ? strip.bound_f[layer]
                                     : grown(activations_[layer], weights_[layer] * moduli_[layer]);
        }
        output_error_ = std::min(output_error_, factor * moduli_[num_layers]);
        double slopes = 1.0;
        for (std::size_t layer = num_layers; layer-- > 0;) {
            slopes *= strip.slope[layer];
            derivative_errors_[layer] = std::min(derivative_errors_[layer], factor * moduli_[layer] * slopes);
            slopes *= weights_[layer];
        }
    }
}

void InterpolationBound::bound_real_line(std::span<const double> weights, double rms_x, double max_x) {
    rms_[0] = rms_x;
    max_[0] = max_x;
    for (std::size_t layer = 0; layer < weights.size(); ++layer) {
        rms_[layer + 1] = real_bound(activations_[layer], weights[layer] * rms_[layer]) * kSafety;
        max_[layer + 1] = real_bound(activations_[layer], weights[layer] * max_[layer]) * kSafety;
    }
    double slopes = kSafety;
    for (std::size_t layer = weights.size(); layer-- > 0;) {
        slopes *= real_slope(activations_[layer]);
        rms_derivatives_[layer] = rms_[layer] * slopes;
        slopes *= weights[layer];
    }
}

/// Forward: f_i moves by what f_{i-1} and the product move it, and its own error. Backward: f'(z_i) by what f_i moves it,
/// and products of these. To first order, doubled for the rest.
void InterpolationBound::bound_rounding(std::span<const double> weights, double max_x) {
    constexpr double kHigherOrders = 2.0;
    const std::size_t num_layers = weights.size();
    moduli_[0] = 2.0 * kEpsilon * max_x;
    for (std::size_t layer = 0; layer < num_layers; ++layer) {
        moduli_[layer + 1] =
            weights[layer] * (moduli_[layer] + kEpsilon * max_[layer]) * real_slope(activations_[layer]) +
            kActivationError * kEpsilon * max_[layer + 1];
    }
    output_rounding_ = kHigherOrders * moduli_[num_layers];
    double product = 1.0, moved = 0.0;  // df_L/df_i, and what rounding does to it
    for (std::size_t layer = num_layers; layer-- > 0;) {
        const double slope = real_slope(activations_[layer]);
        moved = moved * slope + product * slope_rounding(activations_[layer], moduli_[layer + 1]) +
                2.0 * kEpsilon * product * slope;
        product *= slope;
        derivative_rounding_[layer] =
            kHigherOrders * (moduli_[layer] * product + max_[layer] * moved + 2.0 * kEpsilon * max_[layer] * product);
        product *= weights[layer];
        moved *= weights[layer];
    }
}

}  // namespace skein
