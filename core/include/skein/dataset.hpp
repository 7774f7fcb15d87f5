/// Data sets of samples (x, y), in memory or behind a SampleSource.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "skein/sample_source.hpp"

namespace skein {

/// Samples, as a value. Copies share the memory.
template <class Scalar>
class Dataset {
public:
    /// Samples (x_i, y_i). With sample weights m, sample i counts m_i times; the unit of the weights does not matter.
    /// Throws std::invalid_argument for no samples, columns of different lengths, a number that is not finite (naming
    /// its row), negative sample weights, or sample weights that sum to zero.
    Dataset(std::vector<Scalar> x, std::vector<Scalar> y, std::vector<Scalar> sample_weight = {});
    /// Throws std::invalid_argument for a null pointer and for a source without samples.
    explicit Dataset(std::shared_ptr<const SampleSource<Scalar>> source);

    std::uint64_t num_samples() const noexcept { return source_->num_samples(); }
    const SampleSource<Scalar>& source() const noexcept { return *source_; }
    /// The weights of the source are those of the constructor's column times 2^-weight_exponent(): 0 unless the largest is
    /// beyond 2^512 or below 2^-512 (2^64 and 2^-64 in float).
    int weight_exponent() const noexcept { return weight_exponent_; }

    /// Splits off round(fraction * num_samples) samples (at least 1) for validation, chosen by the keyed bijection of
    /// (seed, random::Stream::validation_split); the other part holds the rest. Both keep the order of the source. Of a
    /// source that prefers blocks and has at least 65,536 samples, whole stretches of 1,024 neighbours are split off (at
    /// least one); of computed samples, the first ones.
    /// Throws std::invalid_argument unless 0 < fraction < 1 and both parts get a sample.
    struct Split;
    [[nodiscard]] Split split(double fraction, std::uint64_t seed) const;

private:
    std::shared_ptr<const SampleSource<Scalar>> source_;
    int weight_exponent_ = 0;
};

template <class Scalar>
struct Dataset<Scalar>::Split {
    Dataset training;
    Dataset validation;
};

}  // namespace skein
