/// Many independent chains side by side: lanes = chains.
#pragma once

#include <cstddef>
#include <memory>
#include <span>

#include "skein/activation.hpp"
#include "skein/chain.hpp"

namespace skein {

/// Chains of the same layers, each with weights of its own, as a value.
template <class Scalar>
class Ensemble {
public:
    /// `weights` is [lanes x layers], a layer after the other; `activations` [layers].
    /// Throws std::invalid_argument for no lanes or layers, lengths that disagree, or a weight that is not finite
    /// (naming its lane and layer).
    Ensemble(std::size_t num_lanes, std::span<const Scalar> weights, std::span<const Activation> activations);
    /// The same activation in all of `num_layers` layers.
    Ensemble(std::size_t num_lanes, std::size_t num_layers, std::span<const Scalar> weights,
             Activation activation = Activation::tanh);

    Ensemble(const Ensemble& other);
    Ensemble(Ensemble&& other) noexcept;
    Ensemble& operator=(const Ensemble& other);
    Ensemble& operator=(Ensemble&& other) noexcept;
    ~Ensemble();

    std::size_t num_lanes() const noexcept;
    std::size_t num_layers() const noexcept;
    /// [lanes x layers]
    std::span<const Scalar> weights() const noexcept;
    std::span<Scalar> weights() noexcept;
    /// One layer's weights, [lanes]. `layer` counts from 0.
    std::span<const Scalar> layer(std::size_t layer) const noexcept;
    std::span<Scalar> layer(std::size_t layer) noexcept;
    std::span<const Activation> activations() const noexcept;

    /// One lane as a chain of its own.
    Chain<Scalar> chain(std::size_t lane) const;

private:
    struct Storage;
    std::unique_ptr<Storage> storage_;
};

}  // namespace skein
