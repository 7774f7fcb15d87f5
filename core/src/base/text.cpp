#include "base/text.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "skein/text.hpp"

namespace skein {
namespace internal {
namespace {

template <class... Arguments>
void append(std::string& text, Arguments... arguments) {
    std::array<char, 64> digits;
    text.append(digits.data(), std::to_chars(digits.data(), digits.data() + digits.size(), arguments...).ptr);
}

}  // namespace

void append_number(std::string& text, float number) { append(text, number); }
void append_number(std::string& text, double number) { append(text, number); }
void append_number(std::string& text, std::int64_t number) { append(text, number); }
void append_number(std::string& text, std::uint64_t number) { append(text, number); }

std::string rounded(double number, int digits) {
    std::string text;
    append(text, number, std::chars_format::general, digits);
    return text;
}

std::string counted(std::uint64_t count, std::string_view noun) {
    return to_text(count, ' ', noun, count == 1 ? "" : "s");
}

void append_escaped(std::string& text, unsigned char byte) {
    constexpr std::string_view kHexDigits = "0123456789abcdef";
    text += "\\x";
    text += kHexDigits[byte >> 4];
    text += kHexDigits[byte & 15];
}

}  // namespace internal

std::string shortest(float value) { return internal::to_text(value); }
std::string shortest(double value) { return internal::to_text(value); }

std::string in_one_line(std::string_view text) {
    std::string line;
    for (const char character : text) {
        const auto byte = static_cast<unsigned char>(character);
        if (internal::is_control(byte)) {
            internal::append_escaped(line, byte);
        } else {
            line += character;
        }
    }
    return line;
}

bool ends_in(std::string_view text, std::string_view suffix) noexcept {
    const auto small = [](char letter) {
        return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
    };
    return text.size() >= suffix.size() &&
           std::ranges::equal(text.substr(text.size() - suffix.size()), suffix, {}, small);
}

}  // namespace skein
