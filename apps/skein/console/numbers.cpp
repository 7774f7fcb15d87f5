#include "console/numbers.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>

namespace skein::app {

std::string rounded(double value, int digits) {
    if (std::isnan(value)) {
        return "nan";
    }
    std::array<char, 64> text;
    const double unsigned_zero = value == 0 ? 0.0 : value;
    char* const begin = text.data();
    const auto end = std::to_chars(begin, begin + text.size(), unsigned_zero, std::chars_format::general, digits);
    return {begin, end.ptr};
}

int digits_apart(double one, double other, int digits) {
    constexpr int kMost = 17;
    int apart = digits;
    while (one != other && apart < kMost && rounded(one, apart) == rounded(other, apart)) {
        ++apart;
    }
    return apart == digits ? digits : std::min(apart + 2, kMost);
}

std::string duration(double seconds) {
    constexpr double kLongest = 1e9;
    if (!(seconds >= 0 && seconds < kLongest)) {
        return "-";
    }
    if (seconds < 0.9995e-3) {
        return rounded(seconds * 1e6, 3) + " us";
    }
    if (seconds < 0.9995) {
        return rounded(seconds * 1e3, 3) + " ms";
    }
    if (seconds < 59.95) {
        return rounded(seconds, 3) + " s";
    }
    const auto whole = static_cast<std::uint64_t>(seconds + 0.5);
    if (whole < 3600) {
        return fmt::format("{}:{:02} min", whole / 60, whole % 60);
    }
    return fmt::format("{}:{:02}:{:02} h", whole / 3600, whole / 60 % 60, whole % 60);
}

}  // namespace skein::app
