#include "files/tables/csv_fields.hpp"

#include <algorithm>

namespace skein::internal::files {
namespace {

bool is_separator(char character, char separator) {
    return separator == kBlanks ? character == ' ' || character == '\t' : character == separator;
}

/// Without the quotes around it, if there are any; "" within them is one quote.
std::string unquoted(std::string_view text) {
    text = trimmed(text);
    if (text.size() < 2 || text.front() != '"' || text.back() != '"') return std::string(text);
    text = trimmed(text.substr(1, text.size() - 2));
    std::string content;
    for (std::size_t at = 0; at < text.size(); ++at) {
        content += text[at];
        if (text.substr(at).starts_with("\"\"")) ++at;
    }
    return content;
}

}  // namespace

char separator_of(std::string_view line) {
    std::string outside;  // of quotes
    bool is_inside = false;
    for (const char letter : trimmed(line)) {
        is_inside = is_inside != (letter == '"');
        if (!is_inside) outside += letter;
    }
    for (const char separator : {';', ',', '\t'}) {
        if (outside.find(separator) != std::string::npos) return separator;
    }
    return outside.find(' ') == std::string::npos ? ',' : kBlanks;
}

std::string_view trimmed(std::string_view text) {
    const std::size_t first = std::min(text.find_first_not_of(" \t"), text.size());
    return text.substr(first, text.find_last_not_of(" \t") + 1 - first);
}

FieldEnd end_of_field(const char* begin, const char* end, char separator) {
    const auto ends = [&](char character) { return is_separator(character, separator); };
    begin = skip_blanks(begin, end, separator);
    if (begin == end || *begin != '"') return {std::find_if(begin, end, ends), Quotes::right};
    do {
        begin = std::find(begin + 1, end, '"');
        if (begin == end) return {end, Quotes::open};
        ++begin;
    } while (begin != end && *begin == '"');
    if (separator != kBlanks) begin = skip_blanks(begin, end, separator);
    const bool is_right = begin == end || ends(*begin);
    return {std::find_if(begin, end, ends), is_right ? Quotes::right : Quotes::misplaced};
}

bool ends_in_quotes(std::string_view line, char separator) {
    const char* begin = line.data();
    const char* const end = begin + line.size();
    while (true) {
        const FieldEnd field = end_of_field(begin, end, separator);
        if (field.at == end || field.quotes == Quotes::misplaced) return field.quotes == Quotes::open;
        begin = field.at + 1;
    }
}

std::vector<std::string> split_fields(std::string_view line, char separator) {
    if (separator == kBlanks) line = trimmed(line);
    std::vector<std::string> fields;
    const char* begin = line.data();
    const char* const end = begin + line.size();
    while (true) {
        FieldEnd field = end_of_field(begin, end, separator);
        if (field.quotes == Quotes::open) {
            field.at = std::find_if(begin, end, [&](char character) { return is_separator(character, separator); });
        }
        fields.push_back(unquoted({begin, field.at}));
        if (field.at == end) return fields;
        begin = field.at + 1;
        if (separator == kBlanks) begin = skip_blanks(begin, end, separator);
    }
}

}  // namespace skein::internal::files
