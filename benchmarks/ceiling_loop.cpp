// The ceiling's loop for one instruction set: compiled once for each, with the flags of its kernels.
#include <cstddef>

#include "ceiling_loops.hpp"

namespace skein::benchmarks {
namespace {

#if defined(__AVX512F__)
constexpr std::size_t kVectorBytes = 64;
constexpr int kInFlight = 16;  // of 32 registers
#elif defined(__AVX2__)
constexpr std::size_t kVectorBytes = 32;
constexpr int kInFlight = 8;  // of 16 registers
#else
constexpr std::size_t kVectorBytes = 16;
constexpr int kInFlight = 8;
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

}  // namespace

#define SKEIN_NAME_(variant) ceiling_loops_##variant
#define SKEIN_NAME(variant) SKEIN_NAME_(variant)
#define SKEIN_TEXT_(variant) #variant
#define SKEIN_TEXT(variant) SKEIN_TEXT_(variant)
extern const CeilingLoops SKEIN_NAME(SKEIN_VARIANT);
const CeilingLoops SKEIN_NAME(SKEIN_VARIANT){SKEIN_TEXT(SKEIN_VARIANT), run_layers<float>, run_layers<double>,
                                             kInFlight* kVectorBytes};

}  // namespace skein::benchmarks
