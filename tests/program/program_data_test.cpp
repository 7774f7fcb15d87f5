// skein data, through the program: make, convert and info, what they refuse, and what a signal leaves.
#include <doctest/doctest.h>
#include <signal.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <thread>
#include <vector>

#include "skein/files.hpp"
#include "skein/generated_data.hpp"
#include "support/file_checks.hpp"
#include "support/run_program.hpp"

namespace skein::test {
namespace {

using Json = nlohmann::json;
using Arguments = std::vector<std::string>;
namespace fs = std::filesystem;

ProgramResult data(const Arguments& more) {
    Arguments arguments{"data"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return run_program(arguments);
}

ProgramResult run_well(const Arguments& more) {
    ProgramResult result = data(more);
    INFO(result.errors);
    REQUIRE(result.exit_code == 0);
    return result;
}

/// The one data set that `skein data info --json` describes.
Json info(const Arguments& more) {
    Arguments arguments{"info", "--json", "--quiet"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    const Json report = Json::parse(run_well(arguments).output);
    REQUIRE(report["data_sets"].size() == 1);
    return report["data_sets"][0];
}

/// The error of a command that is refused, and that changes nothing in the directory it runs in.
std::string error_of(const Arguments& more, const TemporaryDirectory& directory) {
    const std::size_t num_entries = directory.num_entries();
    Arguments arguments{"data"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    const ProgramResult result = run_program(arguments, {.directory = directory.path()});
    CHECK(result.exit_code == 2);
    CHECK(result.output.empty());
    CHECK(std::ranges::count(result.errors, '\n') == 1);
    CHECK(directory.num_entries() == num_entries);
    REQUIRE(result.errors.starts_with("skein: error: "));
    return result.errors.substr(14, result.errors.size() - 15);
}

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

/// x and y of all samples, row by row.
template <class Scalar>
std::vector<Scalar> generated_table(const GeneratedData& settings) {
    const Dataset<Scalar> data = generate<Scalar>(settings);
    const auto count = static_cast<std::size_t>(data.num_samples());
    std::vector<Scalar> x(count), y(count), table;
    data.source().range(0, count, {x.data(), y.data(), nullptr});
    for (std::size_t row = 0; row < count; ++row) {
        table.insert(table.end(), {x[row], y[row]});
    }
    return table;
}

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

/// A file of samples of these columns.
std::string table_file(const TemporaryDirectory& directory, const std::vector<std::vector<double>>& columns) {
    std::vector<double> table;
    for (std::size_t row = 0; row < columns[0].size(); ++row) {
        for (const std::vector<double>& column : columns) table.push_back(column[row]);
    }
    const std::string path = directory.file("table.npy").string();
    write_npy<double>(path, table, std::array<std::size_t, 2>{columns[0].size(), columns.size()});
    return path;
}

constexpr std::size_t kManySamples = 200'003;  // three blocks and a bit

/// Numbers that come in no order: a multiple of the golden ratio, without its whole part.
std::vector<double> scattered(std::size_t count) {
    std::vector<double> numbers;
    for (std::size_t index = 0; index < count; ++index) {
        const double multiple = double(index) * 0.6180339887498949;
        numbers.push_back(multiple - std::floor(multiple));
    }
    return numbers;
}

}  // namespace

TEST_CASE_TEMPLATE("program: data make writes what is generated, to the bit, with any number of threads", Scalar, float,
                   double) {
    const TemporaryDirectory directory;
    const std::string precision = sizeof(Scalar) == 4 ? "--precision=float32" : "--precision=float64";
    const std::string spec = "sine:samples=200003,seed=5,noise=0.1,frequency=0.5";
    GeneratedData settings;
    settings.target = Target::sine;
    settings.num_samples = kManySamples;
    settings.seed = 5;
    settings.noise = 0.1;
    settings.frequency = 0.5;
    const std::vector<Scalar> expected = generated_table<Scalar>(settings);
    for (const std::string threads : {"1", "2", "5"}) {
        CAPTURE(threads);
        const std::string path = directory.file("a" + threads + ".npy").string();
        const std::string output = run_well({"make", spec, "--out", path, precision, "--threads", threads}).output;
        CHECK(output.starts_with("done: 200,003 samples\n"));
        const NpyArray<Scalar> array = read_npy<Scalar>(path);
        CHECK(array.shape == std::vector<std::size_t>{kManySamples, 2});
        CHECK(bits_of<Scalar>(array.values) == bits_of<Scalar>(expected));
    }
    const Json report =
        Json::parse(run_well({"make", spec, "--out", directory.file("a.csv"), precision, "--json"}).output);
    CHECK(report["samples"] == kManySamples);
    CHECK(report["bytes"] == fs::file_size(directory.file("a.csv")));
    run_well(
        {"make", spec, "--out", directory.file("x.npy").string() + "," + directory.file("y.npy").string(), precision});
    const std::vector<Scalar> y = read_npy<Scalar>(directory.file("y.npy")).values;
    REQUIRE(y.size() == kManySamples);
    for (std::size_t row = 0; row < kManySamples; ++row) REQUIRE(y[row] == expected[2 * row + 1]);
    run_well({"convert", directory.file("a.csv"), "--out", directory.file("b.npy"), precision});
    CHECK(content_of(directory.file("b.npy")) == content_of(directory.file("a1.npy")));
}

TEST_CASE("program: data convert there and back gives the same bytes") {
    const TemporaryDirectory directory;
    const auto file = [&](const std::string& name) { return directory.file(name).string(); };
    const auto convert = [&](const std::string& from, const std::string& to, const Arguments& more = {}) {
        Arguments arguments{"convert", from, "--out", to};
        arguments.insert(arguments.end(), more.begin(), more.end());
        run_well(arguments);
    };
    run_well({"make", "teacher:samples=150001,noise=0.1", "--out", file("a.npy")});
    convert(file("a.npy"), file("a.csv"));
    convert(file("a.csv"), file("x.npy") + "," + file("y.npy"), {"--threads=3"});
    convert(file("x.npy") + "," + file("y.npy"), file("b.npy"), {"--threads=1"});
    CHECK(content_of(file("b.npy")) == content_of(file("a.npy")));

    SUBCASE("float32 stays float32, unless it is told otherwise") {
        convert(file("a.npy"), file("small.npy"), {"--precision=float32"});
        CHECK(info({file("small.npy")})["precision"] == "float32");
        CHECK(read_npy<float>(file("small.npy")).values == read_npy<float>(file("a.npy")).values);
        convert(file("small.npy"), file("same.npy"));
        CHECK(content_of(file("same.npy")) == content_of(file("small.npy")));
        convert(file("small.npy"), file("small.csv"));
        convert(file("small.csv"), file("again.npy"), {"--precision=float32"});
        CHECK(content_of(file("again.npy")) == content_of(file("small.npy")));
        convert(file("small.npy"), file("wide.npy"), {"--precision=float64"});
        CHECK(info({file("wide.npy")})["precision"] == "float64");
    }
    SUBCASE("sample weights go along") {
        directory.file("w.csv", "x,y,m\n1,2,0.5\n3,4,0\n-5,6.25,1e-300\n");
        convert(file("w.csv"), file("w.npy"));
        CHECK(read_npy<double>(file("w.npy")).shape == std::vector<std::size_t>{3, 3});
        convert(file("w.npy"), file("again.csv"));
        CHECK(content_of(file("again.csv")) == content_of(file("w.csv")));
        CHECK(error_of({"convert", file("w.csv"), "--out", "p.npy,q.npy"}, directory) ==
              "--out: the samples have weights, but X.npy,Y.npy hold only x and y: expected FILE.npy or FILE.csv");
    }
    SUBCASE("a file that is there stays there, unless it may be replaced") {
        const std::string before = content_of(file("a.csv"));
        CHECK(error_of({"make", "sine", "--out", "a.csv"}, directory) ==
              "--out: a.csv is there already: expected a new name, or --force");
        CHECK(content_of(file("a.csv")) == before);
        run_well({"make", "sine:samples=3", "--out", file("a.csv"), "--force"});
        CHECK(std::ranges::count(content_of(file("a.csv")), '\n') == 4);
    }
}

TEST_CASE("program: data info gives the moments of the columns") {
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

TEST_CASE("program: data info of generated samples is that of the file they make") {
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

TEST_CASE("program: data info says what will go wrong in training") {
    const TemporaryDirectory directory;
    std::vector<double> x = scattered(kManySamples);
    const std::vector<double> noise = x;
    const auto report_of = [&](const std::vector<double>& of_x, const std::vector<double>& of_y) {
        return data({"info", table_file(directory, {of_x, of_y})});
    };
    const std::string sorted_warning =
        "samples are sorted by x, ascending: shuffling blocks of them (--shuffle blocks) is not enough\n";
    CHECK(report_of(x, noise).errors.empty());
    std::ranges::sort(x);
    CHECK(contains(report_of(x, noise).errors, sorted_warning));
    CHECK(info({directory.file("table.npy")})["sorted_by_x"] == "ascending");
    CHECK(data({"info", directory.file("table.npy"), "--quiet"}).errors.empty());
    CHECK(contains(report_of(x, noise).output, "  sorted by x              ascending\n"));
    std::ranges::reverse(x);
    CHECK(contains(report_of(x, noise).errors, "sorted by x, descending: "));
    std::swap(x[99'998], x[99'999]);  // not quite: the order still shows
    CHECK(info({table_file(directory, {x, noise})})["sorted_by_x"].is_null());
    const ProgramResult almost = report_of(x, noise);
    CHECK(contains(almost.errors, "100 % of the variance of x lies between runs of 1,024 samples"));
    CHECK(std::ranges::count(almost.errors, '\n') == 1);
    // Where blocks meet, too: each ascends, all together do not.
    std::vector<double> saw;
    for (std::size_t row = 0; row < kManySamples; ++row) saw.push_back(double(row % 65'536));
    CHECK(info({table_file(directory, {saw, noise})})["sorted_by_x"].is_null());
    // Labels one after the other.
    std::vector<double> labels(kManySamples, -1.0);
    std::fill(labels.begin() + 120'000, labels.end(), 1.0);
    CHECK(contains(report_of(noise, labels).errors, "the samples are sorted by y, ascending: "));
    std::fill(labels.begin(), labels.begin() + 30'000, 1.0);
    CHECK(contains(report_of(noise, labels).errors, "of the variance of y lies between runs"));
    const ProgramResult constant = report_of(std::vector<double>(999, 0.1), std::vector<double>(999, 1));
    CHECK(contains(constant.errors, "x is always 0.1: a chain has one output to learn\n"));
    CHECK(contains(constant.errors, "y is always 1\n"));
    const Json found = info({directory.file("table.npy")});
    CHECK(found["x"]["mean"] == 0.1);
    CHECK(found["x"]["standard_deviation"] == 0);
    CHECK(found["x"]["skewness"].is_null());
    CHECK(found["correlation"].is_null());
}

TEST_CASE("program: samples in the order of x, |x| or y are noticed, rising or falling, and no others") {
    const TemporaryDirectory directory;
    const auto rows_of = [](std::size_t count) {
        GeneratedData settings;
        settings.target = Target::random_labels;
        settings.num_samples = count;
        settings.noise = 1.0;
        const Dataset<double> generated = generate<double>(settings);
        std::vector<double> x(count), y(count), weights(count);
        const MiniBatch<double> samples = generated.source().range(0, count, {x.data(), y.data(), weights.data()});
        std::vector<std::array<double, 2>> rows(count);
        for (std::size_t row = 0; row < count; ++row) {
            rows[row] = {std::sinh(samples.x[row]), samples.y[row]};
        }
        return rows;
    };
    const auto file_of = [&](const std::vector<std::array<double, 2>>& rows) {
        std::vector<double> x, y;
        for (const std::array<double, 2>& row : rows) {
            x.push_back(row[0]);
            y.push_back(row[1]);
        }
        return table_file(directory, {x, y});
    };
    const auto trained = [](const std::string& file) {
        const ProgramResult result =
            run_program({"train", "--data", file, "--shuffle=none", "--batch=10", "--steps=1"});
        CHECK(result.exit_code == 0);
        return result.errors;
    };
    const auto value_of = [](const std::string& column, const std::array<double, 2>& row) {
        return column == "y" ? row[1] : column == "x" ? row[0] : std::abs(row[0]);
    };
    for (const std::string column : {"x", "|x|", "y"}) {
        for (const std::string direction : {"ascending", "descending"}) {
            CAPTURE(column);
            CAPTURE(direction);
            const std::string words = "sorted by " + column + ", " + direction;
            std::vector<std::array<double, 2>> rows = rows_of(kManySamples);
            std::ranges::sort(rows, {}, [&](const auto& row) { return value_of(column, row); });
            if (direction == "descending") std::ranges::reverse(rows);
            const std::string file = file_of(rows);
            CHECK(contains(trained(file), "the data look " + words + " (correlation with the row " +
                                              (direction == "ascending" ? "1)" : "-1)")));
            const ProgramResult told = data({"info", file});
            CHECK(contains(told.errors, "the samples are " + words + ": shuffling blocks"));
            CHECK(contains(told.output, "\n  sorted by " + column + std::string(15 - column.size(), ' ') + direction));
            const Json found = info({file});
            CHECK(found["sorted_by_" + (column == "|x|" ? "absolute_x" : column)] == direction);
            // Not quite, and a hundred of them.
            std::swap(rows[10], rows[20]);
            const std::string almost = file_of(rows);
            CHECK(contains(data({"info", almost}).errors, "% of the variance of " + column + " lies between runs"));
            CHECK(contains(trained(almost), "the data look " + words));
            rows = rows_of(100);
            std::ranges::sort(rows, {}, [&](const auto& row) { return value_of(column, row); });
            CHECK(contains(trained(file_of(rows)), "the data look sorted by " + column + ", ascending"));
        }
    }
    for (std::size_t count = 11; count < 300; count += 7) {
        CAPTURE(count);
        const std::string file = file_of(rows_of(count));
        CHECK(trained(file) == "");
        CHECK(data({"info", file}).errors == "");
    }
    CHECK(trained(file_of(rows_of(kManySamples))) == "");
    // Two files that are sorted each, one behind the other, rising and falling; values in turn are not in an order.
    std::vector<std::array<double, 2>> halves = rows_of(kManySamples);
    const auto middle = halves.begin() + static_cast<std::ptrdiff_t>(kManySamples / 2);
    std::sort(halves.begin(), middle);
    std::sort(middle, halves.end(), std::greater<>());
    CHECK(contains(trained(file_of(halves)), "the data look ordered: x of neighbouring rows is alike (correlation "));
    for (std::size_t row = 0; row < halves.size(); ++row) {
        halves[row] = {static_cast<double>(row % 5), row % 2 == 0 ? 1.0 : -1.0};
    }
    CHECK(trained(file_of(halves)) == "");
    // Columns that are constant are in no order; the sign of x, with one size, is.
    const std::vector<double> ones(kManySamples, 1.0);
    CHECK(trained(table_file(directory, {ones, ones})) == "");
    std::vector<double> signs(kManySamples, -1.0);
    std::fill(signs.begin() + 120'000, signs.end(), 1.0);
    CHECK(contains(trained(table_file(directory, {signs, ones})), "sorted by x, ascending"));
    // One block is mixed throughout.
    std::vector<std::array<double, 2>> rows = rows_of(30'000);
    std::ranges::sort(rows);
    const std::string file = file_of(rows);
    CHECK(contains(trained(file), "sorted by x, ascending"));
    CHECK(run_program({"train", "--data", file, "--shuffle=blocks", "--steps=1"}).errors == "");
}

TEST_CASE("program: data info draws the density of x and the mean of y, whatever the range") {
    const TemporaryDirectory directory;
    constexpr std::size_t kCount = 65'536;
    const auto picture_of = [&](const std::vector<double>& x, const std::vector<double>& y) {
        const std::string text = run_well({"info", table_file(directory, {x, y}), "--quiet"}).output;
        return text.substr(text.find("\n  x    ") + 1);
    };
    const auto row = [](const std::string& name, const std::string& value) {
        return "  " + name + std::string(25 - name.size(), ' ') + value + "\n";
    };
    const auto bars = [](const std::string& bar, std::size_t count) {
        std::string text;
        for (std::size_t column = 0; column < count; ++column) text += bar;
        return text;
    };
    // Uniform: the density is the same all over, and the mean of y steps in the middle.
    const auto picture = [&](const std::string& range, const std::string& density) {
        return row("x", range) + row("density of x", bars("█", 32) + "  up to " + density) +
               row("mean of y over x", bars("▁", 16) + bars("█", 16) + "  from -2 to 3");
    };
    const auto uniform = [&](double from, double width, double outlier) {
        std::vector<double> x = scattered(kCount), y;
        for (double& value : x) {
            y.push_back(value < 0.5 ? -2 : 3);
            value = from + width * value;
        }
        x[1234] = outlier;
        return picture_of(x, y);
    };
    CHECK(uniform(0, 1, 0.5) == picture("from 0 to 1", "1"));
    CHECK(uniform(-512, 1024, 0) == picture("from -512 to 512", "0.000978"));  // 2,051 samples; 2,048 on average
    CHECK(uniform(std::ldexp(1.0, -300), std::ldexp(1.0, -300), std::ldexp(1.5, -300)) ==
          picture("from 4.909e-91 to 9.818e-91", "2.04e+90"));
    CHECK(uniform(1e15, 65536, 1e15 + 5) == picture("from 1e+15 to 1.000000000066e+15", "1.53e-05"));
    // One value far outside: the picture shows the others.
    CHECK(uniform(0, 1, 1e9) ==
          picture("from 0 to 1, without the 0.0015 % of the samples that lie outside of this range", "1"));
    // Blocks side by side, each on a finer grid than all of them.
    std::vector<double> x, y;
    for (std::size_t index = 0; index < 4 * kCount; ++index) {
        x.push_back(double(index) / kCount);
        y.push_back(index < 2 * kCount ? -2 : 3);
    }
    CHECK(picture_of(x, y) == picture("from 0 to 4", "0.25"));
    // A first block on the finest grid there is.
    std::vector<double> spread = scattered(4 * kCount);
    std::fill_n(spread.begin(), kCount, std::ldexp(1.0, -960));
    const std::string tiny = picture_of(spread, y);
    CHECK(tiny.starts_with(row("x", "from 0 to 1") + "  density of x             █" + bars("▂", 31)));
    CHECK(contains(tiny, "  up to 8.75\n"));  // (1/4 + 3/4 x 1/32) x 32
    if (can_draw_figures()) {
        const fs::path picture = directory.file("p.png");
        CHECK(contains(run_well({"info", "sine", "--picture", picture}).output, "picture   " + picture.string()));
        CHECK(content_of(picture).starts_with("\x89PNG"));
        CHECK(error_of({"info", "sine", "--picture", "p.png"}, directory) ==
              "--picture: p.png is there already: expected a new name, or --force");
        const ProgramResult constant =
            data({"info", "sine:input=constant", "--picture", directory.file("q.png"), "--quiet"});
        CHECK(constant.exit_code == 1);
        CHECK(contains(constant.errors, "q.png is not drawn: x is always the same\n"));
        CHECK(contains(constant.output, "100,000 samples"));  // told all the same
        CHECK(!fs::exists(directory.file("q.png")));
    }
}

TEST_CASE("program: data refuses bad input in one line") {
    const TemporaryDirectory directory;
    directory.file("a.csv", "1,2\n3,4\n");
    directory.file("nan.csv", "1,2\n3,nan\n");
    directory.file("empty.csv", "");
    directory.file("header.csv", "x,y\n");
    directory.file("a.npy", "x,y\n");
    const std::vector<double> column(3);
    write_npy<double>(directory.file("x.npy"), column, std::array<std::size_t, 1>{3});
    write_npy<double>(directory.file("y.npy"), std::vector<double>(4), std::array<std::size_t, 1>{4});
    write_npy<double>(directory.file("wide.npy"), std::vector<double>{1, 2, 1e39, 3}, std::array<std::size_t, 2>{2, 2});
    const auto check = [&](const Arguments& arguments, const std::string& expected) {
        CHECK(error_of(arguments, directory) == expected);
    };
    check({}, "a subcommand is missing: expected make, convert, info, compress or merge (see skein data --help)");
    check({"mkae"}, "unknown subcommand of data 'mkae': did you mean 'make'?");
    check({"--hlep"}, "unknown option '--hlep': did you mean '--help'?");
    check({"make"}, "SPEC is missing: expected KIND:key=value,... (see skein data make --help)");
    check({"make", "sine", "step", "--out=b.npy"}, "unexpected argument 'step': expected one SPEC");
    check({"make", "sine"}, "--out is missing: expected FILE.npy, FILE.csv or X.npy,Y.npy");
    check({"make", "sine", "--otu=b.npy"}, "unknown option '--otu': did you mean '--out'?");
    check({"make", "snie", "--out=b.npy"},
          "snie: unknown kind of data 'snie': did you mean 'sine'? (files end in .csv, .npy or .skc)");
    check({"make", "sine:samples=0", "--out=b.npy"},
          "sine:samples=0: samples: '0' is not a whole number from 1 to 9007199254740992");
    check({"make", "a.csv", "--out=b.npy"}, "'a.csv' is a file: expected KIND:key=value,..., or skein data convert");
    for (const std::string names : {"b.txt", "b", "b.csv,c.csv", "b.npy,c.csv", "b.npy,c.npy,d.npy"}) {
        check({"make", "sine", "--out", names}, "--out: '" + names + "': expected FILE.npy, FILE.csv or X.npy,Y.npy");
    }
    check({"make", "sine", "--out=b.npy,./b.npy"}, "--out: 'b.npy,./b.npy': expected two different files");
    check({"make", "sine", "--out=no/b.npy"}, "--out: no is no directory that can be written to");
    check({"make", "sine", "--out=b.npy", "--precision=float16"},
          "--precision: unknown precision 'float16': did you mean 'float32'?");
    check({"make", "teacher:input_scale=1e308", "--out=b.npy"},
          "teacher:input_scale=1e308: sample 7 is (inf, 0.7230977589633651): every value must be finite in float64");
    const std::string large = error_of({"make", "sine:samples=1e15", "--out=b.npy,c.npy"}, directory);
    CHECK(
        large.starts_with("--out: 1,000,000,000,000,000 samples take 16,000,000,000,000,256 bytes, but the disk of "
                          "b.npy has room for "));
    check({"convert"}, "IN is missing: expected FILE.csv, FILE.npy or X.npy,Y.npy (see skein data convert --help)");
    check({"convert", "x.npy", "y.npy", "--out=b.npy"},
          "unexpected argument 'y.npy': expected one IN; for x and y in two files write x.npy,y.npy");
    check({"convert", "sine", "--out=b.npy"}, "'sine' is generated data, no file: expected a file, or skein data make");
    check({"convert", "a.csv"}, "--out is missing: expected FILE.npy, FILE.csv or X.npy,Y.npy");
    check({"convert", "a.csv", "--force", "--out", directory.file("a.csv")},
          "--out: " + directory.file("a.csv").string() + " is read by this command: expected another name");
    check({"convert", "nan.csv", "--out=b.npy"}, "nan.csv: row 2, column 2: 'nan': every value must be finite");
    check({"convert", "header.csv", "--out=b.npy"}, "header.csv: has no samples: expected rows of x,y or x,y,m");
    check({"convert", "x.npy,y.npy", "--out=b.npy"}, "y.npy: has 4 values: expected 3 as in x.npy");
    check({"convert", "wide.npy", "--out=b.npy", "--precision=float32"},
          "wide.npy: row 2, column 1: 1e+39 is out of the range of float32");
    check({"convert", "missing.csv", "--out=b.npy"}, "missing.csv: cannot be opened: No such file or directory");
    check({"info"}, "IN is missing: expected at least one SPEC (see skein data info --help)");
    check({"info", "a.csv", "nan.csv"}, "nan.csv: row 2, column 2: 'nan': every value must be finite");
    check({"info", "a.npy"}, "a.npy: is not a .npy file: expected it to start with \\x93NUMPY");
    check({"info", "empty.csv"}, "empty.csv: is empty: expected rows of x,y or x,y,m");
    check({"info", "a.csv", "--picture=b.jpg"}, "--picture: 'b.jpg': expected a name that ends in .png");
    check({"info", "a.csv", "sine", "--picture=b.png"}, "--picture: 2 data sets: expected one");
    check({"info", "a.csv", "--threads=5000"}, "--threads: 5000 is out of range: expected at most 1024");
}

TEST_CASE("program: data come through a named pipe, whoever opens it first, and however slowly") {
    const TemporaryDirectory directory;
    const fs::path pipe = directory.file("pipe.csv");
    REQUIRE(::mkfifo(pipe.c_str(), 0600) == 0);
    RunningProgram running({"data", "info", pipe.string(), "--json"});
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    std::ofstream writer(pipe);
    writer << "1,2\n" << std::flush;
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    for (int row = 0; row < 50'000; ++row) {
        writer << "3,4\n";
    }
    writer.close();
    const ProgramResult result = running.wait();
    CAPTURE(result.errors);
    REQUIRE(result.exit_code == 0);
    CHECK(Json::parse(result.output)["data_sets"][0]["samples"] == 50'001);
    RunningProgram converting({"data", "convert", pipe.string(), "--out", directory.file("a.npy").string(), "--json"});
    std::ofstream(pipe) << "1,2\n3,4\n";
    CHECK(Json::parse(converting.wait().output)["samples"] == 2);
}

TEST_CASE("program: data stopped by a signal leaves nothing behind") {
    const TemporaryDirectory directory;
    const auto check = [&](const Arguments& arguments, int signal, const std::string& expected) {
        RunningProgram running(arguments);
        const bool writes = arguments[1] == "make";
        while (writes && directory.num_entries() == 0) {
            std::this_thread::sleep_for(std::chrono::milliseconds(1));
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(50));
        running.send(signal);
        const ProgramResult result = running.wait();
        CHECK(result.exit_code == 128 + signal);
        CHECK(result.output.starts_with("stopped by " + expected + " after "));
        CHECK(directory.num_entries() == 0);
    };
    const std::string spec = "teacher:samples=1e8,layers=64";  // a minute's work
    check({"data", "make", spec, "--out", directory.file("a.npy")}, SIGINT, "SIGINT");
    check({"data", "make", spec, "--out", directory.file("x.npy").string() + "," + directory.file("y.npy").string()},
          SIGTERM, "SIGTERM");
    check({"data", "make", spec, "--out", directory.file("a.csv")}, SIGINT, "SIGINT");
    ::signal(SIGHUP, SIG_DFL);  // which nohup may have ignored, for the program as well
    check({"data", "make", spec, "--out", directory.file("a.csv")}, SIGHUP, "SIGHUP");
    RunningProgram running({"data", "info", "teacher:samples=1e12", "--json"});
    std::this_thread::sleep_for(std::chrono::milliseconds(300));
    running.send(SIGINT);
    const ProgramResult result = running.wait();
    CHECK(result.exit_code == 130);
    CHECK(Json::parse(result.output)["status"] == "stopped");
}

TEST_CASE("program: predictions stopped by a signal leave nothing behind") {
    const TemporaryDirectory directory;
    const std::string run = directory.file("run").string();
    REQUIRE(run_program({"train", "--data=sine:samples=10", "--layers=1", "--steps=1", "--out", run}).exit_code == 0);
    const fs::path out = directory.file("out");
    fs::create_directory(out);
    for (const std::string name : {"predictions.csv", "predictions.npy"}) {
        RunningProgram running({"evaluate", "--chain", run + "/chain.json", "--data=sine:samples=2e7", "--predictions",
                                (out / name).string()});
        while (fs::is_empty(out)) {
            std::this_thread::sleep_for(std::chrono::milliseconds(1));
        }
        running.send(SIGTERM);
        const ProgramResult result = running.wait();
        CHECK(result.exit_code == 143);
        CHECK(result.errors == "skein: error: stopped by SIGTERM: " + (out / name).string() + " is not written\n");
        CHECK(fs::is_empty(out));
    }
}

TEST_CASE("program: data that cannot be written is a failure") {
    const TemporaryDirectory directory;
    directory.file("a.csv", "1,2\n");
    const ProgramResult result = run_program({"data", "info", directory.file("a.csv")}, {.output_path = "/dev/full"});
    CHECK(result.exit_code == 1);
    CHECK(contains(result.errors, "standard output cannot be written"));
}

TEST_CASE("program: data has help") {
    for (const Arguments& words : {Arguments{}, {"make"}, {"convert"}, {"info"}}) {
        Arguments arguments = words;
        arguments.push_back("--help");
        const ProgramResult help = run_well(arguments);
        CHECK(help.output.starts_with("Examples\n  skein data "));
        for (std::size_t begin = 0, end = 0; (end = help.output.find('\n', begin)) != std::string::npos;
             begin = end + 1) {
            CHECK(end - begin <= 110);
        }
    }
    CHECK(contains(run_program({"--help"}).output, "  data         "));
    CHECK(contains(run_program({}).errors, "evaluate or data"));
}

}  // namespace skein::test
