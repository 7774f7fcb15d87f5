// Data sets from .csv files.
#include <doctest/doctest.h>

#include <array>
#include <bit>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "skein/files/data_file.hpp"
#include "support/columns.hpp"
#include "support/file_checks.hpp"
#include "support/temporary_directory.hpp"

namespace skein::test {

namespace fs = std::filesystem;
using namespace std::literals;

namespace {

template <class Scalar>
Columns<Scalar> read_csv(std::string_view content) {
    const TemporaryDirectory directory;
    return columns_of(read_dataset<Scalar>(directory.file("data.csv", content)));
}

/// An error of rows, of which a file has others, ends with what leaves them out.
std::string without_hint(const std::string& error) {
    constexpr std::string_view kHint = " (--skip-bad-rows leaves such rows out)";
    return error.ends_with(kHint) ? error.substr(0, error.size() - kHint.size()) : error;
}

template <class Scalar>
std::string csv_error(std::string_view content) {
    const TemporaryDirectory directory;
    const fs::path path = directory.file("data.csv", content);
    const std::string text = file_error_of([&] { read_dataset<Scalar>(path); });
    REQUIRE(text.starts_with(directory.path().string() + "/"));
    return without_hint(text.substr(directory.path().string().size() + 1));
}

}  // namespace

TEST_CASE("files: .csv in the forms that are allowed") {
    for (const std::string_view content : {"1,-2.5\n3,4\n",
                                           "1,-2.5\n3,4",
                                           "1,-2.5\r\n3,4\r\n",
                                           "1,-2.5\r\n3,4",
                                           "x,y\n1,-2.5\n3,4\n",
                                           " x , y\r\n1,-2.5\n3,4",
                                           "X,Y\n1,-2.5\n3,4\n",
                                           "\xef\xbb\xbf"
                                           "1,-2.5\n3,4\n",
                                           "\xef\xbb\xbfx,y\n1,-2.5\n3,4\n",
                                           " 1\t, -2.5 \n\t3,+4 \n",
                                           "1,-2.5\n3,4\n\n \r\n\t\n\n",
                                           "+1.0,-25e-1\n.3e1,4.\n",
                                           "\"x\",\"y\"\n1,-2.5\n\"3\", \"4\"\n",
                                           "# x,y\n1,-2.5\n  # more\n3,4\n",
                                           "x;y\n1;-2.5\n3; 4\n",
                                           "x;y\n1,0;-2,5\n3; 4,\n",
                                           " 1.0   -2.5\n\t3 4 \n",
                                           "# x y\n1 -2.5\n3 4\n",
                                           "1\t-2.5\n3\t 4\n",
                                           "X\t\"Y\"\r\n1\t-2.5\r\n3\t4",
                                           "#\n#\nx,y\n1,-2.5\n3,4\n\n# end\n"}) {
        CAPTURE(content);
        const auto [x, y, sample_weight] = read_csv<double>(content);
        CHECK(x == std::vector<double>{1, 3});
        CHECK(y == std::vector<double>{-2.5, 4});
        CHECK(sample_weight.empty());
    }
    CHECK(read_csv<float>("x,y,m\n1,2,0\n3,4,5.5\n").sample_weight == std::vector<float>{0, 5.5});
    CHECK(read_csv<float>("x,Y,M\n1,2,3\n").sample_weight == std::vector<float>{3});
    CHECK(read_csv<double>("1,2,1\n").sample_weight == std::vector<double>{1});
}

TEST_CASE_TEMPLATE("files: .csv round trips to the bit", Scalar, float, double) {
    const std::vector<Scalar> numbers = awkward_numbers<Scalar>();
    std::string content;
    for (const Scalar number : numbers) {
        std::array<char, 64> text{};
        const int digits = std::numeric_limits<Scalar>::max_digits10;
        std::snprintf(text.data(), text.size(), "%.*g,1\n", digits, static_cast<double>(number));
        content += text.data();
    }
    CHECK(bits_of<Scalar>(read_csv<Scalar>(content).x) == bits_of<Scalar>(numbers));
}

TEST_CASE("files: .csv of several blocks") {
    std::string content;
    std::vector<double> expected;
    for (int row = 0; content.size() < (3 << 20) + 17; ++row) {
        expected.push_back(row * 0.25);
        content += std::to_string(row * 0.25) + "," + std::to_string(row) + "\r\n";
    }
    CHECK(read_csv<double>(content).x == expected);
}

TEST_CASE("files: .csv whose float is rounded once, and tiny numbers to the nearest") {
    CHECK(read_csv<float>("7.038531e-26,0\n").x[0] == std::bit_cast<float>(0x15ae43fdU));
    CHECK(bits_of<float>(read_csv<float>("1e-60,0\n-1e-60,0\n1e-45,0\n").x) ==
          std::vector<std::uint32_t>{0, 0x80000000U, 1});
    CHECK(bits_of<double>(read_csv<double>("1e-310,0\n1e-400,0\n-1e-400,0\n3e-324,0\n2e-324,0\n").x) ==
          std::vector<std::uint64_t>{0x1268'8b70'e62bU, 0, 0x8000'0000'0000'0000U, 1, 0});
    const std::string zeros(400, '0');
    for (const std::string& tiny : {"1e-4940"s, "9e-99999999999999999999"s, "0." + zeros + "1", "0." + zeros + "9e5"}) {
        CHECK(read_csv<double>(tiny + ",5e300\n").x[0] == 0.0);
    }
    for (const std::string& huge : {"1e4940"s, "9e+99999999999999999999"s, "1" + zeros, "1" + zeros + "e-5"}) {
        CHECK(csv_error<double>(huge + ",1e-300\n").ends_with(" is out of the range of float64"));
    }
}

TEST_CASE("files: .csv errors name row, column, text and what was expected") {
    const auto error = csv_error<double>;
    CHECK(error("") == "data.csv: is empty: expected rows of x,y or x,y,m");
    CHECK(error("\n\n") == "data.csv: has no samples: expected rows of x,y or x,y,m");
    CHECK(error("x,y\n") == "data.csv: has no samples: expected rows of x,y or x,y,m");
    CHECK(error("1,2\n3,abc\n") == "data.csv: row 2, column 2: 'abc' is not a number");
    CHECK(error("a,b\n1,2\n") ==
          "data.csv: row 1 has the names 'a', 'b': expected x,y or x,y,m, or --columns, as in --columns a,b");
    CHECK(error("x,y,\"the weight\"\n1,2,3\n") ==
          "data.csv: row 1 has the names 'x', 'y', 'the weight': expected x,y or x,y,m, or --columns, as in --columns "
          "x,y");
    CHECK(error("1,b\n") == "data.csv: row 1, column 2: 'b' is not a number, nor is this the header x,y or x,y,m");
    CHECK(error("x,y\n1,2\nx,y\n") == "data.csv: row 3, column 1: 'x' is not a number");
    for (const std::string text :
         {"1 2", "1.5.2", "0x10", "1e", "--1", "++1", "+-1", "+ 1", "+", "-", "1;2", "\"1", "1\"", "nano"}) {
        CHECK(error("1,2\n" + text + ",3\n") == "data.csv: row 2, column 1: '" + text + "' is not a number");
    }
    CHECK(error("1,2\n1,2\r3\n") == "data.csv: row 2, column 2: '2\\x0d3' is not a number");
    CHECK(error("1,2\n1,\xff\x1b[1m\n") == "data.csv: row 2, column 2: '\\xff\\x1b[1m' is not a number");
    CHECK(error("1,2\n1," + std::string(50, 'z') + "\n") ==
          "data.csv: row 2, column 2: '" + std::string(40, 'z') + "...' is not a number");
    CHECK(error("1,2\n,3\n") == "data.csv: row 2, column 1 is empty: expected a number");
    CHECK(error("1,2\n3, \n") == "data.csv: row 2, column 2 is empty: expected a number");
    CHECK(error("1,2\n3\n") == "data.csv: row 2 has 1 column: expected 2 as in row 1");
    CHECK(error("x,y\n1,2\n3,4,5\n") == "data.csv: row 3 has 3 columns: expected 2 as in row 1");
    CHECK(error("x,y\n1,2,3\n") == "data.csv: row 2 has 3 columns: expected 2 as in row 1");
    CHECK(error("1,2\n3,4,\n") == "data.csv: row 2 has 3 columns: expected 2 as in row 1");
    for (const std::string text : {"nan", "NaN", "-inf", "Infinity", "+inf"}) {
        CHECK(error("1,2\n1," + text) == "data.csv: row 2, column 2: '" + text + "': every value must be finite");
    }
    CHECK(error("1,1e309\n") == "data.csv: row 1, column 2: '1e309' is out of the range of float64");
    CHECK(error("1,-1e999\n") == "data.csv: row 1, column 2: '-1e999' is out of the range of float64");
    CHECK(csv_error<float>("1,-1e39\n") == "data.csv: row 1, column 2: '-1e39' is out of the range of float32");
    CHECK(error("1,2\n\n3,4\n") == "data.csv: row 2 is blank: blank lines may stand only at the end of the file");
    CHECK(error("\nx,y\n3,4\n") == "data.csv: row 1 is blank: blank lines may stand only at the end of the file");
    CHECK(error("1,2,1\n1,2,-3\n") ==
          "data.csv: row 2, column 3: '-3': a sample weight must not be negative (the third of three columns is the "
          "weight m: --columns chooses others)");
    CHECK(error("1,2,0\n1,2,0\n") == "data.csv: column 3: the sample weights sum to zero");
    for (const std::string& row : {std::string(70'000, ' '), "1,2\n" + std::string(3 << 20, '7')}) {
        CHECK(error(row).ends_with(" is longer than 65536 bytes: expected numbers"));
    }
    CHECK(error("1,2\n1,"s + '\0' + "\n") == "data.csv: row 2, column 2: '\\x00' is not a number");
}

TEST_CASE("files: .csv errors of separators and numbers of columns") {
    const auto error = csv_error<double>;
    const std::string expected = ": expected x,y or x,y,m, separated by commas, semicolons, tabs or blanks";
    CHECK(error("1\n2\n") == "data.csv: row 1 has 1 column" + expected);
    CHECK(error("1,2,3,4\n") == "data.csv: row 1 has 4 columns" + expected + "; or --columns, as in --columns 1,2");
    CHECK(error("1;2\n3,4\n") == "data.csv: row 2 has 1 column: expected 2 as in row 1");
    CHECK(error("1 2\n3,4\n") == "data.csv: row 2 has 1 column: expected 2 as in row 1");
    CHECK(error("1,5\t2,5\n") ==
          "data.csv: row 1, column 2: '5\\x092' is not a number, nor is this the header x,y or x,y,m");
}

}  // namespace skein::test
