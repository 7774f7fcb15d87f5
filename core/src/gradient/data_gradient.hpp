// Loss and weight gradient over the samples of a batch, or over a compressed data set in their place.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "gradient/batch_gradient.hpp"
#include "gradient/compressed_gradient.hpp"
#include "skein/compression.hpp"

namespace skein::internal {

enum class Computed : std::uint8_t {
    done,
    given_up,          ///< a stop was requested
    beyond_tolerance,  ///< of the compressed data set, whose samples are not at hand
};

/// Throws std::invalid_argument for compressed data and a chain with a relu layer, or batches that are not full.
template <class Scalar>
void check_compressed(const Dataset<Scalar>& data, std::span<const Activation> activations, std::uint64_t max_samples);

template <class Scalar>
class DataGradient {
public:
    /// Scratch for batches of at most `max_samples`. `data` and `activations` outlive this. Throws as
    /// check_compressed() does.
    DataGradient(const Dataset<Scalar>& data, std::span<const Activation> activations, std::uint64_t max_samples,
                 const Execution& execution);

    /// As BatchGradient::compute().
    Computed compute(const Chain<Scalar>& chain, const BatchOrder::Batch& batch, bool with_gradient = true);

    std::uint64_t num_samples() const noexcept { return data_.num_samples(); }
    /// NaN where it was not done.
    double loss() const noexcept { return loss_; }
    std::span<const Scalar> weight_gradients() const noexcept { return weight_gradients_; }
    /// Samples or nodes that the last one went through.
    std::uint64_t num_evaluated() const noexcept { return num_evaluated_; }
    /// Where the last one was beyond the tolerance: how far, and of what.
    const StepBound& bound_beyond_tolerance() const noexcept { return compressed_->bound(); }
    /// Of all so far.
    const CompressionRecord& record() const noexcept { return record_; }
    /// The same, which begins again at nothing.
    CompressionRecord take_record() noexcept { return std::exchange(record_, {}); }

private:
    bool compute_compressed(const Chain<Scalar>& chain, bool with_gradient);
    void take(double loss, std::span<const Scalar> gradients);

    const Dataset<Scalar>& data_;
    std::optional<CompressedGradient> compressed_;
    std::optional<BatchGradient<Scalar>> exact_;  // where the samples are at hand
    std::vector<double> weights_;                 // the chain's, in double
    double loss_ = 0.0;
    std::vector<Scalar> weight_gradients_;
    std::uint64_t num_evaluated_ = 0;
    CompressionRecord record_;
};

}  // namespace skein::internal
