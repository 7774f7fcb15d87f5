// Loss and gradient on several threads against one, beside what the ceiling's loop gains from as many threads:
// thread_scaling/<precision>/threads:<T>, 8 layers, 1,048,576 samples.
#include <algorithm>
#include <stdexcept>

#include "ceiling.hpp"
#include "samples.hpp"
#include "skein/gradient.hpp"

namespace skein::benchmarks {
namespace {

template <class Scalar>
void thread_scaling(benchmark::State& state) {
    const int num_threads = static_cast<int>(state.range(0));
    const Chain<Scalar> chain(std::vector<Scalar>(8, Scalar(1.01)));
    const Dataset<Scalar> data = make_samples<Scalar>(1048576);
    const auto gradient = [&](int threads) { return loss_and_gradient(chain, data, {.num_threads = threads}); };
    if (gradient(1).weight_gradients != gradient(num_threads).weight_gradients) {
        throw std::runtime_error("the gradient depends on the number of threads");
    }
    const Ceiling<Scalar> one_core(1), all_cores(num_threads);
    std::vector<double> speedups, ceiling_speedups;
    for (auto _ : state) {
        const double alone = seconds_of([&] { benchmark::DoNotOptimize(gradient(1)); });
        const double together = seconds_of([&] { benchmark::DoNotOptimize(gradient(num_threads)); });
        state.SetIterationTime(together);
        speedups.push_back(alone / together);
        ceiling_speedups.push_back(all_cores.rate() / one_core.rate());
    }
    state.counters["speedup"] = median(speedups);
    state.counters["ceiling_speedup"] = median(ceiling_speedups);
}

/// 2, 4, ... and all cores.
void cores(benchmark::internal::Benchmark* family) {
    const int num_cores = std::max(2, all_threads());
    family->ArgName("threads")->UseManualTime()->Unit(benchmark::kMillisecond);
    for (int threads = 2; threads < num_cores; threads *= 2) {
        family->Arg(threads);
    }
    family->Arg(num_cores);
}

BENCHMARK_TEMPLATE(thread_scaling, float)->Name("thread_scaling/float32")->Apply(cores);
BENCHMARK_TEMPLATE(thread_scaling, double)->Name("thread_scaling/float64")->Apply(cores);

}  // namespace
}  // namespace skein::benchmarks
