#include "skein/names.hpp"

#include <algorithm>
#include <numeric>
#include <stdexcept>
#include <vector>

namespace skein {

namespace {

char folded(char letter) {
    if (letter == '-') {
        return '_';
    }
    return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
}

/// Levenshtein's distance, with a swap of neighbours as one edit (optimal string alignment).
std::size_t edit_distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> before(b.size() + 1), above(b.size() + 1), row(b.size() + 1);
    std::iota(above.begin(), above.end(), std::size_t{0});
    for (std::size_t i = 1; i <= a.size(); ++i) {
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const bool same = folded(a[i - 1]) == folded(b[j - 1]);
            row[j] = std::min({above[j] + 1, row[j - 1] + 1, above[j - 1] + (same ? 0 : 1)});
            if (i > 1 && j > 1 && folded(a[i - 1]) == folded(b[j - 2]) && folded(a[i - 2]) == folded(b[j - 1])) {
                row[j] = std::min(row[j], before[j - 2] + 1);
            }
        }
        before.swap(above);
        above.swap(row);
    }
    return above[b.size()];
}

}  // namespace

std::string_view nearest_word(std::string_view word, std::span<const std::string_view> candidates) {
    constexpr std::size_t kMaxEdits = 2;
    std::string_view nearest;
    std::size_t smallest = kMaxEdits + 1;
    for (const std::string_view candidate : candidates) {
        const std::size_t distance = edit_distance(word, candidate);
        if (distance < smallest && 2 * distance < std::max(word.size(), candidate.size())) {
            smallest = distance;
            nearest = candidate;
        }
    }
    return nearest;
}

std::string joined_words(std::span<const std::string_view> words, std::string_view conjunction) {
    std::string text;
    for (std::size_t index = 0; index < words.size(); ++index) {
        if (index != 0 && index + 1 == words.size()) {
            text.append(" ").append(conjunction).append(" ");
        } else if (index != 0) {
            text += ", ";
        }
        text += words[index];
    }
    return text;
}

std::string unknown_word(std::string_view what, std::string_view word, std::span<const std::string_view> candidates) {
    std::string text = "unknown " + std::string(what) + " '" + std::string(word) + "': ";
    const std::string_view nearest = nearest_word(word, candidates);
    if (!nearest.empty()) {
        return text + "did you mean '" + std::string(nearest) + "'?";
    }
    return text + "expected " + joined_words(candidates);
}

std::size_t parse_word(std::string_view what, std::string_view word, std::span<const std::string_view> candidates) {
    const auto found = std::find(candidates.begin(), candidates.end(), word);
    if (found == candidates.end()) {
        throw std::invalid_argument(unknown_word(what, word, candidates));
    }
    return static_cast<std::size_t>(found - candidates.begin());
}

}  // namespace skein
