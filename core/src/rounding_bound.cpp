#include "rounding_bound.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace skein {
namespace {

constexpr double kEpsilon = std::numeric_limits<double>::epsilon() / 2;
constexpr double kLog2 = 0.6931471805599454;  // rounded up
/// Largest errors of the activation functions in units of kEpsilon (skein/elementary.hpp: in ULP).
constexpr double kActivationError = 8.0;
constexpr double kHigherOrders = 2.0;

/// On the real line: |f(z)| and |f'(z)| at most.
double largest_value(Activation activation, double modulus) {
    switch (activation) {
        case Activation::tanh: return std::min(1.0, modulus);
        case Activation::sigmoid: return 1.0;
        case Activation::softplus: return modulus + kLog2;
        case Activation::identity:
        case Activation::relu: break;
    }
    return modulus;
}
double largest_slope(Activation activation) { return activation == Activation::sigmoid ? 0.25 : 1.0; }

/// By how much f' as computed from f moves where f moves by `moved`.
double slope_rounding(Activation activation, double moved) {
    switch (activation) {
        case Activation::tanh: return 2.0 * moved + kEpsilon;
        case Activation::sigmoid: return moved + 2.0 * kEpsilon;
        case Activation::softplus: return moved + kActivationError * kEpsilon;
        case Activation::identity:
        case Activation::relu: break;
    }
    return 0.0;
}

}  // namespace

RoundingBound::RoundingBound(std::span<const Activation> activations)
    : activations_(activations),
      largest_(activations.size() + 1),
      moved_(activations.size() + 1),
      of_derivatives_(activations.size()) {}

/// Forward: f_i moves by what f_{i-1} and the product move it, and its own error. Backward: f'(z_i) by what f_i moves it,
/// and products of these.
void RoundingBound::set_chain(std::span<const double> weights, double max_x) {
    const std::size_t num_layers = weights.size();
    largest_[0] = max_x;
    moved_[0] = 2.0 * kEpsilon * max_x;
    for (std::size_t layer = 0; layer < num_layers; ++layer) {
        const double weight = std::abs(weights[layer]);
        largest_[layer + 1] = largest_value(activations_[layer], weight * largest_[layer]);
        moved_[layer + 1] = weight * (moved_[layer] + kEpsilon * largest_[layer]) * largest_slope(activations_[layer]) +
                            kActivationError * kEpsilon * largest_[layer + 1];
    }
    of_output_ = kHigherOrders * moved_[num_layers];
    double product = 1.0, moved = 0.0;  // df_L/df_i, and what rounding does to it
    for (std::size_t layer = num_layers; layer-- > 0;) {
        const double slope = largest_slope(activations_[layer]);
        moved = moved * slope + product * slope_rounding(activations_[layer], moved_[layer + 1]) +
                2.0 * kEpsilon * product * slope;
        product *= slope;
        of_derivatives_[layer] = kHigherOrders * (moved_[layer] * product + largest_[layer] * moved +
                                                  2.0 * kEpsilon * largest_[layer] * product);
        product *= std::abs(weights[layer]);
        moved *= std::abs(weights[layer]);
    }
}

}  // namespace skein
