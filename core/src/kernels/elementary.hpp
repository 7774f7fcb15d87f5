// skein's own elementary functions, a row of lanes at a time. They are built on the operations of kernels/lanes.hpp
// alone, so their bits are the same on every CPU. A NaN stays a NaN, in its own lane; valid ranges and largest errors
// are the constants of skein/elementary.hpp.
#pragma once

#include "kernels/elementary_coefficients.hpp"
#include "kernels/lanes.hpp"

namespace skein::internal::kernels {
namespace {

template <class Scalar>
struct Limits;
/// Ends of the ranges beyond which a result is constant (0, 1, -1 or infinite), or does not round differently.
template <>
struct Limits<float> {
    static constexpr float kTanh = 9.0625f;
    static constexpr float kExpLow = -104, kExpHigh = 89;
    static constexpr float kExp10Low = -46, kExp10High = 39;
    static constexpr float kExpm1Low = -20;
};
template <>
struct Limits<double> {
    static constexpr double kTanh = 19.125;
    static constexpr double kExpLow = -746, kExpHigh = 710;
    static constexpr double kExp10Low = -324, kExp10High = 309;
    static constexpr double kExpm1Low = -40;
};

/// 2^23 or 2^52: from here on a number's spacing is 1, and an integer added to it stands in its lowest bits.
template <class Scalar>
constexpr Scalar kSpacingOne = Scalar(std::uint64_t{1} << Lanes<Scalar>::kMantissaBits);
template <class Scalar>
constexpr UnsignedBits<Scalar> bits_of(Scalar number) {
    return std::bit_cast<UnsignedBits<Scalar>>(number);
}

/// c[kFirst] + c[kFirst + 1] x + ...
template <std::size_t kFirst = 0, class Scalar, std::size_t kCount>
SKEIN_INLINE Row<Scalar> horner(const Scalar (&c)[kCount], const Row<Scalar>& x) {
    if constexpr (kFirst + 1 == kCount) {
        return broadcast(c[kFirst]);
    } else {
        return fused(x, horner<kFirst + 1>(c, x), broadcast(c[kFirst]));
    }
}
/// The same with one more coefficient, a leading 1: one multiplication less.
template <std::size_t kFirst = 0, class Scalar, std::size_t kCount>
SKEIN_INLINE Row<Scalar> monic_horner(const Scalar (&c)[kCount], const Row<Scalar>& x) {
    if constexpr (kFirst + 1 == kCount) {
        return x + broadcast(c[kFirst]);
    } else {
        return fused(x, monic_horner<kFirst + 1>(c, x), broadcast(c[kFirst]));
    }
}

// ---- tanh --------------------------------------------------------------------------------------------------------

/// Q: monic for float, which saves an operation, while a well-chosen scale saves double a tenth of its error.
template <class Scalar>
SKEIN_INLINE Row<Scalar> tanh_denominator(const Row<Scalar>& s) {
    if constexpr (sizeof(Scalar) == sizeof(float)) {
        return monic_horner(Coefficients<Scalar>::kTanhQ, s);
    } else {
        return horner(Coefficients<Scalar>::kTanhQ, s);
    }
}

/// z (A + B(s) / Q(s)), s = z^2: an odd/even rational whose value at infinity is taken out roughly, as A. So near
/// saturation the exact z A carries the result, and the rounding errors of B, Q and the quotient count for little:
/// half the largest error of (z P) / Q at the same cost. B(0) / Q(0) = 1 - A makes tiny z exact.
template <class Scalar>
SKEIN_INLINE Row<Scalar> tanh(const Row<Scalar>& z) {
    using C = Coefficients<Scalar>;
    const Row<Scalar> a = at_most(absolute(z), broadcast(Limits<Scalar>::kTanh));
    const Row<Scalar> s = a * a;
    const Row<Scalar> quotient = horner(C::kTanhB, s) / tanh_denominator<Scalar>(s);
    const Row<Scalar> magnitude = fused(a, quotient, a * broadcast(C::kTanhSlope));
    return with_sign(at_most(magnitude, broadcast(Scalar(1))), z);
}

// ---- Exponentials ------------------------------------------------------------------------------------------------

/// Adding this and subtracting it again rounds to an integer n; before that, n + bias stands in the lowest bits.
template <class Scalar>
constexpr Scalar kRounder = Scalar(1.5) * kSpacingOne<Scalar> + Scalar(Lanes<Scalar>::kExponentBias);

/// 2^n, of n + kRounder.
template <class Scalar>
SKEIN_INLINE Row<Scalar> power_of_two(const Row<Scalar>& rounded) {
    return map_unsigned_bits<Scalar>([](auto p) { return p << Lanes<Scalar>::kMantissaBits; }, rounded);
}

/// z = n ln(base) / ln(2) + r, r small (Cody and Waite's reduction).
template <class Scalar>
struct Reduced {
    Row<Scalar> rounded;  // n + kRounder
    Row<Scalar> n;
    Row<Scalar> r;
};
template <class Scalar>
SKEIN_INLINE Reduced<Scalar> reduce(const Row<Scalar>& z, const Scalar (&constants)[4]) {
    Reduced<Scalar> result;
    result.rounded = fused(z, broadcast(constants[0]), broadcast(kRounder<Scalar>));
    result.n = result.rounded - broadcast(kRounder<Scalar>);
    result.r = fused(result.n, broadcast(constants[2]), z);
    result.r = fused(result.n, broadcast(constants[3]), result.r);
    return result;
}

/// base^z for z in a range where n has at most one bit more than an exponent. 2^n goes in as two factors, so that
/// neither overflows, and only the last product rounds if the result is denormal.
template <class Scalar, std::size_t kCount>
SKEIN_INLINE Row<Scalar> power(const Row<Scalar>& z, const Scalar (&reduction)[4], const Scalar (&polynomial)[kCount]) {
    const Reduced<Scalar> reduced = reduce(z, reduction);
    const Row<Scalar> half = fused(z, broadcast(reduction[1]), broadcast(kRounder<Scalar>));
    const Row<Scalar> other_half = reduced.rounded - (half - broadcast(kRounder<Scalar>));
    return horner(polynomial, reduced.r) * power_of_two(half) * power_of_two(other_half);
}

template <class Scalar>
SKEIN_INLINE Row<Scalar> exp(const Row<Scalar>& z) {
    using L = Limits<Scalar>;
    const Row<Scalar> clamped = at_least(at_most(z, broadcast(L::kExpHigh)), broadcast(L::kExpLow));
    return power(clamped, Coefficients<Scalar>::kExpReduction, Coefficients<Scalar>::kExp);
}

/// 10^z.
template <class Scalar>
SKEIN_INLINE Row<Scalar> exp10(const Row<Scalar>& z) {
    using L = Limits<Scalar>;
    const Row<Scalar> clamped = at_least(at_most(z, broadcast(L::kExp10High)), broadcast(L::kExp10Low));
    return power(clamped, Coefficients<Scalar>::kExp10Reduction, Coefficients<Scalar>::kExp10);
}

/// exp(-|z|), with the bits of exp: since n <= 0, one factor of 2^n is a constant.
template <class Scalar>
SKEIN_INLINE Row<Scalar> exp_of_minus_absolute(const Row<Scalar>& z) {
    constexpr Scalar kSmall = sizeof(Scalar) == sizeof(float) ? Scalar(0x1p-64) : Scalar(0x1p-512);
    constexpr Scalar kShift = sizeof(Scalar) == sizeof(float) ? Scalar(64) : Scalar(512);
    const Row<Scalar> clamped = at_least(negated(absolute(z)), broadcast(Limits<Scalar>::kExpLow));
    const Reduced<Scalar> reduced = reduce(clamped, Coefficients<Scalar>::kExpReduction);
    const Row<Scalar> scale = power_of_two(reduced.rounded + broadcast(kShift));
    return horner(Coefficients<Scalar>::kExp, reduced.r) * scale * broadcast(kSmall);
}

/// exp(z) - 1 = 2^n (e^r - 1) + (2^n - 1). Above 1 all is halved and doubled at the end, for n = the largest exponent
/// + 1; below, a denormal z must not be halved.
template <class Scalar>
SKEIN_INLINE Row<Scalar> expm1(const Row<Scalar>& z) {
    using C = Coefficients<Scalar>;
    using L = Limits<Scalar>;
    const Row<Scalar> one = broadcast(Scalar(1));
    const Row<Scalar> clamped = at_least(at_most(z, broadcast(L::kExpHigh)), broadcast(L::kExpm1Low));
    const Reduced<Scalar> reduced = reduce(clamped, C::kExpReduction);
    const Row<Scalar> r = reduced.r;
    const Row<Scalar> unscaled = fused(r * r, horner<2>(C::kExp, r), r);
    const Row<Scalar> factor = select(less(one, z), broadcast(Scalar(2)), one);
    const Row<Scalar> one_over_factor = fused(factor, broadcast(Scalar(-0.5)), broadcast(Scalar(1.5)));
    const Row<Scalar> scale = power_of_two(reduced.rounded - (factor - one));
    const Row<Scalar> result = factor * fused(scale, unscaled, scale - one_over_factor);
    return with_sign(absolute(result), z);
}

// ---- Logarithms --------------------------------------------------------------------------------------------------

// x = 2^exponent mantissa, mantissa in [sqrt(1/2), sqrt(2)), for normal x > 0; some numbers for any other.
template <class Scalar>
constexpr Scalar kRootHalf = Scalar(0.70710678118654752);

/// x with its bits shifted so that the exponent field steps at a mantissa of sqrt(1/2).
template <class Scalar>
SKEIN_INLINE Row<Scalar> shifted_to_root_half(const Row<Scalar>& x) {
    return map_unsigned_bits<Scalar>([](auto p) { return p + (bits_of(Scalar(1)) - bits_of(kRootHalf<Scalar>)); }, x);
}
template <class Scalar>
SKEIN_INLINE Row<Scalar> exponent_of(const Row<Scalar>& shifted) {
    const Row<Scalar> biased_above_spacing_one = map_unsigned_bits<Scalar>(
        [](auto p) { return (p >> Lanes<Scalar>::kMantissaBits) | bits_of(kSpacingOne<Scalar>); }, shifted);
    return biased_above_spacing_one - broadcast(kSpacingOne<Scalar> + Scalar(Lanes<Scalar>::kExponentBias));
}
template <class Scalar>
SKEIN_INLINE Row<Scalar> mantissa_of(const Row<Scalar>& shifted) {
    return map_unsigned_bits<Scalar>(
        [](auto p) { return (p & (bits_of(std::numeric_limits<Scalar>::min()) - 1)) + bits_of(kRootHalf<Scalar>); },
        shifted);
}

/// s (f - R(s^2)), s = f / (2 + f), which f exceeds log(1 + f) by: log(1 + f) = 2 atanh(s) and 2 s = f - s f. (The
/// formula of FreeBSD's e_log.c; f enters exactly and the rounding errors of s come with a small factor.)
template <class Scalar, std::size_t kCount>
SKEIN_INLINE Row<Scalar> log1p_of(const Row<Scalar>& f, const Scalar (&polynomial)[kCount], const Row<Scalar>& addend) {
    const Row<Scalar> s = f / (broadcast(Scalar(2)) + f);
    const Row<Scalar> v = s * s;
    return f + fused(negated(s), f - v * horner(polynomial, v), addend);
}

/// exponent ln(2) + log(1 + f).
template <class Scalar>
SKEIN_INLINE Row<Scalar> combined_log(const Row<Scalar>& exponent, const Row<Scalar>& f) {
    using C = Coefficients<Scalar>;
    const Row<Scalar> low = exponent * broadcast(C::kLn2[1]);
    return fused(exponent, broadcast(C::kLn2[0]), log1p_of(f, C::kLog, low));
}

/// `result`, corrected for every x that is not a positive number: infinity and NaN for themselves, -infinity for 0, NaN
/// below 0.
template <class Scalar>
SKEIN_INLINE Row<Scalar> with_special_logs(const Row<Scalar>& result, const Row<Scalar>& x) {
    using Limit = std::numeric_limits<Scalar>;
    const Row<Scalar> zero = broadcast(Scalar(0));
    const Row<Scalar> infinity = broadcast(Limit::infinity());
    const Row<Scalar> of_zero = select(equal(x, zero), negated(infinity), broadcast(Limit::quiet_NaN()));
    return select(less(zero, x), select(less(x, infinity), result, x), of_zero);
}

template <class Scalar>
SKEIN_INLINE Row<Scalar> log(const Row<Scalar>& x) {
    const Mask<Scalar> denormal = less(x, broadcast(std::numeric_limits<Scalar>::min()));
    const Row<Scalar> scaled = x * broadcast(kSpacingOne<Scalar>);
    const Row<Scalar> shifted = shifted_to_root_half(select(denormal, scaled, x));
    const Row<Scalar> offset = select(denormal, broadcast(Scalar(Lanes<Scalar>::kMantissaBits)), broadcast(Scalar(0)));
    const Row<Scalar> f = mantissa_of(shifted) - broadcast(Scalar(1));
    return with_special_logs(combined_log(exponent_of(shifted) - offset, f), x);
}

/// log(x) of positive numbers that are neither denormal nor infinite, with the bits of log().
template <class Scalar>
SKEIN_INLINE Row<Scalar> log_of_normal(const Row<Scalar>& x) {
    const Row<Scalar> shifted = shifted_to_root_half(x);
    return combined_log(exponent_of(shifted), mantissa_of(shifted) - broadcast(Scalar(1)));
}

/// log(1 + x): the error of the rounded sum (Knuth's two-sum) is added to the mantissa.
template <class Scalar>
SKEIN_INLINE Row<Scalar> log1p(const Row<Scalar>& x) {
    const Row<Scalar> one = broadcast(Scalar(1));
    const Row<Scalar> sum = one + x;
    const Row<Scalar> rounded_x = sum - one;
    const Row<Scalar> error = (one - (sum - rounded_x)) + (x - rounded_x);
    const Row<Scalar> shifted = shifted_to_root_half(sum);
    const Row<Scalar> exponent = exponent_of(shifted);
    // 2^-exponent, or 0 in place of the smallest one.
    const Row<Scalar> minus_exponent = broadcast(kRounder<Scalar>) - exponent;
    const Row<Scalar> inverse_scale =
        power_of_two(at_least(minus_exponent, broadcast(Scalar(1.5) * kSpacingOne<Scalar>)));
    const Row<Scalar> f = fused(error, inverse_scale, mantissa_of(shifted) - one);
    const Row<Scalar> result = with_special_logs(combined_log(exponent, f), sum);
    return with_sign(absolute(result), x);
}

// ---- Sine and cosine ---------------------------------------------------------------------------------------------

/// From the second bit to the sign.
template <class Scalar>
constexpr int kToSign = int(8 * sizeof(Scalar)) - 2;

/// The sine and cosine of 2 pi t: t = quarter / 4 + r exactly, |r| <= 1/8. Zeros are +0.
template <class Scalar>
SKEIN_INLINE void sin_cos_two_pi(const Row<Scalar>& t, Row<Scalar>& sine, Row<Scalar>& cosine) {
    using C = Coefficients<Scalar>;
    const Row<Scalar> rounder = broadcast(Scalar(1.5) * kSpacingOne<Scalar>);
    const Row<Scalar> quarter = fused(t, broadcast(Scalar(4)), rounder);  // its lowest bits are the quadrant
    const Row<Scalar> r = fused(quarter - rounder, broadcast(Scalar(-0.25)), t);
    const Row<Scalar> v = r * r;
    const Row<Scalar> sine_r = fused(r, broadcast(C::kTwoPi), r * horner(C::kSine, v));
    const Row<Scalar> cosine_r = horner(C::kCosine, v);
    // An odd quadrant swaps the two; the second bit turns the sine's sign, the exclusive or of both the cosine's.
    const auto sine_bits = [](auto s, auto c, auto q) {
        return (s ^ ((s ^ c) & -(q & 1))) ^ ((q & 2) << kToSign<Scalar>);
    };
    const auto cosine_bits = [](auto s, auto c, auto q) {
        return (c ^ ((s ^ c) & -(q & 1))) ^ (((q ^ (q << 1)) & 2) << kToSign<Scalar>);
    };
    const Row<Scalar> zero = broadcast(Scalar(0));
    sine = map_unsigned_bits<Scalar>(sine_bits, sine_r, cosine_r, quarter) + zero;
    cosine = map_unsigned_bits<Scalar>(cosine_bits, sine_r, cosine_r, quarter) + zero;
}

template <class Scalar>
SKEIN_INLINE Row<Scalar> sin_two_pi(const Row<Scalar>& t) {
    Row<Scalar> sine, cosine;
    sin_cos_two_pi(t, sine, cosine);
    return sine;
}
template <class Scalar>
SKEIN_INLINE Row<Scalar> cos_two_pi(const Row<Scalar>& t) {
    Row<Scalar> sine, cosine;
    sin_cos_two_pi(t, sine, cosine);
    return cosine;
}

}  // namespace
}  // namespace skein::internal::kernels
