// The density that skein data info prints, against numpy.histogram's rule.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <functional>
#include <limits>
#include <string>
#include <vector>

#include "support/data_program.hpp"
#include "support/temporary_directory.hpp"

namespace skein::test {

namespace {

/// What numpy.histogram(x, edges, density=True) gives, and the mean of y in each column.
struct NumpyHistogram {
    std::vector<double> density, mean_y, mean_size;
    std::vector<std::size_t> counts;
    std::size_t total = 0;

    NumpyHistogram(const std::vector<double>& x, const std::vector<double>& y, const std::vector<double>& edges)
        : density(edges.size() - 1), mean_y(density), mean_size(density), counts(density.size()) {
        std::vector<long double> sums(density.size()), sizes(density.size());
        for (std::size_t row = 0; row < x.size(); ++row) {
            if (x[row] < edges.front() || x[row] > edges.back()) continue;
            const auto above = std::ranges::upper_bound(edges, x[row]) - edges.begin();
            const std::size_t column = std::min(std::size_t(above), density.size()) - 1;  // the last is closed
            ++counts[column], ++total;
            sums[column] += y[row], sizes[column] += std::abs(y[row]);
        }
        for (std::size_t column = 0; column < density.size(); ++column) {
            density[column] = double(counts[column]) / (edges[column + 1] - edges[column]) / double(total);
            mean_y[column] = double(sums[column] / counts[column]);
            mean_size[column] = double(sizes[column] / counts[column]);
        }
    }
};

/// What --json has of the density, after it was compared with NumpyHistogram.
struct CheckedDensity {
    std::vector<double> edges, values;
    double share;
    Json mean_y;

    CheckedDensity(const std::vector<double>& x, const std::vector<double>& y) {
        const TemporaryDirectory directory;
        const Json found = info({table_file(directory, {x, y})});
        edges = found.at("density").at("edges").get<std::vector<double>>();
        values = found.at("density").at("values").get<std::vector<double>>();
        share = found.at("density").at("share");
        mean_y = found.at("mean_y");
        REQUIRE(edges.size() == values.size() + 1);
        REQUIRE(mean_y.size() == values.size());
        CHECK(values.size() <= 256);
        CHECK(std::ranges::adjacent_find(edges, std::greater_equal<>()) == edges.end());
        const NumpyHistogram expected(x, y, edges);
        CHECK(values == expected.density);
        CHECK(share == double(expected.total) / double(x.size()));
        for (std::size_t column = 0; column < values.size(); ++column) {
            CHECK(mean_y[column].is_null() == (expected.counts[column] == 0));
            if (mean_y[column].is_null()) continue;
            const double most = double(expected.counts[column]) * 0x1p-53 * expected.mean_size[column];
            CHECK(std::abs(mean_y[column].get<double>() - expected.mean_y[column]) <= most);
        }
    }

    double integral() const {
        double sum = 0;
        for (std::size_t column = 0; column < values.size(); ++column) {
            sum += values[column] * (edges[column + 1] - edges[column]);
        }
        return sum;
    }
};

CheckedDensity density_of(const std::vector<double>& x) {
    std::vector<double> y;
    for (const double value : x) y.push_back(value < 0 ? 0.1 : 0.3);
    return {x, y};
}

/// Bell-shaped, symmetric about 0, and each value is there once.
std::vector<double> symmetric(std::size_t half) {
    std::vector<double> x;
    for (const double value : scattered(half + 1)) {
        if (value == 0) continue;
        x.push_back(std::log(value) * std::sqrt(value)), x.push_back(-x.back());
    }
    return x;
}

/// The quantiles of a Cauchy distribution, in no order.
std::vector<double> cauchy(std::size_t count) {
    std::vector<double> x = scattered(count);
    for (double& value : x) value = std::tan(3.141592653589793 * (value - 0.5));
    return x;
}

}  // namespace

TEST_CASE("data info: the density is that of numpy.histogram") {
    for (const std::size_t half : {1UL, 5UL, 150UL, 1024UL, 1025UL, 20'000UL}) {
        CAPTURE(half);
        const CheckedDensity found = density_of(symmetric(half));
        CHECK(found.share == 1);
        CHECK(found.integral() == doctest::Approx(1).epsilon(1e-14));
        CHECK(found.edges.front() == -found.edges.back());
        CHECK(std::ranges::equal(found.values, std::vector<double>(found.values.rbegin(), found.values.rend())));
    }
    const CheckedDensity tails = density_of(cauchy(kManySamples));  // more different x than the histogram has cells
    CHECK(tails.share < 1);
    CHECK(tails.share >= 0.999);
    CHECK(tails.integral() == doctest::Approx(1).epsilon(1e-14));
    density_of(cauchy(1000));
    // Far above 2,048 different x, and a sample at the upper edge of the columns, outside of them.
    std::vector<double> x = scattered(kManySamples);
    x[1] = 1, x[2] = 1e9;
    const CheckedDensity cut = density_of(x);
    CHECK(cut.edges.back() == std::nextafter(1.0, 0.0));
    CHECK(cut.share == double(kManySamples - 2) / double(kManySamples));
}

TEST_CASE("data info: the density of whole numbers, of two values, and of one") {
    std::vector<double> digits;
    for (std::size_t index = 0; index < 3000; ++index) digits.push_back(double(index * 7 % 10));
    const CheckedDensity ten = density_of(digits);
    CHECK(ten.edges == std::vector<double>{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10});
    CHECK(ten.values == std::vector<double>(10, 0.1));
    const CheckedDensity few = density_of({0, 1, 2, 3, 4, 5, 6, 7, 8, 9});
    CHECK(few.values == std::vector<double>(5, 0.1));
    const CheckedDensity two = density_of({-1, 1, -1, 1, 1});
    CHECK(two.edges == std::vector<double>{-2, 0, 2});
    CHECK(two.mean_y == Json({0.1, 0.3}));
    CHECK(density_of({0, 1, 5}).mean_y == Json({0.3, 0.3, nullptr, nullptr, nullptr, 0.3}));
    CHECK(density_of({3, 3, 3}).edges == std::vector<double>{2, 4});
    CHECK(density_of({-0.75}).edges == std::vector<double>{-1, -0.5});
    CHECK(density_of({0, -0.0}).edges == std::vector<double>{0, 1});
    CHECK(density_of({-1e-310}).edges == std::vector<double>{-1, 0});
}

TEST_CASE("data info: the density of x of any size") {
    constexpr double kLargest = std::numeric_limits<double>::max();
    const std::vector<double> bell = symmetric(1000);
    for (const double factor : {1e-310, 1e-300, 1e300, 1e308}) density_of(scaled(bell, factor / 2));
    density_of(scaled(scattered(5000), 1, 1e15));
    density_of(scaled(scattered(5000), -1e-6, -1e6));
    const CheckedDensity wide = density_of({-kLargest, kLargest, 0.5 * kLargest, -0.5 * kLargest});
    CHECK(wide.edges.front() == -kLargest);
    CHECK(wide.edges.back() == kLargest);
    // Those next to 0 are on their own side of it.
    CHECK(density_of({1e300, -1e300, 5e-324, -5e-324}).values.size() >= 2);
    CHECK(density_of({1e300, -1e-310}).edges.front() < 0);
}

}  // namespace skein::test
