#include "gradient/data_gradient.hpp"

#include <algorithm>
#include <string>

#include "base/require.hpp"
#include "gradient/compressed_data_gradient.hpp"
#include "gradient/sample_gradient.hpp"

namespace skein::internal {

template <class Scalar>
void check_training_data(const TrainingData<Scalar>& data, std::span<const Activation> activations,
                         std::uint64_t max_samples) {
    if (data.compressed() == nullptr) {
        return;
    }
    require(max_samples == data.num_samples(), "the batch size", max_samples,
            "the full batch: mini-batches need samples, and this data set is compressed");
    const auto found = std::ranges::find(
        activations, false, [](Activation activation) { return activation_traits(activation).is_analytic; });
    if (found != activations.end()) {
        refuse("the activation of layer " + std::to_string(found - activations.begin() + 1), activation_name(*found),
               "an analytic one: compressed data need polynomials near the outputs; train on the samples instead");
    }
}

template <class Scalar>
std::unique_ptr<DataGradient<Scalar>> make_data_gradient(const TrainingData<Scalar>& data,
                                                         std::span<const Activation> activations,
                                                         const BatchOrder& order, std::uint64_t num_steps,
                                                         const Execution& execution) {
    check_training_data(data, activations, order.batch_size(0));
    if (const CompressedData<Scalar>* const compressed = data.compressed()) {
        return std::make_unique<CompressedDataGradient<Scalar>>(*compressed, activations, execution);
    }
    return std::make_unique<SampleGradient<Scalar>>(data.samples()->source(), activations.size(), order, num_steps,
                                                    execution);
}

#define SKEIN_INSTANTIATE(Scalar)                                                                               \
    template void check_training_data(const TrainingData<Scalar>&, std::span<const Activation>, std::uint64_t); \
    template std::unique_ptr<DataGradient<Scalar>> make_data_gradient(                                          \
        const TrainingData<Scalar>&, std::span<const Activation>, const BatchOrder&, std::uint64_t, const Execution&);
SKEIN_INSTANTIATE(float)
SKEIN_INSTANTIATE(double)
#undef SKEIN_INSTANTIATE

}  // namespace skein::internal
