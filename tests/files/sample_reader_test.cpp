#include "skein/files/sample_reader.hpp"

#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

#include "skein/files/data_file.hpp"
#include "skein/files/npy.hpp"
#include "support/file_checks.hpp"
#include "support/temporary_directory.hpp"

namespace skein::test {
namespace {

namespace fs = std::filesystem;

template <class Scalar>
struct SamplesRead {
    std::vector<Scalar> x, y, sample_weight;
    std::vector<std::size_t> counts;  // of each read that gave some
};

/// All samples, `count` at a time.
template <class Scalar>
SamplesRead<Scalar> read_all(SampleReader<Scalar>& reader, std::size_t count) {
    SamplesRead<Scalar> all;
    std::vector<Scalar> x(count), y(count), m(count);
    const bool has_weights = reader.num_columns() == 3;
    for (;;) {
        const std::size_t num_read = reader.read({x.data(), y.data(), has_weights ? m.data() : nullptr}, count);
        REQUIRE(num_read <= count);
        if (num_read == 0) return all;
        all.counts.push_back(num_read);
        all.x.insert(all.x.end(), x.begin(), x.begin() + std::ptrdiff_t(num_read));
        all.y.insert(all.y.end(), y.begin(), y.begin() + std::ptrdiff_t(num_read));
        if (has_weights)
            all.sample_weight.insert(all.sample_weight.end(), m.begin(), m.begin() + std::ptrdiff_t(num_read));
    }
}

void check_counts(const std::vector<std::size_t>& counts, std::size_t count, std::size_t num_samples) {
    CHECK(counts.size() == (num_samples + count - 1) / count);
    for (std::size_t read = 0; read + 1 < counts.size(); ++read) CHECK(counts[read] == count);
}

TEST_CASE("files: samples come in pieces of any size, from .csv, .npy and pairs of .npy") {
    constexpr std::size_t kNumSamples = 100'000;  // several blocks of every kind of file
    const TemporaryDirectory directory;
    std::string csv = "x,y,m\n";
    std::vector<double> table, x, y, m;
    for (std::size_t row = 0; row < kNumSamples; ++row) {
        x.push_back(double(row) * 0.25);
        y.push_back(-double(row));
        m.push_back(double(row % 3));
        table.insert(table.end(), {x[row], y[row], m[row]});
        csv += std::to_string(x[row]) + "," + std::to_string(y[row]) + "," + std::to_string(m[row]) + "\n";
    }
    write_npy<double>(directory.file("t.npy"), table, std::array<std::size_t, 2>{kNumSamples, 3});
    write_npy<double>(directory.file("x.npy"), x, std::array<std::size_t, 1>{kNumSamples});
    write_npy<double>(directory.file("y.npy"), y, std::array<std::size_t, 2>{kNumSamples, 1});
    directory.file("t.csv", csv);
    REQUIRE(csv.size() > (2 << 20));
    for (const std::size_t count : {std::size_t{1000}, std::size_t{1024}, std::size_t{70'001}, 2 * kNumSamples}) {
        CAPTURE(count);
        for (const std::string name : {"t.csv", "t.npy"}) {
            SampleReader<double> reader(directory.file(name));
            CHECK(reader.num_columns() == 3);
            CHECK(reader.fraction_read().value() < 1);
            const SamplesRead<double> all = read_all(reader, count);
            CHECK(reader.fraction_read() == 1);
            check_counts(all.counts, count, kNumSamples);
            CHECK(all.x == x);
            CHECK(all.y == y);
            CHECK(all.sample_weight == m);
        }
        SampleReader<double> pair(directory.file("x.npy"), directory.file("y.npy"));
        CHECK(pair.num_columns() == 2);
        const SamplesRead<double> all = read_all(pair, count);
        CHECK(pair.fraction_read() == 1);
        check_counts(all.counts, count, kNumSamples);
        CHECK(all.x == x);
        CHECK(all.y == y);
    }
}

TEST_CASE("files: a reader knows what there is") {
    const TemporaryDirectory directory;
    write_npy<float>(directory.file("f.npy"), std::vector<float>{1, 2, 3}, std::array<std::size_t, 1>{3});
    write_npy<double>(directory.file("d.npy"), std::vector<double>{0.1, 5, 6}, std::array<std::size_t, 1>{3});
    const SampleReader<float> mixed(directory.file("f.npy"), directory.file("d.npy"));
    CHECK(mixed.stored_type() == ElementType::float64);
    CHECK(mixed.num_samples() == 3);
    SampleReader<float> same(directory.file("f.npy"), directory.file("f.npy"));
    CHECK(same.stored_type() == ElementType::float32);
    CHECK(read_all(same, 2).y == std::vector<float>{1, 2, 3});
    SampleReader<double> csv(directory.file("t.csv", "1,2\n"));
    CHECK(!csv.stored_type());
    CHECK(!csv.num_samples());
    CHECK(csv.num_columns() == 2);
    SampleReader<double> moved(std::move(csv));
    CHECK(read_all(moved, 10).x == std::vector<double>{1});
}

TEST_CASE("files: what is wrong further down a file is refused when it is reached") {
    const TemporaryDirectory directory;
    std::vector<double> column(30'000, 1);
    write_npy<double>(directory.file("x.npy"), column, std::array<std::size_t, 1>{30'000});
    column[20'000] = NAN;
    write_npy<double>(directory.file("y.npy"), column, std::array<std::size_t, 1>{30'000});
    SampleReader<double> pair(directory.file("x.npy"), directory.file("y.npy"));
    std::vector<double> x(10'000), y(10'000), m(10'000);
    CHECK(pair.read({x.data(), y.data(), nullptr}, 10'000) == 10'000);
    CHECK(pair.read({x.data(), y.data(), nullptr}, 10'000) == 10'000);
    CHECK(file_error_of([&] {
              pair.read({x.data(), y.data(), nullptr}, 10'000);
          }) == directory.file("y.npy").string() + ": row 20001: 'nan': every value must be finite");

    std::string csv;
    for (int row = 0; row < 300'000; ++row) csv += row == 200'000 ? "1,inf,1\n" : "1,2,0\n";
    SampleReader<double> reader(directory.file("t.csv", csv));
    const auto read = [&] { return reader.read({x.data(), y.data(), m.data()}, 10'000); };
    CHECK(read() == 10'000);
    CHECK(file_error_of([&] {
              while (read() > 0) {
              }
          }) == directory.file("t.csv").string() +
                    ": row 200001, column 2: 'inf': every value must be finite "
                    "(--skip-bad-rows leaves such rows out)");
}

TEST_CASE("files: sample weights that sum to zero are refused at the end, however the file is read") {
    const TemporaryDirectory directory;
    std::string csv;
    for (int row = 0; row < 5000; ++row) csv += "1,2,0\n";
    directory.file("t.csv", csv);
    write_npy<double>(directory.file("t.npy"), std::vector<double>(15'000), std::array<std::size_t, 2>{5000, 3});
    for (const std::string name : {"t.csv", "t.npy"}) {
        for (const std::size_t count : {1000u, 1024u, 5000u, 6000u}) {
            CAPTURE(count);
            SampleReader<double> reader(directory.file(name));
            CHECK(file_error_of([&] { read_all(reader, count); }) ==
                  directory.file(name).string() + ": column 3: the sample weights sum to zero");
        }
    }
    SampleReader<double> last(directory.file("t.csv", csv + "1,2,1\n"));
    CHECK(read_all(last, 100).x.size() == 5001);
}

TEST_CASE("files: the constructor refuses what read_dataset() refuses") {
    const TemporaryDirectory directory;
    const auto check = [&](const fs::path& path) {
        const std::string expected = file_error_of([&] { read_dataset<double>(path); });
        CHECK(expected.starts_with(path.string() + ": "));
        CHECK(file_error_of([&] { const SampleReader<double> reader(path); }) == expected);
    };
    check(directory.file("empty.csv", ""));
    check(directory.file("header.csv", "x,y\n"));
    check(directory.file("text.csv", "1,b\n"));
    check(directory.file("t.dat", "1,2\n"));
    check(directory.file("missing.npy"));
    check(directory.file("short.npy", "\x93NUMPY"));
    write_npy<double>(directory.file("a.npy"), std::vector<double>(4), std::array<std::size_t, 2>{4, 1});
    check(directory.file("a.npy"));
    write_npy<double>(directory.file("b.npy"), std::vector<double>(3), std::array<std::size_t, 1>{3});
    CHECK(file_error_of([&] { const SampleReader<float> pair(directory.file("a.npy"), directory.file("b.npy")); }) ==
          directory.file("b.npy").string() + ": has 3 values: expected 4 as in " + directory.file("a.npy").string());
}

}  // namespace
}  // namespace skein::test
