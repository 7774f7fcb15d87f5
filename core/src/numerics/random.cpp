#include "skein/random.hpp"

#include <Random123/philox.h>

#include <algorithm>

#include "kernels/kernel_table.hpp"

namespace skein::random {

using namespace internal;

namespace {

struct Transformed {
    double uniform;
    double normal;
};

Transformed transformed(const Block& block) {
    Transformed result;
    kernels::kernels<double>().transform(block.data(), 1, &result.uniform, &result.normal);
    return result;
}

}  // namespace

Block philox(const Block& counter, const std::array<std::uint32_t, 2>& key) noexcept {
    philox4x32_ctr_t words;
    philox4x32_key_t key_words;
    std::copy(counter.begin(), counter.end(), words.v);
    std::copy(key.begin(), key.end(), key_words.v);
    const philox4x32_ctr_t block = philox4x32_R(10, words, key_words);
    return {block.v[0], block.v[1], block.v[2], block.v[3]};
}

Block block(std::uint64_t seed, Stream stream, std::uint64_t index) noexcept {
    return philox({static_cast<std::uint32_t>(index), static_cast<std::uint32_t>(index >> 32),
                   static_cast<std::uint32_t>(stream), 0},
                  {static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32)});
}

double uniform(std::uint64_t seed, Stream stream, std::uint64_t index) {
    return transformed(block(seed, stream, index)).uniform;
}

double normal(std::uint64_t seed, Stream stream, std::uint64_t index) {
    return transformed(block(seed, stream, index)).normal;
}

std::uint64_t integer(std::uint64_t seed, Stream stream, std::uint64_t index, std::uint64_t bound) noexcept {
    __extension__ using Wide = unsigned __int128;
    const Block drawn = random::block(seed, stream, index);
    const std::uint64_t word = drawn[0] | static_cast<std::uint64_t>(drawn[1]) << 32;
    return static_cast<std::uint64_t>(Wide{word} * bound >> 64);
}

}  // namespace skein::random
