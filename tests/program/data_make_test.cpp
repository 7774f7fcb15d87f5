// skein data make and convert, through the program.
#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "skein/dataset.hpp"
#include "skein/files/npy.hpp"
#include "skein/generated_data.hpp"
#include "support/data_program.hpp"
#include "support/file_checks.hpp"
#include "support/temporary_directory.hpp"

namespace skein::test {

namespace {

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

}  // namespace

TEST_CASE_TEMPLATE("data make writes what is generated, to the bit, with any number of threads", Scalar, float,
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

TEST_CASE("data convert there and back gives the same bytes") {
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
              "--out: a.csv already exists: expected a new name, or --force");
        CHECK(content_of(file("a.csv")) == before);
        run_well({"make", "sine:samples=3", "--out", file("a.csv"), "--force"});
        CHECK(std::ranges::count(content_of(file("a.csv")), '\n') == 4);
    }
}

}  // namespace skein::test
