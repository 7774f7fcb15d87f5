// The keyed bijection of skein/batch_order.hpp on many positions at a time: integers only, lane by lane, which the
// compiler turns into vectors: 11 ns a position of 65,536 where one at a time takes 40, 18 of 10^7 where it takes 97
// (AVX2, Zen 4; the walk included).
#pragma once

#include <cstring>

#include "kernels/kernel_table.hpp"
#include "kernels/philox.hpp"

namespace skein::kernels {
namespace {

constexpr std::size_t kOrderLanes = 64;

/// The round function: a keyed 32-bit hash of nearly full avalanche (shifts and multipliers: C. Wellons, "Prospecting
/// for hash functions", 2018, the lowest bias found for this shape).
[[gnu::always_inline]] inline std::uint32_t mixed(std::uint32_t word, std::uint32_t key) {
    word ^= key;
    word = (word ^ word >> 16) * 0x7FEB352Du;
    word = (word ^ word >> 15) * 0x846CA68Bu;
    return word ^ word >> 16;
}

/// One pass through the Feistel network. `positions` has room for all lanes; those past `count` mean nothing.
void pass(const FeistelNetwork& network, std::uint64_t* positions) {
    std::uint32_t low[kOrderLanes], high[kOrderLanes];
    for (std::size_t lane = 0; lane < kOrderLanes; ++lane) {
        low[lane] = static_cast<std::uint32_t>(positions[lane]) & network.low_mask;
        high[lane] = static_cast<std::uint32_t>(positions[lane] >> network.low_bits);
    }
    for (std::size_t round = 0; round < network.num_rounds; round += 2) {
        const std::uint32_t key0 = network.keys[round];
        const std::uint32_t key1 = network.keys[round + 1];
        for (std::size_t lane = 0; lane < kOrderLanes; ++lane) {
            high[lane] ^= mixed(low[lane], key0) & network.high_mask;
            low[lane] ^= mixed(high[lane], key1) & network.low_mask;
        }
    }
    for (std::size_t lane = 0; lane < kOrderLanes; ++lane) {
        positions[lane] = std::uint64_t{high[lane]} << network.low_bits | low[lane];
    }
}

/// At most kOrderLanes positions, in place: those that a pass takes outside the domain are walked on together.
void permute_lanes(const FeistelNetwork& network, std::uint64_t* positions, std::size_t count) {
    std::uint64_t walking[kOrderLanes] = {};
    std::size_t lane_of[kOrderLanes];
    for (std::size_t lane = 0; lane < count; ++lane) {
        walking[lane] = positions[lane];
        lane_of[lane] = lane;
    }
    while (count != 0) {
        pass(network, walking);
        std::size_t num_outside = 0;
        for (std::size_t lane = 0; lane < count; ++lane) {
            positions[lane_of[lane]] = walking[lane];
            const bool is_outside = walking[lane] >= network.size;
            walking[num_outside] = walking[lane];
            lane_of[num_outside] = lane_of[lane];
            num_outside += is_outside ? 1 : 0;
        }
        count = num_outside;
    }
}

void permute(const FeistelNetwork& network, std::uint64_t* positions, std::size_t count) {
    if (network.size == (std::uint64_t{network.high_mask} + 1) << network.low_bits) {  // nothing is outside
        for (; count >= kOrderLanes; positions += kOrderLanes, count -= kOrderLanes) {
            pass(network, positions);
        }
    }
    for (std::size_t first = 0; first < count; first += kOrderLanes) {
        permute_lanes(network, positions + first, count - first < kOrderLanes ? count - first : kOrderLanes);
    }
}

/// Round keys of orders side by side: those that Permutation has for each lane's seed.
void make_lane_keys(const LaneNetworks& networks, const std::uint64_t* seeds, std::uint64_t epoch) {
    for (std::size_t lane = 0; lane < networks.num_lanes; lane += kRowLanes) {
        for (std::size_t round = 0; round < networks.num_rounds; round += 4) {
            const OneSeed index{epoch * (kMaxFeistelRounds / 4) + round / 4};
            const RandomRow random = philox_row(seeds + lane, Stream::epoch_order, index);
            for (std::size_t word = 0; word < 4; ++word) {
                std::memcpy(networks.keys + (round + word) * networks.stride + lane, random.word[word],
                            sizeof random.word[word]);
            }
        }
    }
}

/// Where each lane's order takes `position`. A lane that is taken outside goes on until it is inside; the others wait.
void permute_in_lanes(const LaneNetworks& networks, std::uint64_t position, std::uint64_t* indices) {
    for (std::size_t first = 0; first < networks.num_lanes; first += kRowLanes) {
        alignas(64) std::uint32_t low[kRowLanes], high[kRowLanes];
        std::uint64_t* const row = indices + first;
        for (std::size_t lane = 0; lane < kRowLanes; ++lane) {
            row[lane] = networks.size;  // outside
            low[lane] = static_cast<std::uint32_t>(position) & networks.low_mask;
            high[lane] = static_cast<std::uint32_t>(position >> networks.low_bits);
        }
        for (bool any_outside = true; any_outside;) {
            for (std::size_t round = 0; round < networks.num_rounds; round += 2) {
                const std::uint32_t* const keys0 = networks.keys + round * networks.stride + first;
                const std::uint32_t* const keys1 = keys0 + networks.stride;
                for (std::size_t lane = 0; lane < kRowLanes; ++lane) {
                    high[lane] ^= mixed(low[lane], keys0[lane]) & networks.high_mask;
                    low[lane] ^= mixed(high[lane], keys1[lane]) & networks.low_mask;
                }
            }
            any_outside = false;
            for (std::size_t lane = 0; lane < kRowLanes; ++lane) {
                const std::uint64_t at = std::uint64_t{high[lane]} << networks.low_bits | low[lane];
                row[lane] = row[lane] == networks.size && at < networks.size ? at : row[lane];
                any_outside |= row[lane] == networks.size;
            }
        }
    }
}

__extension__ using WideInteger = unsigned __int128;
std::uint64_t high_product(std::uint64_t a, std::uint64_t b) { return static_cast<std::uint64_t>(WideInteger{a} * b >> 64); }

/// Draw `index` of each lane's seed among `bound`: the high half of a 64 x 64-bit product, as skein/random.hpp has it.
void draw_in_lanes(const std::uint64_t* seeds, std::size_t num_lanes, std::uint64_t index, std::uint64_t bound,
                   std::uint64_t* indices) {
    for (std::size_t first = 0; first < num_lanes; first += kRowLanes) {
        const RandomRow random = philox_row(seeds + first, Stream::replacement, OneSeed{index});
        for (std::size_t lane = 0; lane < kRowLanes; ++lane) {
            indices[first + lane] = high_product(random.word[0][lane] | std::uint64_t{random.word[1][lane]} << 32, bound);
        }
    }
}

}  // namespace
}  // namespace skein::kernels
