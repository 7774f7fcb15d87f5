// Loss and weight gradient over training data. make_data_gradient() is the one place that chooses between samples and
// compressed data.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>

#include "skein/batch_order.hpp"
#include "skein/chain.hpp"
#include "skein/compression_record.hpp"
#include "skein/execution.hpp"
#include "skein/training_data.hpp"

namespace skein::internal {

enum class Computed : std::uint8_t {
    done,
    given_up,          ///< a stop was requested
    beyond_tolerance,  ///< the compressed data are too coarse, and the samples are not at hand
};

template <class Scalar>
class DataGradient {
public:
    virtual ~DataGradient() = default;
    DataGradient(const DataGradient&) = delete;
    DataGradient& operator=(const DataGradient&) = delete;

    /// The mean loss of a batch and, if `with_gradient`, its gradient. All NaN unless done.
    virtual Computed compute(const Chain<Scalar>& chain, const BatchOrder::Batch& batch, bool with_gradient) = 0;

    /// Makes a batch's samples ready, and says which lie ready from it on, in the order of the run: to the end of the
    /// epoch at most, unweighted, in memory that the next call overwrites. None if there are no such samples, or after a
    /// stop request.
    virtual MiniBatch<Scalar> samples_on(const BatchOrder::Batch&) { return {}; }

    double loss() const noexcept { return loss_; }
    /// [layers]
    std::span<const Scalar> weight_gradients() const noexcept { return weight_gradients_; }
    /// Samples, or nodes of compressed data, that the last compute() went through.
    std::uint64_t num_evaluated() const noexcept { return num_evaluated_; }
    /// Of every compute() so far; empty unless the data are compressed.
    virtual std::optional<CompressionRecord> record() const { return std::nullopt; }
    /// Throws ToleranceError if the last compute() was beyond the tolerance.
    virtual void require_within_tolerance() const {}

protected:
    DataGradient() = default;
    double loss_ = 0.0;
    std::span<const Scalar> weight_gradients_;  // of the derived class
    std::uint64_t num_evaluated_ = 0;
};

/// Throws std::invalid_argument for compressed data if a layer is not analytic, or if batches are not full.
template <class Scalar>
void check_training_data(const TrainingData<Scalar>& data, std::span<const Activation> activations,
                         std::uint64_t max_samples);

/// For about `num_steps` batches of `order`. `data` and `activations` outlive the result. Throws as check_training_data()
/// does.
template <class Scalar>
std::unique_ptr<DataGradient<Scalar>> make_data_gradient(const TrainingData<Scalar>& data,
                                                         std::span<const Activation> activations,
                                                         const BatchOrder& order, std::uint64_t num_steps,
                                                         const Execution& execution);

}  // namespace skein::internal
