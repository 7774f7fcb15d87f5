// The one definition of an error in ULP, and the exact functions that skein's elementary functions are judged by.
#pragma once

#include <mpfr.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string_view>
#include <type_traits>
#include <vector>

#include "skein/elementary.hpp"

namespace skein::ulp {

/// The spacing of the format at x: 2^(e - digits) for |x| in [2^(e-1), 2^e), that of denormal numbers below.
template <class Scalar>
long double spacing(long double x) {
    int exponent = 0;
    (void)std::frexp(x, &exponent);
    exponent = std::max(exponent, std::numeric_limits<Scalar>::min_exponent);
    return std::ldexp(1.0L, exponent - std::numeric_limits<Scalar>::digits);
}

/// |computed - exact| / spacing at exact. Infinity counts as the number that follows the largest one, so an overflow
/// is right where exact rounds to it; NaN is right for NaN alone.
template <class Scalar>
double error(Scalar computed, long double exact) {
    if (std::isnan(exact) || std::isnan(computed)) {
        return std::isnan(exact) && std::isnan(computed) ? 0.0 : std::numeric_limits<double>::infinity();
    }
    const long double next = std::ldexp(1.0L, std::numeric_limits<Scalar>::max_exponent);
    const auto bounded = [next](long double x) { return std::clamp(x, -next, next); };
    const long double difference = bounded(static_cast<long double>(computed)) - bounded(exact);
    const long double largest = static_cast<long double>(std::numeric_limits<Scalar>::max());
    return static_cast<double>(std::fabs(difference) / spacing<Scalar>(std::clamp(exact, -largest, largest)));
}

/// A function under test: skein's, an exact one in long double, and one in MPFR.
struct Function {
    std::string_view name;
    void (*of_floats)(std::span<const float>, std::span<float>);
    void (*of_doubles)(std::span<const double>, std::span<double>);
    double max_ulp_of_float;
    double max_ulp_of_double;
    double low, high;  // where the function is finite and not constant, in double
    long double (*exact)(long double z);
    void (*with_mpfr)(mpfr_ptr result, mpfr_srcptr z);

