// Arithmetic of error bounds.
#pragma once

#include <limits>

namespace skein::internal {

/// An error of 0 is 0 on every scale.
inline double relative(double error, double scale) noexcept { return error == 0.0 ? 0.0 : error / scale; }

/// 0 * infinity is NaN, and max() would drop it: treat it as infinite.
inline double or_infinity(double bound) noexcept {
    constexpr double kInfinity = std::numeric_limits<double>::infinity();
    return bound < kInfinity ? bound : kInfinity;
}

}  // namespace skein::internal
