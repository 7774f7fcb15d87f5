/// Data sets of samples (x, y): in memory, made by a function, or compressed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "skein/compressed_dataset.hpp"
#include "skein/compression.hpp"

namespace skein {

/// Samples side by side: columns of `num_samples` numbers that somebody else owns.
template <class Scalar>
struct MiniBatch {
    const Scalar* x = nullptr;
    const Scalar* y = nullptr;
    /// The weight m of each sample, or null where every sample counts once.
    const Scalar* sample_weight = nullptr;
    std::size_t num_samples = 0;
};

/// Room for the samples of one chunk: three columns of at least as many numbers as are asked for.
template <class Scalar>
struct SampleBuffer {
    Scalar* x = nullptr;
    Scalar* y = nullptr;
    Scalar* sample_weight = nullptr;

    /// The room from a sample on.
    SampleBuffer from(std::size_t first) const noexcept {
        return {x + first, y + first, sample_weight == nullptr ? nullptr : sample_weight + first};
    }
};

/// Where samples come from: implement it to train on data of your own. Called from several threads at once; sample i
/// must be the same whenever and however it is asked for.
template <class Scalar>
class SampleSource {
public:
    virtual ~SampleSource() = default;
    virtual std::uint64_t num_samples() const noexcept = 0;
    /// Whether samples in no order take far longer than neighbours: those of a file do.
    virtual bool prefers_blocks() const noexcept { return false; }
    /// The `count` samples from `first` on, in `buffer` or in memory of the source's own.
    virtual MiniBatch<Scalar> range(std::uint64_t first, std::size_t count,
                                    const SampleBuffer<Scalar>& buffer) const = 0;
    /// The samples of these indices, in their order, always in `buffer`.
    virtual MiniBatch<Scalar> gather(std::span<const std::uint64_t> indices,
                                     const SampleBuffer<Scalar>& buffer) const = 0;
};

/// A data set, as a value; copies share the samples.
template <class Scalar>
class Dataset {
public:
    /// Samples (x_i, y_i), each counting m_i times where sample weights are given.
    /// Throws std::invalid_argument for no samples, columns of different lengths, a number that is not finite (naming
    /// its row), negative sample weights, or sample weights that sum to zero.
    Dataset(std::vector<Scalar> x, std::vector<Scalar> y, std::vector<Scalar> sample_weight = {});
    explicit Dataset(std::shared_ptr<const SampleSource<Scalar>> source);
    /// A compressed data set in the place of its samples, for whatever sees all of them at once: full batches, losses,
    /// gradients over the data. `samples`, where they are at hand, serve where the bound of the error is beyond the
    /// tolerance (skein/compression.hpp).
    /// Throws std::invalid_argument for a tolerance that is not positive, or as many samples as do not agree.
    explicit Dataset(CompressedDataset compressed, double tolerance = kDefaultCompressionTolerance,
                     const Dataset* samples = nullptr);

    std::uint64_t num_samples() const noexcept { return source_->num_samples(); }
    /// Where has_samples() is false it only throws std::invalid_argument, when asked for samples.
    const SampleSource<Scalar>& source() const noexcept { return *source_; }
    bool has_samples() const noexcept { return has_samples_; }
    /// Null where the data set is not compressed.
    const CompressedDataset* compressed() const noexcept { return compressed_ ? &*compressed_ : nullptr; }
    double compression_tolerance() const noexcept { return tolerance_; }

    /// Splits off round(fraction * num_samples) samples (at least 1), chosen by the keyed bijection of
    /// (seed, random::Stream::validation_split); the other part holds the rest. Where the source prefers blocks and has at least
    /// 65,536 samples, whole runs of 1,024 neighbours are split off (at least one), and both parts are in its order.
    /// Throws std::invalid_argument unless 0 < fraction < 1 and both parts get a sample.
    struct Split;
    Split split(double fraction, std::uint64_t seed) const;

private:
    std::shared_ptr<const SampleSource<Scalar>> source_;
    std::optional<CompressedDataset> compressed_;
    double tolerance_ = 0.0;
    bool has_samples_ = true;
};

template <class Scalar>
struct Dataset<Scalar>::Split {
    Dataset training;
    Dataset validation;
};

}  // namespace skein
