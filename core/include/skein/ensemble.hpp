/// Many independent chains side by side: lanes = chains.
#pragma once

#include <cstddef>
#include <memory>
#include <span>

#include "skein/activation.hpp"
#include "skein/chain.hpp"

namespace skein {

/// Chains with the same activations, each with its own weights. A value: a copy has its own weights too.
template <class Scalar>
class Ensemble {
public:
    /// `weights` is [lanes x layers], a layer after the other; `activations` is [layers].
    /// Throws std::invalid_argument if there are no lanes or no layers, if the lengths disagree, or if a weight is not
    /// finite (naming its lane and layer).
    Ensemble(std::size_t num_lanes, std::span<const Scalar> weights, std::span<const Activation> activations);
    /// All `num_layers` layers have the same activation.
    Ensemble(std::size_t num_lanes, std::size_t num_layers, std::span<const Scalar> weights,
             Activation activation = Activation::tanh);

    Ensemble(const Ensemble& other);
    Ensemble(Ensemble&& other) noexcept;
    Ensemble& operator=(const Ensemble& other);
    Ensemble& operator=(Ensemble&& other) noexcept;
    ~Ensemble();

    [[nodiscard]] std::size_t num_lanes() const noexcept;
    [[nodiscard]] std::size_t num_layers() const noexcept;
    /// [lanes x layers], a layer after the other. What is written is not checked.
    [[nodiscard]] std::span<const Scalar> weights() const noexcept;
    [[nodiscard]] std::span<Scalar> weights() noexcept;
    /// One layer's weights, [lanes]. `layer` counts from 0.
    [[nodiscard]] std::span<const Scalar> layer(std::size_t layer) const noexcept;
    [[nodiscard]] std::span<Scalar> layer(std::size_t layer) noexcept;
    /// [layers]
    [[nodiscard]] std::span<const Activation> activations() const noexcept;

    /// A copy of one lane. Throws std::invalid_argument if there is no such lane; lanes count from 0.
    [[nodiscard]] Chain<Scalar> chain(std::size_t lane) const;

private:
    struct Storage;
    std::unique_ptr<Storage> storage_;
};

}  // namespace skein
