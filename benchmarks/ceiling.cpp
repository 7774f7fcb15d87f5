#include "ceiling.hpp"

#include <benchmark/benchmark.h>

#include <algorithm>
#include <chrono>
#include <cstddef>

namespace skein::benchmarks {
namespace {

#if defined(__AVX2__)
constexpr std::size_t kVectorBytes = 32;
#else
constexpr std::size_t kVectorBytes = 16;
#endif

template <class Scalar>
struct Vector {
    typedef Scalar Type __attribute__((vector_size(kVectorBytes)));
};
template <class Scalar>
constexpr std::size_t kLanes = kVectorBytes / sizeof(Scalar);
template <class Scalar>
constexpr int kFusedPerLayer = sizeof(Scalar) == sizeof(float) ? 17 : 27;

inline float fused(float a, float b, float c) { return __builtin_fmaf(a, b, c); }
inline double fused(double a, double b, double c) { return __builtin_fma(a, b, c); }

/// Eight independent vectors in flight hide every latency; kFusedPerLayer multiply-adds and a division on each.
template <class Scalar>
[[gnu::noinline]] Scalar run_layers(std::size_t num_rounds) {
    using V = typename Vector<Scalar>::Type;
    constexpr int kInFlight = 8;
    V vectors[kInFlight];
    for (int index = 0; index < kInFlight; ++index) {
        vectors[index] = V{} + Scalar(0.5) + Scalar(index) / 16;
    }
    const V a = V{} + Scalar(0.5);
    const V b = V{} + Scalar(0.25);
    const V c = V{} + Scalar(1.0);
    for (std::size_t round = 0; round < num_rounds; ++round) {
        for (V& v : vectors) {
            v = c / (v + a);
        }
        for (int count = 0; count < kFusedPerLayer<Scalar>; ++count) {
            for (V& v : vectors) {
                for (std::size_t lane = 0; lane < kLanes<Scalar>; ++lane) {
                    v[lane] = fused(v[lane], a[lane], b[lane]);
                }
            }
        }
    }
    V sum{};
    for (const V& v : vectors) {
        sum += v;
    }
    return sum[0];
}

template <class Scalar>
double measure() {
    using Clock = std::chrono::steady_clock;
    constexpr std::size_t kRounds = 400000;
    double best = 0.0;
    for (int repetition = 0; repetition < 9; ++repetition) {
        const Clock::time_point start = Clock::now();
        benchmark::DoNotOptimize(run_layers<Scalar>(kRounds));
        const double seconds = std::chrono::duration<double>(Clock::now() - start).count();
        best = std::max(best, static_cast<double>(kRounds * 8 * kLanes<Scalar>) / seconds);
    }
    return best;
}

}  // namespace

template <class Scalar>
double ceiling_per_second() {
    static const double rate = measure<Scalar>();
    return rate;
}
template double ceiling_per_second<float>();
template double ceiling_per_second<double>();

}  // namespace skein::benchmarks
