// The rounds of the networks that order samples (skein/batch_order.hpp), for one position and for lanes of them.
#pragma once

#include <cstddef>
#include <cstdint>

#include "kernels/order_arguments.hpp"

namespace skein::internal::kernels {
namespace {

/// Keyed hashes whose high bits are well mixed (shifts and multipliers: C. Wellons, "Prospecting for hash functions",
/// 2018: hash16_xm2 without its last shift, which moves the low bits only, and lowbias32).
[[gnu::always_inline]] inline std::uint16_t mixed(std::uint16_t word, std::uint16_t key) noexcept {
    word = static_cast<std::uint16_t>(word ^ key);
    word = static_cast<std::uint16_t>((word ^ word >> 8) * 0x88B5u);
    return static_cast<std::uint16_t>((word ^ word >> 7) * 0xDB2Du);
}
[[gnu::always_inline]] inline std::uint32_t mixed(std::uint32_t word, std::uint32_t key) noexcept {
    word ^= key;
    word = (word ^ word >> 16) * 0x7FEB352Du;
    return (word ^ word >> 15) * 0x846CA68Bu;
}

/// A number below `radix`: the high half of a product.
[[gnu::always_inline]] inline std::uint16_t scaled(std::uint16_t hash, std::uint16_t radix) noexcept {
    return static_cast<std::uint16_t>(std::uint32_t{hash} * radix >> 16);
}
[[gnu::always_inline]] inline std::uint32_t scaled(std::uint32_t hash, std::uint32_t radix) noexcept {
    return static_cast<std::uint32_t>(std::uint64_t{hash} * radix >> 32);
}

/// Modulo `radix`. Numbers below it have a sum that is no overflow, so one of the two candidates wraps, or is not below
/// the radix: the smaller one is right.
template <class Half>
[[gnu::always_inline]] inline Half sum_modulo(Half a, Half b, Half radix) noexcept {
    const Half sum = static_cast<Half>(a + b), wrapped = static_cast<Half>(sum - radix);
    return sum < wrapped ? sum : wrapped;
}
template <class Half>
[[gnu::always_inline]] inline Half difference_modulo(Half a, Half b, Half radix) noexcept {
    const Half difference = static_cast<Half>(a - b), wrapped = static_cast<Half>(difference + radix);
    return difference < wrapped ? difference : wrapped;
}

/// All rounds on `num_lanes` positions, or those of the inverse. keys(round, lane) is the key of a lane.
template <bool inverse, std::size_t num_lanes, class Half, class Keys>
[[gnu::always_inline]] inline void pass_network(Half high_radix, Half low_radix, Half* high, Half* low,
                                                const Keys& keys) noexcept {
    for (std::size_t pair = 0; pair < kNetworkRounds; pair += 2) {
        const std::size_t round = inverse ? kNetworkRounds - 2 - pair : pair;
        if constexpr (!inverse) {
            for (std::size_t lane = 0; lane < num_lanes; ++lane) {
                high[lane] =
                    sum_modulo(high[lane], scaled(mixed(low[lane], keys(round, lane)), high_radix), high_radix);
            }
            for (std::size_t lane = 0; lane < num_lanes; ++lane) {
                low[lane] =
                    sum_modulo(low[lane], scaled(mixed(high[lane], keys(round + 1, lane)), low_radix), low_radix);
            }
        } else {
            for (std::size_t lane = 0; lane < num_lanes; ++lane) {
                low[lane] = difference_modulo(low[lane], scaled(mixed(high[lane], keys(round + 1, lane)), low_radix),
                                              low_radix);
            }
            for (std::size_t lane = 0; lane < num_lanes; ++lane) {
                high[lane] =
                    difference_modulo(high[lane], scaled(mixed(low[lane], keys(round, lane)), high_radix), high_radix);
            }
        }
    }
}

/// One position through the rounds, again until it lands inside (J. Black and P. Rogaway, CT-RSA 2002).
template <bool inverse, class Half>
inline std::uint64_t walk_network(const IndexNetwork& network, std::uint64_t position) noexcept {
    do {
        Half high = static_cast<Half>(position / network.low_radix);
        Half low = static_cast<Half>(position % network.low_radix);
        pass_network<inverse, 1>(
            static_cast<Half>(network.high_radix), static_cast<Half>(network.low_radix), &high, &low,
            [&](std::size_t round, std::size_t) { return static_cast<Half>(network.keys[round]); });
        position = std::uint64_t{high} * network.low_radix + low;
    } while (position >= network.size);
    return position;
}

}  // namespace
}  // namespace skein::internal::kernels
