// A set of indices, ascending, in 1.1 bits for each index below its end.
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "base/round_up.hpp"

namespace skein::internal {

class IndexSet {
public:
    /// A set within [0, end) that is empty as yet.
    explicit IndexSet(std::uint64_t end) : end_(end), words_(divided_up(end, kWordBits)) {}

    void insert(std::uint64_t index) { words_[index / kWordBits] |= std::uint64_t{1} << index % kWordBits; }
    IndexSet complement() const {
        IndexSet others(end_);
        for (std::size_t word = 0; word < words_.size(); ++word) {
            others.words_[word] = ~words_[word];
        }
        if (end_ % kWordBits != 0) {
            others.words_.back() &= (std::uint64_t{1} << end_ % kWordBits) - 1;
        }
        return others;
    }
    /// To be called when all indices are in; the rest of this class counts on it.
    void count() {
        ranks_.assign(words_.size() / kRankWords + 2, 0);
        for (std::size_t word = 0; word < words_.size(); ++word) {
            ranks_[word / kRankWords + 1] += static_cast<std::uint64_t>(std::popcount(words_[word]));
        }
        for (std::size_t rank = 1; rank < ranks_.size(); ++rank) {
            ranks_[rank] += ranks_[rank - 1];
        }
    }
    std::uint64_t size() const noexcept { return ranks_.back(); }

    /// The indices at places [first, first + indices.size()) of the set.
    void at(std::uint64_t first, std::span<std::uint64_t> indices) const noexcept {
        if (indices.empty()) {
            return;
        }
        const auto after = std::ranges::upper_bound(ranks_, first);
        auto word = static_cast<std::size_t>(after - ranks_.begin() - 1) * kRankWords;
        std::uint64_t left = first - *(after - 1);  // to skip
        while (left >= static_cast<std::uint64_t>(std::popcount(words_[word]))) {
            left -= static_cast<std::uint64_t>(std::popcount(words_[word++]));
        }
        std::uint64_t bits = words_[word];
        for (; left != 0; --left) {
            bits &= bits - 1;
        }
        for (std::uint64_t& index : indices) {
            while (bits == 0) {
                bits = words_[++word];
            }
            index = word * kWordBits + static_cast<std::uint64_t>(std::countr_zero(bits));
            bits &= bits - 1;
        }
    }

private:
    static constexpr std::uint64_t kWordBits = 64;
    static constexpr std::size_t kRankWords = 8;  // words that are counted together
    std::uint64_t end_;
    std::vector<std::uint64_t> words_;
    std::vector<std::uint64_t> ranks_;  // of the first index of each group of words, and of the end
};

}  // namespace skein::internal
