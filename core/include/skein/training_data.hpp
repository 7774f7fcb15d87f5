/// What chains are trained on: samples, or compressed data in their place.
#pragma once

#include <cstdint>
#include <optional>
#include <utility>
#include <variant>

#include "skein/compressed_dataset.hpp"
#include "skein/dataset.hpp"

namespace skein {

/// The tolerance is relative. The error of a loss is divided by mean(y^2), that of a gradient by rms(y) times the
/// largest |df_L/dw_i| over all samples and layers. These scales do not vanish where loss and gradient do. (If y or
/// every derivative is 0, the scale is 1.) The tolerance limits the error of interpolation. Rounding comes on top;
/// CompressionRecord tells both.
inline constexpr double kDefaultCompressionTolerance = 1e-10;

/// Compressed data for whatever sees all samples at once: full batches, losses, gradients over the data.
template <class Scalar>
class CompressedData {
public:
    /// `samples`: those that `sums` were made of, if you have them. A step whose error bound exceeds the tolerance uses
    /// them.
    /// Throws std::invalid_argument for a tolerance that is not positive and finite, and for another number of samples
    /// than were compressed.
    explicit CompressedData(CompressedDataset sums, double tolerance = kDefaultCompressionTolerance,
                            std::optional<Dataset<Scalar>> samples = std::nullopt);

    std::uint64_t num_samples() const noexcept { return sums_.num_samples(); }
    const CompressedDataset& sums() const noexcept { return sums_; }
    double tolerance() const noexcept { return tolerance_; }
    const std::optional<Dataset<Scalar>>& samples() const noexcept { return samples_; }

private:
    CompressedDataset sums_;
    double tolerance_;
    std::optional<Dataset<Scalar>> samples_;
};

/// Either of the two, as a value. Functions that take it can be called with a Dataset or with CompressedData.
template <class Scalar>
class TrainingData {
public:
    TrainingData(Dataset<Scalar> samples) noexcept : data_(std::move(samples)) {}
    TrainingData(CompressedData<Scalar> compressed) noexcept : data_(std::move(compressed)) {}

    std::uint64_t num_samples() const noexcept {
        return samples() != nullptr ? samples()->num_samples() : compressed()->num_samples();
    }
    /// Null if the data are compressed.
    const Dataset<Scalar>* samples() const noexcept { return std::get_if<Dataset<Scalar>>(&data_); }
    /// Null if the data are samples.
    const CompressedData<Scalar>* compressed() const noexcept { return std::get_if<CompressedData<Scalar>>(&data_); }

private:
    std::variant<Dataset<Scalar>, CompressedData<Scalar>> data_;
};

}  // namespace skein
