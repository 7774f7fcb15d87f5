// skein data info, through the program.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "files/figures/gnuplot.hpp"
#include "skein/files/figure.hpp"
#include "support/data_program.hpp"
#include "support/fake_gnuplot.hpp"
#include "support/run_program.hpp"
#include "support/temporary_directory.hpp"

namespace skein::test {

namespace {

/// Plainly, in long double: what the program must come close to.
struct Reference {
    long double mean = 0, deviation = 0, skewness = 0, kurtosis = 0;

    explicit Reference(const std::vector<double>& values) {
        for (const double value : values) mean += value;
        mean /= static_cast<long double>(values.size());
        long double sums[3] = {};
        for (const double value : values) {
            const long double distance = value - mean;
            sums[0] += distance * distance;
            sums[1] += distance * distance * distance;
            sums[2] += distance * distance * distance * distance;
        }
        for (long double& sum : sums) sum /= static_cast<long double>(values.size());
        deviation = std::sqrt(sums[0]);
        skewness = sums[1] / (deviation * deviation * deviation);
        kurtosis = sums[2] / (sums[0] * sums[0]);
    }
};

void check_column(const Json& column, const std::vector<double>& values) {
    const Reference expected(values);
    const auto is_near = [](const Json& found, long double wanted, long double scale) {
        return std::abs(found.get<double>() - wanted) <= 1e-13L * scale;
    };
    CHECK(is_near(column["mean"], expected.mean, std::abs(expected.mean) + expected.deviation));
    CHECK(is_near(column["standard_deviation"], expected.deviation, expected.deviation));
    CHECK(is_near(column["skewness"], expected.skewness, 1 + std::abs(expected.skewness)));
    CHECK(is_near(column["kurtosis"], expected.kurtosis, expected.kurtosis));
    CHECK(column["min"] == *std::ranges::min_element(values));
    CHECK(column["max"] == *std::ranges::max_element(values));
}

}  // namespace

TEST_CASE("data info gives the moments of the columns") {
    const TemporaryDirectory directory;
    std::vector<double> x = scattered(kManySamples), y, m;
    for (std::size_t row = 0; row < x.size(); ++row) {
        x[row] = 1000 + x[row] * x[row];  // skewed, and far from zero
        y.push_back(double(row % 2) - 0.5 * x[row]);
        m.push_back(double(row % 3));
    }
    const std::string path = table_file(directory, {x, y, m});
    const Json found = info({path});
    CHECK(found["samples"] == kManySamples);
    CHECK(found["kind"] == ".npy");
    CHECK(found["precision"] == "float64");
    check_column(found["x"], x);
    check_column(found["y"], y);
    check_column(found["m"], m);
    CHECK(found["x"]["distinct_values"].is_null());
    CHECK(found["m"]["distinct_values"] == 3);
    CHECK(found["sorted_by_x"].is_null());
    CHECK(found["warnings"].empty());
    const Reference about_x(x), about_y(y);
    long double sum = 0;
    for (std::size_t row = 0; row < x.size(); ++row) sum += (x[row] - about_x.mean) * (y[row] - about_y.mean);
    const long double correlation = sum / double(x.size()) / (about_x.deviation * about_y.deviation);
    CHECK(std::abs(found["correlation"].get<double>() - correlation) < 1e-13L);

    const std::string once = run_well({"info", path, "--threads=1", "--json"}).output;
    for (const std::string threads : {"2", "3", "8"}) {
        CHECK(run_well({"info", path, "--json", "--threads", threads}).output == once);
        CHECK(run_well({"info", path, "--threads", threads}).output == run_well({"info", path, "--threads=1"}).output);
    }
    const std::string csv = directory.file("t.csv").string();
    run_well({"convert", path, "--out", csv});
    Json same = info({csv});
    CHECK(same["precision"].is_null());
    same["data"] = found["data"], same["kind"] = found["kind"], same["precision"] = found["precision"];
    CHECK(same == found);
}

TEST_CASE("data info of generated samples is that of the file they make") {
    const TemporaryDirectory directory;
    const std::string spec = "teacher:samples=100000,noise=0.2";
    run_well({"make", spec, "--out", directory.file("a.npy")});
    Json found = info({spec}), same = info({directory.file("a.npy")});
    CHECK(found["kind"] == "generated");
    same["data"] = found["data"], same["kind"] = found["kind"];
    CHECK(same == found);
    const Json both = Json::parse(run_well({"info", "sine:samples=10", "step", "--json"}).output);
    CHECK(both["data_sets"][0]["samples"] == 10);
    CHECK(both["data_sets"][1]["y"]["distinct_values"] == 2);
}

namespace {

constexpr std::size_t kCount = 65'536;

/// The lines about x and y, from x on.
std::string picture_of(const std::vector<double>& x, const std::vector<double>& y) {
    const TemporaryDirectory directory;
    const std::string text = run_well({"info", table_file(directory, {x, y}), "--quiet"}).output;
    return text.substr(text.rfind("\n  x    ") + 1);
}

std::string row(const std::string& name, const std::string& value) {
    return "  " + name + std::string(25 - name.size(), ' ') + value + "\n";
}

std::string bars(const std::string& bar, std::size_t count) {
    std::string text;
    for (std::size_t column = 0; column < count; ++column) text += bar;
    return text;
}

/// The density is the same all over; the mean of y steps in the middle.
std::string even_picture(const std::string& range, const std::string& density) {
    return row("x", range) + row("density of x", bars("█", 32) + "  up to " + density) +
           row("mean of y over x", bars("▁", 16) + bars("█", 16) + "  from -2 to 3");
}

/// That of x uniform on [from, from + width), but for one sample, and y = -2 in its lower half, 3 in its upper half.
std::string uniform_picture(double from, double width, double outlier) {
    std::vector<double> x = scattered(kCount), y;
    for (double& value : x) {
        y.push_back(value < 0.5 ? -2 : 3);
        value = from + width * value;
    }
    x[1234] = outlier;
    return picture_of(x, y);
}

}  // namespace

TEST_CASE("data info draws the density of x and the mean of y, whatever the range") {
    CHECK(uniform_picture(0, 1, 0.5) == even_picture("from 0 to 1", "1"));
    // The fullest column has 2,051 samples; 2,048 on average.
    CHECK(uniform_picture(-512, 1024, 0) == even_picture("from -512 to 512", "0.000978"));
    CHECK(uniform_picture(std::ldexp(1.0, -300), std::ldexp(1.0, -300), std::ldexp(1.5, -300)) ==
          even_picture("from 4.909e-91 to 9.818e-91", "2.04e+90"));
    CHECK(uniform_picture(1e15, 65536, 1e15 + 5) == even_picture("from 1e+15 to 1.000000000066e+15", "1.53e-05"));
    // One value far outside: the picture shows the others.
    CHECK(uniform_picture(0, 1, 1e9) ==
          even_picture("from 0 to 1, without the 0.0015 % of the samples that lie outside of this range", "1"));
}

TEST_CASE("data info draws pieces of a file whose ranges differ") {
    // Pieces that lie side by side, each on a finer grid than all of them.
    std::vector<double> x, y;
    for (std::size_t index = 0; index < 4 * kCount; ++index) {
        x.push_back(double(index) / kCount);
        y.push_back(index < 2 * kCount ? -2 : 3);
    }
    CHECK(picture_of(x, y) == even_picture("from 0 to 4", "0.25"));
    // A first piece on the finest grid there is.
    std::vector<double> spread = scattered(4 * kCount);
    std::fill_n(spread.begin(), kCount, std::ldexp(1.0, -960));
    const std::string tiny = picture_of(spread, y);
    CHECK(tiny.starts_with(row("x", "from 0 to 1") + "  density of x             █" + bars("▁", 31)));
    CHECK(contains(tiny, "  up to 8.75\n"));  // (1/4 + 3/4 x 1/32) x 32
}

TEST_CASE("data info: densities begin at 0 in pictures") {
    const TemporaryDirectory directory;
    std::vector<double> x;
    for (const auto& [value, count] : {std::pair(0, 800), {1, 400}, {5, 100}})
        x.insert(x.end(), std::size_t(count), value);
    const std::vector<double> y(x.size(), 0.1);  // sums of which are rounded: the means are equal all the same
    CHECK(picture_of(x, y) == row("x", "from 0 to 6") + row("density of x", "█▄   ▁  up to 0.615") +
                                  row("mean of y over x", "▅▅   ▅  from 0.1 to 0.1"));
    const FakeGnuplot gnuplot(kKeepScript);
    const auto script = [&](const std::vector<double>& values) {
        const std::string path = table_file(directory, {values, values});
        run_well({"info", path, "--picture", directory.file("p.png"), "--force", "--quiet"});
        return content_of(gnuplot.directory().file("script"));
    };
    CHECK(contains(script({0, 0, 1, 1, 1, 1, 1, 1}),
                   "$curve0 << SKEIN_END\n0 0\n0 0.25\n1 0.25\n1 0.75\n2 0.75\n2 0\n\nSKEIN_END\n"
                   "$curve1 << SKEIN_END\n0 0\n1 0\n1 1\n2 1\n\nSKEIN_END\n"));
    const auto label = [](const std::string& axis, const std::string& text) {
        return "set " + axis + " " + internal::files::gnuplot_string(text) + " noenhanced\n";
    };
    const std::string tiny = script(scaled(x, 0x1p-990));
    CHECK(contains(tiny, label("xlabel", "x, in units of 1e-298")));
    CHECK(contains(tiny, label("ylabel", "density of x, in units of 1e+297")));
    CHECK(contains(tiny, label("y2label", "mean of y, in units of 1e-298")));
    CHECK(contains(script(scaled(x, 1, 1e9)), label("xlabel", "x - 1e+09")));
}

TEST_CASE("data info draws a picture" * doctest::skip(!can_draw_figures())) {
    const TemporaryDirectory directory;
    const fs::path picture = directory.file("p.png");
    CHECK(contains(run_well({"info", "sine", "--picture", picture}).output, "picture   " + picture.string()));
    CHECK(content_of(picture).starts_with("\x89PNG"));
    CHECK(error_of({"info", "sine", "--picture", "p.png"}, directory) ==
          "--picture: p.png already exists: expected a new name, or --force");
    const ProgramResult constant =
        data({"info", "sine:input=constant", "--picture", directory.file("q.png"), "--quiet"});
    CHECK(constant.exit_code == 1);
    CHECK(contains(constant.errors, "q.png is not drawn: x is always the same\n"));
    CHECK(contains(constant.output, "100,000 samples"));  // its text is printed nevertheless
    CHECK(!fs::exists(directory.file("q.png")));
}

}  // namespace skein::test
