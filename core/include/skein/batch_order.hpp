/// Which samples step t sees: a function of (seed, t), without a stored permutation or other state.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "skein/random.hpp"

namespace skein {

/// A keyed bijection on [0, size), in constant memory: a Feistel network on the smallest power of two that holds the
/// domain (M. Luby and C. Rackoff, SIAM J. Computing 17, 1988), walked along its cycle until it lands inside
/// (J. Black and P. Rogaway, CT-RSA 2002).
class Permutation {
public:
    /// Keyed by (seed, stream, epoch). `size` is at least 1.
    Permutation(std::uint64_t size, std::uint64_t seed, random::Stream stream, std::uint64_t epoch) noexcept;

    /// The image of `position`, which is below size.
    std::uint64_t operator()(std::uint64_t position) const noexcept;

    /// Replaces each of `positions` by its image: the same, many at a time.
    void apply(std::span<std::uint64_t> positions) const;

private:
    static constexpr std::size_t kMaxRounds = 32;
    std::uint64_t size_;
    std::array<std::uint32_t, kMaxRounds> keys_;
};

enum class Sampling : std::uint8_t {
    shuffled,          ///< each epoch sees every sample once, in a new order
    with_replacement,  ///< each sample of each step is drawn from all samples
    sequential,        ///< each epoch sees the samples in the order of the data set
    shuffled_blocks,   ///< each epoch sees every sample once: blocks of kBlockSamples in a new order, and the samples
                       ///< of each block in a new order
};
inline constexpr std::array<std::string_view, 4> kSamplingNames{"shuffled", "with_replacement", "sequential",
                                                                "shuffled_blocks"};
/// Samples of a block: half a MiB of doubles in two columns, which is one read of a file and fits into an L2 cache.
/// Block shuffling does not mix distant samples: in a sorted file, or one joined from different parts, consecutive
/// mini-batches look alike.
inline constexpr std::uint64_t kBlockSamples = 32768;

/// The mini-batches of a run. An epoch has ceil(num_samples / batch_size) steps; the last one takes the remaining
/// samples.
class BatchOrder {
public:
    /// A batch_size of 0 means the full batch, in sequential order.
    /// Throws std::invalid_argument if batch_size > num_samples.
    BatchOrder(std::uint64_t num_samples, std::uint64_t batch_size, Sampling sampling, std::uint64_t seed);

    std::uint64_t num_samples() const noexcept { return num_samples_; }
    std::uint64_t steps_per_epoch() const noexcept { return steps_per_epoch_; }
    bool is_full_batch() const noexcept { return batch_size_ == num_samples_; }
    Sampling sampling() const noexcept { return sampling_; }
    /// Samples of a step's mini-batch.
    std::uint64_t batch_size(std::uint64_t step) const noexcept;

    /// One step's mini-batch.
    class Batch {
    public:
        std::uint64_t num_samples() const noexcept { return num_samples_; }
        /// Whether its samples are [first(), first() + num_samples()).
        bool is_range() const noexcept { return sampling_ == Sampling::sequential; }
        std::uint64_t first() const noexcept { return first_; }
        /// The indices of its samples at positions [position, position + indices.size()).
        void indices(std::uint64_t position, std::span<std::uint64_t> indices) const;

    private:
        friend class BatchOrder;
        Batch(const BatchOrder& order, std::uint64_t step) noexcept;
        void indices_in_blocks(std::uint64_t place, std::span<std::uint64_t> indices) const;
        Sampling sampling_;
        std::uint64_t first_;  // position of its first sample, in the epoch or (with replacement) in the whole run
        std::uint64_t num_samples_;
        std::uint64_t population_;
        std::uint64_t seed_;
        std::uint64_t epoch_;
        std::optional<Permutation> permutation_;  // of the shuffled epoch, or of its whole blocks
        std::uint64_t partial_place_ = 0;         // number of whole blocks before the partial one
    };
    Batch batch(std::uint64_t step) const noexcept { return Batch(*this, step); }

private:
    std::uint64_t num_samples_;
    std::uint64_t batch_size_;
    std::uint64_t steps_per_epoch_;
    Sampling sampling_;
    std::uint64_t seed_;
};

}  // namespace skein
