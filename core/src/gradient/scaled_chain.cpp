#include "skein/scaled_chain.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "base/carry_tree.hpp"
#include "base/floating_point_environment.hpp"
#include "base/parallel.hpp"
#include "base/round_up.hpp"
#include "base/stop_request.hpp"
#include "skein/gradient.hpp"

namespace skein {

using namespace internal;

namespace {

/// The sums over one chunk: m |y - prediction|, and m.
struct ErrorSums {
    double errors = 0.0;
    double weights = 0.0;
};

template <class Scalar>
ErrorSums error_sums(const ScaledChain<Scalar>& chain, const MiniBatch<Scalar>& samples) {
    std::array<Scalar, kChunkSamples> outputs;
    const std::span<Scalar> predictions(outputs.data(), samples.num_samples);
    predict<Scalar>(chain, {samples.x, samples.num_samples}, predictions, {1});
    ErrorSums sums;
    for (std::size_t sample = 0; sample < samples.num_samples; ++sample) {
        const double m = samples.sample_weight == nullptr ? 1.0 : static_cast<double>(samples.sample_weight[sample]);
        const double error = static_cast<double>(samples.y[sample]) - static_cast<double>(predictions[sample]);
        sums.errors += m * std::abs(error);
        sums.weights += m;
    }
    return sums;
}

/// Zeros, for some chunks, after a stop request.
template <class Scalar>
std::vector<ErrorSums> sums_of_chunks(const ScaledChain<Scalar>& chain, const SampleSource<Scalar>& source,
                                      const Execution& execution) {
    const std::uint64_t num_samples = source.num_samples();
    std::vector<ErrorSums> chunks(static_cast<std::size_t>(divided_up<std::uint64_t>(num_samples, kChunkSamples)));
    for_each_chunk(chunks.size(), num_threads(execution), [&](std::size_t chunk, int) {
        if (is_requested(execution.stop_request)) {
            return;
        }
        std::array<Scalar, kChunkSamples> x, y, m;
        const std::uint64_t first = chunk * kChunkSamples;
        const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(kChunkSamples, num_samples - first));
        chunks[chunk] = error_sums(chain, source.range(first, count, {x.data(), y.data(), m.data()}));
    });
    return chunks;
}

}  // namespace

template <class Scalar>
void predict(const ScaledChain<Scalar>& chain, std::span<const Scalar> inputs, std::span<Scalar> outputs,
             const Execution& execution) {
    if (chain.scaling.is_none()) {
        return predict<Scalar>(chain.chain, inputs, outputs, execution);
    }
    const FloatingPointEnvironment environment;
    std::ranges::transform(inputs, outputs.begin(), [&](Scalar x) {
        return static_cast<Scalar>(chain.scaling.x.scaled(static_cast<double>(x)));
    });
    predict<Scalar>(chain.chain, outputs, outputs, execution);
    std::ranges::transform(outputs, outputs.begin(), [&](Scalar output) {
        return static_cast<Scalar>(chain.scaling.y.unscaled(static_cast<double>(output)));
    });
}

template <class Scalar>
std::optional<double> mean_absolute_error(const ScaledChain<Scalar>& chain, const Dataset<Scalar>& data,
                                          const Execution& execution) {
    const FloatingPointEnvironment environment;
    const std::vector<ErrorSums> chunks = sums_of_chunks(chain, data.source(), execution);
    if (is_requested(execution.stop_request)) {
        return std::nullopt;
    }
    TreeSum tree(2, chunks.size());
    for (const ErrorSums& chunk : chunks) {
        const std::span<double> leaf = tree.next_leaf();
        leaf[0] = chunk.errors;
        leaf[1] = chunk.weights;
        tree.add_leaf();
    }
    std::array<double, 2> total{};
    tree.total(total);
    return total[0] / total[1];
}

#define SKEIN_INSTANTIATE(Scalar)                                                                                    \
    template void predict(const ScaledChain<Scalar>&, std::span<const Scalar>, std::span<Scalar>, const Execution&); \
    template std::optional<double> mean_absolute_error(const ScaledChain<Scalar>&, const Dataset<Scalar>&,           \
                                                       const Execution&);
SKEIN_INSTANTIATE(float)
SKEIN_INSTANTIATE(double)
#undef SKEIN_INSTANTIATE

}  // namespace skein
