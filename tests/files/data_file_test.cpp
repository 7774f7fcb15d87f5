// Data sets from .npy files.
#include "skein/files/data_file.hpp"

#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <cstddef>
#include <filesystem>
#include <vector>

#include "skein/files/npy.hpp"
#include "support/columns.hpp"
#include "support/file_checks.hpp"
#include "support/temporary_directory.hpp"

namespace skein::test {

namespace fs = std::filesystem;

TEST_CASE_TEMPLATE("files: data sets from .npy", Scalar, float, double) {
    const TemporaryDirectory directory;
    const fs::path path = directory.file("data.npy");
    std::vector<Scalar> values = awkward_numbers<Scalar>();
    std::vector<Scalar> first;
    std::vector<Scalar> second;
    for (std::size_t index = 0; index < values.size(); index += 2) {
        first.push_back(values[index]);
        second.push_back(values[index + 1]);
    }
    write_npy<Scalar>(path, values, std::array<std::size_t, 2>{values.size() / 2, 2});
    const auto [x, y, sample_weight] = columns_of(read_dataset<Scalar>(path));
    CHECK(bits_of<Scalar>(x) == bits_of<Scalar>(first));
    CHECK(bits_of<Scalar>(y) == bits_of<Scalar>(second));
    CHECK(sample_weight.empty());

    values.assign(30'000, 0);
    for (std::size_t index = 0; index < values.size(); ++index) values[index] = Scalar(index);
    write_npy<Scalar>(path, values, std::array<std::size_t, 2>{10'000, 3});
    const auto weighted = columns_of(read_dataset<Scalar>(path));
    CHECK(weighted.x[9'999] == 29'997);
    CHECK(weighted.y[5'000] == 15'001);
    CHECK(weighted.sample_weight[4'096] == 12'290);
}

TEST_CASE("files: data sets from two .npy files") {
    const TemporaryDirectory directory;
    const fs::path x_path = directory.file("x.npy");
    const fs::path y_path = directory.file("y.npy");
    write_npy<float>(x_path, std::vector<float>{0.1f, 1, -3}, std::array<std::size_t, 1>{3});
    write_npy<double>(y_path, std::vector<double>{4, 5, 6}, std::array<std::size_t, 2>{3, 1});
    const auto [x, y, sample_weight] = columns_of(read_dataset<double>(x_path, y_path));
    CHECK(x == std::vector<double>{double{0.1f}, 1, -3});
    CHECK(y == std::vector<double>{4, 5, 6});
    CHECK(sample_weight.empty());

    write_npy<double>(y_path, std::vector<double>{4, 5}, std::array<std::size_t, 1>{2});
    CHECK(file_error_of([&] { read_dataset<double>(x_path, y_path); }) ==
          y_path.string() + ": has 2 values: expected 3 as in " + x_path.string());
    write_npy<double>(y_path, std::vector<double>(6), std::array<std::size_t, 2>{3, 2});
    CHECK(file_error_of([&] { read_dataset<double>(x_path, y_path); }) ==
          y_path.string() + ": has shape (3, 2): expected (N,) or (N, 1)");
    write_npy<double>(y_path, std::vector<double>{1, 2, std::nan("")}, std::array<std::size_t, 1>{3});
    CHECK(file_error_of([&] { read_dataset<double>(x_path, y_path); }) ==
          y_path.string() + ": row 3: 'nan': every value must be finite");
}

TEST_CASE("files: data sets that a .npy file does not hold") {
    const TemporaryDirectory directory;
    const fs::path path = directory.file("data.npy");
    const auto error = [&](const std::vector<double>& values, const std::vector<std::size_t>& shape) {
        write_npy<double>(path, values, shape);
        return file_error_of([&] { read_dataset<float>(path); }).substr(path.string().size());
    };
    CHECK(error({}, {0, 2}) == ": has no samples: shape (0, 2)");
    CHECK(error({1, 2}, {2}) ==
          ": has shape (2,): expected (N, 2), x and y, or (N, 3), x, y and m; x and y in two files are read together");
    CHECK(error({1, 2, 3, 4}, {1, 4}) == ": has shape (1, 4): expected (N, 2), x and y, or (N, 3), x, y and m");
    CHECK(error({1, 2, 3, -INFINITY}, {2, 2}) == ": row 2, column 2: '-inf': every value must be finite");
    CHECK(error({1, 2, 3, 1e39}, {2, 2}) == ": row 2, column 2: 1e+39 is out of the range of float32");
    CHECK(error({1, 2, -0.5}, {1, 3}) == ": row 1, column 3: '-0.5': a sample weight must not be negative");
    CHECK(error({1, 2, 0}, {1, 3}) == ": column 3: the sample weights sum to zero");
    const fs::path text = directory.file("data.dat", "1,2\n");
    CHECK(file_error_of([&] { read_dataset<double>(text); }) ==
          text.string() +
              ": has an unknown file type: expected a name that ends in .csv, .tsv, .txt (or these with .gz), .npy or "
              ".skc");
    CHECK(file_error_of([&] { read_dataset<double>("data.skc"); }) ==
          "data.skc: is a compressed data set, which has no individual samples: expected a .csv or .npy file");
}

}  // namespace skein::test
