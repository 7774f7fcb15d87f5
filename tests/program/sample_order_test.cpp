// Samples in an order that training minds, through the program.
#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "skein/dataset.hpp"
#include "skein/generated_data.hpp"
#include "skein/trainer.hpp"
#include "support/data_program.hpp"
#include "support/run_program.hpp"
#include "support/temporary_directory.hpp"

namespace skein::test {

namespace {

using Row = std::array<double, 2>;  // x, y

/// x in no order, with tails; labels.
std::vector<Row> rows_of(std::size_t count) {
    GeneratedData settings;
    settings.target = Target::random_labels;
    settings.num_samples = count;
    settings.noise = 1.0;
    const Dataset<double> generated = generate<double>(settings);
    std::vector<double> x(count), y(count), weights(count);
    const MiniBatch<double> samples = generated.source().range(0, count, {x.data(), y.data(), weights.data()});
    std::vector<Row> rows(count);
    for (std::size_t row = 0; row < count; ++row) {
        rows[row] = {std::sinh(samples.x[row]), samples.y[row]};
    }
    return rows;
}

std::string file_of(const TemporaryDirectory& directory, const std::vector<Row>& rows) {
    std::vector<double> x, y;
    for (const Row& row : rows) {
        x.push_back(row[0]);
        y.push_back(row[1]);
    }
    return table_file(directory, {x, y});
}

/// What a short run with samples in the order of the file says on standard error.
std::string trained(const std::string& file) {
    const ProgramResult result = run_program({"train", "--data", file, "--shuffle=none", "--batch=10", "--steps=1"});
    CHECK(result.exit_code == 0);
    return without_findings(result.errors);
}

void sort_by(const std::string& column, std::vector<Row>& rows) {
    std::ranges::sort(rows, {}, [&](const Row& row) {
        return column == "y" ? row[1] : column == "x" ? row[0] : std::abs(row[0]);
    });
}

void check_sorted(const std::string& column, const std::string& direction) {
    CAPTURE(column);
    CAPTURE(direction);
    const TemporaryDirectory directory;
    const std::string words = "sorted by " + column + ", " + direction;
    std::vector<Row> rows = rows_of(kManySamples);
    sort_by(column, rows);
    if (direction == "descending") std::ranges::reverse(rows);
    const std::string file = file_of(directory, rows);
    CHECK(contains(trained(file), "the data look " + words + " (correlation with the row " +
                                      (direction == "ascending" ? "1)" : "-1)")));
    const ProgramResult told = data({"info", file});
    CHECK(contains(told.errors, "the samples are " + words + ": shuffling blocks"));
    CHECK(contains(told.output, "\n  sorted by " + column + std::string(15 - column.size(), ' ') + direction));
    const Json found = info({file});
    CHECK(found["sorted_by_" + (column == "|x|" ? "absolute_x" : column)] == direction);
    // Almost sorted, and only a hundred samples.
    std::swap(rows[10], rows[20]);
    const std::string almost = file_of(directory, rows);
    CHECK(contains(data({"info", almost}).errors, "% of the variance of " + column + " lies between stretches"));
    CHECK(contains(trained(almost), "the data look " + words));
    rows = rows_of(100);
    sort_by(column, rows);
    CHECK(contains(trained(file_of(directory, rows)), "the data look sorted by " + column + ", ascending"));
}

}  // namespace

TEST_CASE("data info says what will go wrong in training") {
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
    CHECK(contains(almost.errors, "100 % of the variance of x lies between stretches of 1,024 samples"));
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
    CHECK(contains(report_of(noise, labels).errors, "of the variance of y lies between stretches"));
    const ProgramResult constant = report_of(std::vector<double>(999, 0.1), std::vector<double>(999, 1));
    CHECK(contains(constant.errors, "x is always 0.1: a chain has one output to learn\n"));
    CHECK(contains(constant.errors, "y is always 1\n"));
    const Json found = info({directory.file("table.npy")});
    CHECK(found["x"]["mean"] == 0.1);
    CHECK(found["x"]["standard_deviation"] == 0);
    CHECK(found["x"]["skewness"].is_null());
    CHECK(found["correlation"].is_null());
}

TEST_CASE("samples in the order of x, |x| or y are noticed, rising or falling") {
    for (const std::string column : {"x", "|x|", "y"}) {
        for (const std::string direction : {"ascending", "descending"}) {
            check_sorted(column, direction);
        }
    }
}

TEST_CASE("samples in no order raise no warning") {
    const TemporaryDirectory directory;
    for (std::size_t count = 11; count < 300; count += 7) {
        CAPTURE(count);
        const std::string file = file_of(directory, rows_of(count));
        CHECK(trained(file) == "");
        CHECK(data({"info", file}).errors == "");
    }
    CHECK(trained(file_of(directory, rows_of(kManySamples))) == "");
}

TEST_CASE("neighbours that are alike are noticed, columns of few values are not") {
    const TemporaryDirectory directory;
    // Two files, each sorted, one after the other: rising, then falling.
    std::vector<Row> halves = rows_of(kManySamples);
    const auto middle = halves.begin() + static_cast<std::ptrdiff_t>(kManySamples / 2);
    std::sort(halves.begin(), middle);
    std::sort(middle, halves.end(), std::greater<>());
    CHECK(contains(trained(file_of(directory, halves)),
                   "the data look ordered: x of neighbouring rows is alike (correlation "));
    for (std::size_t row = 0; row < halves.size(); ++row) {
        halves[row] = {static_cast<double>(row % 5), row % 2 == 0 ? 1.0 : -1.0};
    }
    CHECK(trained(file_of(directory, halves)) == "");
    // Constant columns are in no order. A column of two values can be.
    const std::vector<double> ones(kManySamples, 1.0);
    CHECK(trained(table_file(directory, {ones, ones})) == "");
    std::vector<double> signs(kManySamples, -1.0);
    std::fill(signs.begin() + 120'000, signs.end(), 1.0);
    CHECK(contains(trained(table_file(directory, {signs, ones})), "sorted by x, ascending"));
    // Shuffling one block mixes all of its samples.
    std::vector<Row> rows = rows_of(30'000);
    std::ranges::sort(rows);
    const std::string file = file_of(directory, rows);
    CHECK(contains(trained(file), "sorted by x, ascending"));
    const ProgramResult blocks = run_program({"train", "--data", file, "--shuffle=blocks", "--steps=1"});
    CHECK(without_findings(blocks.errors) == "");
}

}  // namespace skein::test
