#include "skein/chain.hpp"

#include <cmath>
#include <stdexcept>
#include <string>

#include "base/eigen_core.hpp"
#include "base/floating_point_environment.hpp"
#include "base/require.hpp"
#include "skein/random.hpp"

namespace skein {

using namespace internal;

template <class Scalar>
struct Chain<Scalar>::Storage {
    Column<Scalar> weights;
    std::vector<Activation> activations;
};

namespace {

template <class Scalar>
void check_weights(std::span<const Scalar> weights) {
    if (weights.empty()) {
        throw std::invalid_argument("a chain has no weights: expected at least one layer");
    }
    for (std::size_t layer = 0; layer < weights.size(); ++layer) {
        require(std::isfinite(weights[layer]), "weight " + std::to_string(layer + 1), weights[layer],
                "a finite number");
    }
}

}  // namespace

template <class Scalar>
Chain<Scalar>::Chain(std::span<const Scalar> weights, std::span<const Activation> activations) {
    check_weights(weights);
    if (activations.size() != weights.size()) {
        throw std::invalid_argument("a chain of " + std::to_string(weights.size()) + " weights has " +
                                    std::to_string(activations.size()) + " activations: expected one per layer");
    }
    for (const Activation activation : activations) {
        require_name(activation, kActivationNames, "the activation");
    }
    storage_ = std::make_unique<Storage>();
    storage_->weights = Eigen::Map<const Column<Scalar>>(weights.data(), static_cast<Eigen::Index>(weights.size()));
    storage_->activations.assign(activations.begin(), activations.end());
}

template <class Scalar>
Chain<Scalar>::Chain(std::span<const Scalar> weights, Activation activation)
    : Chain(weights, std::vector<Activation>(weights.size(), activation)) {}

template <class Scalar>
Chain<Scalar>::Chain(std::initializer_list<Scalar> weights, Activation activation)
    : Chain(std::span<const Scalar>(weights.begin(), weights.size()), activation) {}

template <class Scalar>
Chain<Scalar>::Chain(const Chain& other) : storage_(std::make_unique<Storage>(*other.storage_)) {}

template <class Scalar>
Chain<Scalar>& Chain<Scalar>::operator=(const Chain& other) {
    return *this = Chain(other);
}

template <class Scalar>
Chain<Scalar>::Chain(Chain&& other) noexcept = default;
template <class Scalar>
Chain<Scalar>& Chain<Scalar>::operator=(Chain&& other) noexcept = default;
template <class Scalar>
Chain<Scalar>::~Chain() = default;

template <class Scalar>
std::size_t Chain<Scalar>::num_layers() const noexcept {
    return storage_->activations.size();
}

template <class Scalar>
std::span<const Scalar> Chain<Scalar>::weights() const noexcept {
    return {storage_->weights.data(), num_layers()};
}

template <class Scalar>
std::span<Scalar> Chain<Scalar>::weights() noexcept {
    return {storage_->weights.data(), num_layers()};
}

template <class Scalar>
std::span<const Activation> Chain<Scalar>::activations() const noexcept {
    return storage_->activations;
}

template <class Scalar>
std::vector<Scalar> initial_weights(std::size_t num_layers, const Initialization& initialization, std::uint64_t seed) {
    const FloatingPointEnvironment environment;
    require(num_layers != 0, "the number of layers", num_layers, "at least 1");
    require_name(initialization.kind, kInitializationNames, "the kind of the initial weights");
    require(std::isfinite(initialization.scale), "the scale of the initial weights", initialization.scale,
            "a finite number");
    std::vector<Scalar> weights(num_layers);
    for (std::size_t layer = 0; layer < num_layers; ++layer) {
        double drawn = 1.0;
        if (initialization.kind == Initialization::Kind::normal) {
            drawn = random::normal(seed, random::Stream::initial_weights, layer);
        } else if (initialization.kind == Initialization::Kind::uniform) {
            drawn = 2.0 * random::uniform(seed, random::Stream::initial_weights, layer) - 1.0;
        }
        weights[layer] = static_cast<Scalar>(initialization.scale * drawn);
        require(std::isfinite(weights[layer]), "the scale of the initial weights", initialization.scale,
                "one whose weights do not overflow");
    }
    return weights;
}

template class Chain<float>;
template class Chain<double>;
template std::vector<float> initial_weights(std::size_t, const Initialization&, std::uint64_t);
template std::vector<double> initial_weights(std::size_t, const Initialization&, std::uint64_t);

}  // namespace skein
