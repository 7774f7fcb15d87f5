#include "gradient/derivation.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>

#include "console/numbers.hpp"
#include "skein/trainer.hpp"

namespace skein::app {
namespace {

/// About the cube root of 2^-52, where the errors of truncation and rounding balance.
constexpr double kDifferenceStep = 0x1p-17;
/// A slope below it is worth a word: the gradients of the layers before it shrink by this factor.
constexpr double kSaturatedSlope = 1e-4;

template <class Scalar>
Chain<double> in_double(const Chain<Scalar>& chain) {
    return Chain<double>(std::vector<double>(chain.weights().begin(), chain.weights().end()), chain.activations());
}

bool sides_differ(const Chain<double>& chain, const BackPropagation<double>& a, const BackPropagation<double>& b) {
    for (std::size_t layer = 0; layer < chain.num_layers(); ++layer) {
        if (chain.activations()[layer] == Activation::relu &&
            (a.pre_activations[layer] > 0) != (b.pre_activations[layer] > 0)) {
            return true;
        }
    }
    return false;
}

FiniteDifference difference(Chain<double> chain, std::size_t layer, double x, double y) {
    const double weight = chain.weights()[layer];
    const double h = kDifferenceStep * std::max(1.0, std::abs(weight));
    const double above = weight + h;
    const double below = weight - h;
    chain.weights()[layer] = above;
    const BackPropagation<double> right = back_propagate(chain, x, y);
    chain.weights()[layer] = below;
    const BackPropagation<double> left = back_propagate(chain, x, y);
    return {(right.loss - left.loss) / (above - below), h, sides_differ(chain, left, right)};
}

std::string layers_up_to(std::size_t layer) {
    return layer == 0 ? "layer 1" : "layers 1 to " + std::to_string(layer + 1);
}

/// "2", "1 to 3", "1 to 3, 5 and 7": the numbers of `layers`, which ascend.
std::string numbers_in_words(const std::vector<std::size_t>& layers) {
    std::vector<std::string> runs;
    for (std::size_t first = 0, last = 0; first < layers.size(); first = last + 1) {
        for (last = first; last + 1 < layers.size() && layers[last + 1] == layers[last] + 1; ++last) {
        }
        runs.push_back(std::to_string(layers[first] + 1));
        if (last > first) {
            runs.back() += " to " + std::to_string(layers[last] + 1);
        }
    }
    std::string text;
    for (std::size_t run = 0; run < runs.size(); ++run) {
        text += (run == 0 ? "" : run + 1 == runs.size() ? " and " : ", ") + runs[run];
    }
    return text;
}

/// One word on all units at a kink, or empty: behind a unit that is off there may be many.
template <class Scalar>
std::string kink_remark(const Chain<Scalar>& chain, const std::vector<Scalar>& pre_activations) {
    std::vector<std::size_t> kinks;
    for (std::size_t layer = 0; layer < chain.num_layers(); ++layer) {
        if (chain.activations()[layer] == Activation::relu && pre_activations[layer] == 0) {
            kinks.push_back(layer);
        }
    }
    if (kinks.empty()) {
        return "";
    }
    const std::string numbers = numbers_in_words(kinks);
    return (kinks.size() == 1 ? "unit " + numbers + " is at the kink of relu (z_" + numbers + " = 0)"
                              : "units " + numbers + " are at the kink of relu (z_i = 0)") +
           ": the loss may have no derivative here; skein takes f' = 0, so no gradient reaches " +
           layers_up_to(kinks.back());
}

/// A word on a unit where the gradient gets lost, but for kinks, or empty.
template <class Scalar>
std::string remark(Activation activation, std::size_t layer, Scalar pre_activation, Scalar slope) {
    const std::string number = std::to_string(layer + 1);
    const std::string lost = "no gradient reaches " + layers_up_to(layer);
    if (activation == Activation::relu && pre_activation == 0) {
        return "";
    }
    if (activation == Activation::relu && slope == 0) {
        return "unit " + number + " is off (z_" + number + " < 0): f' = 0, so " + lost;
    }
    if (slope == 0) {
        return "unit " + number + " is saturated: f'(z_" + number + ") is exactly 0 in this precision, so " + lost +
               ": it vanishes";
    }
    if (std::abs(slope) < static_cast<Scalar>(kSaturatedSlope)) {
        return "unit " + number + " is saturated: f'(z_" + number + ") is only " +
               rounded(static_cast<double>(slope), 2) + ", and the gradient of " + layers_up_to(layer) +
               " vanishes with it";
    }
    return "";
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
std::string not_finite_remark(const std::vector<Scalar>& weight_gradients) {
    const auto found = std::ranges::find_if_not(weight_gradients, [](Scalar value) { return std::isfinite(value); });
    if (found == weight_gradients.end()) {
        return "";
    }
    return "the gradient is not finite (dloss/dw_" + std::to_string(found - weight_gradients.begin() + 1) + " = " +
           rounded(static_cast<double>(*found)) + "): it is beyond the range of float" +
           std::to_string(8 * sizeof(Scalar));
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
        derivation.remarks.push_back("the loss is beyond the range of float" + std::to_string(8 * sizeof(Scalar)));
    }
    const auto add_remark = [&](std::string words) {
        if (!words.empty()) {
            derivation.remarks.push_back(std::move(words));
        }
    };
    add_remark(not_finite_remark(values.weight_gradients));
    add_remark(kink_remark(chain, values.pre_activations));
    const Chain<double> wide = in_double(chain);
    for (std::size_t layer = 0; layer < chain.num_layers(); ++layer) {
        derivation.finite_differences.push_back(
            difference(wide, layer, static_cast<double>(x), static_cast<double>(y)));
        add_remark(remark(chain.activations()[layer], layer, values.pre_activations[layer], values.slopes[layer]));
    }
    return derivation;
}

template std::string not_finite_remark(const std::vector<float>&);
template std::string not_finite_remark(const std::vector<double>&);
template NextStep<float> take_step(const Chain<float>&, const std::vector<float>&, const TrainingData<float>&, double,
                                   const Execution&);
template NextStep<double> take_step(const Chain<double>&, const std::vector<double>&, const TrainingData<double>&,
                                    double, const Execution&);
template Derivation<float> derive(const Chain<float>&, float, float, double);
template Derivation<double> derive(const Chain<double>&, double, double, double);

}  // namespace skein::app
