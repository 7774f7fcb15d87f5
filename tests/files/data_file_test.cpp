#include "skein/files/data_file.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "skein/batch_order.hpp"
#include "skein/files/file_error.hpp"
#include "skein/files/npy.hpp"
#include "skein/random.hpp"
#include "skein/trainer.hpp"
#include "support/file_checks.hpp"
#include "support/temporary_directory.hpp"

namespace skein::test {
namespace {

namespace fs = std::filesystem;
using namespace std::literals;

template <class Scalar>
struct Columns {
    std::vector<Scalar> x, y, sample_weight;
};

template <class Scalar>
Columns<Scalar> columns_of(const Dataset<Scalar>& data) {
    const auto num_samples = static_cast<std::size_t>(data.num_samples());
    std::vector<Scalar> x(num_samples), y(num_samples), sample_weight(num_samples);
    const MiniBatch<Scalar> all = data.source().range(0, num_samples, {x.data(), y.data(), sample_weight.data()});
    const auto copy = [&](const Scalar* column) {
        return column == nullptr ? std::vector<Scalar>{} : std::vector<Scalar>(column, column + num_samples);
    };
    return {copy(all.x), copy(all.y), copy(all.sample_weight)};
}

template <class Scalar>
Columns<Scalar> read_csv(std::string_view content) {
    const TemporaryDirectory directory;
    return columns_of(read_dataset<Scalar>(directory.file("data.csv", content)));
}

template <class Scalar>
std::string csv_error(std::string_view content) {
    const TemporaryDirectory directory;
    const fs::path path = directory.file("data.csv", content);
    const std::string text = error_of([&] { read_dataset<Scalar>(path); });
    REQUIRE(text.starts_with(directory.path().string() + "/"));
    return text.substr(directory.path().string().size() + 1);
}

TEST_CASE("files: .csv in the forms that are allowed") {
    for (const std::string_view content : {"1,-2.5\n3,4\n", "1,-2.5\n3,4", "1,-2.5\r\n3,4\r\n", "1,-2.5\r\n3,4",
                                           "x,y\n1,-2.5\n3,4\n", " x , y\r\n1,-2.5\n3,4", "X,Y\n1,-2.5\n3,4\n",
                                           "\xef\xbb\xbf"
                                           "1,-2.5\n3,4\n",
                                           "\xef\xbb\xbfx,y\n1,-2.5\n3,4\n", " 1\t, -2.5 \n\t3,+4 \n",
                                           "1,-2.5\n3,4\n\n \r\n\t\n\n", "+1.0,-25e-1\n.3e1,4.\n"}) {
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
}

TEST_CASE("files: .csv errors name row, column, text and what was expected") {
    const auto error = csv_error<double>;
    CHECK(error("") == "data.csv: is empty: expected rows of x,y or x,y,m");
    CHECK(error("\n\n") == "data.csv: has no samples: expected rows of x,y or x,y,m");
    CHECK(error("x,y\n") == "data.csv: has no samples: expected rows of x,y or x,y,m");
    CHECK(error("1,2\n3,abc\n") == "data.csv: row 2, column 2: 'abc' is not a number");
    CHECK(error("a,b\n1,2\n") == "data.csv: row 1, column 1: 'a' is not a number, nor is this the header x,y or x,y,m");
    CHECK(error("x,y\n1,2\nx,y\n") == "data.csv: row 3, column 1: 'x' is not a number");
    for (const std::string text :
         {"1 2", "1.5.2", "0x10", "1e", "--1", "++1", "+-1", "+ 1", "+", "-", "1;2", "\"1\"", "nano"}) {
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
    CHECK(error("1\n2\n") == "data.csv: row 1 has 1 column: expected x,y or x,y,m, separated by commas");
    CHECK(error("1;2\n") == "data.csv: row 1 has 1 column: expected x,y or x,y,m, separated by commas");
    CHECK(error("1,2,3,4\n") == "data.csv: row 1 has 4 columns: expected x,y or x,y,m, separated by commas");
    for (const std::string text : {"nan", "NaN", "-inf", "Infinity", "+inf"}) {
        CHECK(error("1,2\n1," + text) == "data.csv: row 2, column 2: '" + text + "': every value must be finite");
    }
    CHECK(error("1,1e309\n") == "data.csv: row 1, column 2: '1e309' is out of the range of float64");
    CHECK(error("1,-1e999\n") == "data.csv: row 1, column 2: '-1e999' is out of the range of float64");
    CHECK(csv_error<float>("1,-1e39\n") == "data.csv: row 1, column 2: '-1e39' is out of the range of float32");
    CHECK(error("1,2\n\n3,4\n") == "data.csv: row 2 is blank: blank lines may stand only at the end of the file");
    CHECK(error("\nx,y\n3,4\n") == "data.csv: row 1 is blank: blank lines may stand only at the end of the file");
    CHECK(error("1,2,1\n1,2,-3\n") == "data.csv: row 2, column 3: '-3': a sample weight must not be negative");
    CHECK(error("1,2,0\n1,2,0\n") == "data.csv: column 3: the sample weights sum to zero");
    for (const std::string& row : {std::string(70'000, ' '), "1,2\n" + std::string(3 << 20, '7')}) {
        CHECK(error(row).ends_with(" is longer than 65536 bytes: expected two or three numbers"));
    }
    CHECK(error("1,2\n1,"s + '\0' + "\n") == "data.csv: row 2, column 2: '\\x00' is not a number");
}

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
    CHECK(error_of([&] { read_dataset<double>(x_path, y_path); }) ==
          y_path.string() + ": has 2 values: expected 3 as in " + x_path.string());
    write_npy<double>(y_path, std::vector<double>(6), std::array<std::size_t, 2>{3, 2});
    CHECK(error_of([&] { read_dataset<double>(x_path, y_path); }) ==
          y_path.string() + ": has shape (3, 2): expected (N,) or (N, 1)");
    write_npy<double>(y_path, std::vector<double>{1, 2, std::nan("")}, std::array<std::size_t, 1>{3});
    CHECK(error_of([&] { read_dataset<double>(x_path, y_path); }) ==
          y_path.string() + ": row 3: 'nan': every value must be finite");
}

TEST_CASE("files: data sets that a .npy file does not hold") {
    const TemporaryDirectory directory;
    const fs::path path = directory.file("data.npy");
    const auto error = [&](const std::vector<double>& values, const std::vector<std::size_t>& shape) {
        write_npy<double>(path, values, shape);
        return error_of([&] { read_dataset<float>(path); }).substr(path.string().size());
    };
    CHECK(error({}, {0, 2}) == ": has no samples: shape (0, 2)");
    CHECK(error({1, 2}, {2}) ==
          ": has shape (2,): expected (N, 2), x and y, or (N, 3), x, y and m; x and y in two files are read together");
    CHECK(error({1, 2, 3, 4}, {1, 4}) == ": has shape (1, 4): expected (N, 2), x and y, or (N, 3), x, y and m");
    CHECK(error({1, 2, 3, -INFINITY}, {2, 2}) == ": row 2, column 2: '-inf': every value must be finite");
    CHECK(error({1, 2, 3, 1e39}, {2, 2}) == ": row 2, column 2: 1e+39 is out of the range of float32");
    CHECK(error({1, 2, -0.5}, {1, 3}) == ": row 1, column 3: '-0.5': a sample weight must not be negative");
    CHECK(error({1, 2, 0}, {1, 3}) == ": column 3: the sample weights sum to zero");
    const fs::path text = directory.file("data.txt", "1,2\n");
    CHECK(error_of([&] { read_dataset<double>(text); }) ==
          text.string() + ": has an unknown file type: expected a name that ends in .csv, .npy or .skc");
    CHECK(error_of([&] { read_dataset<double>("data.skc"); }) ==
          "data.skc: is a compressed data set, which has no individual samples: expected a .csv or .npy file");
}

/// What training of a few steps ends with.
template <class Scalar>
std::vector<Scalar> trained(const Dataset<Scalar>& data, Sampling sampling, std::uint64_t batch_size, int num_threads) {
    TrainingState<Scalar> state{Chain<Scalar>({Scalar(0.5), Scalar(1.5)})};
    TrainingSettings settings;
    settings.batch_size = batch_size;
    settings.sampling = sampling;
    settings.stop.max_steps = 12;
    settings.execution.num_threads = num_threads;
    const TrainingOutcome outcome = train(state, data, settings);
    return {state.chain.weights()[0], state.chain.weights()[1], static_cast<Scalar>(outcome.loss)};
}

/// Samples of `num_columns` columns, as a .npy file of that type.
template <class Stored>
fs::path write_samples(const TemporaryDirectory& directory, std::size_t num_samples, std::size_t num_columns) {
    std::vector<Stored> values;
    for (std::size_t index = 0; index < num_samples * num_columns; ++index) {
        const auto number = static_cast<Stored>(random::uniform(7, random::Stream::samples, index));
        values.push_back(index % num_columns == 2 ? number : Stored(2) * number - Stored(1));
    }
    const std::size_t shape[] = {num_samples, num_columns};
    const fs::path path = directory.path() / "samples.npy";
    write_npy<Stored>(path, values, shape);
    return path;
}

TEST_CASE_TEMPLATE("samples that stay in their file train to the same bits", Scalar, float, double) {
    constexpr std::size_t kSamples = 4 * kBlockSamples + 1234;
    for (const std::size_t num_columns : {2u, 3u}) {
        for (const bool is_wide : {false, true}) {
            const TemporaryDirectory directory;
            const fs::path path = is_wide ? write_samples<double>(directory, kSamples, num_columns)
                                          : write_samples<float>(directory, kSamples, num_columns);
            const Dataset<Scalar> memory = read_dataset<Scalar>(path), file = open_dataset<Scalar>(path, 1000);
            REQUIRE(file.num_samples() == kSamples);
            CHECK(file.source().prefers_blocks());
            CHECK(!open_dataset<Scalar>(path).source().prefers_blocks());
            CHECK(columns_of(file).x == columns_of(memory).x);
            for (const Sampling sampling :
                 {Sampling::shuffled, Sampling::with_replacement, Sampling::sequential, Sampling::shuffled_blocks}) {
                const bool reads_singly = sampling == Sampling::shuffled || sampling == Sampling::with_replacement;
                for (const std::uint64_t batch_size :
                     {std::uint64_t{777}, std::uint64_t{reads_singly ? 2049u : 70'000u}}) {
                    for (const int num_threads : {1, 3}) {
                        CAPTURE(num_columns);
                        CAPTURE(static_cast<int>(sampling));
                        CHECK(trained(file, sampling, batch_size, num_threads) ==
                              trained(memory, sampling, batch_size, 1));
                    }
                }
            }
            CHECK(trained(file, Sampling::sequential, 0, 2) == trained(memory, Sampling::sequential, 0, 1));
        }
    }
}

TEST_CASE_TEMPLATE("a file is split by runs of neighbours, and its parts are read like files", Scalar, float, double) {
    constexpr std::size_t kRun = 1024, kSamples = 90 * kRun + 77;
    for (const std::size_t num_columns : {2u, 3u}) {
        const TemporaryDirectory directory;
        const fs::path path = write_samples<double>(directory, kSamples, num_columns);
        const Columns<Scalar> all = columns_of(read_dataset<Scalar>(path));
        const auto split = open_dataset<Scalar>(path, 1).split(0.1, 3);
        CHECK(split.validation.num_samples() == 9 * kRun);
        CHECK(split.training.num_samples() == 81 * kRun + 77);
        const auto less_than_a_run = open_dataset<Scalar>(path, 1).split(1e-6, 3);
        CHECK(less_than_a_run.validation.num_samples() == kRun);

        const Columns<Scalar> training = columns_of(split.training), validation = columns_of(split.validation);
        for (std::size_t row = 0, taken = 0, left = 0; row < kSamples; row += kRun) {
            const bool is_taken = taken < validation.x.size() && validation.x[taken] == all.x[row];
            const Columns<Scalar>& part = is_taken ? validation : training;
            std::size_t& next = is_taken ? taken : left;
            for (std::size_t last = std::min(kSamples, row + kRun), at = row; at < last; ++at, ++next) {
                REQUIRE(part.x[next] == all.x[at]);
                REQUIRE(part.y[next] == all.y[at]);
                REQUIRE((num_columns == 2 || part.sample_weight[next] == all.sample_weight[at]));
            }
        }
        REQUIRE(validation.sample_weight.empty() == (num_columns == 2));

        const Dataset<Scalar> memory(training.x, training.y, training.sample_weight);
        CHECK(split.training.source().prefers_blocks());
        for (const Sampling sampling :
             {Sampling::shuffled, Sampling::with_replacement, Sampling::sequential, Sampling::shuffled_blocks}) {
            for (const int num_threads : {1, 3}) {
                CAPTURE(static_cast<int>(sampling));
                CHECK(trained(split.training, sampling, 3001, num_threads) == trained(memory, sampling, 3001, 1));
            }
        }
        CHECK(trained(split.training, Sampling::sequential, 0, 2) == trained(memory, Sampling::sequential, 0, 1));
    }
}

TEST_CASE_TEMPLATE("a thread may ask files for any ranges, in any order, and for those of two in turns", Scalar, float,
                   double) {
    constexpr std::size_t kSamples = 100'003;
    const TemporaryDirectory directory, other_directory;
    const fs::path path = write_samples<float>(directory, kSamples, 3);
    const fs::path x_path = directory.path() / "x.npy", y_path = directory.path() / "y.npy";
    const Columns<double> columns =
        columns_of(read_dataset<double>(write_samples<double>(other_directory, kSamples, 2)));
    const std::size_t shape[] = {kSamples};
    write_npy<double>(x_path, columns.x, shape);
    write_npy<double>(y_path, columns.y, shape);
    const std::array<Dataset<Scalar>, 2> files{open_dataset<Scalar>(path, 1), open_dataset<Scalar>(x_path, y_path, 1)};
    const std::array<Columns<Scalar>, 2> expected{columns_of(read_dataset<Scalar>(path)),
                                                  columns_of(read_dataset<Scalar>(x_path, y_path))};
    std::array<std::uint64_t, 2> next{0, 0};
    for (std::uint64_t draw = 0; draw < 2000; ++draw) {
        const std::size_t which = random::integer(5, random::Stream::samples, 4 * draw, 2);
        switch (random::integer(5, random::Stream::samples, 4 * draw + 1, 6)) {
            case 0: next[which] = random::integer(5, random::Stream::samples, 4 * draw + 2, kSamples); break;
            case 1: next[which] = next[1 - which]; break;  // where the other one was left
            default: break;                                // on
        }
        const std::uint64_t first = next[which];
        const std::size_t most = draw % 100 == 0 ? 30'000 : 2'500;
        const std::size_t count =
            std::min(kSamples - first, 1 + random::integer(5, random::Stream::samples, 4 * draw + 3, most));
        std::vector<Scalar> x(count), y(count), m(count);
        const MiniBatch<Scalar> batch = files[which].source().range(first, count, {x.data(), y.data(), m.data()});
        const auto is_as_expected = [&](const Scalar* column, const std::vector<Scalar>& all) {
            return std::equal(column, column + count, all.begin() + static_cast<std::ptrdiff_t>(first));
        };
        REQUIRE(batch.num_samples == count);
        REQUIRE(is_as_expected(batch.x, expected[which].x));
        REQUIRE(is_as_expected(batch.y, expected[which].y));
        REQUIRE((batch.sample_weight != nullptr) == (which == 0));
        REQUIRE((which == 1 || is_as_expected(batch.sample_weight, expected[which].sample_weight)));
        next[which] = (first + count) % kSamples;
    }
}

TEST_CASE("two files of one column are read together where they are") {
    const TemporaryDirectory directory;
    const std::vector<double> x{1, 2, 3, 4}, y{5, 6, 7, 8}, few{5, 6, 7};
    const std::size_t four[] = {4}, three[] = {3};
    const fs::path x_path = directory.path() / "x.npy", y_path = directory.path() / "y.npy";
    write_npy<double>(x_path, x, four);
    write_npy<double>(y_path, y, four);
    const Dataset<double> data = open_dataset<double>(x_path, y_path, 1);
    CHECK(columns_of(data).x == x);
    CHECK(columns_of(data).y == y);
    write_npy<double>(y_path, few, three);
    CHECK_THROWS_WITH_AS(open_dataset<double>(x_path, y_path, 1),
                         (y_path.string() + ": has 3 values: expected 4 as in " + x_path.string()).c_str(), FileError);
}

TEST_CASE("what is wrong in a file is found when it is read") {
    const TemporaryDirectory directory;
    std::vector<double> values(2 * 5000, 0.5);
    const std::size_t shape[] = {5000, 2};
    const fs::path path = directory.path() / "samples.npy";
    const auto error_of = [&] {
        try {
            trained(open_dataset<double>(path, 1), Sampling::sequential, 0, 2);
            return std::string("none");
        } catch (const FileError& error) {
            return std::string(error.what());
        }
    };
    values[2 * 4321 + 1] = std::nan("");
    write_npy<double>(path, values, shape);
    CHECK(error_of() == path.string() + ": row 4322, column 2: 'nan': every value must be finite");
    values[2 * 4321 + 1] = 0.5;
    values[2 * 77] = -std::numeric_limits<double>::infinity();
    write_npy<double>(path, values, shape);
    CHECK(error_of() == path.string() + ": row 78, column 1: '-inf': every value must be finite");
    values[2 * 77] = 0.5;
    write_npy<double>(path, values, shape);
    CHECK(error_of() == "none");
    const Dataset<double> data = open_dataset<double>(path, 1);
    fs::resize_file(path, fs::file_size(path) - 1000);
    CHECK_THROWS_AS(trained(data, Sampling::sequential, 0, 2), FileError);
    CHECK(error_of().starts_with(path.string() + ": "));
}

}  // namespace
}  // namespace skein::test
