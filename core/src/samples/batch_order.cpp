#include "skein/batch_order.hpp"

#include <algorithm>
#include <numeric>
#include <stdexcept>
#include <string>

#include "kernels/feistel_round.hpp"
#include "kernels/kernel_table.hpp"
#include "samples/feistel_shape.hpp"

namespace skein {

using namespace internal;

Permutation::Permutation(std::uint64_t size, std::uint64_t seed, random::Stream stream, std::uint64_t epoch) noexcept
    : size_(size) {
    static_assert(kMaxRounds == kernels::kMaxFeistelRounds);
    for (std::size_t key = 0; key < FeistelShape(size).num_rounds; key += 4) {
        const random::Block block = random::block(seed, stream, epoch * (kMaxRounds / 4) + key / 4);
        std::copy(block.begin(), block.end(), keys_.begin() + static_cast<std::ptrdiff_t>(key));
    }
}

std::uint64_t Permutation::operator()(std::uint64_t position) const noexcept {
    const FeistelShape shape(size_);
    do {
        std::uint32_t low = static_cast<std::uint32_t>(position) & shape.low_mask;
        std::uint32_t high = static_cast<std::uint32_t>(position >> shape.low_bits);
        for (std::size_t round = 0; round < shape.num_rounds; round += 2) {
            high ^= kernels::mixed(low, keys_[round]) & shape.high_mask;
            low ^= kernels::mixed(high, keys_[round + 1]) & shape.low_mask;
        }
        position = std::uint64_t{high} << shape.low_bits | low;
    } while (position >= size_);
    return position;
}

void Permutation::apply(std::span<std::uint64_t> positions) const {
    const FeistelShape shape(size_);
    kernels::kernel_table().permute(
        {size_, shape.low_bits, shape.low_mask, shape.high_mask, shape.num_rounds, keys_.data()}, positions.data(),
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
    const std::uint64_t num_whole_blocks = population_ / kBlockSamples;
    if (sampling_ == Sampling::shuffled) {
        permutation_.emplace(population_, seed_, random::Stream::epoch_order, epoch_);
    } else if (sampling_ == Sampling::shuffled_blocks) {
        permutation_.emplace(std::max<std::uint64_t>(1, num_whole_blocks), seed_, random::Stream::block_order, epoch_);
        partial_place_ = random::integer(seed_, random::Stream::partial_block, epoch_, num_whole_blocks + 1);
    } else if (sampling_ == Sampling::with_replacement) {
        first_ = step * order.batch_size_;
    }
}

/// The samples at `place` of the epoch and after it: block after block.
void BatchOrder::Batch::indices_in_blocks(std::uint64_t place, std::span<std::uint64_t> indices) const {
    const std::uint64_t num_whole = population_ / kBlockSamples, partial_size = population_ % kBlockSamples;
    const std::uint64_t partial_first = partial_place_ * kBlockSamples;
    while (!indices.empty()) {
        const bool is_partial = place >= partial_first && place < partial_first + partial_size;
        const std::uint64_t in_whole = place < partial_first ? place : place - partial_size;
        const std::uint64_t block = is_partial ? num_whole : (*permutation_)(in_whole / kBlockSamples);
        const std::uint64_t size = is_partial ? partial_size : kBlockSamples;
        const std::uint64_t first = is_partial ? place - partial_first : in_whole % kBlockSamples;
        const std::size_t count = static_cast<std::size_t>(std::min<std::uint64_t>(indices.size(), size - first));
        const std::span<std::uint64_t> part = indices.first(count);
        std::iota(part.begin(), part.end(), first);
        Permutation(size, seed_, random::Stream::within_block, epoch_ * (num_whole + 1) + block).apply(part);
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
    std::iota(indices.begin(), indices.end(), first_ + position);
    if (sampling_ == Sampling::shuffled) {
        permutation_->apply(indices);
    } else if (sampling_ == Sampling::with_replacement) {
        for (std::uint64_t& index : indices) {
            index = random::integer(seed_, random::Stream::replacement, index, population_);
        }
    }
}

}  // namespace skein
