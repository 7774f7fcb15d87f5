/// Text as numbers, and large numbers as text, whatever the locale.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace skein {

/// The finite number that all of `text` spells, rounded once to Scalar; otherwise nothing.
template <class Scalar>
[[nodiscard]] std::optional<Scalar> parse_number(std::string_view text);

/// The whole number >= 0 that all of `text` spells: 10000000, 10_000_000 and 1e7 are the same number; 1.5
/// is refused.
[[nodiscard]] std::optional<std::uint64_t> parse_count(std::string_view text);

/// Why parse_number() refuses a text: "'abc' is not a number", "'1e400' is out of the range of float64: expected 0, or
/// a size from 4.9e-324 to 1.8e+308".
template <class Scalar>
[[nodiscard]] std::string number_fault(std::string_view text);

/// Why parse_count() refuses a text, if a whole number from `min` to `max` is expected.
[[nodiscard]] std::string count_fault(std::string_view text, std::uint64_t min, std::uint64_t max);

/// The parts of `text` between separators; "a,,b" has an empty one.
[[nodiscard]] std::vector<std::string> split(std::string_view text, char separator);

/// 10000000 as "10,000,000".
[[nodiscard]] std::string grouped(std::uint64_t count);

}  // namespace skein
