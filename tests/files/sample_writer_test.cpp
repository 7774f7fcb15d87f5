#include "skein/files/sample_writer.hpp"

#include <doctest/doctest.h>

#include <array>
#include <cstddef>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <vector>

#include "skein/files/npy.hpp"
#include "skein/files/sample_reader.hpp"
#include "support/file_checks.hpp"
#include "support/temporary_directory.hpp"

namespace skein::test {
namespace {

namespace fs = std::filesystem;
using Paths = std::vector<fs::path>;

/// Writes columns in pieces of `count`.
template <class Scalar>
void write_all(SampleWriter<Scalar>& writer, const std::vector<std::vector<Scalar>>& columns, std::size_t count) {
    EncodedSamples encoded;
    for (std::size_t first = 0; first < columns[0].size(); first += count) {
        const std::size_t size = std::min(count, columns[0].size() - first);
        const Scalar* const m = columns.size() == 3 ? columns[2].data() + first : nullptr;
        writer.encode({columns[0].data() + first, columns[1].data() + first, m, size}, encoded);
        writer.append(encoded);
    }
}

TEST_CASE_TEMPLATE("files: samples that are written are read to the bit", Scalar, float, double) {
    const TemporaryDirectory directory;
    const std::vector<Scalar> x = awkward_numbers<Scalar>();
    const std::vector<Scalar> y(x.rbegin(), x.rend());
    std::vector<Scalar> m;
    for (const Scalar value : x) m.push_back(value < 0 ? -value : value);
    const auto check = [&](const std::vector<std::string>& names, bool has_weights) {
        Paths paths;
        for (const std::string& name : names) paths.push_back(directory.file(name));
        SampleWriter<Scalar> writer(paths, has_weights ? 3 : 2);
        write_all(writer, has_weights ? std::vector{x, y, m} : std::vector{x, y}, 700);
        for (const fs::path& path : paths) CHECK(!fs::exists(path));
        writer.finish();
        CHECK(writer.num_samples() == x.size());
        std::uint64_t size_bytes = 0;
        for (const fs::path& path : paths) size_bytes += fs::file_size(path);
        CHECK(writer.size_bytes() == size_bytes);
        const auto expected_bytes = sample_files_bytes<Scalar>(paths, has_weights ? 3 : 2, x.size());
        CHECK(expected_bytes.value_or(size_bytes) == size_bytes);
        CHECK(expected_bytes.has_value() == (names[0].find(".npy") != std::string::npos));
        SampleReader<Scalar> reader =
            paths.size() == 2 ? SampleReader<Scalar>(paths[0], paths[1]) : SampleReader<Scalar>(paths[0]);
        std::vector<Scalar> read_x(x.size()), read_y(x.size()), read_m(x.size());
        CHECK(reader.read({read_x.data(), read_y.data(), read_m.data()}, x.size()) == x.size());
        CHECK(bits_of<Scalar>(read_x) == bits_of<Scalar>(x));
        CHECK(bits_of<Scalar>(read_y) == bits_of<Scalar>(y));
        if (has_weights) CHECK(bits_of<Scalar>(read_m) == bits_of<Scalar>(m));
    };
    check({"a.npy"}, false);
    check({"b.npy"}, true);
    check({"x.npy", "y.npy"}, false);
    check({"c.csv"}, false);
    check({"d.csv"}, true);
    CHECK(content_of(directory.file("d.csv")).starts_with("x,y,m\n0,"));
    CHECK(directory.num_entries() == 6);
}

TEST_CASE("files: a table written in pieces has the bytes of write_npy()") {
    const TemporaryDirectory directory;
    for (const std::size_t num_samples : {1u, 9u, 10u, 99'999u}) {
        CAPTURE(num_samples);
        std::vector<double> table(2 * num_samples), x(num_samples), y(num_samples);
        for (std::size_t row = 0; row < num_samples; ++row) {
            table[2 * row] = x[row] = double(row) / 3;
            table[2 * row + 1] = y[row] = -double(row);
        }
        write_npy<double>(directory.file("expected.npy"), table, std::array<std::size_t, 2>{num_samples, 2});
        SampleWriter<double> writer(Paths{directory.file("a.npy")}, 2, num_samples);
        write_all(writer, {x, y}, 1000);
        writer.finish();
        CHECK(content_of(directory.file("a.npy")) == content_of(directory.file("expected.npy")));
        write_npy<double>(directory.file("expected.npy"), y, std::array<std::size_t, 1>{num_samples});
        SampleWriter<double> pair(Paths{directory.file("x.npy"), directory.file("y.npy")}, 2);
        write_all(pair, {x, y}, 1000);
        pair.finish();
        CHECK(content_of(directory.file("y.npy")) == content_of(directory.file("expected.npy")));
    }
}

TEST_CASE("files: of samples that are not finished nothing is left") {
    const TemporaryDirectory directory;
    const std::vector<float> column(100, 1);
    {
        SampleWriter<float> pair(Paths{directory.file("x.npy"), directory.file("y.npy")}, 2, 1000);
        write_all(pair, {column, column}, 10);
        CHECK(directory.num_entries() == 2);
        CHECK_THROWS_WITH_AS(pair.finish(), "SampleWriter: finish() after 100 of 1000 samples", std::invalid_argument);
    }
    CHECK(directory.num_entries() == 0);
    CHECK(file_error_of([&] {
              const SampleWriter<double> large(Paths{directory.file("a.npy")}, 2, std::uint64_t{1} << 52);
          }).starts_with(directory.file("a.npy").string() + ": a file of 72057594037928064 bytes cannot be made: "));
    CHECK(directory.num_entries() == 0);
}

TEST_CASE("files: what a writer of samples refuses") {
    const auto error = [](const Paths& paths, std::size_t num_columns) {
        try {
            const SampleWriter<double> writer(paths, num_columns);
        } catch (const std::invalid_argument& refused) {
            return std::string(refused.what());
        }
        return std::string("no error");
    };
    CHECK(error({}, 2) == "SampleWriter: 0 files: expected 1 or 2");
    CHECK(error({"a.npy"}, 1) == "SampleWriter: 1 columns: expected 2 or 3");
    CHECK(error({"x.npy", "y.npy"}, 3) == "SampleWriter: two files hold x and y: expected one file for sample weights");
    CHECK(error({"a.txt"}, 2) == "SampleWriter: 'a.txt': expected a name that ends in .npy or .csv");
    CHECK(error({"x.npy", "y.csv"}, 2) == "SampleWriter: 'y.csv': expected a name that ends in .npy");
    const TemporaryDirectory directory;
    const SampleWriter<double> writer(Paths{directory.file("a.csv")}, 3);
    const double x = 1;
    EncodedSamples encoded;
    CHECK_THROWS_WITH_AS(writer.encode({&x, &x, nullptr, 1}, encoded), "SampleWriter: samples of 2 columns: expected 3",
                         std::invalid_argument);
}

}  // namespace
}  // namespace skein::test
