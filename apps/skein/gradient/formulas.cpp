#include "gradient/formulas.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <functional>
#include <iterator>
#include <string>

namespace skein::app {
namespace {

std::string weight_symbol(std::size_t layer) { return fmt::format("w_{}", layer + 1); }
std::string slope_symbol(std::size_t layer) { return fmt::format("f'(z_{})", layer + 1); }
std::string error_symbol(std::size_t num_layers) { return fmt::format("2 (f_{} - y)", num_layers); }

/// f' as skein computes it from f, of layer `index`: a number or "i". Empty for an activation without words for it.
std::string slope_formula(Activation activation, const std::string& index) {
    const std::string f = "f_" + index;
    switch (activation) {
        case Activation::tanh: return "1 - " + f + "^2";
        case Activation::identity: return "1";
        case Activation::sigmoid: return f + " (1 - " + f + ")";
        case Activation::relu: return "1 if " + f + " > 0, else 0";
        case Activation::softplus: return "1 - exp(-" + f + ")";
        case Activation::leaky_relu: return "1 if " + f + " > 0, else 0.01";
        case Activation::elu: return "1 if " + f + " > 0, else " + f + " + 1";
        default: return "";
    }
}

/// The product for `num_layers`. Of more than `most_written` slopes or weights, the first two and the last.
std::string unrolled_product(std::size_t num_layers, std::size_t most_written,
                             const std::function<std::string(std::size_t layer)>& slope) {
    std::string product = "dloss/dw_1 = x";
    const auto add_factors = [&](std::size_t first, const auto& factor) {
        const bool is_long = num_layers > most_written;
        for (std::size_t layer = first; layer < (is_long ? first + 2 : num_layers); ++layer) {
            product += " " + factor(layer);
        }
        product += is_long ? " ... " + factor(num_layers - 1) : "";
    };
    add_factors(0, slope);
    add_factors(1, weight_symbol);
    return product + " " + error_symbol(num_layers);
}

}  // namespace

Document back_propagation_formulas(std::span<const Activation> activations) {
    const std::size_t num_layers = activations.size();
    Equation equation{{"z_i = w_i f_{i-1},  f_i = f(z_i),  f_0 = x", fmt::format("loss = (y - f_{})^2", num_layers),
                       fmt::format("delta_{0} = 2 (f_{0} - y) f'(z_{0})", num_layers),
                       "delta_i = f'(z_i) w_{i+1} delta_{i+1}", "dloss/dw_i = f_{i-1} delta_i"}};
    Document slopes;
    for (std::size_t index = 0; index < kActivationTraits.size(); ++index) {
        const auto activation = static_cast<Activation>(index);
        const std::ptrdiff_t num_units = std::ranges::count(activations, activation);
        if (num_units == 0 || slope_formula(activation, "i").empty()) {
            continue;
        }
        const std::string slope = "f'(z_i) = " + slope_formula(activation, "i");
        if (num_units == std::ssize(activations)) {
            equation.lines.push_back(slope);
        } else {
            slopes.push_back(Paragraph{{std::string(activation_name(activation)) + ": ", Formula{slope}}});
        }
    }
    Document document{equation};
    document.insert(document.end(), slopes.begin(), slopes.end());
    return document;
}

Equation unrolled_equation(std::span<const Activation> activations) {
    Equation equation{{unrolled_product(activations.size(), 4, slope_symbol)}};
    if (std::ranges::count(activations, Activation::tanh) == std::ssize(activations)) {
        equation.lines.push_back(unrolled_product(activations.size(), 3, [](std::size_t layer) {
            return "(" + slope_formula(Activation::tanh, std::to_string(layer + 1)) + ")";
        }));
    }
    return equation;
}

std::vector<Formula> factor_symbols(std::size_t num_layers) {
    std::vector<Formula> symbols{{"x"}};
    for (std::size_t layer = 0; layer < num_layers; ++layer) {
        symbols.push_back({slope_symbol(layer)});
    }
    for (std::size_t layer = 1; layer < num_layers; ++layer) {
        symbols.push_back({weight_symbol(layer)});
    }
    symbols.push_back({error_symbol(num_layers)});
    return symbols;
}

Formula slope_equation(Activation activation, std::size_t layer, double f) {
    const std::string formula = slope_formula(activation, std::to_string(layer + 1));
    const std::size_t condition = formula.find(" if ");
    const std::size_t otherwise = formula.find(" else ");
    const std::string branch = condition == std::string::npos ? formula
                               : f > 0                        ? formula.substr(0, condition)
                                                              : formula.substr(otherwise + 6);
    return {slope_symbol(layer) + (branch.empty() ? "" : " = " + branch)};
}

}  // namespace skein::app
