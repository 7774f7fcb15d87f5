// The formulas of the derivation, for the activations of a chain.
#pragma once

#include <span>
#include <vector>

#include "console/document.hpp"
#include "skein/activation.hpp"

namespace skein::app {

/// The recursion from the loss to dloss/dw_i, and f' as a function of f for each activation.
Document back_propagation_formulas(std::span<const Activation> activations);

/// dloss/dw_1 as one product; if all layers are tanh, also with 1 - f_i^2 for the slopes.
Equation unrolled_equation(std::span<const Activation> activations);

/// The names of unrolled_factors(), in their order.
std::vector<Formula> factor_symbols(std::size_t num_layers);

/// "f'(z_2) = 1 - f_2^2": the slope of a layer whose activation has the value f.
Formula slope_equation(Activation activation, std::size_t layer, double f);

}  // namespace skein::app
