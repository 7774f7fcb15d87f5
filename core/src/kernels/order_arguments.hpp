// What kernels take that put samples in order (skein/batch_order.hpp).
#pragma once

#include <cstddef>
#include <cstdint>

namespace skein::internal::kernels {

/// A Feistel network with its round keys, on [0, 2^(low bits + high bits)); walked into [0, size).
struct FeistelNetwork {
    std::uint64_t size;
    int low_bits;
    std::uint32_t low_mask;
    std::uint32_t high_mask;
    std::size_t num_rounds;     // even
    const std::uint32_t* keys;  // [rounds]
};

inline constexpr std::size_t kMaxFeistelRounds = 32;

/// Networks side by side, of one shape and with keys of their own. Lanes are whole rows.
struct LaneNetworks {
    std::uint64_t size;
    int low_bits;
    std::uint32_t low_mask;
    std::uint32_t high_mask;
    std::size_t num_rounds;
    std::uint32_t* keys;  // [lanes x rounds], stride apart
    std::size_t num_lanes;
    std::size_t stride;
};

}  // namespace skein::internal::kernels
