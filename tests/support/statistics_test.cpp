// The p-values of statistics.hpp, which other tests rest on, against known values.
#include "support/statistics.hpp"

#include <doctest/doctest.h>

namespace skein::statistics {
namespace {

/// Q(a, x) of a whole a: the odds of fewer than a events of a Poisson process of mean x (Abramowitz and Stegun 6.5.13).
double poisson_sum(int a, double x) {
    double term = std::exp(-x);
    double sum = 0.0;
    for (int events = 0; events < a; ++events) {
        sum += term;
        term *= x / (events + 1);
    }
    return sum;
}

}  // namespace

TEST_CASE("incomplete gamma function: closed forms") {
    for (const double x : {1e-3, 0.1, 0.5, 1.0, 2.5, 10.0, 40.0, 200.0}) {
        const Tails half = incomplete_gamma(0.5, x);  // P(1/2, x) = erf(sqrt x)
        CHECK(half.lower == doctest::Approx(std::erf(std::sqrt(x))).epsilon(1e-13));
        if (x > 1.5) {
            CHECK(half.upper == doctest::Approx(std::erfc(std::sqrt(x))).epsilon(1e-12));
        }
        for (const int a : {1, 2, 7, 30}) {
            const Tails tails = incomplete_gamma(a, x);
            CHECK(tails.upper == doctest::Approx(poisson_sum(a, x)).epsilon(1e-11));
            CHECK(tails.lower + tails.upper == doctest::Approx(1.0).epsilon(1e-15));
        }
    }
    CHECK(incomplete_gamma(3.0, 0.0).upper == 1.0);
    // The recurrence P(a + 1, x) = P(a, x) - x^a e^-x / Gamma(a + 1) (6.5.21), where a is large: on either side of a.
    for (const double x : {1.9e4, 2.0e4, 2.1e4}) {
        const double a = 2e4;
        const double step = std::exp(a * std::log(x) - x - std::lgamma(a + 1.0));
        CHECK(incomplete_gamma(a, x).lower - incomplete_gamma(a + 1.0, x).lower == doctest::Approx(step).epsilon(1e-8));
    }
}

TEST_CASE("chi-square: percentage points of the tables") {
    // Abramowitz and Stegun, table 26.8.
    CHECK(chi_square(3.84146, 1.0).upper == doctest::Approx(0.05).epsilon(1e-5));
    CHECK(chi_square(10.8276, 1.0).upper == doctest::Approx(0.001).epsilon(1e-4));
    CHECK(chi_square(18.3070, 10.0).upper == doctest::Approx(0.05).epsilon(1e-5));
    CHECK(chi_square(2.55821, 10.0).lower == doctest::Approx(0.01).epsilon(1e-5));
    CHECK(chi_square(124.342, 100.0).upper == doctest::Approx(0.05).epsilon(1e-5));
    CHECK(two_sided(chi_square(0.0157908, 1.0)) == doctest::Approx(0.2).epsilon(1e-5));
}

TEST_CASE("bounds of Kolmogorov's distance and of counts hold, and are not far off") {
    CHECK(kolmogorov_p(1.949 / 1000.0, 1e6) == doctest::Approx(0.001).epsilon(0.01));  // Kolmogorov's law: 0.001
    CHECK(uniformity_p(std::vector<double>(100, 0.5)) < 1e-20);
    CHECK(uniformity_p({0.125, 0.375, 0.625, 0.875}) == 1.0);
    // Ten heads of ten: 2^-10 on either side, which the bound gives exactly.
    CHECK(binomial_p(10.0, 10.0, 0.5) == doctest::Approx(2.0 / 1024.0).epsilon(1e-13));
    CHECK(binomial_p(0.0, 10.0, 0.5) == doctest::Approx(2.0 / 1024.0).epsilon(1e-13));
    // 5 deviations of a normal law: erfc(5 / sqrt 2) = 5.7e-7; Hoeffding's bound is 2 exp(-25 / 2) = 7.5e-6.
    CHECK(binomial_p(5e5 + 2500.0, 1e6, 0.5) == doctest::Approx(7.45e-6).epsilon(0.01));
    CHECK(binomial_p(0.0, 1e6, 5e-7) == 1.0);
    CHECK(normal_p(1.959964) == doctest::Approx(0.05).epsilon(1e-5));
    CHECK(normal_p(-5.0) == doctest::Approx(5.733e-7).epsilon(1e-3));
}

TEST_CASE("Pearson's statistic of cells and tables") {
    // (60 - 50)^2 / 50 + (40 - 50)^2 / 50 = 4, one degree of freedom.
    CHECK(Cells({60, 40}).tails().upper == doctest::Approx(std::erfc(std::sqrt(2.0))).epsilon(1e-13));
    CHECK(Cells({60, 40}, {0.6, 0.4}).tails().upper == 1.0);
    // 100 (30 x 30 - 20 x 20)^2 / 50^4 = 4; matched 100 at a time, 4 x 99 / 100.
    CHECK(Cells::of_table({30, 20, 20, 30}, 2, 0.0).tails().upper ==
          doctest::Approx(std::erfc(std::sqrt(2.0))).epsilon(1e-13));
    CHECK(Cells::of_table({30, 20, 20, 30}, 2, 100.0).tails().upper ==
          doctest::Approx(std::erfc(std::sqrt(1.98))).epsilon(1e-13));
    Cells sum;
    sum.add(Cells({40, 60}));
    sum.add(Cells({60, 40}));
    CHECK(sum.tails().lower == 0.0);
}

}  // namespace skein::statistics
