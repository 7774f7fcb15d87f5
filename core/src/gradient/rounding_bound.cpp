#include "gradient/rounding_bound.hpp"

namespace skein::internal {
namespace {

/// Largest errors of the activation functions in units of kUnitRoundoff (skein/elementary.hpp: in ULP).
constexpr double kActivationError = 8.0;
constexpr double kHigherOrders = 2.0;

/// How far f', as computed from f, moves if f moves by `moved`.
double slope_rounding(Activation activation, double moved) {
    const ActivationTraits& traits = activation_traits(activation);
    return traits.is_identity ? 0.0 : traits.slope_factor * moved + traits.slope_roundings * kUnitRoundoff;
}

}  // namespace

RoundingBound::RoundingBound(std::span<const Activation> activations)
    : activations_(activations), moved_(activations.size() + 1), of_derivatives_(activations.size()) {}

/// Forward: f_i moves with f_{i-1} and the product, plus its own rounding. Backward: f'(z_i) moves with f_i, and
/// products move with their factors.
void RoundingBound::set_panel(std::span<const double> weights, const RectangleBounds& rectangles, std::size_t panel) {
    const std::size_t num_layers = weights.size();
    moved_[0] = 2.0 * kUnitRoundoff * rectangles.moduli(0)[panel];
    for (std::size_t layer = 0; layer < num_layers; ++layer) {
        moved_[layer + 1] = weights[layer] * (moved_[layer] + kUnitRoundoff * rectangles.moduli(layer)[panel]) *
                                rectangles.slopes(layer)[panel] +
                            kActivationError * kUnitRoundoff * rectangles.moduli(layer + 1)[panel];
    }
    of_output_ = kHigherOrders * moved_[num_layers];
    double product = 1.0, moved = 0.0;  // df_L/df_i, and what rounding does to it
    for (std::size_t layer = num_layers; layer-- > 0;) {
        const double slope = rectangles.slopes(layer)[panel], input = rectangles.moduli(layer)[panel];
        moved = moved * slope + product * slope_rounding(activations_[layer], moved_[layer + 1]) +
                2.0 * kUnitRoundoff * product * slope;
        product *= slope;
        of_derivatives_[layer] =
            kHigherOrders * (moved_[layer] * product + input * moved + 2.0 * kUnitRoundoff * input * product);
        product *= weights[layer];
        moved *= weights[layer];
    }
}

}  // namespace skein::internal
