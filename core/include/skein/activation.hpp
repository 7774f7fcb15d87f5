/// The activations f of a chain, f_i = f(z_i).
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace skein {

enum class Activation : std::uint8_t { tanh, identity, sigmoid, relu, softplus };

inline constexpr std::array<std::string_view, 5> kActivationNames{"tanh", "identity", "sigmoid", "relu", "softplus"};

/// "tanh", "identity", ...
std::string_view name(Activation activation) noexcept;

/// The activation of that name. Throws std::invalid_argument, naming the nearest right one.
Activation parse_activation(std::string_view name);

/// f(z), by skein's own elementary functions (skein/elementary.hpp).
float activate(Activation activation, float pre_activation);
double activate(Activation activation, double pre_activation);

/// f'(z) as a function of f(z), never of z:
///     tanh 1 - f^2 (rounded once),  identity 1,  sigmoid f (1 - f),  relu 1 where f > 0 else 0,  softplus -expm1(-f).
/// So tanh' has an absolute error of about 2^-53 (double), and is exactly 0 once f rounds to 1: |z| beyond about 19 in
/// double, 9 in float.
float slope(Activation activation, float activation_value);
double slope(Activation activation, double activation_value);

}  // namespace skein
