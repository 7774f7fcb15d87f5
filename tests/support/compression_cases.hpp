// Data sets, exact losses and gradients, and activations for the tests of compressed data.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <string>
#include <vector>

#include "compression/compressed_storage.hpp"
#include "skein/compressed_dataset.hpp"
#include "skein/dataset.hpp"
#include "skein/random.hpp"

namespace skein::compression_cases {

using namespace internal;

inline constexpr double kNoTolerance = 1e300;

inline const std::vector<MomentSubtree>& subtrees_of(const CompressedDataset& data) {
    return CompressedAccess::storage(data).subtrees;
}

struct CompressionSamples {
    std::vector<double> x, y, m;
    std::string name;
    Dataset<double> dataset() const { return {x, y, m}; }
};

/// f and f' from z, in long double.
inline long double function(Activation activation, long double z) {
    switch (activation) {
        case Activation::tanh: return std::tanh(z);
        case Activation::identity: return z;
        case Activation::sigmoid: return 1.0L / (1.0L + std::exp(-z));
        case Activation::softplus: return std::log1p(std::exp(z));
        case Activation::relu: return std::max(z, 0.0L);
        case Activation::leaky_relu:
        case Activation::elu: break;  // not analytic
    }
    return z;
}
inline long double slope(Activation activation, long double z) {
    switch (activation) {
        case Activation::tanh: return 1.0L / (std::cosh(z) * std::cosh(z));
        case Activation::identity: return 1.0L;
        case Activation::sigmoid: return function(activation, z) * function(activation, -z);
        case Activation::softplus: return function(Activation::sigmoid, z);
        case Activation::relu: return z > 0 ? 1.0L : 0.0L;
        case Activation::leaky_relu:
        case Activation::elu: break;
    }
    return 1.0L;
}

struct Exact {
    long double loss = 0;
    std::vector<long double> gradients;
};

/// The mean loss and gradient, all in long double: the formulas of the lecture.
inline Exact exact(const std::vector<double>& weights, const std::vector<Activation>& activations,
                   const CompressionSamples& samples) {
    const std::size_t num_layers = weights.size();
    Exact result{0, std::vector<long double>(num_layers)};
    long double count = 0;
    std::vector<long double> z(num_layers), f(num_layers + 1);
    for (std::size_t n = 0; n < samples.x.size(); ++n) {
        const long double m = samples.m.empty() ? 1.0 : samples.m[n];
        count += m;
        f[0] = samples.x[n];
        for (std::size_t layer = 0; layer < num_layers; ++layer) {
            z[layer] = f[layer] * weights[layer];
            f[layer + 1] = function(activations[layer], z[layer]);
        }
        const long double residual = f[num_layers] - samples.y[n];
        result.loss += m * residual * residual;
        long double delta = 2 * m * residual * slope(activations.back(), z.back());
        for (std::size_t layer = num_layers; layer-- > 0;) {
            result.gradients[layer] += f[layer] * delta;
            if (layer != 0) {
                delta *= weights[layer] * slope(activations[layer - 1], z[layer - 1]);
            }
        }
    }
    result.loss /= count;
    for (long double& gradient : result.gradients) {
        gradient /= count;
    }
    return result;
}

/// Data whose x are distributed in ways that panels may mind.
inline std::vector<CompressionSamples> distributions(std::size_t count) {
    std::vector<CompressionSamples> all;
    const auto add = [&](const std::string& name, auto x_of, auto y_of, bool weighted = false) {
        CompressionSamples samples{{}, {}, {}, name};
        for (std::size_t n = 0; n < count; ++n) {
            samples.x.push_back(x_of(n));
            samples.y.push_back(y_of(n, samples.x.back()));
            if (weighted) {
                samples.m.push_back(3.0 * random::uniform(5, random::Stream::samples, n));
            }
        }
        all.push_back(samples);
    };
    const auto normal_x = [](std::size_t n) { return random::normal(1, random::Stream::samples, n); };
    const auto noisy = [](std::size_t n, double x) {
        return std::tanh(1.2 * x) + 0.1 * random::normal(2, random::Stream::noise, n);
    };
    add("normal", normal_x, noisy);
    add(
        "uniform", [](std::size_t n) { return 4.0 * random::uniform(3, random::Stream::samples, n) - 1.0; }, noisy);
    add(
        "two clusters", [&](std::size_t n) { return (n % 2 == 0 ? 3.0 : -2.0) + 1e-3 * normal_x(n); }, noisy);
    add(
        "constant", [](std::size_t) { return 0.7; }, noisy);
    add("weighted", normal_x, noisy, true);
    add(
        "wide", [&](std::size_t n) { return 1e3 * normal_x(n); },
        [](std::size_t, double x) { return x > 0 ? 1.0 : -1.0; });
    add(
        "heavy tails",
        [&](std::size_t n) {
            const double a = normal_x(n);
            return a * a * a;
        },
        noisy);
    add("labels", normal_x, [](std::size_t n, double) { return n % 3 == 0 ? 1.0 : -1.0; });
    return all;
}

inline std::vector<std::vector<Activation>> activation_choices(std::size_t num_layers) {
    using enum Activation;
    std::vector<std::vector<Activation>> choices;
    for (const Activation one : {tanh, sigmoid, softplus, identity}) {
        choices.emplace_back(num_layers, one);
    }
    std::vector<Activation> mixed;
    constexpr Activation kCycle[] = {softplus, tanh, identity, sigmoid};
    for (std::size_t layer = 0; layer < num_layers; ++layer) {
        mixed.push_back(kCycle[layer % 4]);
    }
    choices.push_back(mixed);
    return choices;
}

inline CompressedDataset compressed(const CompressionSamples& samples, int exponent, std::size_t num_nodes) {
    CompressionSettings settings;
    settings.panel_exponent = exponent;
    settings.num_nodes = num_nodes;
    return compress(samples.dataset(), settings);
}

}  // namespace skein::compression_cases
