// Packets: one machine vector, or, in the portable variant, one number. kernels/lanes.hpp makes rows of them.
//
// They come from Eigen, but not its transcendental functions, reductions, pmin or pmax: those differ between
// instruction sets. Eigen is renamed per variant, and all here stands in an unnamed namespace, because inline code
// compiled with different -m flags must never be merged by the linker (core/docs/numerics.md, "One source, several
// instruction sets").
#pragma once

#ifdef __FAST_MATH__
#error "skein's kernels need exact floating-point semantics: compile them without -ffast-math"
#endif

#include <bit>
#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <utility>

#ifndef SKEIN_LANES_PORTABLE
#define EIGEN_FAST_MATH 0  // else Eigen's square root of floats is a reciprocal estimate
#define SKEIN_JOIN_(a, b) a##b
#define SKEIN_JOIN(a, b) SKEIN_JOIN_(a, b)
#define Eigen SKEIN_JOIN(skein_eigen_, SKEIN_VARIANT)
#include <Eigen/Core>
#endif

// Sixteen scalar lanes inlined everywhere made 3 MB of code, 97 s of the compiler, and 3.3 GB under the sanitizers. The
// compiler's own choice makes a sixth of that, and is 15 % slower.
#ifdef SKEIN_LANES_PORTABLE
#define SKEIN_INLINE inline
#define SKEIN_INLINE_LAMBDA
#else
#define SKEIN_INLINE [[gnu::always_inline]] inline
#define SKEIN_INLINE_LAMBDA __attribute__((always_inline))
#endif

