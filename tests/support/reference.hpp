// The plain twin of skein's gradient: the fixed reduction shape of skein/gradient.hpp, sample by sample, with
// back_propagate() and std::fma. And what the tests against exact numbers share.
#pragma once

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <limits>
#include <span>
#include <string>
#include <vector>

#include "skein/back_propagation.hpp"
#include "skein/chain.hpp"
#include "skein/dataset.hpp"
#include "skein/elementary.hpp"
#include "skein/gradient.hpp"

namespace skein::reference {

/// Sums of one chunk, or of several: the loss, the sample weights, and one per layer.
using Sums = std::vector<double>;

/// Slots [sum][slot] of one chunk.
template <class Scalar>
class Slots {
public:
    explicit Slots(std::size_t num_sums) : slots_(num_sums, std::vector<Scalar>(kNumSlots, Scalar(0))) {}

    /// slot = a * b + slot, rounded once.
    void add(std::size_t sum, std::size_t sample, Scalar a, Scalar b) {
        Scalar& slot = slots_[sum][sample % kNumSlots];
        slot = std::fma(a, b, slot);
    }

    /// Pairs (s, s + n/2), then (s, s + n/4), ..., in Scalar.
    Sums combined() {
        Sums sums;
        for (std::vector<Scalar>& slots : slots_) {
            for (std::size_t half = slots.size() / 2; half != 0; half /= 2) {
                for (std::size_t slot = 0; slot < half; ++slot) {
                    slots[slot] = slots[slot] + slots[slot + half];
                }
            }
            sums.push_back(static_cast<double>(slots[0]));
        }
        return sums;
    }

private:
    std::vector<std::vector<Scalar>> slots_;
};

/// delta_L = (m (r + r)) f'(z_L), then delta_i = (w_{i+1} delta_{i+1}) f'(z_i); contributions f_{i-1} delta_i.
template <class Scalar>
void add_sample(Slots<Scalar>& slots, const Chain<Scalar>& chain, const MiniBatch<Scalar>& batch, std::size_t sample,
                std::size_t position) {
    const Scalar x = batch.x[sample];
    const BackPropagation<Scalar> steps = back_propagate(chain, x, batch.y[sample]);
    const std::size_t last = chain.num_layers() - 1;
    const Scalar residual = steps.activations[last] - batch.y[sample];
    Scalar twice = residual + residual;
    Scalar weighted = residual;
    if (batch.sample_weight != nullptr) {
        const Scalar m = batch.sample_weight[sample];
        weighted = m * residual;
        twice = m * twice;
        slots.add(1, position, m, Scalar(1));
    }
    slots.add(0, position, weighted, residual);
    Scalar delta = twice * steps.slopes[last];
    for (std::size_t layer = last; layer > 0; --layer) {
        slots.add(2 + layer, position, steps.activations[layer - 1], delta);
        delta = (chain.weights()[layer] * delta) * steps.slopes[layer - 1];
    }
    slots.add(2, position, x, delta);
}

/// Chunks [0, 2^k) are the left half, 2^k the largest power of two below their number; one chunk alone is itself.
inline Sums tree_sum(std::span<const Sums> chunks) {
    if (chunks.size() == 1) {
        return chunks[0];
    }
    const std::size_t half = std::bit_ceil(chunks.size()) / 2;
    Sums sums = tree_sum(chunks.first(half));
    const Sums right = tree_sum(chunks.subspan(half));
    for (std::size_t sum = 0; sum < sums.size(); ++sum) {
        sums[sum] += right[sum];
    }
    return sums;
}

template <class Scalar>
LossAndGradient<Scalar> loss_and_gradient(const Chain<Scalar>& chain, const MiniBatch<Scalar>& batch) {
    std::vector<Sums> chunks;
    for (std::size_t first = 0; first < batch.num_samples; first += kChunkSamples) {
        const std::size_t count = std::min(kChunkSamples, batch.num_samples - first);
        Slots<Scalar> slots(chain.num_layers() + 2);
        for (std::size_t position = 0; position < count; ++position) {
            add_sample(slots, chain, batch, first + position, position);
        }
        chunks.push_back(slots.combined());
    }
    const Sums sums = tree_sum(chunks);
    const double reciprocal = 1.0 / (batch.sample_weight != nullptr ? sums[1] : static_cast<double>(batch.num_samples));
    LossAndGradient<Scalar> result;
    result.loss = sums[0] * reciprocal;
    for (std::size_t layer = 0; layer < chain.num_layers(); ++layer) {
        result.weight_gradients.push_back(static_cast<Scalar>(sums[2 + layer] * reciprocal));
    }
    return result;
}

/// The stated error of an activation, and of its slope where that is an elementary function too.
template <class Scalar>
double max_ulp(Activation activation) {
    switch (activation) {
        case Activation::tanh: return static_cast<double>(elementary::kTanhMaxUlp<Scalar>);
        case Activation::sigmoid: return static_cast<double>(elementary::kSigmoidMaxUlp<Scalar>);
        case Activation::softplus:
            return static_cast<double>(std::max(elementary::kSoftplusMaxUlp<Scalar>, elementary::kExpm1MaxUlp<Scalar>));
        case Activation::leaky_relu: return static_cast<double>(elementary::kLeakyReluMaxUlp<Scalar>);
        case Activation::elu: return static_cast<double>(elementary::kEluMaxUlp<Scalar>);
        case Activation::identity:
        case Activation::relu: return 0.0;
    }
    return 0.0;
}

template <class Scalar>
double max_ulp(std::span<const Activation> activations) {
    double worst = 0.0;
    for (const Activation activation : activations) {
        worst = std::max(worst, max_ulp<Scalar>(activation));
    }
    return worst;
}

/// |value - exact|, exact being a decimal of 25 digits. A long double of 64 bits holds those to 2^-64 of their size,
/// 1/4096 of one part in 2^52.
template <class Scalar>
long double distance(Scalar value, const std::string& exact) {
    return std::fabs(static_cast<long double>(value) - std::strtold(exact.c_str(), nullptr));
}

inline std::vector<Activation> parse_activations(const std::vector<std::string>& names) {
    std::vector<Activation> activations;
    for (const std::string& name : names) {
        activations.push_back(parse_activation(name));
    }
    return activations;
}

}  // namespace skein::reference
