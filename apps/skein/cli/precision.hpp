// The option --precision; here alone it becomes a type.
#pragma once

#include <string>
#include <string_view>

#include "skein/configuration.hpp"
#include "skein/run_options.hpp"

namespace skein::app {

/// The name that --precision gives, or its default. Throws std::invalid_argument for any other word.
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
