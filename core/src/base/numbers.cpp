#include "skein/numbers.hpp"

#include <charconv>
#include <cmath>
#include <limits>
#include <system_error>

#include "base/text.hpp"

namespace skein {

using namespace internal;

namespace {

bool is_digit(char letter) { return letter >= '0' && letter <= '9'; }

/// "10_000" without its underscores; nothing unless each stands between digits.
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

/// Reads a number that is all of `text`: std::errc() if it is one, result_out_of_range if Scalar cannot hold it.
template <class Scalar>
std::errc read_all(std::string_view text, Scalar& value) {
    if (text.starts_with('+') && text.size() > 1 && text[1] != '-') {
        text.remove_prefix(1);
    }
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return end == text.data() + text.size() ? error : std::errc::invalid_argument;
}

}  // namespace

template <class Scalar>
std::optional<Scalar> parse_number(std::string_view text) {
    Scalar value = 0;
    const bool is_number = read_all(text, value) == std::errc() && std::isfinite(value);
    return is_number ? std::optional(value) : std::nullopt;
}
template std::optional<float> parse_number(std::string_view);
template std::optional<double> parse_number(std::string_view);

std::optional<std::uint64_t> parse_count(std::string_view text) {
    if (text.starts_with('+')) {
        text.remove_prefix(1);
    }
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

template <class Scalar>
std::string number_fault(std::string_view text) {
    using Limits = std::numeric_limits<Scalar>;
    Scalar ignored = 0;
    if (read_all(text, ignored) != std::errc::result_out_of_range) {
        return to_text('\'', text, "' is not a number");
    }
    return to_text('\'', text, "' is out of the range of float", 8 * sizeof(Scalar), ": expected 0, or a size from ",
                   rounded(Limits::denorm_min(), 2), " to ", rounded(Limits::max(), 2));
}
template std::string number_fault<float>(std::string_view);
template std::string number_fault<double>(std::string_view);

std::string count_fault(std::string_view text, std::uint64_t min, std::uint64_t max) {
    double value = 0;
    const std::errc error = read_all(text, value);
    const bool is_whole = error == std::errc() && std::isfinite(value) && value == std::floor(value);
    if (!is_whole && error != std::errc::result_out_of_range) {
        return to_text('\'', text, "' is not a whole number");
    }
    if (is_whole && value >= static_cast<double>(min) && value < static_cast<double>(max)) {
        return to_text('\'', text, "' is not exact: beyond 2^53 write all digits");
    }
    return to_text('\'', text, "' is out of range: expected from ", min, " to ", max);
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

std::string grouped(std::uint64_t count) {
    std::string digits = std::to_string(count);
    for (std::size_t place = digits.size(); place > 3;) {
        place -= 3;
        digits.insert(place, 1, ',');
    }
    return digits;
}

}  // namespace skein
