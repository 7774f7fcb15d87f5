// Quotients and multiples, rounded up.
#pragma once

#include <concepts>

namespace skein::internal {

/// a / b, rounded up; does not overflow.
template <std::unsigned_integral Count>
constexpr Count divided_up(Count a, Count b) noexcept {
    return a / b + (a % b != 0 ? 1 : 0);
}

/// The smallest multiple of `unit` that is at least `count`.
template <std::unsigned_integral Count>
constexpr Count rounded_up(Count count, Count unit) noexcept {
    return divided_up(count, unit) * unit;
}

}  // namespace skein::internal
