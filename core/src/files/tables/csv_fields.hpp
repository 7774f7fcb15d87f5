/// The fields of a line of text: separators, quotes, blanks.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace skein::internal::files {

/// A separator of ' ' stands for any number of blanks and tabs.
inline constexpr char kBlanks = ' ';

/// What the line has: a semicolon, else a comma, else a tab, else blanks. None of them: a comma.
char separator_of(std::string_view line);

std::string_view trimmed(std::string_view text);

/// A tab that separates columns is no blank.
inline const char* skip_blanks(const char* begin, const char* end, char separator) {
    while (begin != end && (*begin == ' ' || *begin == '\t') && (*begin != separator || separator == kBlanks)) ++begin;
    return begin;
}

/// The end of the field at `begin`: its separator, or `end`. A field may be in quotes, with separators within and ""
/// for a quote. Null if its closing quote is missing.
const char* end_of_field(const char* begin, const char* end, char separator);

/// The fields without blanks and quotes around them. A quote that is not closed is a letter like any other.
std::vector<std::string> split_fields(std::string_view line, char separator);

}  // namespace skein::internal::files
