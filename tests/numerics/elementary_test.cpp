// skein's elementary functions against exact ones: errors against the constants of skein/elementary.hpp, special
// values, and the promises of its comments. tests/long/exhaustive_ulp.cpp covers every float.
#include "skein/elementary.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <stdexcept>
#include <string>
#include <vector>

#include "support/ulp.hpp"

using skein::ulp::Function;
using skein::ulp::kFunctions;

namespace {

template <class Scalar>
constexpr Scalar kInfinityOf = std::numeric_limits<Scalar>::infinity();
template <class Scalar>
constexpr Scalar kNanOf = std::numeric_limits<Scalar>::quiet_NaN();
template <class Scalar>
constexpr Scalar kDenormal = std::numeric_limits<Scalar>::denorm_min();

template <class Scalar>
std::vector<Scalar> evaluated(const Function& function, const std::vector<Scalar>& z) {
    std::vector<Scalar> result(z.size());
    function(z, result);
    return result;
}

bool same_bits(double a, double b) { return std::bit_cast<std::uint64_t>(a) == std::bit_cast<std::uint64_t>(b); }
bool same_bits(float a, float b) { return std::bit_cast<std::uint32_t>(a) == std::bit_cast<std::uint32_t>(b); }

bool has_range(const Function& function) { return function.name.ends_with("two_pi"); }

/// The largest error over these arguments, by long double and, where that is near the constant, by MPFR.
template <class Scalar>
double largest_error(const Function& function, const std::vector<Scalar>& z) {
    const std::vector<Scalar> computed = evaluated(function, z);
    double largest = 0;
    for (std::size_t i = 0; i < z.size(); ++i) {
        if (has_range(function) && !(std::fabs(static_cast<double>(z[i])) <= function.high)) {
            continue;
        }
        double error = skein::ulp::error(computed[i], function.exact(static_cast<long double>(z[i])));
        if (error > 0.98 * function.max_ulp<Scalar>()) {
            error = skein::ulp::error_by_mpfr(function, z[i], computed[i]);
        }
        largest = std::max(largest, error);
    }
    return largest;
}

std::vector<float> strided_floats() {
    std::vector<float> z;
    for (std::uint64_t bits = 0; bits < std::uint64_t{1} << 32; bits += 65521) {
        z.push_back(std::bit_cast<float>(static_cast<std::uint32_t>(bits)));
    }
    return z;
}

template <class Scalar>
std::vector<Scalar> near_edges(int steps) {
    std::vector<Scalar> z;
    for (const Scalar edge : skein::ulp::region_edges<Scalar>()) {
        for (int step = -steps; step <= steps; ++step) {
            z.push_back(skein::ulp::steps_from(edge, step));
            z.push_back(-z.back());
        }
    }
    return z;
}

/// The worst arguments that exhaustive_ulp.sh has found, in the order of kFunctions.
struct WorstCase {
    float of_float;
    double of_double;
};
constexpr WorstCase kWorst[] = {
    {0x1.173d2cp-1f, -0x1.02b13e64b1e8ep+2},    // tanh
    {-0x1.0a111ap+2f, -0x1.bb965c9f16e81p+2},   // sigmoid
    {0x1.45fdb8p-4f, -0x1.bdb016a488488p-2},    // softplus
    {0, 0},                                     // relu
    {0x1.4cec68p+2f, 0x1.82d22f0f4b636p+6},     // exp
    {0x1.0fba1p+4f, 0x1.6cecc499c4988p-2},      // expm1
    {0x1.45bf22p+0f, 0x1.46d94a8ff2739p+0},     // log
    {0x1.b19feap-2f, 0x1.d5c8e23a1211bp-2},     // log1p
    {-0x1.8553eap+3f, -0x1.2d47bdf2250fap+7},   // exp10
    {-0x1.7ffa92p-2f, -0x1.a138a40359c98p+19},  // sin_two_pi
    {0x1.ff9856p-4f, -0x1.677143fd3d858p+19},   // cos_two_pi
    {-0x1.6aaaccp+0f, -0x1.8e7334afa81fp+0},    // leaky_relu
    {-0x1.88a028p-2f, -0x1.921ce57b336bdp-2},   // elu
};

template <class Scalar>
void check_worst_case(const Function& function, Scalar z) {
    CAPTURE(function.name);
    CAPTURE(z);
    Scalar computed;
    function({&z, 1}, {&computed, 1});
    const double error = skein::ulp::error_by_mpfr(function, z, computed);
    CHECK(error <= function.max_ulp<Scalar>());
    CHECK(error >= function.max_ulp<Scalar>() / 1.5);  // else the constant promises too little
}

template <class Scalar>
void check_columns() {
    for (const std::size_t count : {0u, 1u, 3u, 7u, 8u, 9u, 15u, 16u, 17u, 100u}) {
        std::vector<Scalar> z;
        for (std::size_t i = 0; i < count; ++i) {
            z.push_back(static_cast<Scalar>(i) / 16 - 2);
        }
        std::vector<Scalar> column(count);
        skein::elementary::tanh(std::span<const Scalar>(z), std::span<Scalar>(column));
        for (std::size_t i = 0; i < count; ++i) {
            CHECK(same_bits(column[i], skein::elementary::tanh(z[i])));
        }
        skein::elementary::tanh(std::span<const Scalar>(z), std::span<Scalar>(z));
        CHECK(z == column);
    }
}

/// Never decreasing over these arguments.
template <class Scalar>
bool is_monotone(const std::vector<Scalar>& z) {
    Scalar last = -1;
    for (const Scalar f : evaluated(kFunctions[0], z)) {
        if (f < last) {
            return false;
        }
        last = f;
    }
    return true;
}

}  // namespace

