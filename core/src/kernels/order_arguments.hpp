// What kernels take that put samples in order (skein/batch_order.hpp).
#pragma once

#include <cstddef>
#include <cstdint>

namespace skein::internal::kernels {

/// A network on positions high * low_radix + low, high < high_radix and low < low_radix, that are walked into
/// [0, size).
struct IndexNetwork {
    std::uint64_t size;
    std::uint32_t high_radix;
    std::uint32_t low_radix;
    const std::uint32_t* keys;  // [rounds]
};

/// With half of them the tests of orders fail: p = 4e-220 for the values of positions half an order apart.
inline constexpr std::size_t kNetworkRounds = 8;

/// Philox blocks of an epoch: of the keys of a network, or of the draws of a shuffle.
inline constexpr std::uint64_t kOrderBlocks = 256;

/// Draws with replacement from at most so many samples take 32 random bits: then none is likelier than another by more
/// than a relative 2^-16. Others take 64.
inline constexpr std::uint64_t kMostOfShortDraws = 65536;

/// Halves below this take lanes of 16 bits, in which a sum of two is no overflow; larger ones, below 2^31, 32 bits.
inline constexpr std::uint32_t kMaxShortRadix = 32768;

/// Networks side by side, of one shape and with keys of their own. Lanes are whole rows.
struct LaneNetworks {
    std::uint64_t size;
    std::uint32_t high_radix;
    std::uint32_t low_radix;
    std::uint32_t* keys;  // [lanes x rounds], stride apart
    std::size_t num_lanes;
    std::size_t stride;
};

/// An epoch of at most so many samples is a Fisher-Yates shuffle, of the fewest one in a register.
inline constexpr std::uint64_t kMaxShuffledSamples = 1024;
inline constexpr std::uint64_t kMaxRegisterSamples = 8;

/// Orders of lanes side by side, each of a seed of its own: shuffles of at most kMaxShuffledSamples that are drawn as the
/// epoch goes on, or draws with replacement. Lanes are whole rows.
struct LaneOrders {
    const std::uint64_t* seeds;  // [lanes]
    std::size_t num_lanes;
    std::uint64_t num_samples;  // below 2^32
    bool replaces;
    /// Row after row, [samples x 16]: how the shuffle stands. What is drawn next is then one position on. Not used by
    /// draws with replacement and by at most kMaxRegisterSamples.
    std::uint16_t* tables;
};

}  // namespace skein::internal::kernels
