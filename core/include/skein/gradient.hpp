/// Loss and weight gradients of a chain over samples.
///
/// The loss is the mean of (y - f_L)^2 over the samples, without a factor 1/2; with sample weights m it is
/// sum m (y - f_L)^2 / sum m, or 0 if all m are 0. dloss/dw_i is the gradient of that same mean.
///
/// Sums have one shape, a function of the number of samples alone. Samples come in chunks of kChunkSamples. Sample i of
/// a chunk is added, in index order, to slot i mod kNumSlots. The slots of a chunk are combined in Scalar, by pairs
/// (s, s + n/2), then (s, s + n/4), and so on; chunks in double, by a binary tree over aligned powers of two. One
/// multiplication by the reciprocal of the count ends it. So neither threads, tiles nor instruction sets change a bit.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <type_traits>
#include <vector>

#include "skein/chain.hpp"
#include "skein/compression_record.hpp"
#include "skein/execution.hpp"
#include "skein/training_data.hpp"

namespace skein {

inline constexpr std::size_t kChunkSamples = 1024;
inline constexpr std::size_t kNumSlots = 16;

template <class Scalar>
struct LossAndGradient {
    double loss = 0.0;
    std::vector<Scalar> weight_gradients;  // [layers]
    /// Empty unless the data are compressed. The bounds are infinite if the loss is not finite.
    std::optional<CompressionRecord> compression;
};

/// Loss and gradient by back-propagation, over a Dataset or CompressedData. A stop request (execution.stop_request)
/// makes all of them NaN. Throws std::invalid_argument for compressed data and a layer that is not analytic;
/// ToleranceError if the error of compressed data may be beyond the tolerance and the samples are not at hand.
template <class Scalar>
[[nodiscard]] LossAndGradient<Scalar> loss_and_gradient(const Chain<Scalar>& chain,
                                                        const std::type_identity_t<TrainingData<Scalar>>& data,
                                                        const Execution& execution = {});
/// Throws std::invalid_argument for no samples.
template <class Scalar>
[[nodiscard]] LossAndGradient<Scalar> loss_and_gradient(const Chain<Scalar>& chain, const MiniBatch<Scalar>& batch,
                                                        const Execution& execution = {});

struct MeanLoss {
    double loss = 0.0;
    std::optional<CompressionRecord> compression;  ///< as in LossAndGradient
};

/// The loss alone: half of the work, and the same bits. Stops and throws as loss_and_gradient() does.
template <class Scalar>
[[nodiscard]] MeanLoss mean_loss(const Chain<Scalar>& chain, const std::type_identity_t<TrainingData<Scalar>>& data,
                                 const Execution& execution = {});

/// The chain's outputs f_L(x). `outputs` is as long as `inputs`, and may be the same memory. After a stop request the
/// outputs not yet computed are NaN.
template <class Scalar>
void predict(const Chain<Scalar>& chain, std::span<const Scalar> inputs, std::span<Scalar> outputs,
             const Execution& execution = {});

}  // namespace skein
