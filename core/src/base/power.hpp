// base^exponent by repeated squaring: multiplications only, so the same bits everywhere.
#pragma once

#include <cstdint>

namespace skein::internal {

inline double power(double base, std::uint64_t exponent) noexcept {
    double result = 1.0;
    for (; exponent != 0; exponent >>= 1, base *= base) {
        if ((exponent & 1) != 0) {
            result *= base;
        }
    }
    return result;
}

inline double power_of_two(int exponent) noexcept {
    return exponent < 0 ? power(0.5, static_cast<std::uint64_t>(-exponent))
                        : power(2.0, static_cast<std::uint64_t>(exponent));
}

}  // namespace skein::internal
