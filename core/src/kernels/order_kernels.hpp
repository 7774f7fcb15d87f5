// The keyed bijection of skein/batch_order.hpp on many positions at a time: integers only, lane by lane, which the
// compiler turns into vectors. A position takes 1.6 ns of 65,536 and 4.8 ns of 10^7; one at a time, 40 and 97 ns (AVX2,
// Zen 4; the walk included).
#pragma once

#include <cstring>

#include "kernels/feistel_round.hpp"
#include "kernels/order_arguments.hpp"
#include "kernels/philox.hpp"

namespace skein::internal::kernels {
namespace {

constexpr std::size_t kOrderLanes = 64;

/// One pass of kOrderLanes positions through the Feistel network.
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

void pass(const FeistelNetwork& network, std::uint64_t* positions, std::size_t count) {
    for (; count >= kOrderLanes; positions += kOrderLanes, count -= kOrderLanes) {
        pass(network, positions);
    }
    if (count != 0) {
        std::uint64_t last[kOrderLanes] = {};
        std::memcpy(last, positions, count * sizeof *last);
        pass(network, last);
        std::memcpy(positions, last, count * sizeof *last);
    }
}

/// Enough positions at a time to leave few lanes empty.
constexpr std::size_t kWalkers = 1024;

/// At most kWalkers positions, in place: those that a pass takes outside the domain are walked on together.
void permute_walkers(const FeistelNetwork& network, std::uint64_t* positions, std::size_t count) {
    std::uint64_t walking[kWalkers];
    std::uint32_t place[kWalkers];
    std::size_t num_walking = 0;
    pass(network, positions, count);
    for (std::size_t index = 0; index < count; ++index) {
        walking[num_walking] = positions[index];
        place[num_walking] = static_cast<std::uint32_t>(index);
        num_walking += positions[index] >= network.size ? 1 : 0;
    }
    while (num_walking != 0) {
        pass(network, walking, num_walking);
        const std::size_t num_before = num_walking;
        num_walking = 0;
        for (std::size_t walker = 0; walker < num_before; ++walker) {
            const std::uint64_t at = walking[walker];
            positions[place[walker]] = at;
            walking[num_walking] = at;
            place[num_walking] = place[walker];
            num_walking += at >= network.size ? 1 : 0;
        }
    }
}

void permute(const FeistelNetwork& network, std::uint64_t* positions, std::size_t count) {
    if (network.size == (std::uint64_t{network.high_mask} + 1) << network.low_bits) {  // nothing is outside
        return pass(network, positions, count);
    }
    for (std::size_t first = 0; first < count; first += kWalkers) {
        permute_walkers(network, positions + first, count - first < kWalkers ? count - first : kWalkers);
    }
}

/// Round keys of orders side by side: those that Permutation has for each lane's seed.
void make_lane_keys(const LaneNetworks& networks, const std::uint64_t* seeds, std::uint64_t epoch) {
    for (std::size_t lane = 0; lane < networks.num_lanes; lane += kRowLanes) {
        for (std::size_t round = 0; round < networks.num_rounds; round += 4) {
            const OneSeed index{epoch * (kMaxFeistelRounds / 4) + round / 4};
            const RandomRow random = philox_row(seeds + lane, random::Stream::epoch_order, index);
            for (std::size_t word = 0; word < 4; ++word) {
                std::memcpy(networks.keys + (round + word) * networks.stride + lane, random.word[word],
                            sizeof random.word[word]);
            }
        }
    }
}

/// The index that each lane's order has at `position`. A lane whose index falls outside walks until it is inside; the
/// others wait.
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
std::uint64_t high_product(std::uint64_t a, std::uint64_t b) {
    return static_cast<std::uint64_t>(WideInteger{a} * b >> 64);
}

/// Draw `index` of each lane's seed among `bound`: the high half of a 64 x 64-bit product, as skein/random.hpp has it.
void draw_in_lanes(const std::uint64_t* seeds, std::size_t num_lanes, std::uint64_t index, std::uint64_t bound,
                   std::uint64_t* indices) {
    for (std::size_t first = 0; first < num_lanes; first += kRowLanes) {
        const RandomRow random = philox_row(seeds + first, random::Stream::replacement, OneSeed{index});
        for (std::size_t lane = 0; lane < kRowLanes; ++lane) {
            indices[first + lane] =
                high_product(random.word[0][lane] | std::uint64_t{random.word[1][lane]} << 32, bound);
        }
    }
}

}  // namespace
}  // namespace skein::internal::kernels
