/// Random numbers as a pure function of (seed, stream, index): no generator, no hidden state.
///
/// One Philox 4x32-10 block per (seed, stream, index). Philox: J. K. Salmon, M. A. Moraes, R. O. Dror, D. E. Shaw,
/// "Parallel random numbers: as easy as 1, 2, 3", SC 2011; its implementation comes from Random123.
#pragma once

#include <array>
#include <cstdint>

namespace skein::random {

/// What a random number is for; equal seeds and indices in different streams are independent.
enum class Stream : std::uint32_t {
    initial_weights = 0,
    samples = 1,
    noise = 2,
    epoch_order = 3,
    replacement = 4,
    validation_split = 5,
    block_order = 6,    ///< of a shuffled_blocks epoch
    within_block = 7,   ///< likewise: the order in each block
    partial_block = 8,  ///< likewise: the place of the last block
};

using Block = std::array<std::uint32_t, 4>;

/// Philox 4x32-10 of a counter and a key, as Random123 defines it.
Block philox(const Block& counter, const std::array<std::uint32_t, 2>& key) noexcept;

/// The block of counter (index low, index high, stream, 0) under the key (seed low, seed high).
Block block(std::uint64_t seed, Stream stream, std::uint64_t index) noexcept;

/// Uniform on (0, 1], a multiple of 2^-54 near 0: 53 bits of the block's first two words.
double uniform(std::uint64_t seed, Stream stream, std::uint64_t index);

/// Standard normal, by Box and Muller's transform (Annals of Mathematical Statistics 29, 1958) with skein's own log
/// and cosine: sqrt(-2 log u) cos(2 pi t), u and t from the block's first and last two words; |normal| <= 8.66.
double normal(std::uint64_t seed, Stream stream, std::uint64_t index);

/// Uniform on [0, bound), by the high half of a 64 x 64-bit product (D. Lemire, ACM TOMACS 29, 2019) without
/// rejection: no value is likelier than another by more than bound / 2^64. `bound` is at least 1.
std::uint64_t integer(std::uint64_t seed, Stream stream, std::uint64_t index, std::uint64_t bound) noexcept;

}  // namespace skein::random
