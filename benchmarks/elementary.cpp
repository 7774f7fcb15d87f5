// Elementary functions on columns that stay in the L1 cache: elementary/<function>/<precision>.
#include "skein/elementary.hpp"

#include <benchmark/benchmark.h>

#include <cmath>
#include <span>
#include <stdexcept>
#include <vector>

#include "skein/random.hpp"

namespace skein::benchmarks {
namespace {

template <class Scalar, class Function, class Judge>
void measure(benchmark::State& state, const Function& function, Judge judge, double low, double high) {
    constexpr std::size_t kCount = 1024;
    std::vector<Scalar> z(kCount), result(kCount);
    for (std::size_t index = 0; index < kCount; ++index) {
        z[index] = static_cast<Scalar>(low + (high - low) * random::uniform(1, random::Stream::samples, index));
    }
    function(std::span<const Scalar>(z), std::span<Scalar>(result));
    for (std::size_t index = 0; index < kCount; ++index) {
        const double expected = judge(static_cast<double>(z[index]));
        const double error = std::abs(static_cast<double>(result[index]) - expected);
        if (!(error <= 8 * static_cast<double>(std::numeric_limits<Scalar>::epsilon()) * std::abs(expected))) {
            throw std::runtime_error("a function is wrong");
        }
    }
    for (auto _ : state) {
        function(std::span<const Scalar>(z), std::span<Scalar>(result));
        benchmark::ClobberMemory();
    }
    state.counters["elements_per_second"] = benchmark::Counter(
        static_cast<double>(kCount) * static_cast<double>(state.iterations()), benchmark::Counter::kIsRate);
}

#define SKEIN_ELEMENTARY(function, judge, low, high)                                        \
    void function##_float32(benchmark::State& state) {                                      \
        measure<float>(                                                                     \
            state, skein::elementary::function, [](double z) { return judge; }, low, high); \
    }                                                                                       \
    void function##_float64(benchmark::State& state) {                                      \
        measure<double>(                                                                    \
            state, skein::elementary::function, [](double z) { return judge; }, low, high); \
    }                                                                                       \
    BENCHMARK(function##_float32)->Name("elementary/" #function "/float32");                \
    BENCHMARK(function##_float64)->Name("elementary/" #function "/float64");

SKEIN_ELEMENTARY(tanh, std::tanh(z), -4.0, 4.0)
SKEIN_ELEMENTARY(sigmoid, 1.0 / (1.0 + std::exp(-z)), -8.0, 8.0)
SKEIN_ELEMENTARY(softplus, std::log1p(std::exp(z)), -8.0, 8.0)
SKEIN_ELEMENTARY(exp, std::exp(z), -10.0, 10.0)
SKEIN_ELEMENTARY(expm1, std::expm1(z), -10.0, 1.0)
SKEIN_ELEMENTARY(log, std::log(z), 0.001, 0.9)
SKEIN_ELEMENTARY(log1p, std::log1p(z), 0.0, 4.0)
SKEIN_ELEMENTARY(cos_two_pi, std::cos(6.283185307179586477 * z), -0.2, 0.2)

}  // namespace
}  // namespace skein::benchmarks
