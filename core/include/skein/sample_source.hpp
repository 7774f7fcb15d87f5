/// Where samples (x, y) come from, and the columns that hold some of them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace skein {

/// Columns of `num_samples` numbers each. The memory belongs to somebody else.
template <class Scalar>
struct MiniBatch {
    const Scalar* x = nullptr;
    const Scalar* y = nullptr;
    /// The weight m of each sample; null if every sample counts once.
    const Scalar* sample_weight = nullptr;
    std::size_t num_samples = 0;
};

/// Memory for the samples of one chunk: three columns, each at least as long as the number of samples asked for.
template <class Scalar>
struct SampleBuffer {
    Scalar* x = nullptr;
    Scalar* y = nullptr;
    Scalar* sample_weight = nullptr;

    /// The same columns without their first `first` rows.
    SampleBuffer from(std::size_t first) const noexcept {
        return {x + first, y + first, sample_weight == nullptr ? nullptr : sample_weight + first};
    }
};

/// Implement it to train on data of your own. Several threads call it at once. Sample i must be the same whenever and
/// however it is asked for.
template <class Scalar>
class SampleSource {
public:
    virtual ~SampleSource() = default;
    virtual std::uint64_t num_samples() const noexcept = 0;
    /// Whether neighbouring samples come much faster than scattered ones, as from a file.
    virtual bool prefers_blocks() const noexcept { return false; }
    /// Whether each sample is computed when it is asked for, by itself: then scattered samples cost no more than
    /// neighbours, and the first samples are as good for validation as any.
    virtual bool is_computed() const noexcept { return false; }
    /// Samples [first, first + count), in `buffer` or in memory of the source's own.
    virtual MiniBatch<Scalar> range(std::uint64_t first, std::size_t count,
                                    const SampleBuffer<Scalar>& buffer) const = 0;
    /// The samples with these indices, in this order, always in `buffer`.
    virtual MiniBatch<Scalar> gather(std::span<const std::uint64_t> indices,
                                     const SampleBuffer<Scalar>& buffer) const = 0;
};

}  // namespace skein
