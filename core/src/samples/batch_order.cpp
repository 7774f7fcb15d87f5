#include "skein/batch_order.hpp"

#include <algorithm>
#include <numeric>
#include <optional>
#include <stdexcept>
#include <string>
#include <tuple>

#include "kernels/index_network.hpp"
#include "kernels/kernel_table.hpp"
#include "samples/network_shape.hpp"

namespace skein {

using namespace internal;

namespace {

/// The high half of a product of 64 bits is the digit, the low half the fraction that is left.
std::uint64_t take_digit(std::uint64_t& fraction, std::uint64_t bound) noexcept {
    __extension__ using Wide = unsigned __int128;
    const Wide product = Wide{fraction} * bound;
    fraction = static_cast<std::uint64_t>(product);
    return static_cast<std::uint64_t>(product >> 64);
}

/// Draws [first, first + indices.size()) of a run with replacement: of 32 bits, four to a Philox block, or of 64 bits, two
/// to a block.
void draw(std::uint64_t seed, std::uint64_t population, std::uint64_t first,
          std::span<std::uint64_t> indices) noexcept {
    const bool is_short = population <= kernels::kMostOfShortDraws;
    const std::uint64_t per_block = is_short ? 4 : 2;
    random::Block block{};
    for (std::size_t place = 0; place < indices.size(); ++place) {
        const std::uint64_t number = first + place, word = number % per_block;
        if (place == 0 || word == 0) {
            block = random::block(seed, random::Stream::replacement, number / per_block);
        }
        std::uint64_t fraction = block[2 * word % 4] | std::uint64_t{block[(2 * word + 1) % 4]} << 32;
        indices[place] = is_short ? block[word] * population >> 32 : take_digit(fraction, population);
    }
}

}  // namespace

Permutation::Permutation(std::uint64_t size, std::uint64_t seed, random::Stream stream, std::uint64_t epoch) noexcept
    : size_(size) {
    if (is_shuffled()) {
        shuffle(seed, stream, epoch);
        return;
    }
    static_assert(kernels::kNetworkRounds == std::tuple_size_v<decltype(keys_)>);
    const NetworkShape shape(size);
    high_radix_ = shape.high_radix;
    low_radix_ = shape.low_radix;
    for (std::size_t key = 0; key < keys_.size(); key += 4) {
        const random::Block block = random::block(seed, stream, epoch * kernels::kOrderBlocks + key / 4);
        std::ranges::copy(block, keys_.begin() + static_cast<std::ptrdiff_t>(key));
    }
}

void Permutation::shuffle(std::uint64_t seed, random::Stream stream, std::uint64_t epoch) noexcept {
    static_assert(kMaxShuffled == kernels::kMaxShuffledSamples);
    constexpr std::uint64_t kMaxDigits = kernels::kMaxRegisterSamples;  // of one fraction of 64 bits: 8! is 2^15
    std::iota(table_.begin(), table_.begin() + static_cast<std::ptrdiff_t>(size_), std::uint16_t{0});
    random::Block block{};
    std::uint64_t fraction = 0;
    for (std::uint64_t place = 0; place + 1 < size_; ++place) {
        const std::uint64_t rest = size_ - place;
        if (size_ > kMaxDigits ? place % 4 == 0 : place == 0) {
            block = random::block(seed, stream, epoch * kernels::kOrderBlocks + place / 4);
            fraction = block[0] | std::uint64_t{block[1]} << 32;
        }
        const std::uint64_t digit = size_ > kMaxDigits ? block[place % 4] * rest >> 32 : take_digit(fraction, rest);
        std::swap(table_[place], table_[place + digit]);
    }
}

std::uint64_t Permutation::operator()(std::uint64_t position) const noexcept {
    const kernels::IndexNetwork network{size_, high_radix_, low_radix_, keys_.data()};
    return is_shuffled()                            ? table_[position]
           : high_radix_ <= kernels::kMaxShortRadix ? kernels::walk_network<false, std::uint16_t>(network, position)
                                                    : kernels::walk_network<false, std::uint32_t>(network, position);
}

void Permutation::images(std::uint64_t first, std::span<std::uint64_t> images) const {
    if (is_shuffled()) {
        std::copy_n(table_.begin() + static_cast<std::ptrdiff_t>(first), images.size(), images.begin());
    } else {
        kernels::kernel_table().map_long({size_, high_radix_, low_radix_, keys_.data()}, first, images.data(),
                                         images.size());
    }
}

void Permutation::images(std::uint64_t first, std::span<std::uint32_t> images) const {
    if (is_shuffled()) {
        std::copy_n(table_.begin() + static_cast<std::ptrdiff_t>(first), images.size(), images.begin());
    } else {
        kernels::kernel_table().map_short({size_, high_radix_, low_radix_, keys_.data()}, false, first, images.data(),
                                          images.size());
    }
}

void Permutation::positions(std::uint64_t first, std::span<std::uint32_t> positions) const {
    kernels::kernel_table().map_short({size_, high_radix_, low_radix_, keys_.data()}, true, first, positions.data(),
                                      positions.size());
}

BatchOrder::BatchOrder(std::uint64_t num_samples, std::uint64_t batch_size, Sampling sampling, std::uint64_t seed)
    : num_samples_(num_samples), batch_size_(batch_size), steps_per_epoch_(0), sampling_(sampling), seed_(seed) {
    if (num_samples == 0) {
        throw std::invalid_argument("the data set has no samples");
    }
    if (batch_size > num_samples) {
        throw std::invalid_argument("the batch size is " + std::to_string(batch_size) + ": expected at most the " +
                                    std::to_string(num_samples) + " samples of the data set");
    }
    if (batch_size_ == 0) {
        batch_size_ = num_samples_;
        sampling_ = Sampling::sequential;
    }
    steps_per_epoch_ = num_samples_ / batch_size_ + (num_samples_ % batch_size_ != 0 ? 1 : 0);
}

std::uint64_t BatchOrder::batch_size(std::uint64_t step) const noexcept {
    if (sampling_ == Sampling::with_replacement) {
        return batch_size_;
    }
    return std::min(batch_size_, num_samples_ - step % steps_per_epoch_ * batch_size_);
}

BatchOrder::Batch::Batch(const BatchOrder& order, std::uint64_t step) noexcept
    : sampling_(order.sampling_),
      first_(step % order.steps_per_epoch_ * order.batch_size_),
      num_samples_(order.batch_size(step)),
      population_(order.num_samples_),
      seed_(order.seed_),
      epoch_(step / order.steps_per_epoch_) {
    if (sampling_ == Sampling::with_replacement) {
        first_ = step * order.batch_size_;
    }
}

namespace {

/// The order of an epoch's whole blocks. To shuffle 1,000 of them takes 7 microseconds, as much as the samples of two
/// chunks: each thread keeps the order that it used last.
const Permutation& order_of_blocks(std::uint64_t num_whole, std::uint64_t seed, std::uint64_t epoch) {
    struct Kept {
        std::uint64_t num_whole, seed, epoch;
        Permutation order;
    };
    thread_local std::optional<Kept> kept;
    if (!kept || kept->num_whole != num_whole || kept->seed != seed || kept->epoch != epoch) {
        const std::uint64_t size = std::max<std::uint64_t>(1, num_whole);
        kept = {num_whole, seed, epoch, Permutation(size, seed, random::Stream::block_order, epoch)};
    }
    return kept->order;
}

}  // namespace

/// The samples at `place` of the epoch and after it: block after block.
void BatchOrder::Batch::indices_in_blocks(std::uint64_t place, std::span<std::uint64_t> indices) const {
    const std::uint64_t num_whole = population_ / kBlockSamples, partial_size = population_ % kBlockSamples;
    const Permutation& block_order = order_of_blocks(num_whole, seed_, epoch_);
    // The partial block comes after a random number of whole ones.
    const std::uint64_t partial_first =
        random::integer(seed_, random::Stream::partial_block, epoch_, num_whole + 1) * kBlockSamples;
    while (!indices.empty()) {
        const bool is_partial = place >= partial_first && place < partial_first + partial_size;
        const std::uint64_t in_whole = place < partial_first ? place : place - partial_size;
        const std::uint64_t block = is_partial ? num_whole : block_order(in_whole / kBlockSamples);
        const std::uint64_t size = is_partial ? partial_size : kBlockSamples;
        const std::uint64_t first = is_partial ? place - partial_first : in_whole % kBlockSamples;
        const std::size_t count = static_cast<std::size_t>(std::min<std::uint64_t>(indices.size(), size - first));
        const std::span<std::uint64_t> part = indices.first(count);
        Permutation(size, seed_, random::Stream::within_block, epoch_ * (num_whole + 1) + block).images(first, part);
        for (std::uint64_t& index : part) {
            index += block * kBlockSamples;
        }
        indices = indices.subspan(count);
        place += count;
    }
}

void BatchOrder::Batch::indices(std::uint64_t position, std::span<std::uint64_t> indices) const {
    if (sampling_ == Sampling::shuffled_blocks) {
        return indices_in_blocks(first_ + position, indices);
    }
    if (sampling_ == Sampling::shuffled) {
        return Permutation(population_, seed_, random::Stream::epoch_order, epoch_).images(first_ + position, indices);
    }
    if (sampling_ == Sampling::with_replacement) {
        return draw(seed_, population_, first_ + position, indices);
    }
    std::iota(indices.begin(), indices.end(), first_ + position);
}

}  // namespace skein
