#include "skein/gradient.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <stdexcept>
#include <string>

#include "base/floating_point_environment.hpp"
#include "base/parallel.hpp"
#include "base/round_up.hpp"
#include "base/stop_request.hpp"
#include "gradient/batch_gradient.hpp"
#include "gradient/data_gradient.hpp"
#include "kernels/kernel_table.hpp"
#include "samples/view_source.hpp"

namespace skein {

using namespace internal;

namespace {

template <class Scalar>
std::unique_ptr<DataGradient<Scalar>> computed_over_all(const Chain<Scalar>& chain, const TrainingData<Scalar>& data,
                                                        bool with_gradient, const Execution& execution) {
    const BatchOrder all = BatchOrder::all(data.num_samples());
    auto gradient = make_data_gradient(data, chain.activations(), all, 1, execution);
    gradient->compute(chain, all.batch(0), with_gradient);
    gradient->require_within_tolerance();
    return gradient;
}

/// If the loss has overflowed, nothing bounds its error.
template <class Scalar>
std::optional<CompressionRecord> record_of(const DataGradient<Scalar>& gradient) {
    std::optional<CompressionRecord> record = gradient.record();
    if (record && record->num_compressed != 0 && !std::isfinite(gradient.loss())) {
        record->largest_bound = record->largest_bound_of_value = std::numeric_limits<double>::infinity();
    }
    return record;
}

}  // namespace

template <class Scalar>
LossAndGradient<Scalar> loss_and_gradient(const Chain<Scalar>& chain,
                                          const std::type_identity_t<TrainingData<Scalar>>& data,
                                          const Execution& execution) {
    const FloatingPointEnvironment environment;
    const auto gradient = computed_over_all<Scalar>(chain, data, true, execution);
    const std::span<const Scalar> weight_gradients = gradient->weight_gradients();
    return {gradient->loss(), {weight_gradients.begin(), weight_gradients.end()}, record_of(*gradient)};
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
MeanLoss mean_loss(const Chain<Scalar>& chain, const std::type_identity_t<TrainingData<Scalar>>& data,
                   const Execution& execution) {
    const FloatingPointEnvironment environment;
    const auto gradient = computed_over_all<Scalar>(chain, data, false, execution);
    return {gradient->loss(), record_of(*gradient)};
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

#define SKEIN_INSTANTIATE(Scalar)                                                                         \
    template LossAndGradient<Scalar> loss_and_gradient(const Chain<Scalar>&, const TrainingData<Scalar>&, \
                                                       const Execution&);                                 \
    template LossAndGradient<Scalar> loss_and_gradient(const Chain<Scalar>&, const MiniBatch<Scalar>&,    \
                                                       const Execution&);                                 \
    template MeanLoss mean_loss(const Chain<Scalar>&, const TrainingData<Scalar>&, const Execution&);     \
    template void predict(const Chain<Scalar>&, std::span<const Scalar>, std::span<Scalar>, const Execution&);
SKEIN_INSTANTIATE(float)
SKEIN_INSTANTIATE(double)
#undef SKEIN_INSTANTIATE

}  // namespace skein
