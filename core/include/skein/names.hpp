/// Names of enumerators and options, and errors that suggest the nearest right spelling.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace skein {

/// The word of `candidates` with the smallest edit distance to `word` (ignoring case, and '-' against '_'), or an
/// empty view when none is close enough to be what was meant: at most two edits, and fewer than the word has letters.
std::string_view nearest_word(std::string_view word, std::span<const std::string_view> candidates);

/// One line for an unknown word: "unknown activation 'tahn': did you mean 'tanh'?", or, where nothing is near,
/// "unknown activation 'foo': expected tanh, identity, ...".
std::string unknown_word(std::string_view what, std::string_view word, std::span<const std::string_view> candidates);

/// The position of `word` in `candidates`.
/// Throws std::invalid_argument with the text of unknown_word() when it is not among them.
std::size_t parse_word(std::string_view what, std::string_view word, std::span<const std::string_view> candidates);

}  // namespace skein
