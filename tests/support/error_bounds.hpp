// A running error analysis of loss and gradient: how far an evaluation in Scalar may be from the exact one. Every
// operation carries a value and a bound of its error; products of errors are kept, so nothing is left to "first order".
// (N. J. Higham, Accuracy and Stability of Numerical Algorithms, 2nd ed., section 3.3.) Underflow is left out: the
// tests that use it stay far from it.
#pragma once

#include <cmath>
#include <cstddef>
#include <limits>
#include <vector>

#include "support/reference.hpp"

namespace skein::reference {

/// What a mean over samples may be off by, and the mean of the sizes of its terms.
struct MeanBound {
    double error = 0.0;
    double size = 0.0;
};

struct GradientBound {
    MeanBound loss;
    std::vector<MeanBound> weight_gradients;
};

/// Whether activations and slopes are those of another evaluation, bit for bit, and so add no difference to it.
enum class Activations { evaluated, shared };

/// A number that was computed in Scalar, given in double.
template <class Scalar>
struct Bounded {
    static constexpr double kUnit = static_cast<double>(std::numeric_limits<Scalar>::epsilon()) / 2.0;
    double value = 0.0;
    double error = 0.0;

    /// A result whose operands are off by `carried`, rounded once (or `roundings` times).
    static Bounded rounded(double value, double carried, double roundings = 1.0) {
        return {value, carried + roundings * kUnit * (std::fabs(value) + carried) * (1.0 + 4.0 * kUnit)};
    }
    friend Bounded operator*(const Bounded& a, const Bounded& b) {
        return rounded(a.value * b.value,
                       std::fabs(a.value) * b.error + std::fabs(b.value) * a.error + a.error * b.error);
    }
};

/// f(z). A slope at z is within |error of z| of the slope anywhere in between: no |f''| here exceeds 1.
template <class Scalar>
Bounded<Scalar> bounded_activation(Activation activation, const Bounded<Scalar>& z) {
    const double f = activate(activation, z.value);
    if (activation == Activation::identity || activation == Activation::relu) {
        return {f, z.error};
    }
    if (activation == Activation::leaky_relu) {  // the tests keep its z further from the kink than its error
        return Bounded<Scalar>::rounded(f, z.error, 2.0 * max_ulp<Scalar>(activation));
    }
    const double carried = (activation_slope(activation, f) + z.error) * z.error;
    return Bounded<Scalar>::rounded(f, carried, 2.0 * max_ulp<Scalar>(activation));
}

/// f'(z) from f: tanh 1 - f^2, sigmoid f (1 - f), softplus 1 - exp(-f), whose derivative is at most 1.
template <class Scalar>
Bounded<Scalar> bounded_slope(Activation activation, const Bounded<Scalar>& f) {
    const double value = activation_slope(activation, f.value);
    switch (activation) {
        case Activation::tanh: return Bounded<Scalar>::rounded(value, (2.0 * std::fabs(f.value) + f.error) * f.error);
        case Activation::sigmoid:
            return Bounded<Scalar>::rounded(value, (std::fabs(1.0 - 2.0 * f.value) + f.error) * f.error, 2.0);
        case Activation::softplus: return Bounded<Scalar>::rounded(value, f.error, 2.0 * max_ulp<Scalar>(activation));
        case Activation::elu:  // 1 + f below 0; the slope of that is at most 1, and 0 above
            return Bounded<Scalar>::rounded(value, f.error);
        case Activation::leaky_relu: return Bounded<Scalar>::rounded(value, 0.0);
        case Activation::identity:
        case Activation::relu: break;  // the tests keep relu's z further from its kink than its error
    }
    return {value, 0.0};
}

/// Adds one sample's bounds, not yet divided by the sum of sample weights.
template <class Scalar>
void add_bounds(GradientBound& sums, const Chain<double>& chain, double x, double y, double m,
                Activations activations) {
    using B = Bounded<Scalar>;
    const std::size_t num_layers = chain.num_layers();
    std::vector<B> f{{x, 0.0}}, slopes;
    for (std::size_t layer = 0; layer < num_layers; ++layer) {
        const Activation activation = chain.activations()[layer];
        f.push_back(bounded_activation(activation, B{chain.weights()[layer], 0.0} * f[layer]));
        slopes.push_back(bounded_slope(activation, f.back()));
        if (activations == Activations::shared) {
            f.back().error = slopes.back().error = 0.0;
        }
    }
    const auto add = [](MeanBound& sum, const B& term) {
        sum.error += term.error;
        sum.size += std::fabs(term.value);
    };
    const B residual = B::rounded(f.back().value - y, f.back().error);
    const B weighted = m == 1.0 ? residual : B{m, 0.0} * residual;
    add(sums.loss, weighted * residual);
    B delta = B{2.0 * weighted.value, 2.0 * weighted.error} * slopes.back();
    for (std::size_t layer = num_layers; layer-- > 0;) {
        add(sums.weight_gradients[layer], f[layer] * delta);
        if (layer > 0) {
            delta = B{chain.weights()[layer], 0.0} * delta * slopes[layer - 1];
        }
    }
}

/// Of the mean over `batch`. The sums: at most 1,024 / slots additions to a slot, log2(slots) above it, log2(chunks)
/// above those; as many for the sum of the sample weights; then a reciprocal, a product and the rounding to Scalar.
template <class Scalar>
GradientBound gradient_bound(const Chain<double>& chain, const MiniBatch<double>& batch,
                             Activations activations = Activations::evaluated) {
    GradientBound bound;
    bound.weight_gradients.resize(chain.num_layers());
    double count = 0.0;
    for (std::size_t sample = 0; sample < batch.num_samples; ++sample) {
        const double m = batch.sample_weight == nullptr ? 1.0 : batch.sample_weight[sample];
        add_bounds<Scalar>(bound, chain, batch.x[sample], batch.y[sample], m, activations);
        count += m;
    }
    const auto log2_up = [](std::size_t n) { return static_cast<double>(std::bit_width(n - 1)); };
    const std::size_t in_slot = std::min(batch.num_samples, kChunkSamples) / kNumSlots + 1;
    const std::size_t chunks = (batch.num_samples + kChunkSamples - 1) / kChunkSamples;
    const double additions = static_cast<double>(in_slot) + log2_up(kNumSlots) + log2_up(chunks);
    const double roundings = (batch.sample_weight == nullptr ? 1.0 : 2.0) * additions + 3.0;
    const double gamma = roundings * Bounded<Scalar>::kUnit / (1.0 - roundings * Bounded<Scalar>::kUnit);
    const auto finish = [&](MeanBound& sum) {
        sum = {(sum.error + gamma * (sum.size + sum.error)) / count, sum.size / count};
    };
    finish(bound.loss);
    for (MeanBound& sum : bound.weight_gradients) {
        finish(sum);
    }
    return bound;
}

}  // namespace skein::reference
