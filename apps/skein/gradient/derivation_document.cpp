// A derivation as a document and as JSON.
#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <iterator>

#include "console/json.hpp"
#include "console/text.hpp"
#include "gradient/derivation.hpp"
#include "gradient/formulas.hpp"
#include "input/chain_options.hpp"

namespace skein::app {
namespace {

std::string layer_number(std::size_t layer) { return std::to_string(layer + 1); }

template <class Scalar>
Number cell(Scalar value) {
    return {static_cast<double>(value)};
}

/// The error, if all numbers that it is made of are finite.
Cell error_cell(double error, bool is_finite) { return is_finite ? Cell(Number{error}) : Cell("not finite"); }

template <class Scalar>
Table layer_table(const Derivation<Scalar>& derivation) {
    const BackPropagation<Scalar>& values = derivation.values;
    Table table{{{"i"}, {"w_i"}, {"z_i"}, {"f_i"}, {"f'(z_i)"}, {"delta_i"}, {"dloss/dw_i"}}, {}};
    for (std::size_t layer = 0; layer < derivation.chain.num_layers(); ++layer) {
        table.rows.push_back({layer_number(layer), cell(derivation.chain.weights()[layer]),
                              cell(values.pre_activations[layer]), cell(values.activations[layer]),
                              cell(values.slopes[layer]), cell(values.deltas[layer]),
                              cell(values.weight_gradients[layer])});
    }
    return table;
}

template <class Scalar>
Table factor_table(const Derivation<Scalar>& derivation) {
    const std::vector<Formula> symbols = factor_symbols(derivation.chain.num_layers());
    Table table;
    for (std::size_t index = 0; index < symbols.size(); ++index) {
        const bool is_slope = index > 0 && index <= derivation.chain.num_layers();
        table.rows.push_back({is_slope ? slope_equation(derivation.chain.activations()[index - 1], index - 1,
                                                        static_cast<double>(derivation.values.activations[index - 1]))
                                       : symbols[index],
                              cell(derivation.unrolled_factors[index])});
    }
    const double product = static_cast<double>(derivation.unrolled_product);
    const double recursive = static_cast<double>(derivation.values.weight_gradients[0]);
    const double difference = product == recursive ? 0.0 : std::abs(product - recursive) / std::abs(recursive);
    table.rows.push_back({"product", Number{product}});
    table.rows.push_back({"by back-propagation", Number{recursive}});
    table.rows.push_back(
        {"relative difference", error_cell(difference, std::isfinite(product) && std::isfinite(recursive))});
    return table;
}

bool is_known(const FiniteDifference& difference, double gradient) {
    return !difference.crosses_kink && std::isfinite(difference.value) && std::isfinite(gradient);
}

/// "yes", "NO", or why neither can be said.
template <class Scalar>
std::string verdict(const Derivation<Scalar>& derivation, std::size_t layer) {
    constexpr double kVague = 0.1;  // of the gradient
    const FiniteDifference& difference = derivation.finite_differences[layer];
    const double gradient = static_cast<double>(derivation.values.weight_gradients[layer]);
    if (difference.crosses_kink) {
        return "kink";
    }
    if (!is_known(difference, gradient)) {
        return "not finite";
    }
    if (!(std::abs(difference.value - gradient) <= difference.allowed)) {
        return "NO";
    }
    return difference.allowed > kVague * std::abs(gradient) && gradient != 0.0 ? "as far as rounding lets one see"
                                                                               : "yes";
}

template <class Scalar>
Table difference_table(const Derivation<Scalar>& derivation) {
    Table table{{{"i"}, {"h"}, {"by differences"}, {"dloss/dw_i"}, {"apart"}, {"allowed"}, {"agree"}}, {}};
    for (std::size_t layer = 0; layer < derivation.chain.num_layers(); ++layer) {
        const FiniteDifference& difference = derivation.finite_differences[layer];
        const double gradient = static_cast<double>(derivation.values.weight_gradients[layer]);
        const bool known = is_known(difference, gradient);
        table.rows.push_back({layer_number(layer), Number{difference.h}, Number{difference.value}, Number{gradient},
                              known ? Cell(Number{std::abs(difference.value - gradient)}) : Cell("-"),
                              known ? Cell(Number{difference.allowed}) : Cell("-"), verdict(derivation, layer)});
    }
    return table;
}

template <class Scalar>
Table step_table(const Derivation<Scalar>& derivation) {
    Table table{{{"i"}, {"w_i"}, {"w_i - eta dloss/dw_i"}}, {}};
    for (std::size_t layer = 0; layer < derivation.chain.num_layers(); ++layer) {
        table.rows.push_back(
            {layer_number(layer), cell(derivation.chain.weights()[layer]), cell(derivation.next.weights[layer])});
    }
    return table;
}

bool has_kink(const std::vector<FiniteDifference>& differences) {
    return std::ranges::any_of(differences, &FiniteDifference::crosses_kink);
}

void add_difference_check(const auto& derivation, Document& document) {
    document.push_back(Heading{"Check by central differences"});
    document.push_back(Paragraph{
        {"In float64: ", Formula{"(loss(w_i + h) - loss(w_i - h)) / 2h"}, ", extrapolated from ", Formula{"h"}, ", ",
         Formula{"h/2"}, " and ", Formula{"h/4"},
         " to 0. The last columns: how far the two are apart, how far rounding and curvature allow, and whether they "
         "agree."}});
    document.push_back(difference_table(derivation));
    if (has_kink(derivation.finite_differences)) {
        document.push_back(Paragraph{{"kink: an activation passes its kink between ", Formula{"w - h"}, " and ",
                                      Formula{"w + h"}, ". The loss has no derivative there to compare with."}});
    }
}

void add_step(const auto& derivation, Document& document) {
    document.push_back(Heading{"One step of gradient descent"});
    if (!derivation.next.obstacle.empty()) {
        document.push_back(Paragraph{{"No step can be taken: " + derivation.next.obstacle + "."}});
        return;
    }
    document.push_back(Paragraph{
        {Formula{"w_i <- w_i - eta dloss/dw_i"}, " with learning rate ", Number{derivation.next.learning_rate}, ":"}});
    document.push_back(step_table(derivation));
    document.push_back(
        Paragraph{{"The loss goes from ", cell(derivation.values.loss), " to ", Number{derivation.next.loss}, "."}});
}

}  // namespace

template <class Scalar>
Document derivation_document(const Derivation<Scalar>& derivation) {
    const std::size_t num_layers = derivation.chain.num_layers();
    Document document;
    document.push_back(Heading{"Back-propagation"});
    document.push_back(
        Paragraph{{fmt::format("{}, {}, {}; ", counted(num_layers, "layer"), activations_text(derivation.chain),
                               float_name<Scalar>()),
                   Formula{"x"}, " = ", cell(derivation.x), ", ", Formula{"y"}, " = ", cell(derivation.y), "."}});
    std::ranges::copy(back_propagation_formulas(derivation.chain.activations()), std::back_inserter(document));
    document.push_back(layer_table(derivation));
    document.push_back(Paragraph{{Formula{"loss"}, " = ", cell(derivation.values.loss)}});
    std::ranges::transform(derivation.remarks, std::back_inserter(document), note);
    document.push_back(Heading{"The first gradient, unrolled"});
    document.push_back(unrolled_equation(derivation.chain.activations()));
    document.push_back(factor_table(derivation));
    add_difference_check(derivation, document);
    add_step(derivation, document);
    return document;
}

template <class Scalar>
Json derivation_json(const Derivation<Scalar>& derivation) {
    const BackPropagation<Scalar>& values = derivation.values;
    Json differences = Json::array();
    Json steps = Json::array();
    Json allowed = Json::array();
    for (const FiniteDifference& difference : derivation.finite_differences) {
        differences.push_back(difference.crosses_kink ? Json() : Json(difference.value));
        steps.push_back(difference.h);
        allowed.push_back(difference.crosses_kink ? Json() : Json(difference.allowed));
    }
    Json factors = Json::array();
    for (const Formula& symbol : factor_symbols(derivation.chain.num_layers())) {
        factors.push_back(symbol.text);
    }
    Json activations = Json::array();
    for (const Activation activation : derivation.chain.activations()) {
        activations.push_back(activation_name(activation));
    }
    Json json{{"weights", derivation.chain.weights()},
              {"activations", activations},
              {"precision", float_name<Scalar>()},
              {"x", derivation.x},
              {"y", derivation.y},
              {"loss", values.loss},
              {"pre_activations", values.pre_activations},
              {"outputs", values.activations},
              {"slopes", values.slopes},
              {"deltas", values.deltas},
              {"weight_gradients", values.weight_gradients},
              {"unrolled_factors", derivation.unrolled_factors},
              {"unrolled_symbols", factors},
              {"unrolled_product", derivation.unrolled_product},
              {"finite_differences", differences},
              {"finite_difference_steps", steps},
              {"finite_difference_allowed", allowed}};
    json.update(step_json(derivation.next));
    json["remarks"] = Json::array();
    for (const Words& remark : derivation.remarks) {
        json["remarks"].push_back(plain_text(remark));
    }
    return json;
}

template <class Scalar>
Json step_json(const NextStep<Scalar>& next) {
    const bool is_taken = next.obstacle.empty();
    return {{"learning_rate", next.learning_rate},
            {"weights_after_step", is_taken ? Json(next.weights) : Json()},
            {"loss_after_step", is_taken ? Json(next.loss) : Json()}};
}

template Document derivation_document(const Derivation<float>&);
template Document derivation_document(const Derivation<double>&);
template Json derivation_json(const Derivation<float>&);
template Json derivation_json(const Derivation<double>&);
template Json step_json(const NextStep<float>&);
template Json step_json(const NextStep<double>&);

}  // namespace skein::app
