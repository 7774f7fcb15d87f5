// What gnuplot is told to draw.
#include <doctest/doctest.h>

#include <cmath>
#include <cstddef>
#include <string>
#include <vector>

#include "skein/files/figure.hpp"
#include "support/fake_gnuplot.hpp"

namespace skein::test {

TEST_CASE("files: what gnuplot is told: values to the bit, and gaps") {
    const FakeGnuplot gnuplot(kKeepScript);
    const double nan = std::nan("");
    const std::string script =
        gnuplot.script(figure_of({{"c", {0, 1, 2, 3, nan, 5, 6}, {0.1, 5e-324, nan, INFINITY, 1, -2, 3}}}));
    CHECK(script.find("$curve0 << SKEIN_END\n0 0.1\n1 5e-324\n\n5 -2\n6 3\n\nSKEIN_END\n") != script.npos);
    CHECK(script.find("logscale") == script.npos);
    CHECK(script.ends_with("plot $curve0 using 1:2 with linespoints linetype 1 notitle\n"));
    const std::string line = gnuplot.script(figure_of({{"c", {0, 1, 2}, {1, nan, 2}, false, false}}));
    CHECK(line.ends_with("plot $curve0 using 1:2 with lines linetype 1 notitle\n"));
}

TEST_CASE("files: what gnuplot is told: an axis on the right, with a range of its own") {
    const FakeGnuplot gnuplot(kKeepScript);
    LineFigure figure = figure_of({{"a", {0, 1}, {1, 2}}, {"b", {0, 1}, {-5, -5}, true}}, true);
    figure.right_label = "other";
    const std::string script = gnuplot.script(figure);
    CHECK(script.find("set y2label \"other\" noenhanced\n") != script.npos);
    CHECK(script.find("set y2range [-5.5:-4.5]\n") != script.npos);
    CHECK(script.find("$curve1 << SKEIN_END\n0 -5\n1 -5\n") != script.npos);  // a linear axis, whatever the left is
    CHECK(script.find("$curve0 using 1:2 with") != script.npos);
    CHECK(script.find("$curve1 using 1:2 axes x1y2 with") != script.npos);
    CHECK(gnuplot.script(figure_of({{"a", {0, 1}, {1, 2}}})).find("y2") == std::string::npos);
}

TEST_CASE("files: what gnuplot is told: a logarithmic axis leaves out what has no logarithm") {
    const FakeGnuplot gnuplot(kKeepScript);
    const std::string script = gnuplot.script(figure_of({{"c", {0, 1, 2, 3}, {1, 0, -1, 1e-9}}}, true));
    CHECK(script.find("$curve0 << SKEIN_END\n0 1\n\n3 1e-09\n\nSKEIN_END\n") != script.npos);
    CHECK(script.find("set logscale y\nset yrange [1e-09:1]\nset ytics ('' 1.0000000000010001e-09 1, "
                      "'10^{\u22128}' 1e-08 0, ") != script.npos);
}

TEST_CASE(
    "files: what gnuplot is told: a logarithmic axis of two decades has more tics, one of less than half is linear") {
    const FakeGnuplot gnuplot(kKeepScript);
    const std::string two = gnuplot.script(figure_of({{"c", {0, 1}, {0.3, 4}}}, true));
    CHECK(two.find("set logscale y\nset yrange [0.2:5]\nset ytics ('0.2' 0.20000000000020002 0, '' 0.3 1, '' 0.4 "
                   "1, '0.5' ") != two.npos);
    const std::string small = gnuplot.script(figure_of({{"c", {0, 1}, {3e-9, 1.1e-8}}}, true));
    CHECK(small.find("set logscale y\nset yrange [2e-09:2e-08]\nset ytics ('2e-9' ") != small.npos);
    CHECK(gnuplot.script(figure_of({{"c", {0, 1}, {0.3, 0.4}}}, true)).find("logscale") == std::string::npos);
}

TEST_CASE("files: what gnuplot is told: equal values, and none") {
    const FakeGnuplot gnuplot(kKeepScript);
    const double nan = std::nan("");
    const std::string equal = gnuplot.script(figure_of({{"c", {3, 3}, {-2, -2}}}));
    CHECK(equal.find("set xrange [2.7:3.3]\nset yrange [-2.2:-1.8]\n") != equal.npos);
    for (const bool log_y : {false, true}) {
        const std::string none = gnuplot.script(figure_of({{"c", {1}, {nan}}}, log_y));
        CHECK(none.find("set xrange [0:1]\n") != none.npos);
        CHECK(none.ends_with("plot NaN with lines linetype 1 notitle\n"));
        CHECK(gnuplot.script(figure_of({}, log_y)).ends_with("plot NaN notitle\n"));
    }
}

TEST_CASE("files: what gnuplot is told: a legend only for several curves, and colours that come again") {
    const FakeGnuplot gnuplot(kKeepScript);
    const std::string script = gnuplot.script(figure_of(std::vector<Curve>(8, {"c", {1, 2}, {1, 2}})));
    CHECK(count(script, " title \"c\"") == 8);
    CHECK(count(script, "with linespoints linetype 1 ") == 2);
}

TEST_CASE("files: what gnuplot is told: long curves keep their extremes") {
    const FakeGnuplot gnuplot(kKeepScript);
    Curve curve{"c", std::vector<double>(1'000'000), std::vector<double>(1'000'000, 1.0)};
    for (std::size_t point = 0; point < curve.x.size(); ++point) curve.x[point] = static_cast<double>(point);
    curve.y[123'456] = 7;
    curve.y[765'432] = -7;
    const std::string script = gnuplot.script(figure_of({curve}));
    CHECK(script.size() < 100'000);
    CHECK(script.find("\n123456 7\n") != script.npos);
    CHECK(script.find("\n765432 -7\n") != script.npos);
}

TEST_CASE("files: what gnuplot is told: words are only words") {
    const FakeGnuplot gnuplot(kKeepScript);
    LineFigure figure = figure_of({{"a`b", {1}, {1}}, {"\"; system 'x'", {1}, {1}}});
    figure.title = "l\u00fcck\n0.1\\n $(x)";
    const std::string script = gnuplot.script(figure);
    CHECK(script.find("set title \"l\u00fcck \\060\\056\\061\\134n \\044\\050x\\051\" noenhanced\n") != script.npos);
    CHECK(script.find("title \"a\\140b\"") != script.npos);
    CHECK(script.find("title \"\\042\\073 system \\047x\\047\"") != script.npos);
}

}  // namespace skein::test
