/// Numbers from text, whatever the locale, rounded once.
#pragma once

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <system_error>
#include <type_traits>
#include <utility>

namespace skein::internal::files {

enum class Parsed : std::uint8_t { number, not_a_number, out_of_range, not_finite };

/// Whether the number from `begin` to `end`, which no double can hold, is too small rather than too large: by the place of
/// its first digit that is not 0, relative to the point.
inline bool is_tiny(const char* begin, const char* end) {
    const char* const exponent_at =
        std::find_if(begin, end, [](char letter) { return letter == 'e' || letter == 'E'; });
    const char* const point = std::find(begin, exponent_at, '.');
    const char* const first =
        std::find_if(begin, exponent_at, [](char letter) { return '1' <= letter && letter <= '9'; });
    std::int64_t exponent = 0;
    if (exponent_at != end) {
        const char* const digits = exponent_at + (exponent_at[1] == '+' ? 2 : 1);
        if (std::from_chars(digits, end, exponent).ec == std::errc::result_out_of_range) return *digits == '-';
    }
    return exponent + (point - first) < 0;
}

/// Whether the number is too small for Scalar: then `value` becomes 0 or the smallest one. from_chars() says "out of range"
/// for too large and too small ones.
template <class Scalar>
bool underflows(const char* begin, const char* end, Scalar& value) {
    double wide = 0;
    if (!std::is_same_v<Scalar, float> || std::from_chars(begin, end, wide).ec != std::errc{}) {
        if (!is_tiny(begin, end)) return false;
        wide = *begin == '-' ? -0.0 : 0.0;
    } else if (std::abs(wide) >= 1) {
        return false;
    }
    value = static_cast<Scalar>(wide);
    return true;
}

/// Reads a number at `begin`, which moves to its end.
template <class Scalar>
Parsed parse_number(const char*& begin, const char* end, Scalar& value) {
    if (begin != end && *begin == '+' && begin + 1 != end && begin[1] != '-') ++begin;
    const auto [rest, error] = std::from_chars(begin, end, value);
    const char* const start = std::exchange(begin, rest);
    if (error == std::errc::result_out_of_range) {
        return underflows(start, rest, value) ? Parsed::number : Parsed::out_of_range;
    }
    if (error != std::errc{}) return Parsed::not_a_number;
    return std::isfinite(value) ? Parsed::number : Parsed::not_finite;
}

}  // namespace skein::internal::files