TEST_CASE("elementary: strided floats stay within the stated errors") {
    const std::vector<float> z = strided_floats();
    for (const Function& function : kFunctions) {
        CAPTURE(function.name);
        CHECK(largest_error(function, z) <= function.max_ulp<float>());
    }
}

TEST_CASE("elementary: doubles of every size stay within the stated errors") {
    for (const Function& function : kFunctions) {
        CAPTURE(function.name);
        std::vector<double> z;
        for (std::uint64_t index = 0; index < 60000; ++index) {
            z.push_back(skein::ulp::argument(function, index));
        }
        CHECK(largest_error(function, z) <= function.max_ulp<double>());
    }
}

TEST_CASE_TEMPLATE("elementary: errors at the edges of the reductions", Scalar, float, double) {
    const std::vector<Scalar> z = near_edges<Scalar>(1);
    for (const Function& function : kFunctions) {
        CAPTURE(function.name);
        CHECK(largest_error(function, z) <= function.max_ulp<Scalar>());
    }
}

TEST_CASE("elementary: the stated errors are those of the worst arguments known") {
    for (std::size_t i = 0; i < kFunctions.size(); ++i) {
        check_worst_case(kFunctions[i], kWorst[i].of_float);
        check_worst_case(kFunctions[i], kWorst[i].of_double);
    }
}

TEST_CASE_TEMPLATE("elementary: a NaN stays in its own lane", Scalar, float, double) {
    for (const Function& function : kFunctions) {
        CAPTURE(function.name);
        const std::vector<Scalar> plain = evaluated(function, std::vector<Scalar>(40, Scalar(0.25)));
        for (std::size_t lane = 0; lane < 40; ++lane) {
            std::vector<Scalar> z(40, Scalar(0.25));
            z[lane] = lane % 2 == 0 ? kNanOf<Scalar> : -kNanOf<Scalar>;
            const std::vector<Scalar> result = evaluated(function, z);
            for (std::size_t i = 0; i < 40; ++i) {
                CHECK(same_bits(result[i], i == lane ? kNanOf<Scalar> : plain[i]));
            }
        }
    }
}

