// Philox for a row of lanes (skein/random.hpp).
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <type_traits>

#include "kernels/lanes.hpp"
#include "skein/random.hpp"

namespace skein::internal::kernels {
namespace {

/// The four words of a Philox block, for a row of lanes.
struct RandomRow {
    alignas(64) std::uint32_t word[4][kRowLanes];
};

/// The same seed in all lanes, or each lane's own.
struct OneSeed {
    std::uint64_t seed;
    std::uint64_t operator[](std::size_t) const { return seed; }
};

/// Words in the lower halves of 64-bit lanes: there a product has the room it needs, and no lane has
/// to be moved. (In lanes of 32 bits two thirds of the instructions were shuffles.)
#if defined(__AVX512F__)
typedef std::uint64_t WordPacket __attribute__((vector_size(64)));
SKEIN_INLINE WordPacket product(WordPacket a, WordPacket b) {
    return (WordPacket)_mm512_mul_epu32((__m512i)a, (__m512i)b);
}
#elif defined(__AVX2__)
typedef std::uint64_t WordPacket __attribute__((vector_size(32)));
SKEIN_INLINE WordPacket product(WordPacket a, WordPacket b) {
    return (WordPacket)_mm256_mul_epu32((__m256i)a, (__m256i)b);
}
#else
typedef std::uint64_t WordPacket;
SKEIN_INLINE WordPacket product(WordPacket a, WordPacket b) {
    return std::uint64_t{static_cast<std::uint32_t>(a)} * static_cast<std::uint32_t>(b);
}
#endif
inline constexpr std::size_t kWordLanes = sizeof(WordPacket) / sizeof(std::uint64_t);

template <class Numbers>
SKEIN_INLINE WordPacket load_words(const Numbers& numbers, std::size_t first) {
    alignas(sizeof(WordPacket)) std::uint64_t words[kWordLanes];
    for (std::size_t lane = 0; lane < kWordLanes; ++lane) {
        words[lane] = numbers[first + lane];
    }
    WordPacket packet;
    std::memcpy(&packet, words, sizeof packet);
    return packet;
}

inline constexpr std::size_t kWordPackets = kRowLanes / kWordLanes;

/// The lower halves of words.
inline RandomRow narrowed(const WordPacket (&words)[4][kWordPackets]) {
    RandomRow row;
    for (std::size_t index = 0; index < 4; ++index) {
        alignas(64) std::uint64_t wide[kRowLanes];
        std::memcpy(wide, words[index], sizeof wide);
        for (std::size_t lane = 0; lane < kRowLanes; ++lane) {
            row.word[index][lane] = static_cast<std::uint32_t>(wide[lane]);
        }
    }
    return row;
}

/// Philox 4x32-10 (constants: Salmon et al. 2011, table 2) of the counters (index low, index high, stream, 0). Its twin
/// is Random123's, in random.cpp.
template <class Seeds, class Indices>
inline RandomRow philox_row(const Seeds& seeds, random::Stream stream, const Indices& indices) {
    constexpr std::size_t kTogether = 2;  // as many as 16 registers hold, with their keys; of 512 bits, a row
    static_assert(kWordPackets % kTogether == 0);
    constexpr std::size_t kKeys = std::is_same_v<Seeds, OneSeed> ? 1 : kTogether;
    const WordPacket zero = {};
    const WordPacket multiplier0 = zero + 0xD2511F53u, multiplier1 = zero + 0xCD9E8D57u;
    WordPacket words[4][kWordPackets];
    for (std::size_t first = 0; first < kWordPackets; first += kTogether) {
        WordPacket word[4][kTogether], key0[kKeys], key1[kKeys];
        for (std::size_t at = 0; at < kTogether; ++at) {
            word[0][at] = load_words(indices, (first + at) * kWordLanes);
            word[1][at] = word[0][at] >> 32;
            word[2][at] = zero + static_cast<std::uint64_t>(stream);
            word[3][at] = zero;
        }
        for (std::size_t at = 0; at < kKeys; ++at) {
            key0[at] = load_words(seeds, (first + at) * kWordLanes);
            key1[at] = key0[at] >> 32;
        }
        for (std::uint32_t round = 0; round < 10; ++round) {
            for (std::size_t at = 0; at < kTogether; ++at) {
                const WordPacket product0 = product(word[0][at], multiplier0);
                const WordPacket product1 = product(word[2][at], multiplier1);
                word[0][at] = (product1 >> 32) ^ word[1][at] ^ key0[at % kKeys];
                word[1][at] = product1;
                word[2][at] = (product0 >> 32) ^ word[3][at] ^ key1[at % kKeys];
                word[3][at] = product0;
            }
            for (std::size_t at = 0; at < kKeys; ++at) {
                key0[at] += 0x9E3779B9u;
                key1[at] += 0xBB67AE85u;
            }
        }
        for (std::size_t index = 0; index < 4; ++index) {
            for (std::size_t at = 0; at < kTogether; ++at) {
                words[index][first + at] = word[index][at];
            }
        }
    }
    return narrowed(words);
}

}  // namespace
}  // namespace skein::internal::kernels
