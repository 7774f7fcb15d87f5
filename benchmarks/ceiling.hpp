// The ceiling, and how a benchmark is measured against it: in turn, a millisecond each, so that both meet the same
// machine. What is reported are medians over these turns.
#pragma once

#include <benchmark/benchmark.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <thread>
#include <vector>

namespace skein::benchmarks {

/// Runs a loop that only computes, in registers: per vector and layer 17 fused multiply-adds and one division (float),
/// or 27 and one (double), which is what forward and backward through a tanh layer need at least. The numbers stay
/// these, whatever the kernels use. Vectors are as wide as those of the instruction set in use. On `num_threads`
/// threads at once; returns the samples x layers done.
template <class Scalar>
double run_ceiling_loop(std::size_t num_rounds, int num_threads);

inline double median(std::vector<double> values) {
    const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::nth_element(values.begin(), middle, values.end());
    return *middle;
}

/// As many threads as there are cores.
inline int all_threads() { return static_cast<int>(std::max(1U, std::thread::hardware_concurrency())); }

/// Seconds that a call takes.
template <class Call>
double seconds_of(const Call& call) {
    const auto start = std::chrono::steady_clock::now();
    call();
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

/// How many calls take about a millisecond.
template <class Call>
std::size_t calls_per_millisecond(const Call& call) {
    call();
    return static_cast<std::size_t>(std::max(1.0, std::ceil(1e-3 / seconds_of(call))));
}

/// The ceiling's loop, on some number of threads, in turns of about a millisecond.
template <class Scalar>
class Ceiling {
public:
    explicit Ceiling(int num_threads)
        : num_threads_(num_threads),
          num_rounds_(1000 * calls_per_millisecond([&] { run_ceiling_loop<Scalar>(1000, num_threads); })) {}
    /// Samples x layers per second in one turn.
    double rate() const {
        double work = 0.0;
        const double seconds = seconds_of([&] { work = run_ceiling_loop<Scalar>(num_rounds_, num_threads_); });
        return work / seconds;
    }

private:
    int num_threads_;
    std::size_t num_rounds_;
};

/// Times call(), which does `sample_layers` on `num_threads` threads, in turn with the ceiling's loop, and sets the
/// counters sample_layers_per_second (per thread) and fraction_of_ceiling (of as many threads).
template <class Scalar, class Call>
void run_against_ceiling(benchmark::State& state, double sample_layers, int num_threads, const Call& call) {
    const Ceiling<Scalar> ceiling(num_threads);
    const std::size_t num_calls = calls_per_millisecond(call);
    std::vector<double> rates, fractions;
    while (state.KeepRunningBatch(static_cast<benchmark::IterationCount>(num_calls))) {
        const double seconds = seconds_of([&] {
            for (std::size_t count = 0; count < num_calls; ++count) {
                call();
            }
        });
        state.SetIterationTime(seconds);
        rates.push_back(sample_layers * static_cast<double>(num_calls) / seconds);
        fractions.push_back(rates.back() / ceiling.rate());
    }
    state.counters["sample_layers_per_second"] = median(rates) / num_threads;
    state.counters["fraction_of_ceiling"] = median(fractions);
}

}  // namespace skein::benchmarks
