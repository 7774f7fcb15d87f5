#include "skein/back_propagation.hpp"

#include "base/floating_point_environment.hpp"

namespace skein {

using namespace internal;

template <class Scalar>
BackPropagation<Scalar> back_propagate(const Chain<Scalar>& chain, Scalar x, Scalar y) {
    const FloatingPointEnvironment environment;
    const std::size_t num_layers = chain.num_layers();
    const std::span<const Scalar> w = chain.weights();
    BackPropagation<Scalar> result;

    Scalar f = x;
    for (std::size_t layer = 0; layer < num_layers; ++layer) {
        const Scalar z = f * w[layer];
        f = activate(chain.activations()[layer], z);
        result.pre_activations.push_back(z);
        result.activations.push_back(f);
        result.slopes.push_back(activation_slope(chain.activations()[layer], f));
    }
    const Scalar residual = f - y;
    result.loss = residual * residual;

    result.deltas.resize(num_layers);
    result.weight_gradients.resize(num_layers);
    for (std::size_t layer = num_layers; layer-- > 0;) {
        const Scalar upstream = layer + 1 == num_layers ? 2 * residual : w[layer + 1] * result.deltas[layer + 1];
        result.deltas[layer] = upstream * result.slopes[layer];
        result.weight_gradients[layer] = (layer == 0 ? x : result.activations[layer - 1]) * result.deltas[layer];
    }
    return result;
}

template <class Scalar>
std::vector<Scalar> unrolled_factors(const Chain<Scalar>& chain, Scalar x, Scalar y) {
    const FloatingPointEnvironment environment;
    const BackPropagation<Scalar> values = back_propagate(chain, x, y);
    std::vector<Scalar> factors{x};
    factors.insert(factors.end(), values.slopes.begin(), values.slopes.end());
    factors.insert(factors.end(), chain.weights().begin() + 1, chain.weights().end());
    factors.push_back(2 * (values.activations.back() - y));
    return factors;
}

#define SKEIN_INSTANTIATE(Scalar)                                                          \
    template BackPropagation<Scalar> back_propagate(const Chain<Scalar>&, Scalar, Scalar); \
    template std::vector<Scalar> unrolled_factors(const Chain<Scalar>&, Scalar, Scalar);
SKEIN_INSTANTIATE(float)
SKEIN_INSTANTIATE(double)
#undef SKEIN_INSTANTIATE

}  // namespace skein
