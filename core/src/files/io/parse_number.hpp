/// Numbers from text, whatever the locale, rounded once.
#pragma once

#include <charconv>
#include <cmath>
#include <cstdint>
#include <system_error>
#include <type_traits>
#include <utility>

namespace skein::internal::files {

enum class Parsed : std::uint8_t { number, not_a_number, out_of_range, not_finite };

/// Whether the number at `begin` is too small for Scalar: then `value` becomes 0 or the smallest one. from_chars() says
/// "out of range" for too large and too small ones; a wider type tells them apart.
template <class Scalar>
bool underflows(const char* begin, const char* end, Scalar& value) {
    std::conditional_t<std::is_same_v<Scalar, float>, double, long double> wide = 0;
    if (std::from_chars(begin, end, wide).ec != std::errc{} || std::abs(wide) >= 1) return false;
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
        return underflows(start, end, value) ? Parsed::number : Parsed::out_of_range;
    }
    if (error != std::errc{}) return Parsed::not_a_number;
    return std::isfinite(value) ? Parsed::number : Parsed::not_finite;
}

}  // namespace skein::internal::files
