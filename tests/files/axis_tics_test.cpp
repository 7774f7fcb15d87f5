#include "files/figures/axis_tics.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <cstddef>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace skein::test {

using namespace internal;
namespace {

using files::axis_tics;
using files::AxisTics;
using files::Tic;

/// "name name ... | unit" of an axis; minor tics as ".".
std::string names_of(const AxisTics& axis) {
    std::string names;
    for (const Tic& tic : axis.tics) names += (tic.name.empty() ? "." : tic.name) + " ";
    return names + "|" + axis.unit;
}

TEST_CASE("axis tics: even steps with as many digits as they need") {
    CHECK(names_of(axis_tics(0, 1, false)) == "0 0.2 0.4 0.6 0.8 1.0 |");
    CHECK(names_of(axis_tics(-2, 2, false)) == "\u22122.0 \u22121.5 \u22121.0 \u22120.5 0 0.5 1.0 1.5 2.0 |");
    CHECK(names_of(axis_tics(-0.5, 0.25, false)) == "\u22120.5 \u22120.4 \u22120.3 \u22120.2 \u22120.1 0 0.1 0.2 |");
    CHECK(names_of(axis_tics(0, 90000, false)) == "0 20000 40000 60000 80000 |");
    CHECK(names_of(axis_tics(0, 9e6, false)) == "0 2 4 6 8 |, in 1e6");
    CHECK(names_of(axis_tics(1.25e-7, 1.55e-7, false)) == "1.25 1.30 1.35 1.40 1.45 1.50 1.55 |, in 1e-7");
    const AxisTics axis = axis_tics(-1, 3, false);
    CHECK_FALSE(axis.is_log);
    CHECK(axis.tics[4].name == "1.0");
    CHECK(axis.tics[4].at == 0.5);
}

TEST_CASE("axis tics: what a small range has in common moves to the unit") {
    CHECK(names_of(axis_tics(10.25, 10.255, false)) == "10.250 10.251 10.252 10.253 10.254 10.255 |");
    CHECK(names_of(axis_tics(1000.25, 1000.255, false)) == "0 0.001 0.002 0.003 0.004 0.005 | \u2212 1000.25");
    CHECK(names_of(axis_tics(1000.25, 1000.25005, false)) == "0 1 2 3 4 5 | \u2212 1000.25, in 1e-5");
    CHECK(names_of(axis_tics(1234567.25, 1234567.75, false)) == "0.3 0.4 0.5 0.6 0.7 | \u2212 1234567");
    CHECK(names_of(axis_tics(-0.5, -0.5 + 4e-10, false)) == "0 0.5 1.0 1.5 2.0 2.5 3.0 3.5 4.0 | + 0.5, in 1e-10");
    CHECK(names_of(axis_tics(1.5e-9, 1.5e-9 + 3e-18, true)) == "0 0.5 1.0 1.5 2.0 2.5 3.0 | \u2212 1.5e-9, in 1e-18");
}

TEST_CASE("axis tics: logarithmic axes") {
    CHECK(names_of(axis_tics(1e-3, 1, true)) ==
          "10^{\u22123} . . . . . . . . 10^{\u22122} . . . . . . . . "
          "10^{\u22121} . . . . . . . . 10^{0} |");
    CHECK(names_of(axis_tics(1e-9, 1e9, true)) ==
          "10^{\u22129} . . 10^{\u22126} . . 10^{\u22123} . . 10^{0} . . "
          "10^{3} . . 10^{6} . . 10^{9} |");
    CHECK(names_of(axis_tics(0.02, 0.9, true)) == "0.02 . . 0.05 . . . . 0.1 0.2 . . 0.5 . . . . |");
    CHECK(names_of(axis_tics(0.02, 0.09, true)) == "0.02 0.03 0.04 0.05 0.06 0.07 0.08 0.09 |");
    const AxisTics axis = axis_tics(3e-5, 3e-4, true);
    CHECK(axis.is_log);
    CHECK(axis.unit.empty());
    CHECK(axis.tics[0].at == 3e-5);
    CHECK_FALSE(axis_tics(1, 1.0001, true).is_log);
}

TEST_CASE("axis tics: always some, in order, on the axis, with different names") {
    for (const double from : {1e-300, 1.7e-9, 0.1, 0.123456789012345, 1.0, 9.99999, 123456789.0, 3.3e15, 7e290}) {
        for (double relative = 1e-13; relative < 1e9; relative *= 1.37) {
            for (const bool is_log : {false, true}) {
                const double to = from * (1 + relative);
                const AxisTics axis = axis_tics(from, to, is_log);
                CAPTURE(from);
                CAPTURE(to);
                std::set<std::string> names;
                std::size_t num_named = 0;
                double last = -1;
                bool is_ordered = true;
                for (const Tic& tic : axis.tics) {
                    is_ordered &= tic.at > last;
                    last = tic.at;
                    if (axis.is_log) {
                        is_ordered &= tic.at >= from * (1 - 1e-5) && tic.at <= to * (1 + 1e-5);
                    } else {
                        is_ordered &= tic.at >= -1e-5 && tic.at <= 1 + 1e-5;
                    }
                    if (tic.name.empty()) continue;
                    ++num_named;
                    names.insert(tic.name);
                }
                CHECK(is_ordered);
                CHECK(names.size() == num_named);
                CHECK(num_named >= 3);
                CHECK(num_named <= 10);
            }
        }
    }
}

TEST_CASE("figures: a logarithmic range is widened to round numbers") {
    using Range = std::pair<double, double>;
    CHECK(files::round_log_range(0.3, 4) == Range{0.2, 5});
    CHECK(files::round_log_range(0.2, 5) == Range{0.2, 5});
    CHECK(files::round_log_range(1, 900) == Range{1, 1000});
    CHECK(files::round_log_range(9.9, 10.1) == Range{5, 20});
    CHECK(files::round_log_range(0.3, 4000) == Range{0.1, 10'000});
    CHECK(files::round_log_range(1e-300, 1e300) == Range{1e-300, 1e300});
}

}  // namespace
}  // namespace skein::test
