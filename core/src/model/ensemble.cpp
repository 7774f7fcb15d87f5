#include "skein/ensemble.hpp"

#include <cmath>
#include <stdexcept>
#include <string>
#include <vector>

#include "base/eigen_core.hpp"
#include "base/require.hpp"

namespace skein {

using namespace internal;

template <class Scalar>
struct Ensemble<Scalar>::Storage {
    Columns<Scalar> weights;
    std::vector<Activation> activations;
};

template <class Scalar>
Ensemble<Scalar>::Ensemble(std::size_t num_lanes, std::span<const Scalar> weights,
                           std::span<const Activation> activations) {
    if (num_lanes == 0 || activations.empty()) {
        throw std::invalid_argument("an ensemble of " + std::to_string(num_lanes) + " lanes and " +
                                    std::to_string(activations.size()) + " layers: expected at least one of each");
    }
    if (weights.size() / activations.size() != num_lanes || weights.size() % activations.size() != 0) {
        throw std::invalid_argument("an ensemble of " + std::to_string(num_lanes) + " lanes and " +
                                    std::to_string(activations.size()) + " layers has " +
                                    std::to_string(weights.size()) + " weights: expected lanes x layers");
    }
    for (std::size_t index = 0; index < weights.size(); ++index) {
        if (!std::isfinite(weights[index])) {
            refuse("lane " + std::to_string(index % num_lanes) + ": weight " + std::to_string(index / num_lanes + 1),
                   weights[index], "a finite number");
        }
    }
    for (const Activation activation : activations) {
        require_name(activation, kActivationNames, "the activation");
    }
    storage_ = std::make_unique<Storage>();
    storage_->weights = Eigen::Map<const Columns<Scalar>>(weights.data(), static_cast<Eigen::Index>(num_lanes),
                                                          static_cast<Eigen::Index>(activations.size()));
    storage_->activations.assign(activations.begin(), activations.end());
}

template <class Scalar>
Ensemble<Scalar>::Ensemble(std::size_t num_lanes, std::size_t num_layers, std::span<const Scalar> weights,
                           Activation activation)
    : Ensemble(num_lanes, weights, std::vector<Activation>(num_layers, activation)) {}

template <class Scalar>
Ensemble<Scalar>::Ensemble(const Ensemble& other) : storage_(std::make_unique<Storage>(*other.storage_)) {}
template <class Scalar>
Ensemble<Scalar>::Ensemble(Ensemble&& other) noexcept = default;
template <class Scalar>
Ensemble<Scalar>& Ensemble<Scalar>::operator=(const Ensemble& other) {
    return *this = Ensemble(other);
}
template <class Scalar>
Ensemble<Scalar>& Ensemble<Scalar>::operator=(Ensemble&& other) noexcept = default;
template <class Scalar>
Ensemble<Scalar>::~Ensemble() = default;

template <class Scalar>
std::size_t Ensemble<Scalar>::num_lanes() const noexcept {
    return static_cast<std::size_t>(storage_->weights.rows());
}

template <class Scalar>
std::size_t Ensemble<Scalar>::num_layers() const noexcept {
    return storage_->activations.size();
}

template <class Scalar>
std::span<const Scalar> Ensemble<Scalar>::weights() const noexcept {
    return {storage_->weights.data(), static_cast<std::size_t>(storage_->weights.size())};
}

template <class Scalar>
std::span<Scalar> Ensemble<Scalar>::weights() noexcept {
    return {storage_->weights.data(), static_cast<std::size_t>(storage_->weights.size())};
}

template <class Scalar>
std::span<const Scalar> Ensemble<Scalar>::layer(std::size_t layer) const noexcept {
    return weights().subspan(layer * num_lanes(), num_lanes());
}

template <class Scalar>
std::span<Scalar> Ensemble<Scalar>::layer(std::size_t layer) noexcept {
    return weights().subspan(layer * num_lanes(), num_lanes());
}

template <class Scalar>
std::span<const Activation> Ensemble<Scalar>::activations() const noexcept {
    return storage_->activations;
}

template <class Scalar>
Chain<Scalar> Ensemble<Scalar>::chain(std::size_t lane) const {
    if (lane >= num_lanes()) {
        throw std::invalid_argument("lane " + std::to_string(lane) + " of an ensemble of " +
                                    std::to_string(num_lanes()) + ": lanes are counted from 0");
    }
    std::vector<Scalar> weights(num_layers());
    for (std::size_t index = 0; index < weights.size(); ++index) {
        weights[index] = layer(index)[lane];
    }
    return Chain<Scalar>(weights, storage_->activations);
}

template class Ensemble<float>;
template class Ensemble<double>;

}  // namespace skein
