/// Loss and weight gradients of a chain over samples.
///
/// The loss is the mean of (y - f_L)^2 over the samples, without a factor 1/2; with sample weights m it is
/// sum m (y - f_L)^2 / sum m. dloss/dw_i is the gradient of that same mean.
///
/// The reduction shape, a function of the number of samples alone: samples come in chunks of kChunkSamples; sample i of
/// a chunk is added, in index order, to slot i mod kNumSlots; the slots of a chunk are combined by pairs (s, s + n/2),
/// then (s, s + n/4), ..., in Scalar; chunks by a binary tree over aligned powers of two, in double; then one
/// multiplication by the reciprocal of the count. So neither threads, tiles nor instruction sets change a bit.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "skein/chain.hpp"
#include "skein/compression.hpp"
#include "skein/dataset.hpp"
#include "skein/execution.hpp"

namespace skein {

inline constexpr std::size_t kChunkSamples = 1024;
inline constexpr std::size_t kNumSlots = 16;

template <class Scalar>
struct LossAndGradient {
    double loss = 0.0;
    std::vector<Scalar> weight_gradients;  // [layers]
    /// Of compressed data. The bounds are infinite where the loss is not finite.
    CompressionRecord compression;
};

/// By back-propagation. Throws std::invalid_argument for no samples. NaN where it is given up
/// (Execution::stop_request); so are the loss, and the outputs not yet made, below. On compressed data std::runtime_error
/// where the bound of the error is beyond the tolerance and the samples are not at hand.
template <class Scalar>
LossAndGradient<Scalar> loss_and_gradient(const Chain<Scalar>& chain, const Dataset<Scalar>& data,
                                          const Execution& execution = {});
template <class Scalar>
LossAndGradient<Scalar> loss_and_gradient(const Chain<Scalar>& chain, const MiniBatch<Scalar>& batch,
                                          const Execution& execution = {});

/// The loss alone: the forward half of the work, and the same bits.
template <class Scalar>
double loss(const Chain<Scalar>& chain, const Dataset<Scalar>& data, const Execution& execution = {});

struct BoundedLoss {
    double loss = 0.0;
    CompressionRecord compression;  ///< as LossAndGradient::compression
};
template <class Scalar>
BoundedLoss bounded_loss(const Chain<Scalar>& chain, const Dataset<Scalar>& data, const Execution& execution = {});

/// The chain's outputs f_L(x). `outputs` is as long as `inputs`, and may be the same memory.
template <class Scalar>
void predict(const Chain<Scalar>& chain, std::span<const Scalar> inputs, std::span<Scalar> outputs,
             const Execution& execution = {});

}  // namespace skein
