// Numbers as text and text as numbers, whatever the locale.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "skein/text.hpp"

namespace skein::app {

/// The finite number that all of `text` spells, rounded once to Scalar; otherwise nothing.
template <class Scalar>
std::optional<Scalar> parse_number(std::string_view text);

/// What is wrong with a text that parse_number() does not take: "'abc' is not a number", "'1e400' is out of the range
/// of float64: expected 0, or a size from 4.9e-324 to 1.8e+308".
template <class Scalar>
std::string number_fault(std::string_view text);

/// Likewise for parse_count(), where a whole number from `min` to `max` is wanted.
std::string count_fault(std::string_view text, std::uint64_t min, std::uint64_t max);

/// The whole number >= 0 that all of `text` spells: 10000000, 10_000_000 and 1e7 are the same, 1.5 is none.
std::optional<std::uint64_t> parse_count(std::string_view text);

/// The parts of `text` between separators; "a,,b" has an empty one.
std::vector<std::string> split(std::string_view text, char separator);

/// For people: `digits` significant ones, without trailing zeros: "1.5", "0.00012", "3.2e-09", "inf", "nan"; -0 is "0".
std::string rounded(double value, int digits = 6);

/// Significant digits with which rounded() tells two values apart: `digits`, or as many more as it takes, and two more
/// to tell how far apart they are, up to 17.
int digits_apart(double one, double other, int digits);

/// 10000000 as "10,000,000".
std::string grouped(std::uint64_t count);

/// "30 us", "45 ms", "12.3 s", "1:23 min", "1:02:03 h".
std::string duration(double seconds);

}  // namespace skein::app
