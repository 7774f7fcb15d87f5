// Loss and gradient of a batch in memory, on one core: batch_gradient/<precision>/layers:<L>/samples:<N>.
#include <benchmark/benchmark.h>

#include <cmath>
#include <stdexcept>
#include <string>
#include <vector>

#include "ceiling.hpp"
#include "samples.hpp"
#include "skein/back_propagation.hpp"
#include "skein/gradient.hpp"

namespace skein::benchmarks {
namespace {

/// Neither activations nor deltas vanish or grow out of range over 512 layers of this.
template <class Scalar>
constexpr Scalar kWeight = Scalar(1.01);

/// The kernels' gradient of the first samples against the plain transcription of the formulas.
template <class Scalar>
void verify(const Chain<Scalar>& chain, const Dataset<Scalar>& data) {
    constexpr std::size_t kCount = 300;
    std::vector<Scalar> buffer(2 * kCount);
    const MiniBatch<Scalar> batch = data.source().range(0, kCount, {buffer.data(), buffer.data() + kCount, nullptr});
    std::vector<double> expected(chain.num_layers()), size(chain.num_layers());
    for (std::size_t row = 0; row < kCount; ++row) {
        const BackPropagation<Scalar> sample = back_propagate(chain, batch.x[row], batch.y[row]);
        for (std::size_t layer = 0; layer < chain.num_layers(); ++layer) {
            expected[layer] += static_cast<double>(sample.weight_gradients[layer]) / kCount;
            size[layer] += std::abs(static_cast<double>(sample.weight_gradients[layer])) / kCount;
        }
    }
    const LossAndGradient<Scalar> result = loss_and_gradient(chain, batch);
    for (std::size_t layer = 0; layer < chain.num_layers(); ++layer) {
        const double error = std::abs(static_cast<double>(result.weight_gradients[layer]) - expected[layer]);
        if (!(error <= kCount * static_cast<double>(std::numeric_limits<Scalar>::epsilon()) * size[layer])) {
            throw std::runtime_error("the gradient of layer " + std::to_string(layer + 1) + " is wrong");
        }
    }
}

template <class Scalar, Activation kActivation>
void batch_gradient(benchmark::State& state) {
    const std::size_t num_layers = static_cast<std::size_t>(state.range(0));
    const std::size_t num_samples = static_cast<std::size_t>(state.range(1));
    const Chain<Scalar> chain(std::vector<Scalar>(num_layers, kWeight<Scalar>), kActivation);
    const Dataset<Scalar> data = make_samples<Scalar>(num_samples);
    verify(chain, data);
    run_against_ceiling<Scalar>(state, static_cast<double>(num_layers * num_samples), 1,
                                [&] { benchmark::DoNotOptimize(loss_and_gradient(chain, data, {.num_threads = 1})); });
}

void sizes(benchmark::internal::Benchmark* family) {
    family->ArgNames({"layers", "samples"})->UseManualTime()->Unit(benchmark::kMillisecond);
    for (const int layers : {1, 2, 4, 8, 64, 512}) {
        for (const int samples : {4096, 1048576}) {
            family->Args({layers, samples});
        }
    }
}
void one_size(benchmark::internal::Benchmark* family) {
    family->ArgNames({"layers", "samples"})->UseManualTime()->Unit(benchmark::kMillisecond);
    family->Args({8, 1048576});
}

BENCHMARK_TEMPLATE(batch_gradient, float, Activation::tanh)->Name("batch_gradient/float32")->Apply(sizes);
BENCHMARK_TEMPLATE(batch_gradient, double, Activation::tanh)->Name("batch_gradient/float64")->Apply(sizes);
#define SKEIN_ACTIVATION_BENCHMARK(activation)                         \
    BENCHMARK_TEMPLATE(batch_gradient, float, Activation::activation)  \
        ->Name("batch_gradient/float32/" #activation)                  \
        ->Apply(one_size);                                             \
    BENCHMARK_TEMPLATE(batch_gradient, double, Activation::activation) \
        ->Name("batch_gradient/float64/" #activation)                  \
        ->Apply(one_size);
SKEIN_ACTIVATION_BENCHMARK(identity)
SKEIN_ACTIVATION_BENCHMARK(sigmoid)
SKEIN_ACTIVATION_BENCHMARK(relu)
SKEIN_ACTIVATION_BENCHMARK(softplus)

}  // namespace
}  // namespace skein::benchmarks
