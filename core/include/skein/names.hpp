/// Names of enumerators and options, and errors that suggest the nearest right spelling.
#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace skein {

/// The word of `candidates` with the smallest edit distance to `word` (ignoring case, and '-' against '_'), or an
/// empty view if none is close enough to be what was meant: at most two edits, and fewer than half the letters of the longer word.
std::string_view nearest_word(std::string_view word, std::span<const std::string_view> candidates);

/// One line for an unknown word: "unknown activation 'tahn': did you mean 'tanh'?", or, if nothing is near,
/// "unknown activation 'foo': expected tanh, identity, ...".
std::string unknown_word(std::string_view what, std::string_view word, std::span<const std::string_view> candidates);

/// The position of `word` in `candidates`.
/// Throws std::invalid_argument with the text of unknown_word() when it is not among them.
std::size_t parse_word(std::string_view what, std::string_view word, std::span<const std::string_view> candidates);

/// "a", "a or b", "a, b or c".
[[nodiscard]] std::string joined_words(std::span<const std::string_view> words, std::string_view conjunction = "or");

/// A text of which the compiler knows the length.
template <std::size_t kSize>
struct ConstantText {
    std::array<char, kSize> letters{};
    constexpr operator std::string_view() const noexcept { return {letters.data(), kSize}; }
};

/// The names of kNames as joined_words() has them, then `end`: a constant, for texts of options.
template <const auto& kNames, std::size_t kEndSize>
constexpr auto listed(const char (&end)[kEndSize]) noexcept {
    constexpr auto separator = [](std::size_t index) {
        return std::string_view(index == 0 ? "" : index + 1 == kNames.size() ? " or " : ", ");
    };
    constexpr std::size_t kSize = [&] {
        std::size_t size = kEndSize - 1;
        for (std::size_t index = 0; index < kNames.size(); ++index) {
            size += separator(index).size() + kNames[index].size();
        }
        return size;
    }();
    ConstantText<kSize> text;
    std::size_t size = 0;
    const auto add = [&](std::string_view part) {
        for (const char letter : part) {
            text.letters[size++] = letter;
        }
    };
    for (std::size_t index = 0; index < kNames.size(); ++index) {
        add(separator(index));
        add(kNames[index]);
    }
    add(std::string_view(end, kEndSize - 1));
    return text;
}

}  // namespace skein
