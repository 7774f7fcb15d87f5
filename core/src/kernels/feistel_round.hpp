// The round function of the Feistel networks that order samples (skein/batch_order.hpp).
#pragma once

#include <cstdint>

namespace skein::internal::kernels {
namespace {

/// A keyed 32-bit hash of nearly full avalanche (shifts and multipliers: C. Wellons, "Prospecting for hash functions",
/// 2018, the lowest bias found for this shape).
[[gnu::always_inline]] inline std::uint32_t mixed(std::uint32_t word, std::uint32_t key) noexcept {
    word ^= key;
    word = (word ^ word >> 16) * 0x7FEB352Du;
    word = (word ^ word >> 15) * 0x846CA68Bu;
    return word ^ word >> 16;
}

}  // namespace
}  // namespace skein::internal::kernels
