// Training and validation data out of one data set.
#include <doctest/doctest.h>

#include <cstddef>
#include <stdexcept>
#include <vector>

#include "skein/dataset.hpp"
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
    CHECK_THROWS_AS(data.split(0.0, 1), std::invalid_argument);
    CHECK_THROWS_AS(data.split(0.9999, 1), std::invalid_argument);
}

}  // namespace skein::test
