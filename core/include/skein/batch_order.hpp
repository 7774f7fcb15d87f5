/// Which samples step t sees: a function of (seed, t), without a stored permutation or other state.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "skein/random.hpp"

namespace skein {

/// A keyed bijection on [0, size), in constant memory.
///
/// Up to kMaxShuffled it is a shuffle (R. Durstenfeld, Algorithm 235, Communications of the ACM 7, 1964). Step
/// i = 0, 1, ..., size - 2 draws j = i + floor(r (size - i)) and swaps entries i and j of a table that begins as 0, 1,
/// ... The r are fractions of 32 bits, four to a Philox block; up to 8 positions one fraction of 64 bits serves all
/// steps: the next r is the fractional part of r (size - i). No order is likelier than another by more than a relative
/// size^2 / 2^33.
///
/// A larger domain is the numbers high * b + low, high < a and low < b, with a = ceil(sqrt(size)) and b = ceil(size / a).
/// Eight rounds add a keyed hash of one half to the other, modulo a or b in turn. This is a Feistel network (M. Luby and
/// C. Rackoff, SIAM J. Computing 17, 1988; on two radices: P. Morris, P. Rogaway and T. Stegers, CRYPTO 2009). A number
/// that it takes outside the domain goes through it again, until it lands inside (J. Black and P. Rogaway, CT-RSA 2002).
class Permutation {
public:
    static constexpr std::uint64_t kMaxShuffled = 1024;

    /// Keyed by (seed, stream, epoch). `size` is at least 1 and at most 2^62.
    Permutation(std::uint64_t size, std::uint64_t seed, random::Stream stream, std::uint64_t epoch) noexcept;

    /// The image of `position`, which is below size.
    std::uint64_t operator()(std::uint64_t position) const noexcept;

    /// The images of positions [first, first + images.size()): the same, many at a time.
    void images(std::uint64_t first, std::span<std::uint64_t> images) const;

    /// The same in 32 bits, for a size of at most 2^30.
    void images(std::uint64_t first, std::span<std::uint32_t> images) const;
    /// The positions whose images are [first, first + positions.size()), for a size from kMaxShuffled + 1 to 2^30.
    void positions(std::uint64_t first, std::span<std::uint32_t> positions) const;

private:
    bool is_shuffled() const noexcept { return size_ <= kMaxShuffled; }
    void shuffle(std::uint64_t seed, random::Stream stream, std::uint64_t epoch) noexcept;

    std::uint64_t size_;
    std::uint32_t high_radix_ = 0, low_radix_ = 0;
    std::array<std::uint32_t, 8> keys_;
    std::array<std::uint16_t, kMaxShuffled> table_;
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

    /// The full batch, in sequential order.
    static BatchOrder all(std::uint64_t num_samples) { return BatchOrder(num_samples, 0, Sampling::sequential, 0); }

    std::uint64_t num_samples() const noexcept { return num_samples_; }
    std::uint64_t steps_per_epoch() const noexcept { return steps_per_epoch_; }
    bool is_full_batch() const noexcept { return batch_size_ == num_samples_; }
    Sampling sampling() const noexcept { return sampling_; }
    std::uint64_t seed() const noexcept { return seed_; }
    /// Samples of a step's mini-batch.
    std::uint64_t batch_size(std::uint64_t step) const noexcept;

    /// One step's mini-batch.
    class Batch {
    public:
        std::uint64_t num_samples() const noexcept { return num_samples_; }
        /// Whether its samples are [first(), first() + num_samples()).
        bool is_range() const noexcept { return sampling_ == Sampling::sequential; }
        std::uint64_t first() const noexcept { return first_; }
        std::uint64_t epoch() const noexcept { return epoch_; }
        /// Of its first sample, in the whole run.
        std::uint64_t position() const noexcept {
            return sampling_ == Sampling::with_replacement ? first_ : epoch_ * population_ + first_;
        }
        /// Samples from its first one on, up to the end of the epoch; without end if they are drawn with replacement.
        std::uint64_t num_samples_on() const noexcept {
            return sampling_ == Sampling::with_replacement ? ~first_ : population_ - first_;
        }
        /// The indices of its samples at positions [position, position + indices.size()); beyond its end, those of the
        /// batches after it, as far as num_samples_on() goes.
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
