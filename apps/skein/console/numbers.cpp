#include "console/numbers.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <system_error>

namespace skein::app {
namespace {

bool is_digit(char letter) { return letter >= '0' && letter <= '9'; }

/// "10_000" without its underscores, each of which must stand between digits.
std::optional<std::string> without_underscores(std::string_view text) {
    std::string digits;
    for (std::size_t index = 0; index < text.size(); ++index) {
        if (text[index] != '_') {
            digits += text[index];
        } else if (index == 0 || index + 1 == text.size() || !is_digit(text[index - 1]) || !is_digit(text[index + 1])) {
            return std::nullopt;
        }
    }
    return digits;
}

/// Reads a number that is all of `text`: std::errc() where it is one, result_out_of_range where it is none of Scalar.
template <class Scalar>
std::errc read_all(std::string_view text, Scalar& value) {
    if (text.starts_with('+') && text.size() > 1 && text[1] != '-') {
        text.remove_prefix(1);
    }
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return end == text.data() + text.size() ? error : std::errc::invalid_argument;
}

std::string two_digits(std::uint64_t value) { return (value < 10 ? "0" : "") + std::to_string(value); }

}  // namespace

template <class Scalar>
std::optional<Scalar> parse_number(std::string_view text) {
    Scalar value = 0;
    const bool is_number = read_all(text, value) == std::errc() && std::isfinite(value);
    return is_number ? std::optional(value) : std::nullopt;
}
template std::optional<float> parse_number(std::string_view);
template std::optional<double> parse_number(std::string_view);

template <class Scalar>
std::string number_fault(std::string_view text) {
    using Limits = std::numeric_limits<Scalar>;
    const std::string quoted = "'" + std::string(text) + "' is ";
    Scalar ignored = 0;
    if (read_all(text, ignored) != std::errc::result_out_of_range) {
        return quoted + "not a number";
    }
    return quoted + "out of the range of float" + std::to_string(8 * sizeof(Scalar)) + ": expected 0, or a size from " +
           rounded(static_cast<double>(Limits::denorm_min()), 2) + " to " +
           rounded(static_cast<double>(Limits::max()), 2);
}
template std::string number_fault<float>(std::string_view);
template std::string number_fault<double>(std::string_view);

std::string count_fault(std::string_view text, std::uint64_t min, std::uint64_t max) {
    const std::string quoted = "'" + std::string(text) + "' is ";
    double value = 0;
    const std::errc error = read_all(text, value);
    const bool is_whole = error == std::errc() && std::isfinite(value) && value == std::floor(value);
    if (!is_whole && error != std::errc::result_out_of_range) {
        return quoted + "not a whole number";
    }
    if (is_whole && value >= static_cast<double>(min) && value < static_cast<double>(max)) {
        return quoted + "not exact: beyond 2^53 write all digits";
    }
    return quoted + "out of range: expected from " + std::to_string(min) + " to " + std::to_string(max);
}

std::optional<std::uint64_t> parse_count(std::string_view text) {
    const std::optional<std::string> digits = without_underscores(text);
    if (!digits || digits->empty() || !is_digit(digits->front())) {
        return std::nullopt;
    }
    std::uint64_t count = 0;
    const char* const end = digits->data() + digits->size();
    const auto [rest, error] = std::from_chars(digits->data(), end, count);
    if (error == std::errc() && rest == end) {
        return count;
    }
    constexpr double kExactlyWhole = 0x1p53;  // beyond it, not every whole number is a double
    const std::optional<double> number = parse_number<double>(*digits);
    if (!number || *number > kExactlyWhole || *number != std::floor(*number)) {
        return std::nullopt;
    }
    return static_cast<std::uint64_t>(*number);
}

std::vector<std::string> split(std::string_view text, char separator) {
    std::vector<std::string> parts;
    for (;;) {
        const std::size_t end = text.find(separator);
        parts.emplace_back(text.substr(0, end));
        if (end == std::string_view::npos) {
            return parts;
        }
        text.remove_prefix(end + 1);
    }
}

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

std::string grouped(std::uint64_t count) {
    std::string digits = std::to_string(count);
    for (std::size_t place = digits.size(); place > 3;) {
        place -= 3;
        digits.insert(place, 1, ',');
    }
    return digits;
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
        return std::to_string(whole / 60) + ":" + two_digits(whole % 60) + " min";
    }
    return std::to_string(whole / 3600) + ":" + two_digits(whole / 60 % 60) + ":" + two_digits(whole % 60) + " h";
}

}  // namespace skein::app