namespace skein::internal::kernels {
namespace {

template <class Scalar>
struct Lanes;
template <>
struct Lanes<float> {
    static constexpr int kMantissaBits = 23;
    static constexpr int kExponentBias = 127;
    using Bits = std::int32_t;
};
template <>
struct Lanes<double> {
    static constexpr int kMantissaBits = 52;
    static constexpr int kExponentBias = 1023;
    using Bits = std::int64_t;
};

template <class Scalar>
using UnsignedBits = std::make_unsigned_t<typename Lanes<Scalar>::Bits>;

// ---- Packets: one machine vector, or one number -----------------------------------------------------------------

#ifdef SKEIN_LANES_PORTABLE

template <class Scalar>
using Packet = Scalar;
template <class Scalar>
using PacketMask = bool;
template <class Scalar>
constexpr std::size_t kPacketLanes = 1;

namespace packet {
template <class Scalar>
SKEIN_INLINE Scalar load(const Scalar* from) {
    return *from;
}
template <class Scalar>
SKEIN_INLINE void store(Scalar* to, Scalar a) {
    *to = a;
}
template <class Scalar>
SKEIN_INLINE Scalar broadcast(Scalar a) {
    return a;
}
SKEIN_INLINE float fused(float a, float b, float c) { return __builtin_fmaf(a, b, c); }
SKEIN_INLINE double fused(double a, double b, double c) { return __builtin_fma(a, b, c); }
SKEIN_INLINE float negative_fused(float a, float b, float c) { return __builtin_fmaf(-a, b, c); }
SKEIN_INLINE double negative_fused(double a, double b, double c) { return __builtin_fma(-a, b, c); }
SKEIN_INLINE float square_root(float a) { return __builtin_sqrtf(a); }
SKEIN_INLINE double square_root(double a) { return __builtin_sqrt(a); }
template <class Scalar>
SKEIN_INLINE Scalar add(Scalar a, Scalar b) {
    return a + b;
}
template <class Scalar>
SKEIN_INLINE Scalar subtract(Scalar a, Scalar b) {
    return a - b;
}
template <class Scalar>
SKEIN_INLINE Scalar multiply(Scalar a, Scalar b) {
    return a * b;
}
template <class Scalar>
SKEIN_INLINE Scalar divide(Scalar a, Scalar b) {
    return a / b;
}
template <class Scalar>
SKEIN_INLINE bool less(Scalar a, Scalar b) {
    return a < b;
}
template <class Scalar>
SKEIN_INLINE bool equal(Scalar a, Scalar b) {
    return a == b;
}
template <class Scalar>
SKEIN_INLINE Scalar select(bool mask, Scalar a, Scalar b) {
    return mask ? a : b;
}
template <class Scalar>
SKEIN_INLINE Scalar at_most(Scalar a, Scalar limit) {
    return limit < a ? limit : a;
}
template <class Scalar>
SKEIN_INLINE typename Lanes<Scalar>::Bits bits(Scalar a) {
    return std::bit_cast<typename Lanes<Scalar>::Bits>(a);
}
template <class Scalar>
SKEIN_INLINE Scalar from_bits(typename Lanes<Scalar>::Bits a) {
    return std::bit_cast<Scalar>(a);
}
template <class Scalar>
SKEIN_INLINE Scalar at_least(Scalar a, Scalar limit) {
    return a < limit ? limit : a;
}
template <class Scalar>
SKEIN_INLINE UnsignedBits<Scalar> unsigned_bits(Scalar a) {
    return std::bit_cast<UnsignedBits<Scalar>>(a);
}
template <class Scalar>
SKEIN_INLINE Scalar from_unsigned_bits(UnsignedBits<Scalar> a) {
    return std::bit_cast<Scalar>(a);
}
template <class Scalar>
SKEIN_INLINE Scalar sum_lanes(Scalar a) {
    return a;
}
}  // namespace packet

#else

template <class Scalar>
using Packet = typename Eigen::internal::packet_traits<Scalar>::type;
#ifdef __AVX512F__
template <class Scalar>
using PacketMask = std::conditional_t<sizeof(Scalar) == sizeof(float), __mmask16, __mmask8>;
#else
template <class Scalar>
using PacketMask = Packet<Scalar>;
#endif
template <class Scalar>
constexpr std::size_t kPacketLanes = Eigen::internal::unpacket_traits<Packet<Scalar>>::size;

// The bits of a packet as integers of the same width (a vector of GCC's and Clang's common extension: integer
// operations only, so nothing here rounds).
template <class Scalar>
struct PacketBits {
    using Integer = typename Lanes<Scalar>::Bits;
    typedef Integer Type __attribute__((vector_size(sizeof(Integer) * kPacketLanes<Scalar>)));
    typedef UnsignedBits<Scalar> UnsignedType __attribute__((vector_size(sizeof(Integer) * kPacketLanes<Scalar>)));
};

namespace packet {
namespace packets = Eigen::internal;
template <class Scalar>
SKEIN_INLINE Packet<Scalar> load(const Scalar* from) {
    return packets::ploadu<Packet<Scalar>>(from);
}
template <class Scalar>
SKEIN_INLINE void store(Scalar* to, Packet<Scalar> a) {
    packets::pstoreu(to, a);
}
template <class Scalar>
SKEIN_INLINE Packet<Scalar> broadcast(Scalar a) {
    return packets::pset1<Packet<Scalar>>(a);
}
template <class P>
SKEIN_INLINE P fused(P a, P b, P c) {
    return packets::pmadd(a, b, c);
}
template <class P>
SKEIN_INLINE P square_root(P a) {
    return packets::psqrt(a);
}
template <class P>
SKEIN_INLINE P add(P a, P b) {
    return packets::padd(a, b);
}
template <class P>
SKEIN_INLINE P subtract(P a, P b) {
    return packets::psub(a, b);
}
template <class P>
SKEIN_INLINE P multiply(P a, P b) {
    return packets::pmul(a, b);
}
template <class P>
SKEIN_INLINE P divide(P a, P b) {
    return packets::pdiv(a, b);
}

// Masks are registers of their own with AVX-512, packets elsewhere.
#ifdef __AVX512F__
SKEIN_INLINE __mmask16 less(__m512 a, __m512 b) { return _mm512_cmp_ps_mask(a, b, _CMP_LT_OQ); }
SKEIN_INLINE __mmask8 less(__m512d a, __m512d b) { return _mm512_cmp_pd_mask(a, b, _CMP_LT_OQ); }
SKEIN_INLINE __mmask16 equal(__m512 a, __m512 b) { return _mm512_cmp_ps_mask(a, b, _CMP_EQ_OQ); }
SKEIN_INLINE __mmask8 equal(__m512d a, __m512d b) { return _mm512_cmp_pd_mask(a, b, _CMP_EQ_OQ); }
SKEIN_INLINE __m512 select(__mmask16 mask, __m512 a, __m512 b) { return _mm512_mask_blend_ps(mask, b, a); }
SKEIN_INLINE __m512d select(__mmask8 mask, __m512d a, __m512d b) { return _mm512_mask_blend_pd(mask, b, a); }
#else
template <class P>
SKEIN_INLINE P less(P a, P b) {
    return packets::pcmp_lt(a, b);
}
template <class P>
SKEIN_INLINE P equal(P a, P b) {
    return packets::pcmp_eq(a, b);
}
template <class P>
SKEIN_INLINE P select(P mask, P a, P b) {
    return packets::pselect(mask, a, b);
}
#endif

// c - a * b: a negation and a fused multiply-add are two instructions, which GCC does not join.
#if defined(__AVX512F__)
SKEIN_INLINE __m512 negative_fused(__m512 a, __m512 b, __m512 c) { return _mm512_fnmadd_ps(a, b, c); }
SKEIN_INLINE __m512d negative_fused(__m512d a, __m512d b, __m512d c) { return _mm512_fnmadd_pd(a, b, c); }
#elif defined(__AVX__)
SKEIN_INLINE __m256 negative_fused(__m256 a, __m256 b, __m256 c) { return _mm256_fnmadd_ps(a, b, c); }
SKEIN_INLINE __m256d negative_fused(__m256d a, __m256d b, __m256d c) { return _mm256_fnmadd_pd(a, b, c); }
#else
SKEIN_INLINE float32x4_t negative_fused(float32x4_t a, float32x4_t b, float32x4_t c) { return vfmsq_f32(c, a, b); }
SKEIN_INLINE float64x2_t negative_fused(float64x2_t a, float64x2_t b, float64x2_t c) { return vfmsq_f64(c, a, b); }
#endif

// One instruction: x86's minimum gives its second operand when either is NaN or both are equal.
#if defined(__AVX512F__)
SKEIN_INLINE __m512 at_most(__m512 a, __m512 limit) { return _mm512_min_ps(limit, a); }
SKEIN_INLINE __m512d at_most(__m512d a, __m512d limit) { return _mm512_min_pd(limit, a); }
SKEIN_INLINE __m512 at_least(__m512 a, __m512 limit) { return _mm512_max_ps(limit, a); }
SKEIN_INLINE __m512d at_least(__m512d a, __m512d limit) { return _mm512_max_pd(limit, a); }
#elif defined(__AVX__)
SKEIN_INLINE __m256 at_most(__m256 a, __m256 limit) { return _mm256_min_ps(limit, a); }
SKEIN_INLINE __m256d at_most(__m256d a, __m256d limit) { return _mm256_min_pd(limit, a); }
SKEIN_INLINE __m256 at_least(__m256 a, __m256 limit) { return _mm256_max_ps(limit, a); }
SKEIN_INLINE __m256d at_least(__m256d a, __m256d limit) { return _mm256_max_pd(limit, a); }
#else
template <class P>
SKEIN_INLINE P at_most(P a, P limit) {
    return select(less(limit, a), limit, a);
}
template <class P>
SKEIN_INLINE P at_least(P a, P limit) {
    return select(less(a, limit), limit, a);
}
#endif

template <class Scalar>
SKEIN_INLINE typename PacketBits<Scalar>::Type bits(Packet<Scalar> a) {
    return (typename PacketBits<Scalar>::Type)a;
}
template <class Scalar>
SKEIN_INLINE Packet<Scalar> from_bits(typename PacketBits<Scalar>::Type a) {
    return (Packet<Scalar>)a;
}
template <class Scalar>
SKEIN_INLINE typename PacketBits<Scalar>::UnsignedType unsigned_bits(Packet<Scalar> a) {
    return (typename PacketBits<Scalar>::UnsignedType)a;
}
template <class Scalar>
SKEIN_INLINE Packet<Scalar> from_unsigned_bits(typename PacketBits<Scalar>::UnsignedType a) {
    return (Packet<Scalar>)a;
}

// Additions of the lanes in pairs (lane, lane + n/2), then (lane, lane + n/4), ...: halves of a vector down to 16 bytes,
// which every CPU has, then that vector and itself with its halves swapped.
template <class Scalar, std::size_t kCount>
struct VectorOf {
    typedef Scalar Type __attribute__((vector_size(sizeof(Scalar) * kCount)));
};
template <class Scalar, std::size_t kCount, std::size_t... kLane>
SKEIN_INLINE auto add_halves(typename VectorOf<Scalar, kCount>::Type a, std::index_sequence<kLane...>) {
    return __builtin_shufflevector(a, a, int(kLane)...) + __builtin_shufflevector(a, a, int(kCount / 2 + kLane)...);
}
template <class Scalar, std::size_t kCount>
SKEIN_INLINE Scalar sum_vector(typename VectorOf<Scalar, kCount>::Type a) {
    if constexpr (sizeof(Scalar) * kCount > 16) {
        return sum_vector<Scalar, kCount / 2>(add_halves<Scalar, kCount>(a, std::make_index_sequence<kCount / 2>{}));
    } else if constexpr (kCount == 4) {
        const auto pairs = a + __builtin_shufflevector(a, a, 2, 3, 0, 1);
        return pairs[0] + pairs[1];
    } else {
        return a[0] + a[1];
    }
}
template <class Scalar>
SKEIN_INLINE Scalar sum_lanes(Packet<Scalar> a) {
    return sum_vector<Scalar, kPacketLanes<Scalar>>((typename VectorOf<Scalar, kPacketLanes<Scalar>>::Type)a);
}
}  // namespace packet

#endif

}  // namespace
}  // namespace skein::internal::kernels
