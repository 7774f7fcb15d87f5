/// The fields of a line of text: separators, quotes, blanks.
#pragma once

#include <cstddef>
#include <cstdint>
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

enum class Quotes : std::uint8_t {
    right,      ///< none, or around the field, with "" for a quote within
    open,       ///< the closing one is missing
    misplaced,  ///< letters follow the closing one
};
struct FieldEnd {
    const char* at;  ///< the separator, or the end of the line
    Quotes quotes;
};
/// Of the field at `begin`, which may have separators within quotes.
FieldEnd end_of_field(const char* begin, const char* end, char separator);

/// Whether the last field is in quotes that are not closed: then it goes on in the next line.
bool ends_in_quotes(std::string_view line, char separator);

/// The fields without blanks and quotes around them. A quote that is not closed is a letter like any other.
std::vector<std::string> split_fields(std::string_view line, char separator);

}  // namespace skein::internal::files
