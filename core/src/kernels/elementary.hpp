// skein's own elementary functions, a row of lanes at a time. They are built on the operations of kernels/lanes.hpp
// alone, so their bits are the same on every CPU. A NaN stays a NaN, in its own lane; valid ranges and largest errors
// are the constants of skein/elementary.hpp.
#pragma once

#include "kernels/lanes.hpp"

namespace skein::internal::kernels {
namespace {

// The lines from here to "End of fit_elementary.py" are printed by that script, which fits them from scratch.
template <class Scalar>
struct Coefficients;
template <>
struct Coefficients<float> {
    // tanh(z) = z (A + B(s) / Q(s)), s = z^2, both of degree 4, fitted on z in [0, 8.6];
    // fitted error 0.232 x 2^-24. Q is monic: its leading 1 is left out.
    static constexpr float kTanhSlope = 0x1p-3f;
    static constexpr float kTanhB[] = {
        0x1.07cf12p+20f, 0x1.6d0318p+16f, 0x1.5845a8p+8f, -0x1.96ec04p+4f, -0x1.b87174p-4f,
    };
    static constexpr float kTanhQ[] = {
        0x1.2d7efp+20f,
        0x1.19db0cp+19f,
        0x1.f5cd96p+14f,
        0x1.9c9f42p+8f,
    };
    // e^r, degree 6, on |r| <= ln(2)/2; fitted error 0.0513 x 2^-24.
    static constexpr float kExp[] = {
        0x1p+0f, 0x1p+0f, 0x1.fffffcp-2f, 0x1.555492p-3f, 0x1.5558f2p-5f, 0x1.1239e8p-7f, 0x1.6a241ep-10f,
    };
    // log2(e), half of it, and -ln(2) in two parts, the product of the first with an exponent exact.
    static constexpr float kExpReduction[] = {
        0x1.715476p+0f,
        0x1.715476p-1f,
        -0x1.62e4p-1f,
        -0x1.7f7d1cp-20f,
    };
    // 10^r, degree 6, on |r| <= log10(2)/2; fitted error 0.0331 x 2^-24.
    static constexpr float kExp10[] = {
        0x1p+0f, 0x1.26bb1cp+1f, 0x1.53524ap+1f, 0x1.046f68p+1f, 0x1.2bd9d6p+0f, 0x1.158464p-1f, 0x1.a68bf6p-3f,
    };
    // The same for base 10.
    static constexpr float kExp10Reduction[] = {
        0x1.a934fp+1f,
        0x1.a934fp+0f,
        -0x1.3442p-2f,
        0x1.95ec1p-19f,
    };
    // 2 (atanh(s) - s) / s^3, degree 2 in s^2, on |s| <= 3 - 2 sqrt(2);
    // fitted error 0.0135 x 2^-24.
    static constexpr float kLog[] = {
        0x1.55557ap-1f,
        0x1.995ecap-2f,
        0x1.31e18ep-2f,
    };
    // ln(2) in two parts.
    static constexpr float kLn2[] = {
        0x1.62e43p-1f,
        -0x1.05c61p-29f,
    };
    // The same, degree 3, on |s| <= 1/3; fitted error 0.0748 x 2^-24.
    static constexpr float kLog1pOfUnit[] = {
        0x1.555502p-1f,
        0x1.99d208p-2f,
        0x1.1ebd16p-2f,
        0x1.1ed79ap-2f,
    };
    // sin(2 pi r) = 2 pi r + r S(r^2) on |r| <= 1/8, S of degree 3;
    // fitted error 0.0636 x 2^-24. S begins with what is missing in the rounded 2 pi.
    static constexpr float kTwoPi = 0x1.921fb6p+2f;
    static constexpr float kSine[] = {
        -0x1.777a5cp-23f,
        -0x1.4abbbep+5f,
        0x1.466004p+6f,
        -0x1.2dc84cp+6f,
    };
    // cos(2 pi r), degree 4 in r^2, on |r| <= 1/8; fitted error 0.00107 x 2^-24.
    static constexpr float kCosine[] = {
        0x1p+0f, -0x1.3bd3ccp+4f, 0x1.03c1dep+6f, -0x1.55c5ep+6f, 0x1.d9d57ep+5f,
    };
};
template <>
struct Coefficients<double> {
    // tanh(z) = z (A + B(s) / Q(s)), s = z^2, both of degree 9, fitted on z in [0, 18.20];
    // fitted error 0.254 x 2^-53.
    static constexpr double kTanhSlope = 0x1p-4;
    static constexpr double kTanhB[] = {
        0x1.6f8p+0,
        0x1.7d476a930a1bp-3,
        0x1.815894d409c3ep-8,
        0x1.0f207bfe7467ap-14,
        0x1.cab5080dc8f27p-23,
        -0x1.1fecbd129f19bp-31,
        -0x1.2fdc883f91b03p-38,
        -0x1.17510c43682b8p-47,
        -0x1.4e2d18600dd5ep-58,
        -0x1.72043cbba8d44p-71,
    };
    static constexpr double kTanhQ[] = {
        0x1.88p+0,
        0x1.7c6e110ac41dcp-1,
        0x1.af914f3f599b5p-5,
        0x1.4dcce1b6da3fep-10,
        0x1.c5c9e406b2bbcp-17,
        0x1.2a68f228bc8e6p-24,
        0x1.80b617120b1afp-33,
        0x1.c9c50fa69a3cdp-43,
        0x1.a8e510e4031a3p-54,
        0x1.8beb211399a23p-67,
    };
    // e^r, degree 11, on |r| <= ln(2)/2; fitted error 0.0326 x 2^-53.
    static constexpr double kExp[] = {
        0x1p+0,
        0x1p+0,
        0x1.000000000000ap-1,
        0x1.55555555554fap-3,
        0x1.555555555087cp-5,
        0x1.1111111127bc1p-7,
        0x1.6c16c1842a2ddp-10,
        0x1.a01a012a61a12p-13,
        0x1.a0199a0c19ccfp-16,
        0x1.71df253f8af97p-19,
        0x1.28ad731740566p-22,
        0x1.ad7f88b9dd914p-26,
    };
    // log2(e), half of it, and -ln(2) in two parts, the product of the first with an exponent exact.
    static constexpr double kExpReduction[] = {
        0x1.71547652b82fep+0,
        0x1.71547652b82fep-1,
        -0x1.62e42fefa38p-1,
        -0x1.ef35793c7673p-45,
    };
    // 10^r, degree 11, on |r| <= log10(2)/2; fitted error 0.0304 x 2^-53.
    static constexpr double kExp10[] = {
        0x1p+0,
        0x1.26bb1bbb55516p+1,
        0x1.53524c73cea77p+1,
        0x1.0470591de2c29p+1,
        0x1.2bd7609fd4f1cp+0,
        0x1.1429ffd1f3a7p-1,
        0x1.a7ed70a1edf44p-3,
        0x1.16e4df63c8493p-4,
        0x1.41165e53f9848p-6,
        0x1.4898b4afe3ec8p-8,
        0x1.2f7474f391767p-10,
        0x1.f9959cb7c0564p-13,
    };
    // The same for base 10.
    static constexpr double kExp10Reduction[] = {
        0x1.a934f0979a371p+1,
        0x1.a934f0979a371p+0,
        -0x1.34413509f78p-2,
        -0x1.fef311f12b358p-46,
    };
    // 2 (atanh(s) - s) / s^3, degree 6 in s^2, on |s| <= 3 - 2 sqrt(2);
    // fitted error 0.0111 x 2^-53.
    static constexpr double kLog[] = {
        0x1.5555555555592p-1, 0x1.999999997fe74p-2, 0x1.24924941e7d7ep-2, 0x1.c71c521014f2ap-3,
        0x1.74663db100de3p-3, 0x1.39a1d626f6a1ep-3, 0x1.2f0474ef9c992p-3,
    };
    // ln(2) in two parts.
    static constexpr double kLn2[] = {
        0x1.62e42fefa39efp-1,
        0x1.abc9e3b39803fp-56,
    };
    // The same, degree 9, on |s| <= 1/3; fitted error 0.0117 x 2^-53.
    static constexpr double kLog1pOfUnit[] = {
        0x1.5555555555535p-1, 0x1.99999999a06c2p-2, 0x1.24924920910b1p-2, 0x1.c71c741a0b2ap-3,  0x1.745cb458f41e9p-3,
        0x1.3b1dd3be2f58ep-3, 0x1.10682de5359cbp-3, 0x1.efd19ceb9d4p-4,   0x1.55cf122c73e8dp-4, 0x1.5c5c650547f51p-3,
    };
    // sin(2 pi r) = 2 pi r + r S(r^2) on |r| <= 1/8, S of degree 6;
    // fitted error 0.0326 x 2^-53. S begins with what is missing in the rounded 2 pi.
    static constexpr double kTwoPi = 0x1.921fb54442d18p+2;
    static constexpr double kSine[] = {
        0x1.1a62633145c07p-52, -0x1.4abbce625be46p+5, 0x1.466bc67758cb3p+6, -0x1.32d2cce324231p+6,
        0x1.5078300c4e8b8p+5,  -0x1.e300989fad0fbp+3, 0x1.e3ff29a3bb07cp+1,
    };
    // cos(2 pi r), degree 7 in r^2, on |r| <= 1/8; fitted error 0.000349 x 2^-53.
    static constexpr double kCosine[] = {
        0x1p+0,
        -0x1.3bd3cc9be45dep+4,
        0x1.03c1f081b5aaep+6,
        -0x1.55d3c7e3c928p+6,
        0x1.e1f5068367ae7p+5,
        -0x1.a6d1ec7e082ccp+4,
        0x1.f9cc40a9c2bd2p+2,
        -0x1.b263c258d8983p+0,
    };
};
// End of fit_elementary.py.

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
/// neither overflows and only the last product rounds where the result is denormal.
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

/// x with its bits moved on so far that its exponent steps where the mantissa is sqrt(1/2).
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

/// What the logarithm of x is, where x is no positive number: x if infinite or NaN, -infinity of 0, NaN below.
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

// ---- Activations on top of them ----------------------------------------------------------------------------------

/// 1 / (1 + t) for z >= 0 and t / (1 + t) below, t = exp(-|z|): the lower tail keeps its relative accuracy.
template <class Scalar>
SKEIN_INLINE Row<Scalar> sigmoid(const Row<Scalar>& z) {
    const Row<Scalar> one = broadcast(Scalar(1));
    const Row<Scalar> t = exp_of_minus_absolute(z);
    return select(less(z, broadcast(Scalar(0))), t, one) / (one + t);
}

/// z where z > 0, +0 elsewhere; NaN is kept.
template <class Scalar>
SKEIN_INLINE Row<Scalar> relu(const Row<Scalar>& z) {
    const Row<Scalar> zero = broadcast(Scalar(0));
    return at_least(z, zero) + zero;  // the sum turns -0 into +0
}

/// log(1 + e^z) = max(z, 0) + log(1 + exp(-|z|)).
template <class Scalar>
SKEIN_INLINE Row<Scalar> softplus(const Row<Scalar>& z) {
    const Row<Scalar> zero = broadcast(Scalar(0));
    return relu(z) + log1p_of(exp_of_minus_absolute(z), Coefficients<Scalar>::kLog1pOfUnit, zero);
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

}  // namespace
}  // namespace skein::internal::kernels
