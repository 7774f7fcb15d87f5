#include "skein/files/npy.hpp"

#include <doctest/doctest.h>

#include <array>
#include <cstddef>
#include <filesystem>
#include <limits>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "skein/files/data_file.hpp"
#include "support/file_checks.hpp"
#include "support/npy_file.hpp"
#include "support/temporary_directory.hpp"

namespace skein::test {
namespace {

namespace fs = std::filesystem;
using namespace std::literals;

/// What numpy 1.24 writes for array([[1.5, -2], [0.1, 5e-324], [1e308, -0.]]), array([0.1, 1, -3], float32), and
/// array([1., 2.]) in format versions 2.0 and 3.0.
const std::string kNumpyFloat64 = "\x93NUMPY\x01\0v\0{'descr': '<f8', 'fortran_order': False, 'shape': (3, 2), }"s +
                                  std::string(58, ' ') +
                                  "\n\0\0\0\0\0\0\xf8?\0\0\0\0\0\0\0\xc0\x9a\x99\x99\x99\x99\x99\xb9?"
                                  "\x01\0\0\0\0\0\0\0\xa0\xc8\xeb\x85\xf3\xcc\xe1\x7f"
                                  "\0\0\0\0\0\0\0\x80"s;
const std::string kNumpyFloat32 = "\x93NUMPY\x01\0v\0{'descr': '<f4', 'fortran_order': False, 'shape': (3,), }"s +
                                  std::string(60, ' ') + "\n\xcd\xcc\xcc=\0\0\x80?\0\0@\xc0"s;
const std::string kNumpyVersion2 = "\x93NUMPY\x02\0t\0\0\0{'descr': '<f8', 'fortran_order': False, 'shape': (2,), }"s +
                                   std::string(58, ' ') + "\n\0\0\0\0\0\0\xf0?\0\0\0\0\0\0\0@"s;
const std::string kNumpyVersion3 = "\x93NUMPY\x03"s + kNumpyVersion2.substr(7);

constexpr std::string_view kEightBytes = "\0\0\0\0\0\0\xf0?"sv;

TEST_CASE("files: read_npy reads what numpy wrote") {
    const TemporaryDirectory directory;
    const auto matrix = read_npy<double>(directory.file("a.npy", kNumpyFloat64));
    CHECK(matrix.shape == std::vector<std::size_t>{3, 2});
    const std::vector<double> expected{1.5, -2, 0.1, 5e-324, 1e308, -0.0};
    CHECK(bits_of<double>(matrix.values) == bits_of<double>(expected));
    const auto column = read_npy<float>(directory.file("b.npy", kNumpyFloat32));
    CHECK(column.shape == std::vector<std::size_t>{3});
    CHECK(column.values == std::vector<float>{0.1f, 1, -3});
    CHECK(read_npy<double>(directory.file("b.npy")).values == std::vector<double>{double{0.1f}, 1, -3});
    const std::string other_order = "{'shape':(2,),'fortran_order':False,'descr':'<f8'}";
    const std::string unsorted = npy_file(other_order, std::string_view(kNumpyVersion2).substr(128));
    for (const std::string& file : {kNumpyVersion2, kNumpyVersion3, unsorted}) {
        CHECK(read_npy<double>(directory.file("c.npy", file)).values == std::vector<double>{1, 2});
        CHECK(read_npy<float>(directory.file("c.npy")).values == std::vector<float>{1, 2});
    }
}

TEST_CASE("files: write_npy writes the bytes that numpy writes") {
    const TemporaryDirectory directory;
    const std::vector<double> matrix{1.5, -2, 0.1, 5e-324, 1e308, -0.0};
    write_npy<double>(directory.file("a.npy"), matrix, std::array<std::size_t, 2>{3, 2});
    CHECK(content_of(directory.file("a.npy")) == kNumpyFloat64);
    const std::vector<float> column{0.1f, 1, -3};
    write_npy<float>(directory.file("b.npy"), column, std::array<std::size_t, 1>{3});
    CHECK(content_of(directory.file("b.npy")) == kNumpyFloat32);
    CHECK(directory.num_entries() == 2);
}

TEST_CASE("files: the data of a .npy file start at the next multiple of 64 bytes") {
    const TemporaryDirectory directory;
    for (std::size_t num_dimensions = 0; num_dimensions <= 32; ++num_dimensions) {
        for (const std::size_t last : {std::size_t{1}, std::size_t{10}, std::size_t{100}}) {
            std::vector<std::size_t> shape(num_dimensions, 1);
            if (num_dimensions > 0) shape.back() = last;
            const std::vector<float> values(num_dimensions > 0 ? last : 1);
            write_npy<float>(directory.file("a.npy"), values, shape);
            const std::string file = content_of(directory.file("a.npy"));
            const std::size_t header_bytes = file.size() - 4 * values.size();
            CHECK(header_bytes % 64 == 0);
            CHECK(file[header_bytes - 1] == '\n');
            CHECK(header_bytes - 1 - file.find_last_not_of(" \n", header_bytes - 1) <= 64);
            CHECK(file.substr(6, 4) == "\x01\0"s + static_cast<char>((header_bytes - 10) & 0xff) + '\0');
        }
    }
}

TEST_CASE_TEMPLATE("files: .npy round trips to the bit", Scalar, float, double) {
    const TemporaryDirectory directory;
    std::vector<Scalar> values = awkward_numbers<Scalar>();
    values.push_back(std::numeric_limits<Scalar>::infinity());
    values.push_back(std::numeric_limits<Scalar>::quiet_NaN());
    const std::array<std::size_t, 2> shape{values.size() / 2, 2};
    write_npy<Scalar>(directory.file("a.npy"), values, shape);
    const auto array = read_npy<Scalar>(directory.file("a.npy"));
    CHECK(array.shape == std::vector<std::size_t>(shape.begin(), shape.end()));
    CHECK(bits_of<Scalar>(array.values) == bits_of<Scalar>(values));
}

TEST_CASE("files: an empty .npy array is an array") {
    const TemporaryDirectory directory;
    write_npy<double>(directory.file("a.npy"), {}, std::array<std::size_t, 2>{0, 2});
    CHECK(read_npy<double>(directory.file("a.npy")).values.empty());
}

TEST_CASE("files: write_npy refuses a shape of another size") {
    const TemporaryDirectory directory;
    const std::vector<double> values(4);
    const fs::path path = directory.file("a.npy");
    CHECK_THROWS_WITH_AS(write_npy<double>(path, values, std::array<std::size_t, 2>{3, 2}),
                         "write_npy: shape (3, 2) does not hold 4 values", std::invalid_argument);
    constexpr std::size_t kHuge = std::size_t{1} << 62;
    CHECK_THROWS_WITH_AS(write_npy<double>(path, values, std::array<std::size_t, 2>{kHuge + 1, 4}),
                         "write_npy: shape (4611686018427387905, 4) does not hold 4 values", std::invalid_argument);
    CHECK_THROWS_WITH_AS(write_npy<double>(path, std::span(values).first(1), std::vector<std::size_t>(33, 1)),
                         "write_npy: 33 dimensions: NumPy has at most 32", std::invalid_argument);
    CHECK(directory.num_entries() == 0);
}

namespace {

/// What read_npy says of a file of this content.
std::string npy_error(const std::string& content) {
    const TemporaryDirectory directory;
    const fs::path path = directory.file("a.npy", content);
    const std::string text = file_error_of([&] { read_npy<double>(path); });
    REQUIRE(text.starts_with(path.string() + ": "));
    return text.substr(path.string().size() + 2);
}
std::string header_error(const std::string& dictionary) { return npy_error(npy_file(dictionary, kEightBytes)); }
std::string type_error(const std::string& type) {
    return header_error("{'descr': " + type + ", 'fortran_order': False, 'shape': (1,), }");
}
std::string shape_error(const std::string& shape) {
    return header_error("{'descr': '<f8', 'fortran_order': False, 'shape': " + shape + ", }");
}

}  // namespace

TEST_CASE("files: read_npy says what it does not understand: types") {
    const auto refused = [](const std::string& type, const std::string& conversion) {
        return "dtype '" + type +
               "' is not supported: expected bool, int8 to int64, uint8 to uint64 or float16 to float64; in NumPy, " +
               conversion + " converts an array a";
    };
    for (const std::string type : {"<f16", "<U5", "|S3", "|O", "<M8[ns]", "|V8", "<i3", "<b4", "f8", "<", ""}) {
        CHECK(type_error("'" + type + "'") == refused(type, "a.astype(float)"));
    }
    for (const std::string type : {"<c8", ">c16"}) CHECK(type_error("'" + type + "'") == refused(type, "a.real"));
    CHECK(type_error("'\n\x1b'") == refused("\\x0a\\x1b", "a.astype(float)"));
    const std::string unstructured = "numpy.lib.recfunctions.structured_to_unstructured(a)";
    CHECK(type_error("[('x', '<f8')]") == refused("[('x', '<f8')]", unstructured));
    CHECK(type_error("[('a]', [('b', '<f8', (2, 3)), (\"it's\", '<f8')])]") ==
          refused("[('a]', [('b', '<f8', (2, 3)), (\"it's\", ...", unstructured));
    CHECK(type_error("[('a', '<f8'") == "header: byte 10: expected a list that ends, found '[('a', '<f8', 'f'");
    CHECK(type_error("8") == "header: byte 10: expected a dtype such as '<f8', found '8, 'fortran_orde'");
}

TEST_CASE("files: read_npy says what it does not understand: order") {
    CHECK(header_error("{'descr': '<f8', 'fortran_order': 0, 'shape': (1,), }") ==
          "header: byte 34: expected True or False, found '0, 'shape': (1,)'");
}

TEST_CASE("files: read_npy says what it does not understand: shapes") {
    CHECK(shape_error("()") == "has 0 dimensions, shape (): expected 1 or 2");
    CHECK(shape_error("(1, 1, 1)") == "has 3 dimensions, shape (1, 1, 1): expected 1 or 2");
    CHECK(shape_error("(1)") == "header: byte 52: expected ',', found '), }            '");
    CHECK(shape_error("(-1,)") == "header: byte 51: expected a dimension, found '-1,), }         '");
    CHECK(shape_error("(,)") == "header: byte 51: expected a dimension, found ',), }           '");
    CHECK(shape_error("(1, 2") == "header: byte 57: expected a dimension, found '}               '");
    CHECK(shape_error("(99999999999999999999,)") ==
          "header: byte 51: expected a dimension of at most 64 bits, found '9999999999999999'");
    CHECK(shape_error("(2305843009213693952,)") == "has shape (2305843009213693952,): expected at most 2^64 - 1 bytes");
    CHECK(shape_error("(4294967296, 4294967296)") ==
          "has shape (4294967296, 4294967296): expected at most 2^64 - 1 bytes");
    CHECK(shape_error("(1152921504606846976, 2)") ==
          "has shape (1152921504606846976, 2): expected at most 2^64 - 1 bytes");
}

TEST_CASE("files: read_npy says what it does not understand: keys") {
    CHECK(header_error("{'descr': '<f8', 'shape': (1,)}") == "header: 'fortran_order' is missing");
    CHECK(header_error("{'descr': '<f8', 'fortran_order': False}") == "header: 'shape' is missing");
    CHECK(header_error("{}") == "header: 'descr' is missing");
    CHECK(header_error("{'shap': (1,)}") == "header: unknown key 'shap': did you mean 'shape'?");
}

TEST_CASE("files: read_npy says what it does not understand: junk") {
    CHECK(header_error("") == "header: byte 54: expected '{', found its end");
    CHECK(header_error("[]") == "header: byte 0: expected '{', found '[]              '");
    CHECK(header_error("{'descr") == "header: byte 2: expected a string that ends, found 'descr           '");
    CHECK(header_error("{'descr' '<f8'}") == "header: byte 9: expected ':', found ''<f8'}          '");
    CHECK(header_error("{'descr': '<f8' 'shape'}") == "header: byte 16: expected ',' or '}', found ''shape'}        '");
    CHECK(header_error("{'descr': '<f8', 'fortran_order': False, 'shape': (1,)} x") ==
          "header: byte 56: expected the end of the header, found 'x               '");
    CHECK(npy_error("") == "is not a .npy file: expected it to start with \\x93NUMPY");
    CHECK(npy_error("x,y\n1,2\n") == "is not a .npy file: expected it to start with \\x93NUMPY");
}

TEST_CASE("files: read_npy says what it does not understand: sizes") {
    const std::string short_file = kNumpyFloat64.substr(0, kNumpyFloat64.size() - 1);
    CHECK(npy_error(short_file) == "is truncated: shape (3, 2) of float64 takes 48 bytes of data, the file has 47");
    CHECK(npy_error(kNumpyFloat64 + "x") ==
          "has trailing bytes: shape (3, 2) of float64 takes 48 bytes of data, the file has 49");
    CHECK(npy_error(kNumpyFloat64.substr(0, 100)) == "is truncated: its header has 118 bytes, the file holds 90");
    for (const std::size_t size : {6u, 7u, 8u, 9u}) {
        CHECK(npy_error(kNumpyFloat64.substr(0, size)) == "is truncated: it ends within the header");
    }
    CHECK(npy_error(kNumpyVersion2.substr(0, 11)) == "is truncated: it ends within the header");
    CHECK(npy_error("\x93NUMPY\x02\0\xff\xff\xff\xff{}"s) ==
          "is truncated: its header has 4294967295 bytes, the file holds 2");
    CHECK(npy_error("\x93NUMPY\x01\0\x11\x27"s + std::string(10'001, ' ')) ==
          "has a header of 10001 bytes: expected at most 10000");
}

TEST_CASE("files: read_npy says what it does not understand: versions") {
    CHECK(npy_error("\x93NUMPY\x04\0"s + kNumpyVersion2.substr(8)) ==
          "has format version 4.0: expected 1.0, 2.0 or 3.0");
    CHECK(npy_error("\x93NUMPY\x01\x01"s + kNumpyFloat64.substr(8)) ==
          "has format version 1.1: expected 1.0, 2.0 or 3.0");
}

TEST_CASE("files: read_npy refuses a float64 that no float holds") {
    const TemporaryDirectory directory;
    const fs::path path = directory.file("a.npy", kNumpyFloat64);
    CHECK(file_error_of([&] { read_npy<float>(path); }) ==
          path.string() + ": row 3, column 1: 1e+308 is out of the range of float32");
}

TEST_CASE("files: a file that cannot be read is named") {
    const TemporaryDirectory directory;
    const std::string missing = directory.file("missing\n.csv").string();
    CHECK(file_error_of([&] { read_dataset<double>(missing); }) ==
          directory.path().string() + "/missing\\x0a.csv: cannot be opened: No such file or directory");
    fs::create_directory(directory.file("folder.npy"));
    CHECK(file_error_of([&] { read_npy<double>(directory.file("folder.npy")); }) ==
          directory.file("folder.npy").string() + ": is a directory: expected a file");
    CHECK(file_error_of([&] { read_npy<double>("/dev/null"); }) ==
          "/dev/null: is not a regular file: expected one, whose size is known");
}

}  // namespace
}  // namespace skein::test
