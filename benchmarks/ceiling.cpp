#include "ceiling.hpp"

#include <cstddef>
#include <stdexcept>

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
constexpr int kInFlight = 8;
template <class Scalar>
constexpr int kFusedPerLayer = sizeof(Scalar) == sizeof(float) ? 17 : 27;

inline float fused(float a, float b, float c) { return __builtin_fmaf(a, b, c); }
inline double fused(double a, double b, double c) { return __builtin_fma(a, b, c); }

/// kInFlight independent vectors hide every latency; kFusedPerLayer multiply-adds and a division on each.
template <class Scalar>
[[gnu::noinline]] Scalar run_layers(std::size_t num_rounds) {
    using V = typename Vector<Scalar>::Type;
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

void require_vectors() {
#if defined(__AVX2__)
    if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("fma")) {
        throw std::runtime_error("the loop of the ceiling needs a CPU with AVX2 and FMA");
    }
#endif
}

}  // namespace

template <class Scalar>
double run_ceiling_loop(std::size_t num_rounds, int num_threads) {
    require_vectors();
    if (num_threads == 1) {  // as skein does, without a parallel region
        benchmark::DoNotOptimize(run_layers<Scalar>(num_rounds));
    } else {
#pragma omp parallel num_threads(num_threads)
        benchmark::DoNotOptimize(run_layers<Scalar>(num_rounds));
    }
    return static_cast<double>(num_rounds * kInFlight * kLanes<Scalar>) * num_threads;
}
template double run_ceiling_loop<float>(std::size_t, int);
template double run_ceiling_loop<double>(std::size_t, int);

}  // namespace skein::benchmarks
