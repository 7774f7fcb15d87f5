// Text from numbers and words, whatever the locale.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>

namespace skein::internal {

void append_number(std::string& text, float number);
void append_number(std::string& text, double number);
void append_number(std::string& text, std::int64_t number);
void append_number(std::string& text, std::uint64_t number);

/// Appends a word, a character or a number; a floating-point number gets the fewest decimals that read back to the same
/// bits.
template <class Part>
void append_part(std::string& text, const Part& part) {
    static_assert(!std::is_same_v<Part, bool>, "choose words for it");
    if constexpr (std::is_same_v<Part, char>) {
        text += part;
    } else if constexpr (std::is_floating_point_v<Part>) {
        append_number(text, part);
    } else if constexpr (std::is_integral_v<Part>) {
        using Wide = std::conditional_t<std::is_signed_v<Part>, std::int64_t, std::uint64_t>;
        append_number(text, static_cast<Wide>(part));
    } else {
        text += std::string_view(part);
    }
}

/// The parts in a row: to_text("row ", 3, ": ", 0.5) is "row 3: 0.5".
template <class... Parts>
std::string to_text(const Parts&... parts) {
    std::string text;
    (append_part(text, parts), ...);
    return text;
}

/// At most `digits` significant digits, for people: "1.23457e-05".
std::string rounded(double number, int digits = 6);

/// "1 layer", "2 layers".
std::string counted(std::uint64_t count, std::string_view noun);

/// Appends "\x1b": the byte's code in hexadecimal.
void append_escaped(std::string& text, unsigned char byte);

inline bool is_control(unsigned char byte) { return byte < 0x20 || byte == 0x7f; }

}  // namespace skein::internal
