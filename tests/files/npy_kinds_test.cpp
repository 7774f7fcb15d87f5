// Every kind of number that a .npy file may hold, in both orders and both byte orders.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <random>
#include <string>
#include <type_traits>
#include <vector>

#include "skein/dataset.hpp"
#include "skein/files/data_file.hpp"
#include "skein/files/npy.hpp"
#include "skein/files/sample_reader.hpp"
#include "support/columns.hpp"
#include "support/file_checks.hpp"
#include "support/npy_file.hpp"
#include "support/temporary_directory.hpp"

namespace skein::test {
namespace {

namespace fs = std::filesystem;

/// Numbers over the whole range of their kind, but finite, and not negative in every third column.
template <class Stored>
std::vector<Stored> some_numbers(std::size_t count, std::size_t num_columns) {
    std::vector<Stored> numbers;
    std::mt19937_64 random(3);
    for (std::size_t index = 0; index < count; ++index) {
        const std::uint64_t bits = random();
        const bool is_weight = num_columns == 3 && index % 3 == 2;
        if constexpr (std::is_same_v<Stored, StoredHalf>) {
            numbers.push_back({static_cast<std::uint16_t>(bits % 0x7c00 + (!is_weight && bits >> 63 ? 0x8000 : 0))});
        } else if constexpr (std::is_floating_point_v<Stored>) {
            const double number = std::ldexp(double(bits >> 2), -60 - int(bits % 90));
            numbers.push_back(static_cast<Stored>(!is_weight && bits >> 63 ? -number : number));
        } else if constexpr (std::is_same_v<Stored, bool>) {
            numbers.push_back(bits >> 63 != 0);
        } else {
            const auto number = static_cast<Stored>(bits);
            numbers.push_back(is_weight && number < Stored(0) ? static_cast<Stored>(~number) : number);
        }
    }
    return numbers;
}

template <class Call>
void for_each_kind(const Call& call) {
    call.template operator()<bool>("b1");
    call.template operator()<std::int8_t>("i1");
    call.template operator()<std::int16_t>("i2");
    call.template operator()<std::int32_t>("i4");
    call.template operator()<std::int64_t>("i8");
    call.template operator()<std::uint8_t>("u1");
    call.template operator()<std::uint16_t>("u2");
    call.template operator()<std::uint32_t>("u4");
    call.template operator()<std::uint64_t>("u8");
    call.template operator()<StoredHalf>("f2");
    call.template operator()<float>("f4");
    call.template operator()<double>("f8");
}

/// Calls it for each kind in each order of elements and of bytes.
template <class Call>
void for_each_layout(const Call& call) {
    for_each_kind([&]<class Stored>(const char* type) {
        for (const bool is_fortran_order : {false, true}) {
            for (const bool is_big_endian : {false, true}) {
                if (sizeof(Stored) == 1 && is_big_endian) continue;
                CAPTURE(type);
                CAPTURE(is_fortran_order);
                CAPTURE(is_big_endian);
                call.template operator()<Stored>(NpyLayout{type, is_fortran_order, is_big_endian});
            }
        }
    });
}

template <class Scalar, class Stored>
Columns<Scalar> expected_columns(const std::vector<Stored>& numbers, std::size_t num_columns) {
    Columns<Scalar> columns;
    std::vector<Scalar>* const targets[] = {&columns.x, &columns.y, &columns.sample_weight};
    for (std::size_t index = 0; index < numbers.size(); ++index) {
        targets[index % num_columns]->push_back(static_cast<Scalar>(exact_value(Stored(numbers[index]))));
    }
    return columns;
}

template <class Scalar>
void check_same_columns(const Columns<Scalar>& found, const Columns<Scalar>& expected) {
    CHECK(found.x == expected.x);
    CHECK(found.y == expected.y);
    CHECK(found.sample_weight == expected.sample_weight);
}

/// All samples, 3001 at a time.
template <class Scalar>
Columns<Scalar> columns_read_by(SampleReader<Scalar> reader) {
    constexpr std::size_t kCount = 3001;
    Columns<Scalar> all;
    std::vector<Scalar> x(kCount), y(kCount), m(kCount);
    for (;;) {
        const auto num_read = std::ptrdiff_t(reader.read({x.data(), y.data(), m.data()}, kCount));
        all.x.insert(all.x.end(), x.begin(), x.begin() + num_read);
        all.y.insert(all.y.end(), y.begin(), y.begin() + num_read);
        if (reader.num_columns() == 3)
            all.sample_weight.insert(all.sample_weight.end(), m.begin(), m.begin() + num_read);
        if (num_read == 0) return all;
    }
}

constexpr std::size_t kManyRows = 70'001;
constexpr std::size_t kNumRows = 20'011;  // several buffers, none of them full at the end

TEST_CASE_TEMPLATE("files: every kind of .npy number is read as its value, in every order", Scalar, float, double) {
    for_each_layout([]<class Stored>(const NpyLayout& layout) {
        for (const std::size_t num_columns : {2u, 3u}) {
            CAPTURE(num_columns);
            const TemporaryDirectory directory;
            const auto numbers = some_numbers<Stored>(kNumRows * num_columns, num_columns);
            const fs::path path = directory.file("a.npy", npy_file_of(layout, numbers, num_columns));
            const auto expected = expected_columns<Scalar>(numbers, num_columns);
            check_same_columns(columns_read_by(SampleReader<Scalar>(path)), expected);
            check_same_columns(columns_of(open_dataset<Scalar>(path, 1)), expected);
            const NpyArray<Scalar> array = read_npy<Scalar>(path);
            CHECK(array.shape == std::vector<std::size_t>{kNumRows, num_columns});
            CHECK(array.values == expected_columns<Scalar>(numbers, 1).x);
        }
    });
}

TEST_CASE_TEMPLATE("files: scattered samples of every kind of .npy number", Scalar, float, double) {
    for_each_layout([]<class Stored>(const NpyLayout& layout) {
        const TemporaryDirectory directory;
        const auto numbers = some_numbers<Stored>(kNumRows * 3, 3);
        const auto expected = expected_columns<Scalar>(numbers, 3);
        const Dataset<Scalar> data = open_dataset<Scalar>(directory.file("a.npy", npy_file_of(layout, numbers, 3)), 1);
        std::mt19937_64 random(5);
        for (const std::size_t count : {1u, 7u, 500u, 4000u}) {
            std::vector<std::uint64_t> indices;
            while (indices.size() < count) indices.push_back(random() % kNumRows);
            if (count == 4000) std::sort(indices.begin(), indices.end());  // many of a block
            std::vector<Scalar> x(count), y(count), m(count);
            data.source().gather(indices, {x.data(), y.data(), m.data()});
            const auto is_right = [&](std::size_t at) {
                const std::uint64_t row = indices[at];
                return x[at] == expected.x[row] && y[at] == expected.y[row] && m[at] == expected.sample_weight[row];
            };
            std::size_t num_right = 0;
            for (std::size_t at = 0; at < count; ++at) num_right += is_right(at) ? 1 : 0;
            CHECK(num_right == count);
        }
    });
}

TEST_CASE_TEMPLATE("files: x and y of different kinds are read together", Scalar, float, double) {
    const TemporaryDirectory directory;
    const auto halves = some_numbers<StoredHalf>(kNumRows, 1);
    const auto y = expected_columns<Scalar>(halves, 1).x;
    const fs::path y_path = directory.file("y.npy", npy_file_of({"f2", true, true}, halves, 1));
    for_each_layout([&]<class Stored>(const NpyLayout& layout) {
        const auto numbers = some_numbers<Stored>(kNumRows, 0);
        const Columns<Scalar> expected{expected_columns<Scalar>(numbers, 1).x, y, {}};
        const fs::path x_path = directory.file("x.npy", npy_file_of(layout, numbers, 0));
        check_same_columns(columns_read_by(SampleReader<Scalar>(x_path, y_path)), expected);
        check_same_columns(columns_of(open_dataset<Scalar>(x_path, y_path, 1)), expected);
        const bool is_narrow = std::is_same_v<Stored, float> || std::is_same_v<Stored, StoredHalf>;
        CHECK(SampleReader<Scalar>(x_path, y_path).stored_type() ==
              (is_narrow ? ElementType::float32 : ElementType::float64));
    });
}

TEST_CASE("files: integers of .npy are rounded once") {
    const TemporaryDirectory directory;
    constexpr std::int64_t kTwo53 = std::int64_t{1} << 53, kTwo60 = std::int64_t{1} << 60,
                           kTwo36 = std::int64_t{1} << 36;
    // By way of double, the third one would be halfway between two floats, and go to the even one.
    const std::vector<std::int64_t> integers{kTwo53 + 1, -kTwo53 - 3, kTwo60 + kTwo36 + 1, INT64_MIN, INT64_MAX, -1};
    directory.file("i.npy", npy_file_of({"i8"}, integers, 0));
    CHECK(read_npy<double>(directory.file("i.npy")).values ==
          std::vector<double>{0x1p53, -0x1p53 - 4, 0x1p60 + 0x1p36, -0x1p63, 0x1p63, -1});
    CHECK(read_npy<float>(directory.file("i.npy")).values ==
          std::vector<float>{0x1p53f, -0x1p53f, 0x1p60f + 0x1p37f, -0x1p63f, 0x1p63f, -1});
    const std::vector<std::uint64_t> naturals{(std::uint64_t{1} << 63) + (std::uint64_t{1} << 39) + 1, UINT64_MAX, 0};
    directory.file("u.npy", npy_file_of({"u8"}, naturals, 0));
    CHECK(read_npy<double>(directory.file("u.npy")).values == std::vector<double>{0x1p63 + 0x1p39, 0x1p64, 0});
    CHECK(read_npy<float>(directory.file("u.npy")).values == std::vector<float>{0x1p63f + 0x1p40f, 0x1p64f, 0});
    const std::vector<std::int32_t> halfway{(1 << 24) + 1, (1 << 24) + 3, INT32_MIN};
    directory.file("h.npy", npy_file_of({"i4"}, halfway, 0));
    CHECK(read_npy<float>(directory.file("h.npy")).values == std::vector<float>{0x1p24f, 0x1p24f + 4, -0x1p31f});
}

TEST_CASE_TEMPLATE("files: each of the 65,536 float16 is read exactly", Scalar, float, double) {
    const TemporaryDirectory directory;
    std::vector<StoredHalf> halves;
    for (unsigned bits = 0; bits < 65'536; ++bits) halves.push_back({static_cast<std::uint16_t>(bits)});
    const auto values = read_npy<Scalar>(directory.file("a.npy", npy_file_of({"f2"}, halves, 0))).values;
    REQUIRE(values.size() == halves.size());
    for (std::size_t bits = 0; bits < halves.size(); ++bits) {
        const double expected = exact_value(halves[bits]);
        CAPTURE(bits);
        REQUIRE(std::signbit(values[bits]) == (bits >= 0x8000));
        REQUIRE((std::isnan(expected) ? std::isnan(values[bits]) : double(values[bits]) == expected));
    }
    CHECK(values[0x0001] == Scalar(0x1p-24));
    CHECK(values[0x03ff] == Scalar(0x1.ff8p-15));
    CHECK(values[0x3555] == Scalar(0.333251953125));
    CHECK(values[0xfbff] == -65504);
    CHECK(values[0x7c00] == std::numeric_limits<Scalar>::infinity());
}

TEST_CASE("files: spellings of the types of .npy numbers") {
    const TemporaryDirectory directory;
    const auto read = [&](const std::string& dictionary, const std::string& data) {
        return read_npy<double>(directory.file("a.npy", npy_file(dictionary, data))).values;
    };
    for (const std::string type : {"<f8", "=f8", "|f8"}) {
        CHECK(read("{'descr': '" + type + "', 'fortran_order': True, 'shape': (1,), }",
                   stored_bytes(std::vector<double>{0.1}, false)) == std::vector<double>{0.1});
    }
    for (const std::string type : {"|b1", "<b1", ">b1", "=b1"}) {
        CHECK(read("{'descr': '" + type + "', 'fortran_order': True, 'shape': (3, 1), }", {0, 1, 2}) ==
              std::vector<double>{0, 1, 1});
    }
    CHECK(read("{'descr': '>i2', 'fortran_order': True, 'shape': (1, 2), }", {1, 2, -1, -2}) ==
          std::vector<double>{258, -2});
    CHECK(read("{'descr': '<i2', 'fortran_order': True, 'shape': (0, 2), }", "").empty());
}

TEST_CASE("files: a wrong value of any kind of .npy is named by its place") {
    const TemporaryDirectory directory;
    const auto error_of = [&](const std::string& content, auto scalar) {
        using Scalar = decltype(scalar);
        const fs::path path = directory.file("a.npy", content);
        const std::string error = file_error_of([&] { read_dataset<Scalar>(path); });
        CHECK(file_error_of([&] { columns_of(open_dataset<Scalar>(path, 1)); }) == error);
        REQUIRE(error.starts_with(path.string() + ": "));
        return error.substr(path.string().size() + 2);
    };
    for (const bool is_fortran_order : {false, true}) {
        for (const bool is_big_endian : {false, true}) {
            std::vector<double> numbers(kManyRows * 3, 1);
            numbers[50'000 * 3 + 1] = std::nan("");
            const auto error = [&](auto scalar) {
                return error_of(npy_file_of({"f8", is_fortran_order, is_big_endian}, numbers, 3), scalar);
            };
            CHECK(error(0.0) == "row 50001, column 2: 'nan': every value must be finite");
            numbers[50'000 * 3 + 1] = 1e39;
            CHECK(error(0.0f) == "row 50001, column 2: 1e+39 is out of the range of float32");
            numbers[50'000 * 3 + 1] = 1, numbers[69'999 * 3 + 2] = -2;
            CHECK(error(0.0f) == "row 70000, column 3: '-2': a sample weight must not be negative");
        }
        std::vector<StoredHalf> halves(kManyRows * 2, StoredHalf{0});
        halves[12'345 * 2] = {0xfc00};
        CHECK(error_of(npy_file_of({"f2", is_fortran_order, true}, halves, 2), 0.0f) ==
              "row 12346, column 1: '-inf': every value must be finite");
        std::vector<std::int8_t> integers(kManyRows * 3, 1);
        integers[40'000 * 3 + 2] = -7;
        CHECK(error_of(npy_file_of({"i1", is_fortran_order}, integers, 3), 0.0) ==
              "row 40001, column 3: '-7': a sample weight must not be negative");
    }
}

TEST_CASE("files: read_npy of Fortran order reads what is not finite, and names what overflows") {
    const TemporaryDirectory directory;
    std::vector<double> numbers(3 * 20'000, 1);
    numbers[2 * 20'000 + 17] = HUGE_VAL;
    const auto read = [&] {
        return read_npy<float>(directory.file("a.npy", npy_file_of({"f8", true, true}, numbers, 20'000))).values;
    };
    CHECK(read()[2 * 20'000 + 17] == std::numeric_limits<float>::infinity());
    numbers[20'000 + 18] = -1e300;
    CHECK(file_error_of(read) ==
          directory.file("a.npy").string() + ": row 2, column 19: -1e+300 is out of the range of float32");
    CHECK(file_error_of([&] {
              read_npy<float>(directory.file("b.npy", npy_file_of({"i4"}, std::vector{1, 2}, 0) + "x"));
          }) == directory.file("b.npy").string() +
                    ": has trailing bytes: shape (2,) of int32 takes 8 bytes of data, the file has 9");
}

}  // namespace
}  // namespace skein::test
