/// The scalar chain network: L layers, one unit each, no biases.
///
///     z_1 = x w_1,   z_i = f_{i-1} w_i  (i = 2..L),   f_i = f(z_i),   f_0 = x
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "skein/activation.hpp"

namespace skein {

/// Weights w_1..w_L and an activation per layer, as a value. Scalar is float or double.
template <class Scalar>
class Chain {
public:
    /// One layer per weight, the same activation in all.
    /// Throws std::invalid_argument for no weights, or a weight that is not finite.
    explicit Chain(std::span<const Scalar> weights, Activation activation = Activation::tanh);
    Chain(std::initializer_list<Scalar> weights, Activation activation = Activation::tanh);
    /// An activation per layer. Throws std::invalid_argument also when the two lengths differ.
    Chain(std::span<const Scalar> weights, std::span<const Activation> activations);

    Chain(const Chain& other);
    Chain(Chain&& other) noexcept;
    Chain& operator=(const Chain& other);
    Chain& operator=(Chain&& other) noexcept;
    ~Chain();

    std::size_t num_layers() const noexcept;
    std::span<const Scalar> weights() const noexcept;
    std::span<Scalar> weights() noexcept;
    std::span<const Activation> activations() const noexcept;

private:
    struct Storage;
    std::unique_ptr<Storage> storage_;
};

/// The one list of initialisations.
#define SKEIN_INITIALIZATIONS(X) X(normal) X(uniform) X(equal)

/// How weights start.
struct Initialization {
#define SKEIN_ENUMERATOR(name) name,
    enum class Kind : std::uint8_t { SKEIN_INITIALIZATIONS(SKEIN_ENUMERATOR) };
#undef SKEIN_ENUMERATOR
    /// normal: standard deviation `scale`. uniform: on [-scale, scale). equal: every weight is `scale`.
    Kind kind = Kind::normal;
    double scale = 1.0;
};

#define SKEIN_ONE(name) +1
#define SKEIN_NAME(name) #name,
inline constexpr std::array<std::string_view, SKEIN_INITIALIZATIONS(SKEIN_ONE)> kInitializationNames{
    SKEIN_INITIALIZATIONS(SKEIN_NAME)};
#undef SKEIN_NAME
#undef SKEIN_ONE

/// Weights w_1..w_L: w_i is a function of (seed, random::Stream::initial_weights, i - 1), drawn in double and then
/// rounded to Scalar. Throws std::invalid_argument for no layers, or a scale that is not finite.
template <class Scalar>
[[nodiscard]] std::vector<Scalar> initial_weights(std::size_t num_layers, const Initialization& initialization,
                                                  std::uint64_t seed);

}  // namespace skein
