// Random chains and samples, exact in float.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <initializer_list>
#include <vector>

#include "skein/chain.hpp"
#include "skein/dataset.hpp"
#include "skein/gradient.hpp"
#include "skein/random.hpp"

namespace skein::test {

using A = Activation;
using Sizes = std::initializer_list<std::size_t>;

template <class Scalar>
struct Samples {
    std::vector<Scalar> x, y, sample_weight;

    MiniBatch<Scalar> view() const {
        return {x.data(), y.data(), sample_weight.empty() ? nullptr : sample_weight.data(), x.size()};
    }
    Dataset<Scalar> dataset() const { return Dataset<Scalar>(x, y, sample_weight); }

    template <class Other>
    Samples<Other> as() const {
        return {{x.begin(), x.end()}, {y.begin(), y.end()}, {sample_weight.begin(), sample_weight.end()}};
    }
};

inline float drawn(std::uint64_t seed, std::uint64_t index) {
    return static_cast<float>(random::normal(seed, random::Stream::samples, index));
}

/// Numbers that are exact in float; weights in (0, 3].
template <class Scalar>
Samples<Scalar> random_samples(std::size_t count, std::uint64_t seed, bool weighted = false) {
    Samples<Scalar> samples;
    for (std::size_t i = 0; i < count; ++i) {
        samples.x.push_back(drawn(seed, 2 * i));
        samples.y.push_back(drawn(seed, 2 * i + 1) / 2);
        if (weighted) {
            samples.sample_weight.push_back(static_cast<float>(3.0 * random::uniform(seed, random::Stream::noise, i)));
        }
    }
    return samples;
}

/// Weights that are exact in float, |w| in [1/4, 7/4] or so: chains that neither die out nor saturate.
template <class Scalar>
Chain<Scalar> random_chain(const std::vector<Activation>& activations, std::uint64_t seed) {
    std::vector<Scalar> weights;
    for (std::size_t layer = 0; layer < activations.size(); ++layer) {
        const float size =
            0.25f + 1.5f * static_cast<float>(random::uniform(seed, random::Stream::initial_weights, layer));
        weights.push_back(drawn(seed + 1000, layer) < 0 ? -size : size);
    }
    return {weights, activations};
}

/// One chain of each activation, and mixed ones.
inline const std::vector<std::vector<Activation>> kChains{
    {A::tanh},
    {A::identity, A::identity, A::identity},
    {A::tanh, A::tanh, A::tanh, A::tanh, A::tanh, A::tanh, A::tanh, A::tanh},
    {A::sigmoid, A::sigmoid, A::sigmoid},
    {A::softplus, A::softplus, A::softplus, A::softplus},
    {A::softplus, A::tanh, A::identity, A::sigmoid, A::tanh},
    {A::tanh, A::softplus, A::sigmoid, A::identity},
};

template <class Scalar>
bool same_bits(const LossAndGradient<Scalar>& a, const LossAndGradient<Scalar>& b) {
    return std::memcmp(&a.loss, &b.loss, sizeof(double)) == 0 &&
           a.weight_gradients.size() == b.weight_gradients.size() &&
           std::memcmp(a.weight_gradients.data(), b.weight_gradients.data(),
                       a.weight_gradients.size() * sizeof(Scalar)) == 0;
}

/// Every activation; the relu is alive for about half of the samples, its z has the sign of x or that of -x.
inline const std::vector<Activation> kEveryActivation{A::tanh,     A::relu, A::softplus, A::sigmoid,
                                                      A::identity, A::tanh, A::elu,      A::leaky_relu};

}  // namespace skein::test