    void operator()(std::span<const float> z, std::span<float> result) const { of_floats(z, result); }
    void operator()(std::span<const double> z, std::span<double> result) const { of_doubles(z, result); }
    template <class Scalar>
    double max_ulp() const {
        return sizeof(Scalar) == sizeof(float) ? max_ulp_of_float : max_ulp_of_double;
    }
};

/// The error by MPFR, in 300 bits.
template <class Scalar>
double error_by_mpfr(const Function& function, Scalar z, Scalar computed) {
    mpfr_t exact, difference;
    mpfr_inits2(300, exact, difference, static_cast<mpfr_ptr>(nullptr));
    mpfr_set_d(difference, static_cast<double>(z), MPFR_RNDN);
    function.with_mpfr(exact, difference);
    const long double rounded = mpfr_get_ld(exact, MPFR_RNDZ);  // towards zero: never into the next binade
    double result = error(computed, rounded);
    if (std::isfinite(result) && std::isfinite(computed) && std::isfinite(rounded) &&
        std::fabs(rounded) <= static_cast<long double>(std::numeric_limits<Scalar>::max())) {
        mpfr_sub_d(difference, exact, static_cast<double>(computed), MPFR_RNDN);
        mpfr_div(difference, difference, (mpfr_set_ld(exact, spacing<Scalar>(rounded), MPFR_RNDN), exact), MPFR_RNDN);
        result = std::fabs(mpfr_get_d(difference, MPFR_RNDA));
    }
    mpfr_clears(exact, difference, static_cast<mpfr_ptr>(nullptr));
    return result;
}

namespace exact {

constexpr long double kTwoPi = 6.283185307179586476925286766559005768L;

inline long double sigmoid(long double z) {
    const long double t = std::exp(-std::fabs(z));
    return z < 0 ? t / (1 + t) : 1 / (1 + t);
}
inline long double softplus(long double z) { return std::fmax(z, 0.0L) + std::log1p(std::exp(-std::fabs(z))); }
inline long double leaky_relu(long double z) { return z > 0 || std::isnan(z) ? z : z / 100; }
inline long double elu(long double z) { return z > 0 ? z : std::expm1(z); }
inline long double relu(long double z) { return z > 0 || std::isnan(z) ? z : 0; }
inline long double exp10(long double z) { return ::exp10l(z); }
/// sin(2 pi t), the argument reduced exactly.
inline long double sin_two_pi(long double t) {
    const long double quarters = std::nearbyint(4 * t);
    const long double angle = kTwoPi * (t - quarters / 4);
    switch (static_cast<long long>(quarters) & 3) {
        case 0: return std::sin(angle);
        case 1: return std::cos(angle);
        case 2: return -std::sin(angle);
        default: return -std::cos(angle);
    }
}
inline long double cos_two_pi(long double t) {
    const long double quarters = std::nearbyint(4 * t);
    const long double angle = kTwoPi * (t - quarters / 4);
    switch (static_cast<long long>(quarters) & 3) {
        case 0: return std::cos(angle);
        case 1: return -std::sin(angle);
        case 2: return -std::cos(angle);
        default: return std::sin(angle);
    }
}

inline void sigmoid_mpfr(mpfr_ptr result, mpfr_srcptr z) {
    mpfr_neg(result, z, MPFR_RNDN);
    mpfr_exp(result, result, MPFR_RNDN);
    mpfr_add_ui(result, result, 1, MPFR_RNDN);
    mpfr_ui_div(result, 1, result, MPFR_RNDN);
}
/// max(z, 0) + log1p(exp(-|z|)).
inline void softplus_mpfr(mpfr_ptr result, mpfr_srcptr z) {
    mpfr_abs(result, z, MPFR_RNDN);
    mpfr_neg(result, result, MPFR_RNDN);
    mpfr_exp(result, result, MPFR_RNDN);
    mpfr_log1p(result, result, MPFR_RNDN);
    if (mpfr_sgn(z) > 0) {
        mpfr_add(result, result, z, MPFR_RNDN);
    }
}
/// r in (-1/2, 1/2] and the factor 2 pi; a zero of sine or cosine is left exact by the caller's z.
template <class Operation>
void of_turns_mpfr(mpfr_ptr result, mpfr_srcptr z, Operation operation) {
    mpfr_t fraction, two_pi;
    mpfr_inits2(300, fraction, two_pi, static_cast<mpfr_ptr>(nullptr));
    mpfr_frac(fraction, z, MPFR_RNDN);
    const double turn = mpfr_get_d(fraction, MPFR_RNDN);
    mpfr_const_pi(two_pi, MPFR_RNDN);
    mpfr_mul_ui(two_pi, two_pi, 2, MPFR_RNDN);
    mpfr_mul(result, fraction, two_pi, MPFR_RNDN);
    operation(result, turn);
    mpfr_clears(fraction, two_pi, static_cast<mpfr_ptr>(nullptr));
}
inline void sin_two_pi_mpfr(mpfr_ptr result, mpfr_srcptr z) {
    of_turns_mpfr(result, z, [](mpfr_ptr angle, double turn) {
        mpfr_sin(angle, angle, MPFR_RNDN);
        if (2 * turn == std::nearbyint(2 * turn)) mpfr_set_zero(angle, 1);
    });
}
inline void cos_two_pi_mpfr(mpfr_ptr result, mpfr_srcptr z) {
    of_turns_mpfr(result, z, [](mpfr_ptr angle, double turn) {
        mpfr_cos(angle, angle, MPFR_RNDN);
        if (std::fabs(turn) == 0.25 || std::fabs(turn) == 0.75) mpfr_set_zero(angle, 1);
    });
}

}  // namespace exact

#define SKEIN_UNDER_TEST(name, Constant, low, high, long_double, mpfr)                                                \
    Function {                                                                                                        \
#name, [](std::span<const float> z, std::span<float> result) { skein::elementary::name(z, result); },               \
            [](std::span<const double> z, std::span<double> result) { skein::elementary::name(z, result); },                \
            static_cast<double>(Constant<float>), Constant<double>, low, high, [](long double z) { return long_double(z); }, \
            [](mpfr_ptr result, mpfr_srcptr z) { mpfr; } \
    }

inline const std::array<Function, 13> kFunctions{
    SKEIN_UNDER_TEST(tanh, elementary::kTanhMaxUlp, -20, 20, std::tanh, mpfr_tanh(result, z, MPFR_RNDN)),
    SKEIN_UNDER_TEST(sigmoid, elementary::kSigmoidMaxUlp, -746, 40, exact::sigmoid, exact::sigmoid_mpfr(result, z)),
    SKEIN_UNDER_TEST(softplus, elementary::kSoftplusMaxUlp, -746, 40, exact::softplus, exact::softplus_mpfr(result, z)),
    SKEIN_UNDER_TEST(
        relu, elementary::kReluMaxUlp, -4, 4, exact::relu,
        mpfr_sgn(z) > 0 || mpfr_nan_p(z) ? (void)mpfr_set(result, z, MPFR_RNDN) : mpfr_set_zero(result, 1)),
    SKEIN_UNDER_TEST(exp, elementary::kExpMaxUlp, -746, 710, std::exp, mpfr_exp(result, z, MPFR_RNDN)),
    SKEIN_UNDER_TEST(expm1, elementary::kExpm1MaxUlp, -40, 710, std::expm1, mpfr_expm1(result, z, MPFR_RNDN)),
    SKEIN_UNDER_TEST(log, elementary::kLogMaxUlp, 0, 1e308, std::log, mpfr_log(result, z, MPFR_RNDN)),
    SKEIN_UNDER_TEST(log1p, elementary::kLog1pMaxUlp, -1, 1e308, std::log1p, mpfr_log1p(result, z, MPFR_RNDN)),
    SKEIN_UNDER_TEST(exp10, elementary::kExp10MaxUlp, -324, 309, exact::exp10, mpfr_exp10(result, z, MPFR_RNDN)),
    SKEIN_UNDER_TEST(sin_two_pi, elementary::kSinTwoPiMaxUlp, -0x1p20, 0x1p20, exact::sin_two_pi,
                     exact::sin_two_pi_mpfr(result, z)),
    SKEIN_UNDER_TEST(cos_two_pi, elementary::kCosTwoPiMaxUlp, -0x1p20, 0x1p20, exact::cos_two_pi,
                     exact::cos_two_pi_mpfr(result, z)),
    SKEIN_UNDER_TEST(
        leaky_relu, elementary::kLeakyReluMaxUlp, -1e3, 1e3, exact::leaky_relu,
        mpfr_sgn(z) > 0 || mpfr_nan_p(z) ? mpfr_set(result, z, MPFR_RNDN) : mpfr_div_ui(result, z, 100, MPFR_RNDN)),
    SKEIN_UNDER_TEST(elu, elementary::kEluMaxUlp, -40, 40, exact::elu,
                     mpfr_sgn(z) > 0 ? mpfr_set(result, z, MPFR_RNDN) : mpfr_expm1(result, z, MPFR_RNDN)),
};

#undef SKEIN_UNDER_TEST

/// The float or double so many steps from x.
template <class Scalar>
Scalar steps_from(Scalar x, int steps) {
    using Bits = std::conditional_t<sizeof(Scalar) == sizeof(float), std::int32_t, std::int64_t>;
    return std::bit_cast<Scalar>(static_cast<Bits>(std::bit_cast<Bits>(x) + steps));
}

/// Numbers beside which an implementation changes from one case to the next: the ends of ranges, 1 and powers of two,
/// odd multiples of ln(2)/2 and log10(2)/2, sqrt(1/2) 2^k, multiples of 1/8.
template <class Scalar>
std::vector<Scalar> region_edges() {
    std::vector<Scalar> edges{elementary::kTanhClamp<Scalar>, Scalar(0.5), Scalar(2)};
    constexpr int kMaxExponent = std::numeric_limits<Scalar>::max_exponent;
    for (int k = 1; k < 2 * kMaxExponent + 120; ++k) {
        edges.push_back(static_cast<Scalar>(k * 0.34657359027997264L));
        edges.push_back(static_cast<Scalar>(k * 0.15051499783199060L));
        if (k < 64) {
            edges.push_back(static_cast<Scalar>(k) / 8);
        }
    }
    for (int k = 2 - kMaxExponent; k < kMaxExponent; ++k) {
        edges.push_back(std::ldexp(Scalar(1), k));
        edges.push_back(std::ldexp(Scalar(0.70710678118654752), k));
    }
    return edges;
}

/// A double for every index: a quarter of them uniform on the function's range, a quarter uniform on [-2, 2], the rest
/// geometric, over all exponents and from 1/64 on. Outside the range they are mirrored into it.
inline double argument(const Function& function, std::uint64_t index) {
    const auto mixed = [](std::uint64_t x) {  // Steele, Lea and Flood's SplitMix64
        x += 0x9E3779B97F4A7C15u;
        x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9u;
        x = (x ^ (x >> 27)) * 0x94D049BB133111EBu;
        return x ^ (x >> 31);
    };
    const std::uint64_t bits = mixed(index);
    const double unit = static_cast<double>(bits >> 11) * 0x1p-53;
    const double largest = std::log2(std::max(-function.low, function.high));
    double z = 0;
    switch (index % 4) {
        case 0: z = function.low + (function.high - function.low) * unit; break;
        case 1: z = 4 * unit - 2; break;
        case 2: z = std::exp2(-1074 + (largest + 1074) * unit); break;
        default: z = std::exp2(-6 + (largest + 6) * unit); break;
    }
    if (index % 4 >= 2) {
        z *= 1 + static_cast<double>(mixed(bits) >> 32) * 0x1p-52;  // all bits of the mantissa
        z = (bits & 1) != 0 ? -z : z;
    }
    return z < function.low ? -z : z;
}

}  // namespace skein::ulp
