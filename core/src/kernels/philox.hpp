// Philox for a row of lanes (skein/random.hpp).
#pragma once

#include <cstddef>
#include <cstdint>

#include "kernels/row_lanes.hpp"
#include "skein/random.hpp"

namespace skein::kernels {
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

/// Philox 4x32-10 (constants: Salmon et al. 2011, table 2) of the counters (index low, index high, stream, 0). Written
/// lane by lane in plain integers, which the compiler turns into vectors; its twin is Random123's, in random.cpp.
template <class Seeds, class Indices>
inline RandomRow philox_row(const Seeds& seeds, Stream stream, const Indices& indices) {
    RandomRow row;
    alignas(64) std::uint32_t key0[kRowLanes], key1[kRowLanes];
    for (std::size_t lane = 0; lane < kRowLanes; ++lane) {
        row.word[0][lane] = static_cast<std::uint32_t>(indices[lane]);
        row.word[1][lane] = static_cast<std::uint32_t>(indices[lane] >> 32);
        row.word[2][lane] = static_cast<std::uint32_t>(stream);
        row.word[3][lane] = 0;
        key0[lane] = static_cast<std::uint32_t>(seeds[lane]);
        key1[lane] = static_cast<std::uint32_t>(seeds[lane] >> 32);
    }
    for (std::uint32_t round = 0; round < 10; ++round) {
        for (std::size_t lane = 0; lane < kRowLanes; ++lane) {
            const std::uint64_t product0 = std::uint64_t{0xD2511F53u} * row.word[0][lane];
            const std::uint64_t product1 = std::uint64_t{0xCD9E8D57u} * row.word[2][lane];
            const std::uint32_t round_key0 = key0[lane] + round * 0x9E3779B9u;
            const std::uint32_t round_key1 = key1[lane] + round * 0xBB67AE85u;
            row.word[0][lane] = static_cast<std::uint32_t>(product1 >> 32) ^ row.word[1][lane] ^ round_key0;
            row.word[1][lane] = static_cast<std::uint32_t>(product1);
            row.word[2][lane] = static_cast<std::uint32_t>(product0 >> 32) ^ row.word[3][lane] ^ round_key1;
            row.word[3][lane] = static_cast<std::uint32_t>(product0);
        }
    }
    return row;
}

}  // namespace
}  // namespace skein::kernels
