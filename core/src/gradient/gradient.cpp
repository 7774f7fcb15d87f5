#include "skein/gradient.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>
#include <string>

#include "base/parallel.hpp"
#include "base/require.hpp"
#include "base/round_up.hpp"
#include "base/text.hpp"
#include "gradient/data_gradient.hpp"
#include "samples/memory_source.hpp"

namespace skein {

using namespace internal;

namespace {

template <class Scalar>
DataGradient<Scalar> computed_over_all(const Chain<Scalar>& chain, const Dataset<Scalar>& data, bool with_gradient,
                                       const Execution& execution) {
    DataGradient<Scalar> gradient(data, chain.activations(), data.num_samples(), execution);
    const BatchOrder all(data.num_samples(), 0, Sampling::sequential, 0);
    if (gradient.compute(chain, all.batch(0), with_gradient) == Computed::beyond_tolerance) {
        const StepBound& bound = gradient.bound_beyond_tolerance();
        const bool rounds = bound.interpolation <= data.compression_tolerance();
        throw std::runtime_error(
            to_text("the error on the compressed data is bounded by ", rounded(bound.relative),
                    " with these weights: expected at most the tolerance, ", data.compression_tolerance(), " (",
                    rounds ? "it is rounding: fewer nodes" : "finer panels", ", or the samples, would do)"));
    }
    return gradient;
}

/// Nothing bounds the error of what has overflowed.
template <class Scalar>
CompressionRecord record_of(const DataGradient<Scalar>& gradient) {
    CompressionRecord record = gradient.record();
    if (record.num_compressed != 0 && !std::isfinite(gradient.loss())) {
        record.largest_bound = record.largest_bound_of_value = std::numeric_limits<double>::infinity();
    }
    return record;
}

}  // namespace

template <class Scalar>
LossAndGradient<Scalar> loss_and_gradient(const Chain<Scalar>& chain, const Dataset<Scalar>& data,
                                          const Execution& execution) {
    const FloatingPointEnvironment environment;
    const DataGradient<Scalar> gradient = computed_over_all(chain, data, true, execution);
    return {
        gradient.loss(), {gradient.weight_gradients().begin(), gradient.weight_gradients().end()}, record_of(gradient)};
}

template <class Scalar>
LossAndGradient<Scalar> loss_and_gradient(const Chain<Scalar>& chain, const MiniBatch<Scalar>& batch,
                                          const Execution& execution) {
    if (batch.num_samples != 0 && (batch.x == nullptr || batch.y == nullptr)) {
        throw std::invalid_argument("the mini-batch has no x or no y: expected both columns");
    }
    return loss_and_gradient(chain, Dataset<Scalar>(std::make_shared<ViewSource<Scalar>>(batch)), execution);
}

template <class Scalar>
double loss(const Chain<Scalar>& chain, const Dataset<Scalar>& data, const Execution& execution) {
    return bounded_loss(chain, data, execution).loss;
}

template <class Scalar>
BoundedLoss bounded_loss(const Chain<Scalar>& chain, const Dataset<Scalar>& data, const Execution& execution) {
    const FloatingPointEnvironment environment;
    const DataGradient<Scalar> gradient = computed_over_all(chain, data, false, execution);
    return {gradient.loss(), record_of(gradient)};
}

template <class Scalar>
void predict(const Chain<Scalar>& chain, std::span<const Scalar> inputs, std::span<Scalar> outputs,
             const Execution& execution) {
    if (inputs.size() != outputs.size()) {
        throw std::invalid_argument("predict() has room for " + std::to_string(outputs.size()) + " outputs: expected " +
                                    std::to_string(inputs.size()) + ", one per input");
    }
    const kernels::ChainView<Scalar> view{chain.weights().data(), chain.activations().data(), chain.num_layers()};
    for_each_chunk(divided_up(inputs.size(), kChunkSamples),
                   choose_num_threads(chain.num_layers(), inputs.size(), execution), [&](std::size_t chunk, int) {
                       const std::size_t first = chunk * kChunkSamples;
                       const std::size_t count = std::min(kChunkSamples, inputs.size() - first);
                       if (is_requested(execution.stop_request)) {
                           std::fill_n(outputs.data() + first, count, std::numeric_limits<Scalar>::quiet_NaN());
                           return;
                       }
                       kernels::kernels<Scalar>().forward(view, inputs.data() + first, outputs.data() + first, count);
                   });
}

#define SKEIN_INSTANTIATE(Scalar)                                                                      \
    template LossAndGradient<Scalar> loss_and_gradient(const Chain<Scalar>&, const Dataset<Scalar>&,   \
                                                       const Execution&);                              \
    template LossAndGradient<Scalar> loss_and_gradient(const Chain<Scalar>&, const MiniBatch<Scalar>&, \
                                                       const Execution&);                              \
    template double loss(const Chain<Scalar>&, const Dataset<Scalar>&, const Execution&);              \
    template BoundedLoss bounded_loss(const Chain<Scalar>&, const Dataset<Scalar>&, const Execution&); \
    template void predict(const Chain<Scalar>&, std::span<const Scalar>, std::span<Scalar>, const Execution&);
SKEIN_INSTANTIATE(float)
SKEIN_INSTANTIATE(double)
#undef SKEIN_INSTANTIATE

}  // namespace skein
