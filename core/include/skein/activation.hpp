/// The activations f of a chain, f_i = f(z_i).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string_view>

namespace skein {

/// The facts about an activation that code outside the kernels depends on.
struct ActivationTraits {
    std::string_view name;
    bool is_identity = false;  ///< f(z) = z
    bool is_odd = false;       ///< f(-z) = -f(z)
    bool has_kink = false;     ///< f' jumps at 0
    /// f(z) lies between them for every z.
    double lowest = -std::numeric_limits<double>::infinity();
    double highest = std::numeric_limits<double>::infinity();
    /// On the whole real line. Compressed data sets refuse every other activation. The numbers below are for them only.
    bool is_analytic = false;
    /// For every v > 0: |Im f(z)| <= v if |Im z| <= strip_scale atan(strip_scale v). With strip_scale = 0 the condition
    /// is |Im z| <= min(v, strip_limit).
    double strip_scale = 0.0;
    double strip_limit = std::numeric_limits<double>::infinity();
    /// If f is wrong by d, then f' as computed from it is wrong by at most slope_factor d + slope_roundings 2^-53.
    double slope_factor = 0.0;
    double slope_roundings = 0.0;
};

/// The one list of activations: X(name, traits...). The enumeration, the names, the traits and the kernels expand it.
#define SKEIN_ACTIVATIONS(X)                                                                                \
    X(tanh, .is_odd = true, .lowest = -1.0, .highest = 1.0, .is_analytic = true, .strip_scale = 1.0,        \
      .slope_factor = 2.0, .slope_roundings = 1.0)                                                          \
    X(identity, .is_identity = true, .is_odd = true, .is_analytic = true)                                   \
    X(sigmoid, .lowest = 0.0, .highest = 1.0, .is_analytic = true, .strip_scale = 2.0, .slope_factor = 1.0, \
      .slope_roundings = 2.0)                                                                               \
    X(relu, .has_kink = true, .lowest = 0.0)                                                                \
    X(softplus, .lowest = 0.0, .is_analytic = true, .strip_limit = 3.141592653589793, .slope_factor = 1.0,  \
      .slope_roundings = 8.0)                                                                               \
    X(leaky_relu, .has_kink = true)                                                                         \
    X(elu, .lowest = -1.0)

#define SKEIN_ENUMERATOR(name, ...) name,
enum class Activation : std::uint8_t { SKEIN_ACTIVATIONS(SKEIN_ENUMERATOR) };
#undef SKEIN_ENUMERATOR

#define SKEIN_TRAITS(activation, ...) ActivationTraits{.name = #activation __VA_OPT__(, ) __VA_ARGS__},
inline constexpr std::array kActivationTraits{SKEIN_ACTIVATIONS(SKEIN_TRAITS)};
#undef SKEIN_TRAITS

#define SKEIN_NAME(activation, ...) #activation,
inline constexpr std::array<std::string_view, kActivationTraits.size()> kActivationNames{SKEIN_ACTIVATIONS(SKEIN_NAME)};
#undef SKEIN_NAME

constexpr const ActivationTraits& activation_traits(Activation activation) noexcept {
    return kActivationTraits[static_cast<std::size_t>(activation)];
}

/// "tanh", "identity", ...
constexpr std::string_view activation_name(Activation activation) noexcept {
    return activation_traits(activation).name;
}

/// The activation of that name. Throws std::invalid_argument for any other word, with the nearest right one.
[[nodiscard]] Activation parse_activation(std::string_view name);

/// f(z), by skein's own elementary functions (skein/elementary.hpp); leaky_relu has the slope 0.01 for z <= 0, elu is
/// exp(z) - 1 there.
float activate(Activation activation, float pre_activation);
double activate(Activation activation, double pre_activation);

/// f'(z) as a function of f(z), never of z:
///     tanh        1 - f^2, rounded once
///     identity    1
///     sigmoid     f (1 - f)
///     relu        1 if f > 0, else 0
///     softplus    -expm1(-f)
///     leaky_relu  1 if f > 0, else 0.01
///     elu         1 if f > 0, else f + 1
/// So tanh' has an absolute error of about 2^-53 (double), and is exactly 0 once f rounds to 1: |z| beyond about 19 in
/// double, 9 in float.
float activation_slope(Activation activation, float activation_value);
double activation_slope(Activation activation, double activation_value);

}  // namespace skein