TEST_CASE_TEMPLATE("elementary: infinities and zeros", Scalar, float, double) {
    constexpr Scalar infinity = kInfinityOf<Scalar>;
    const Scalar zero = 0, one = 1;
    CHECK(skein::elementary::tanh(infinity) == 1);
    CHECK(skein::elementary::tanh(-infinity) == -1);
    CHECK(same_bits(skein::elementary::sigmoid(-infinity), zero));
    CHECK(skein::elementary::sigmoid(infinity) == 1);
    CHECK(skein::elementary::sigmoid(zero) == Scalar(0.5));
    CHECK(skein::elementary::sigmoid(-zero) == Scalar(0.5));
    CHECK(same_bits(skein::elementary::softplus(-infinity), zero));
    CHECK(skein::elementary::softplus(infinity) == infinity);
    CHECK(same_bits(skein::elementary::relu(-infinity), zero));
    CHECK(same_bits(skein::elementary::relu(-zero), zero));
    CHECK(skein::elementary::relu(infinity) == infinity);
    CHECK(skein::elementary::relu(kDenormal<Scalar>) == kDenormal<Scalar>);
    CHECK(skein::elementary::exp(zero) == one);
    CHECK(skein::elementary::exp(infinity) == infinity);
    CHECK(same_bits(skein::elementary::exp(-infinity), zero));
    CHECK(skein::elementary::exp10(zero) == one);
    CHECK(skein::elementary::exp10(infinity) == infinity);
    CHECK(same_bits(skein::elementary::exp10(-infinity), zero));
    CHECK(skein::elementary::expm1(infinity) == infinity);
    CHECK(skein::elementary::expm1(-infinity) == -1);
    CHECK(skein::elementary::log(zero) == -infinity);
    CHECK(skein::elementary::log(-zero) == -infinity);
    CHECK(skein::elementary::log(infinity) == infinity);
    CHECK(same_bits(skein::elementary::log(one), zero));
    CHECK(std::isnan(skein::elementary::log(-kDenormal<Scalar>)));
    CHECK(std::isnan(skein::elementary::log(-infinity)));
    CHECK(skein::elementary::log1p(-one) == -infinity);
    CHECK(skein::elementary::log1p(infinity) == infinity);
    CHECK(std::isnan(skein::elementary::log1p(skein::ulp::steps_from(-one, 1))));
    CHECK(std::isnan(skein::elementary::log1p(-infinity)));
}

TEST_CASE_TEMPLATE("elementary: leaky_relu and elu at infinities and zeros", Scalar, float, double) {
    constexpr Scalar infinity = kInfinityOf<Scalar>;
    const Scalar zero = 0;
    CHECK(skein::elementary::leaky_relu(infinity) == infinity);
    CHECK(skein::elementary::leaky_relu(-infinity) == -infinity);
    CHECK(same_bits(skein::elementary::leaky_relu(zero), zero));
    CHECK(same_bits(skein::elementary::leaky_relu(-zero), -zero));
    CHECK(skein::elementary::leaky_relu(Scalar(-2)) == Scalar(-2) * Scalar(0.01));
    CHECK(skein::elementary::leaky_relu(kDenormal<Scalar>) == kDenormal<Scalar>);
    CHECK(skein::elementary::elu(infinity) == infinity);
    CHECK(skein::elementary::elu(-infinity) == -1);
    CHECK(same_bits(skein::elementary::elu(zero), zero));
    CHECK(same_bits(skein::elementary::elu(-zero), -zero));
    CHECK(skein::elementary::elu(Scalar(3)) == Scalar(3));
    CHECK(skein::elementary::elu(Scalar(-3)) == skein::elementary::expm1(Scalar(-3)));
}

TEST_CASE_TEMPLATE("elementary: tiny arguments", Scalar, float, double) {
    constexpr Scalar kMin = std::numeric_limits<Scalar>::min();
    for (const Scalar z : {Scalar(0), kDenormal<Scalar>, 3 * kDenormal<Scalar>, 12 * kDenormal<Scalar>, kMin / 2,
                           kMin - kDenormal<Scalar>, kMin, Scalar(1e-20)}) {
        for (const Scalar signed_z : {z, -z}) {
            CAPTURE(signed_z);
            CHECK(same_bits(skein::elementary::tanh(signed_z), signed_z));
            CHECK(same_bits(skein::elementary::expm1(signed_z), signed_z));
            CHECK(same_bits(skein::elementary::elu(signed_z), signed_z));
            CHECK(same_bits(skein::elementary::log1p(signed_z), signed_z));
        }
    }
    Scalar random = kDenormal<Scalar>;
    for (int i = 0; i < 100; ++i, random = random * Scalar(1.5) + kDenormal<Scalar>) {
        CHECK(skein::elementary::tanh(random) == random);
    }
}

