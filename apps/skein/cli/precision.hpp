// The option --precision, and the one place where it becomes a type.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "cli/configuration.hpp"

namespace skein::app {

enum class Precision : std::uint8_t { float32, float64 };
inline constexpr std::array<std::string_view, 2> kPrecisionNames{"float32", "float64"};

/// The name that --precision gives, or its default. Throws BadInput for any other word.
inline std::string read_precision(const Configuration& configuration) {
    return std::string(
        kPrecisionNames[static_cast<std::size_t>(configuration.word<Precision>("precision", kPrecisionNames))]);
}

/// Calls `function` with a zero of the named type: with_precision(name, [&]<class Scalar>(Scalar) { ... }).
template <class Function>
auto with_precision(std::string_view name, const Function& function) {
    return name == kPrecisionNames[0] ? function(float{}) : function(double{});
}

}  // namespace skein::app
