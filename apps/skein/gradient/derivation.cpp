#include "gradient/derivation.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>

#include "console/numbers.hpp"
#include "console/text.hpp"
#include "skein/trainer.hpp"

namespace skein::app {
namespace {

/// A smaller slope gets a remark: the gradients of the layers before it shrink by this factor.
constexpr double kSaturatedSlope = 1e-4;
/// So does a delta that is so many times as large at one end of the chain as at the other.
constexpr double kLargeRatio = 1e3;

std::string layers_up_to(std::size_t layer) {
    return layer == 0 ? "layer 1" : fmt::format("layers 1 to {}", layer + 1);
}

/// "2", "1 to 3", "1 to 3, 5 and 7": the numbers of `layers`, which ascend.
std::string numbers_in_words(const std::vector<std::size_t>& layers) {
    std::vector<std::string> runs;
    for (std::size_t first = 0, last = 0; first < layers.size(); first = last + 1) {
        for (last = first; last + 1 < layers.size() && layers[last + 1] == layers[last] + 1; ++last) {
        }
        runs.push_back(last > first ? fmt::format("{} to {}", layers[first] + 1, layers[last] + 1)
                                    : fmt::format("{}", layers[first] + 1));
    }
    std::string text;
    for (std::size_t run = 0; run < runs.size(); ++run) {
        text += (run == 0 ? "" : run + 1 == runs.size() ? " and " : ", ") + runs[run];
    }
    return text;
}

/// One remark on all units at a kink, or none: after a unit that is off, all later ones may be at their kink.
template <class Scalar>
Words kink_remark(const Chain<Scalar>& chain, const std::vector<Scalar>& pre_activations, Activation activation) {
    std::vector<std::size_t> kinks;
    for (std::size_t layer = 0; layer < chain.num_layers(); ++layer) {
        if (chain.activations()[layer] == activation && pre_activations[layer] == 0) {
            kinks.push_back(layer);
        }
    }
    if (kinks.empty() || !activation_traits(activation).has_kink) {
        return {};
    }
    const std::string numbers = numbers_in_words(kinks);
    const bool is_one = kinks.size() == 1;
    const double slope = activation_slope(activation, 0.0);
    return {fmt::format("unit{} {} at the kink of {} (", is_one ? "" : "s", numbers + (is_one ? " is" : " are"),
                        activation_name(activation)),
            Formula{fmt::format("z_{} = 0", is_one ? numbers : "i")},
            "): the loss may have no derivative here; skein takes ", Formula{"f' = " + rounded(slope)},
            slope == 0 ? ", so no gradient reaches " + layers_up_to(kinks.back()) : ""};
}

/// A remark on a unit that stops the gradient, other than at a kink; or none.
template <class Scalar>
Words remark(Activation activation, std::size_t layer, Scalar pre_activation, Scalar slope) {
    const std::size_t number = layer + 1;
    const std::string before = layers_up_to(layer);
    const Formula unit_slope{fmt::format("f'(z_{})", number)};
    if (activation_traits(activation).has_kink && pre_activation == 0) {
        return {};
    }
    if (activation_traits(activation).has_kink && slope == 0) {
        return {fmt::format("unit {} is off (", number), Formula{fmt::format("z_{} < 0", number)},
                "): ", Formula{"f' = 0"}, ", so no gradient reaches " + before};
    }
    if (slope == 0) {
        return {fmt::format("unit {} is saturated: ", number), unit_slope,
                fmt::format(" is exactly 0 in this precision, so no gradient reaches {}: it vanishes", before)};
    }
    if (std::abs(slope) < static_cast<Scalar>(kSaturatedSlope)) {
        return {fmt::format("unit {} is saturated: ", number), unit_slope, " is only ",
                Number{static_cast<double>(slope), 2},
                fmt::format(", and the gradient of {} vanishes with it", before)};
    }
    return {};
}

/// A remark on deltas that shrink or grow from the last layer to the first, or none.
template <class Scalar>
Words trend_remark(const std::vector<Scalar>& deltas) {
    const double ratio = std::abs(static_cast<double>(deltas.front()) / static_cast<double>(deltas.back()));
    const bool vanishes = ratio < 1.0 / kLargeRatio;
    if (deltas.size() < 2 || !std::isfinite(ratio) || ratio == 0.0 || (!vanishes && ratio < kLargeRatio)) {
        return {};
    }
    const double factor = std::pow(ratio, 1.0 / static_cast<double>(deltas.size() - 1));
    return {fmt::format("the gradient {}: from the last layer to the first, ", vanishes ? "vanishes" : "explodes"),
            Formula{"delta_i"}, " is multiplied by ", Number{factor, 3}, " a layer"};
}

std::string obstacle_of(Cause cause, bool is_gradient_finite) {
    switch (cause) {
        case Cause::loss_not_finite: return "the loss is not finite";
        case Cause::gradient_not_finite:
            return is_gradient_finite ? "the norm of the gradient is not finite" : "the gradient is not finite";
        case Cause::weight_not_finite: return "a weight would not be finite";
        default: return "";
    }
}

}  // namespace

template <class Scalar>
Words not_finite_remark(const std::vector<Scalar>& weight_gradients) {
    const auto found = std::ranges::find_if_not(weight_gradients, [](Scalar value) { return std::isfinite(value); });
    if (found == weight_gradients.end()) {
        return {};
    }
    return {"the gradient is not finite (", Formula{fmt::format("dloss/dw_{}", found - weight_gradients.begin() + 1)},
            " = ", Number{static_cast<double>(*found)},
            fmt::format("): it is beyond the range of {}", float_name<Scalar>())};
}

Paragraph note(const Words& remark) {
    Paragraph paragraph{{"Note: "}};
    paragraph.parts.insert(paragraph.parts.end(), remark.begin(), remark.end());
    paragraph.parts.emplace_back(".");
    return paragraph;
}

template <class Scalar>
NextStep<Scalar> take_step(const Chain<Scalar>& chain, const std::vector<Scalar>& weight_gradients,
                           const std::type_identity_t<TrainingData<Scalar>>& data, double learning_rate,
                           const Execution& execution) {
    TrainingSettings settings;
    settings.learning_rates = {learning_rate};
    settings.stop.max_steps = 1;
    settings.execution = execution;
    TrainingState<Scalar> state(chain);
    const TrainingOutcome outcome = train<Scalar>(state, data, settings);
    return {learning_rate,
            obstacle_of(outcome.cause, not_finite_remark(weight_gradients).empty()),
            {state.chain.weights().begin(), state.chain.weights().end()},
            outcome.loss};
}

template <class Scalar>
Derivation<Scalar> derive(const Chain<Scalar>& chain, Scalar x, Scalar y, double learning_rate) {
    const BackPropagation<Scalar> values = back_propagate(chain, x, y);
    Derivation<Scalar> derivation{chain,
                                  x,
                                  y,
                                  values,
                                  unrolled_factors(chain, x, y),
                                  1,
                                  {},
                                  take_step(chain, values.weight_gradients, Dataset<Scalar>({x}, {y}), learning_rate),
                                  {}};
    const std::vector<Scalar>& factors = derivation.unrolled_factors;
    derivation.unrolled_product = std::accumulate(factors.begin(), factors.end(), Scalar{1}, std::multiplies<>());
    if (!std::isfinite(values.loss)) {
        derivation.remarks.push_back({fmt::format("the loss is beyond the range of {}", float_name<Scalar>())});
    }
    const auto add_remark = [&](Words words) {
        if (!words.empty()) {
            derivation.remarks.push_back(std::move(words));
        }
    };
    add_remark(not_finite_remark(values.weight_gradients));
    for (std::size_t activation = 0; activation < kActivationTraits.size(); ++activation) {
        add_remark(kink_remark(chain, values.pre_activations, static_cast<Activation>(activation)));
    }
    add_remark(trend_remark(values.deltas));
    for (std::size_t layer = 0; layer < chain.num_layers(); ++layer) {
        derivation.finite_differences.push_back(finite_difference(chain, layer, x, y));
        add_remark(remark(chain.activations()[layer], layer, values.pre_activations[layer], values.slopes[layer]));
    }
    return derivation;
}

template Words not_finite_remark(const std::vector<float>&);
template Words not_finite_remark(const std::vector<double>&);
template NextStep<float> take_step(const Chain<float>&, const std::vector<float>&, const TrainingData<float>&, double,
                                   const Execution&);
template NextStep<double> take_step(const Chain<double>&, const std::vector<double>&, const TrainingData<double>&,
                                    double, const Execution&);
template Derivation<float> derive(const Chain<float>&, float, float, double);
template Derivation<double> derive(const Chain<double>&, double, double, double);

}  // namespace skein::app