TEST_CASE_TEMPLATE("elementary: under- and overflow of exp are gradual and complete", Scalar, float, double) {
    const Scalar kLn2 = static_cast<Scalar>(0.69314718055994531);
    const int lowest = std::numeric_limits<Scalar>::min_exponent - std::numeric_limits<Scalar>::digits;
    CHECK(skein::elementary::exp(static_cast<Scalar>(lowest - 2) * kLn2) == 0);
    CHECK(skein::elementary::exp((static_cast<Scalar>(lowest) + Scalar(0.5)) * kLn2) == kDenormal<Scalar>);
    CHECK(skein::elementary::sigmoid((static_cast<Scalar>(lowest) + Scalar(0.5)) * kLn2) == kDenormal<Scalar>);
    CHECK(skein::elementary::softplus((static_cast<Scalar>(lowest) + Scalar(0.5)) * kLn2) == kDenormal<Scalar>);
    const Scalar largest = skein::elementary::log(std::numeric_limits<Scalar>::max());
    CHECK(std::isfinite(skein::elementary::exp(skein::ulp::steps_from(largest, -1))));
    CHECK(std::isfinite(skein::elementary::expm1(skein::ulp::steps_from(largest, -1))));
    CHECK(skein::elementary::exp(skein::ulp::steps_from(largest, 1)) == kInfinityOf<Scalar>);
    CHECK(skein::elementary::expm1(skein::ulp::steps_from(largest, 1)) == kInfinityOf<Scalar>);
}

TEST_CASE_TEMPLATE("elementary: tanh is odd to the bit and never beyond 1", Scalar, float, double) {
    std::vector<Scalar> z = near_edges<Scalar>(2), negative;
    for (std::uint64_t index = 0; index < 50000; ++index) {
        z.push_back(static_cast<Scalar>(skein::ulp::argument(kFunctions[0], index)));
    }
    for (const Scalar value : z) {
        negative.push_back(-value);
    }
    const std::vector<Scalar> f = evaluated(kFunctions[0], z), mirrored = evaluated(kFunctions[0], negative);
    bool odd = true, bounded = true;
    for (std::size_t i = 0; i < z.size(); ++i) {
        odd = odd && same_bits(f[i], -mirrored[i]);
        bounded = bounded && std::fabs(f[i]) <= 1;
    }
    CHECK(odd);
    CHECK(bounded);
}

TEST_CASE_TEMPLATE("elementary: tanh is monotone around its clamp, and 1 from there on", Scalar, float, double) {
    const Scalar clamp = skein::elementary::kTanhClamp<Scalar>;
    std::vector<Scalar> beside, around;
    for (int step = -64; step <= 64; ++step) {
        beside.push_back(skein::ulp::steps_from(clamp, step));
    }
    CHECK(is_monotone(beside));
    for (Scalar z = clamp - Scalar(0.25); z < clamp + 1; z += Scalar(0x1p-16)) {
        around.push_back(z);
    }
    CHECK(is_monotone(around));
    for (const Scalar z : {clamp, 2 * clamp, std::numeric_limits<Scalar>::max()}) {
        CHECK(skein::elementary::tanh(z) == 1);
    }
}

TEST_CASE_TEMPLATE("elementary: sine and cosine at multiples of 1/4 are exact", Scalar, float, double) {
    const Scalar zero = 0, large = Scalar(0x1p20) - 1;
    for (const Scalar whole : {Scalar(-3), Scalar(-1), Scalar(-0.0), Scalar(0), Scalar(1), Scalar(1000), large}) {
        CAPTURE(whole);
        CHECK(same_bits(skein::elementary::sin_two_pi(whole), zero));
        CHECK(skein::elementary::sin_two_pi(whole + Scalar(0.25)) == 1);
        CHECK(same_bits(skein::elementary::sin_two_pi(whole + Scalar(0.5)), zero));
        CHECK(skein::elementary::sin_two_pi(whole - Scalar(0.25)) == -1);
        CHECK(skein::elementary::cos_two_pi(whole) == 1);
        CHECK(same_bits(skein::elementary::cos_two_pi(whole + Scalar(0.25)), zero));
        CHECK(skein::elementary::cos_two_pi(whole + Scalar(0.5)) == -1);
        CHECK(same_bits(skein::elementary::cos_two_pi(whole - Scalar(0.25)), zero));
    }
}

TEST_CASE_TEMPLATE("elementary: columns of any length, in place too, equal single numbers", Scalar, float, double) {
    check_columns<Scalar>();
}

TEST_CASE("elementary: columns of different lengths are refused by name") {
    const std::vector<double> z(3);
    std::vector<double> result(2);
    try {
        skein::elementary::exp(std::span<const double>(z), std::span<double>(result));
        FAIL("no exception");
    } catch (const std::invalid_argument& error) {
        CHECK(std::string(error.what()).find("result has 2 elements, z has 3") != std::string::npos);
    }
}
