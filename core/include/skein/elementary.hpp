/// skein's own elementary functions: the same bits on every CPU and in every instruction set, as function objects for
/// one number, for columns, and for Eigen's unaryExpr.
///
///     double f = skein::elementary::tanh(0.5);
///     skein::elementary::tanh(std::span<const double>(z), std::span<double>(f));      // a column; f may be z
///     Eigen::ArrayXd f = z.unaryExpr(skein::elementary::tanh);
///
/// A NaN gives the one positive quiet NaN. Errors are in ULP: |computed - exact| over the spacing of the format at the
/// exact value, that of denormal numbers included. k...MaxUlp bounds what the tests allow
/// (tests/numerics/elementary_test.cpp) and what has been found: over every float, and for double over 1e9 arguments of
/// each function (tests/long/exhaustive_ulp.cpp).
#pragma once

#include <span>

namespace skein::elementary {

template <class Scalar>
constexpr Scalar choose(float of_float, double of_double) {
    if constexpr (sizeof(Scalar) == sizeof(float)) {
        return of_float;
    } else {
        return of_double;
    }
}
template <class Scalar>
inline constexpr Scalar kTanhMaxUlp = choose<Scalar>(2.74f, 4.0);
template <class Scalar>
inline constexpr Scalar kSigmoidMaxUlp = choose<Scalar>(2.41f, 2.6);
template <class Scalar>
inline constexpr Scalar kSoftplusMaxUlp = choose<Scalar>(2.02f, 2.1);
template <class Scalar>
inline constexpr Scalar kReluMaxUlp = Scalar(0);
template <class Scalar>
inline constexpr Scalar kLeakyReluMaxUlp = choose<Scalar>(0.85f, 0.7);
template <class Scalar>
inline constexpr Scalar kEluMaxUlp = choose<Scalar>(0.96f, 1.2);
template <class Scalar>
inline constexpr Scalar kExpMaxUlp = choose<Scalar>(0.9f, 1.0);
template <class Scalar>
inline constexpr Scalar kExpm1MaxUlp = choose<Scalar>(1.46f, 2.2);
template <class Scalar>
inline constexpr Scalar kLogMaxUlp = choose<Scalar>(0.92f, 1.0);
template <class Scalar>
inline constexpr Scalar kLog1pMaxUlp = choose<Scalar>(1.49f, 1.5);
template <class Scalar>
inline constexpr Scalar kExp10MaxUlp = choose<Scalar>(1.03f, 1.3);
template <class Scalar>
inline constexpr Scalar kSinTwoPiMaxUlp = choose<Scalar>(1.0f, 1.1);
template <class Scalar>
inline constexpr Scalar kCosTwoPiMaxUlp = choose<Scalar>(1.02f, 1.1);

/// From this |z| on, tanh is exactly +-1; within 64 ULP of it on either side it never decreases.
template <class Scalar>
inline constexpr Scalar kTanhClamp = choose<Scalar>(9.0625f, 19.125);
/// sin_two_pi and cos_two_pi hold their error for |t| up to here; beyond, their results mean nothing.
template <class Scalar>
inline constexpr Scalar kTwoPiMaxTurns = choose<Scalar>(0x1p20f, 0x1p49);

#define SKEIN_ELEMENTARY_CALLS                                                          \
    float operator()(float z) const;                                                    \
    double operator()(double z) const;                                                  \
    /** result[i] = f(z[i]); throws std::invalid_argument if the two differ in size. */ \
    void operator()(std::span<const float> z, std::span<float> result) const;           \
    void operator()(std::span<const double> z, std::span<double> result) const;

/// The one list of functions: X(name, type).
#define SKEIN_ELEMENTARY_FUNCTIONS(X) \
    X(tanh, Tanh)                     \
    X(sigmoid, Sigmoid)               \
    X(softplus, Softplus)             \
    X(relu, Relu)                     \
    X(leaky_relu, LeakyRelu)          \
    X(elu, Elu)                       \
    X(exp, Exp)                       \
    X(expm1, Expm1)                   \
    X(log, Log)                       \
    X(log1p, Log1p)                   \
    X(exp10, Exp10)                   \
    X(sin_two_pi, SinTwoPi)           \
    X(cos_two_pi, CosTwoPi)

#define SKEIN_DECLARE(name, Type) \
    struct Type {                 \
        SKEIN_ELEMENTARY_CALLS    \
    };
SKEIN_ELEMENTARY_FUNCTIONS(SKEIN_DECLARE)
#undef SKEIN_DECLARE
#undef SKEIN_ELEMENTARY_CALLS

/// tanh(z) for every z: |tanh(z)| <= 1, tanh(-z) = -tanh(z) to the bit, z itself if that is the nearest number to
/// it and |z| is tiny (denormal numbers and both zeros included), +-1 from kTanhClamp on.
inline constexpr Tanh tanh{};
/// 1 / (1 + exp(-z)) for every z. The tail of negative z keeps its relative accuracy down to denormal results;
/// sigmoid(-infinity) = 0, sigmoid(infinity) = 1.
inline constexpr Sigmoid sigmoid{};
/// log(1 + exp(z)) for every z, accurate in both tails; softplus(-infinity) = 0, softplus(infinity) = infinity.
inline constexpr Softplus softplus{};
/// z if z > 0, else +0. Exact.
inline constexpr Relu relu{};
/// z if z > 0, else 0.01 z; keeps the sign of zero.
inline constexpr LeakyRelu leaky_relu{};
/// z if z > 0, else exp(z) - 1; keeps the sign of zero; -1 at -infinity.
inline constexpr Elu elu{};
/// exp(z) for every z: infinity on overflow, denormal numbers and 0 on underflow.
inline constexpr Exp exp{};
/// exp(z) - 1 for every z; keeps the sign of zero; -1 at -infinity.
inline constexpr Expm1 expm1{};
/// The natural logarithm: log(+-0) = -infinity, log(infinity) = infinity, NaN below 0; denormal z are in range.
inline constexpr Log log{};
/// log(1 + z): log1p(-1) = -infinity, log1p(infinity) = infinity, NaN below -1; keeps the sign of zero.
inline constexpr Log1p log1p{};
/// 10^z for every z, over- and underflow as for exp. Not exact at every integer z.
inline constexpr Exp10 exp10{};
/// sin(2 pi z) and cos(2 pi z), |z| <= kTwoPiMaxTurns: exactly 0, 1 or -1 at multiples of 1/4, every zero +0.
inline constexpr SinTwoPi sin_two_pi{};
inline constexpr CosTwoPi cos_two_pi{};

}  // namespace skein::elementary
