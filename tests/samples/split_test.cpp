// Training and validation data out of one data set.
#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <vector>

#include "skein/dataset.hpp"
#include "skein/generated_data.hpp"
#include "support/training_cases.hpp"

namespace skein::test {

TEST_CASE("a split is disjoint, whole, and the same again") {
    std::vector<double> x(1000), y(1000);
    for (std::size_t row = 0; row < x.size(); ++row) {
        x[row] = static_cast<double>(row);
        y[row] = -x[row];
    }
    const Dataset<double> data(x, y);
    const Dataset<double>::Split split = data.split(0.1, 3);
    CHECK(split.training.num_samples() == 900);
    CHECK(split.validation.num_samples() == 100);
    std::vector<int> seen(1000);
    for (const Dataset<double>* part : {&split.training, &split.validation}) {
        std::vector<double> buffer(2 * part->num_samples());
        const std::size_t count = part->num_samples();
        part->source().range(0, count, {buffer.data(), buffer.data() + count, nullptr});
        for (std::size_t row = 0; row < count; ++row) {
            ++seen[static_cast<std::size_t>(buffer[row])];
            CHECK(buffer[count + row] == -buffer[row]);
        }
    }
    CHECK(seen == std::vector<int>(1000, 1));
    CHECK_THROWS_AS((void)data.split(0.0, 1), std::invalid_argument);
    CHECK_THROWS_AS((void)data.split(0.9999, 1), std::invalid_argument);
}

TEST_CASE("both parts of a split keep the order of the samples") {
    std::vector<double> x(5000), y(5000, 1.0);
    for (std::size_t row = 0; row < x.size(); ++row) {
        x[row] = static_cast<double>(row);
    }
    const Dataset<double>::Split split = Dataset<double>(x, y).split(0.3, 8);
    for (const Dataset<double>* part : {&split.training, &split.validation}) {
        const auto count = static_cast<std::size_t>(part->num_samples());
        std::vector<double> buffer(3 * count);
        part->source().range(0, count, {buffer.data(), buffer.data() + count, nullptr});
        CHECK(std::is_sorted(buffer.begin(), buffer.begin() + static_cast<std::ptrdiff_t>(count)));
        const std::uint64_t places[] = {count - 1, 0, count / 2};
        double picked[3], of_y[3];
        part->source().gather(places, {picked, of_y, nullptr});
        CHECK(picked[0] == buffer[count - 1]);
        CHECK(picked[1] == buffer[0]);
        CHECK(picked[2] == buffer[count / 2]);
    }
}

TEST_CASE("of generated samples the first ones are for validation, however many there are") {
    GeneratedData settings;
    settings.num_samples = 1'000'000'000'000;
    settings.teacher_weights = {1.2};
    const Dataset<double> data = generate<double>(settings);
    const Dataset<double>::Split split = data.split(0.25, 8);
    const std::uint64_t places[] = {5, 0, 749'999'999'999};
    const std::uint64_t rows[] = {250'000'000'005, 250'000'000'000, 999'999'999'999};
    double x[3], y[3], expected_x[3], expected_y[3];
    split.training.source().gather(places, {x, y, nullptr});
    data.source().gather(rows, {expected_x, expected_y, nullptr});
    for (std::size_t sample = 0; sample < 3; ++sample) {
        CHECK(x[sample] == expected_x[sample]);
        CHECK(y[sample] == expected_y[sample]);
    }
    CHECK(split.validation.num_samples() == 250'000'000'000);
}

}  // namespace skein::test
