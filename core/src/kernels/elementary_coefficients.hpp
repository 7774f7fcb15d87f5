// The coefficients of kernels/elementary.hpp.
#pragma once

namespace skein::internal::kernels {
namespace {

// The lines from here to "End of fit_elementary.py" are printed by that script, which fits them from scratch.
// clang-format off
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
        0x1.2d7efp+20f, 0x1.19db0cp+19f, 0x1.f5cd96p+14f, 0x1.9c9f42p+8f,
    };
    // e^r, degree 6, on |r| <= ln(2)/2; fitted error 0.0513 x 2^-24.
    static constexpr float kExp[] = {
        0x1p+0f, 0x1p+0f, 0x1.fffffcp-2f, 0x1.555492p-3f, 0x1.5558f2p-5f,
        0x1.1239e8p-7f, 0x1.6a241ep-10f,
    };
    // log2(e), half of it, and -ln(2) in two parts, the product of the first with an exponent exact.
    static constexpr float kExpReduction[] = {
        0x1.715476p+0f, 0x1.715476p-1f, -0x1.62e4p-1f, -0x1.7f7d1cp-20f,
    };
    // 10^r, degree 6, on |r| <= log10(2)/2; fitted error 0.0331 x 2^-24.
    static constexpr float kExp10[] = {
        0x1p+0f, 0x1.26bb1cp+1f, 0x1.53524ap+1f, 0x1.046f68p+1f, 0x1.2bd9d6p+0f,
        0x1.158464p-1f, 0x1.a68bf6p-3f,
    };
    // The same for base 10.
    static constexpr float kExp10Reduction[] = {
        0x1.a934fp+1f, 0x1.a934fp+0f, -0x1.3442p-2f, 0x1.95ec1p-19f,
    };
    // 2 (atanh(s) - s) / s^3, degree 2 in s^2, on |s| <= 3 - 2 sqrt(2);
    // fitted error 0.0135 x 2^-24.
    static constexpr float kLog[] = {
        0x1.55557ap-1f, 0x1.995ecap-2f, 0x1.31e18ep-2f,
    };
    // ln(2) in two parts.
    static constexpr float kLn2[] = {
        0x1.62e43p-1f, -0x1.05c61p-29f,
    };
    // The same, degree 3, on |s| <= 1/3; fitted error 0.0748 x 2^-24.
    static constexpr float kLog1pOfUnit[] = {
        0x1.555502p-1f, 0x1.99d208p-2f, 0x1.1ebd16p-2f, 0x1.1ed79ap-2f,
    };
    // sin(2 pi r) = 2 pi r + r S(r^2) on |r| <= 1/8, S of degree 3;
    // fitted error 0.0636 x 2^-24. S begins with what is missing in the rounded 2 pi.
    static constexpr float kTwoPi = 0x1.921fb6p+2f;
    static constexpr float kSine[] = {
        -0x1.777a5cp-23f, -0x1.4abbbep+5f, 0x1.466004p+6f, -0x1.2dc84cp+6f,
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
        0x1.6f8p+0, 0x1.7d476a930a1bp-3, 0x1.815894d409c3ep-8, 0x1.0f207bfe7467ap-14,
        0x1.cab5080dc8f27p-23, -0x1.1fecbd129f19bp-31, -0x1.2fdc883f91b03p-38, -0x1.17510c43682b8p-47,
        -0x1.4e2d18600dd5ep-58, -0x1.72043cbba8d44p-71,
    };
    static constexpr double kTanhQ[] = {
        0x1.88p+0, 0x1.7c6e110ac41dcp-1, 0x1.af914f3f599b5p-5, 0x1.4dcce1b6da3fep-10,
        0x1.c5c9e406b2bbcp-17, 0x1.2a68f228bc8e6p-24, 0x1.80b617120b1afp-33, 0x1.c9c50fa69a3cdp-43,
        0x1.a8e510e4031a3p-54, 0x1.8beb211399a23p-67,
    };
    // e^r, degree 11, on |r| <= ln(2)/2; fitted error 0.0326 x 2^-53.
    static constexpr double kExp[] = {
        0x1p+0, 0x1p+0, 0x1.000000000000ap-1, 0x1.55555555554fap-3,
        0x1.555555555087cp-5, 0x1.1111111127bc1p-7, 0x1.6c16c1842a2ddp-10, 0x1.a01a012a61a12p-13,
        0x1.a0199a0c19ccfp-16, 0x1.71df253f8af97p-19, 0x1.28ad731740566p-22, 0x1.ad7f88b9dd914p-26,
    };
    // log2(e), half of it, and -ln(2) in two parts, the product of the first with an exponent exact.
    static constexpr double kExpReduction[] = {
        0x1.71547652b82fep+0, 0x1.71547652b82fep-1, -0x1.62e42fefa38p-1, -0x1.ef35793c7673p-45,
    };
    // 10^r, degree 11, on |r| <= log10(2)/2; fitted error 0.0304 x 2^-53.
    static constexpr double kExp10[] = {
        0x1p+0, 0x1.26bb1bbb55516p+1, 0x1.53524c73cea77p+1, 0x1.0470591de2c29p+1,
        0x1.2bd7609fd4f1cp+0, 0x1.1429ffd1f3a7p-1, 0x1.a7ed70a1edf44p-3, 0x1.16e4df63c8493p-4,
        0x1.41165e53f9848p-6, 0x1.4898b4afe3ec8p-8, 0x1.2f7474f391767p-10, 0x1.f9959cb7c0564p-13,
    };
    // The same for base 10.
    static constexpr double kExp10Reduction[] = {
        0x1.a934f0979a371p+1, 0x1.a934f0979a371p+0, -0x1.34413509f78p-2, -0x1.fef311f12b358p-46,
    };
    // 2 (atanh(s) - s) / s^3, degree 6 in s^2, on |s| <= 3 - 2 sqrt(2);
    // fitted error 0.0111 x 2^-53.
    static constexpr double kLog[] = {
        0x1.5555555555592p-1, 0x1.999999997fe74p-2, 0x1.24924941e7d7ep-2, 0x1.c71c521014f2ap-3,
        0x1.74663db100de3p-3, 0x1.39a1d626f6a1ep-3, 0x1.2f0474ef9c992p-3,
    };
    // ln(2) in two parts.
    static constexpr double kLn2[] = {
        0x1.62e42fefa39efp-1, 0x1.abc9e3b39803fp-56,
    };
    // The same, degree 9, on |s| <= 1/3; fitted error 0.0117 x 2^-53.
    static constexpr double kLog1pOfUnit[] = {
        0x1.5555555555535p-1, 0x1.99999999a06c2p-2, 0x1.24924920910b1p-2, 0x1.c71c741a0b2ap-3,
        0x1.745cb458f41e9p-3, 0x1.3b1dd3be2f58ep-3, 0x1.10682de5359cbp-3, 0x1.efd19ceb9d4p-4,
        0x1.55cf122c73e8dp-4, 0x1.5c5c650547f51p-3,
    };
    // sin(2 pi r) = 2 pi r + r S(r^2) on |r| <= 1/8, S of degree 6;
    // fitted error 0.0326 x 2^-53. S begins with what is missing in the rounded 2 pi.
    static constexpr double kTwoPi = 0x1.921fb54442d18p+2;
    static constexpr double kSine[] = {
        0x1.1a62633145c07p-52, -0x1.4abbce625be46p+5, 0x1.466bc67758cb3p+6, -0x1.32d2cce324231p+6,
        0x1.5078300c4e8b8p+5, -0x1.e300989fad0fbp+3, 0x1.e3ff29a3bb07cp+1,
    };
    // cos(2 pi r), degree 7 in r^2, on |r| <= 1/8; fitted error 0.000349 x 2^-53.
    static constexpr double kCosine[] = {
        0x1p+0, -0x1.3bd3cc9be45dep+4, 0x1.03c1f081b5aaep+6, -0x1.55d3c7e3c928p+6,
        0x1.e1f5068367ae7p+5, -0x1.a6d1ec7e082ccp+4, 0x1.f9cc40a9c2bd2p+2, -0x1.b263c258d8983p+0,
    };
};
// End of fit_elementary.py.
// clang-format on

}  // namespace
}  // namespace skein::internal::kernels
