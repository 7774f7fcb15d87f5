// Means, spreads and baselines of data, against two passes in long double.
#include "skein/data_summary.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstddef>
#include <cstring>
#include <optional>
#include <vector>

#include "skein/compressed_dataset.hpp"
#include "support/chain_cases.hpp"

namespace skein::test {
namespace {

struct PlainSummary {
    long double weight = 0, mean_x = 0, mean_y = 0, variance_x = 0, variance_y = 0, covariance = 0, beyond = 0;
    long double square_x = 0, square_y = 0, product = 0;
};

PlainSummary plain_summary(const Samples<double>& samples, const OutputRange& range) {
    PlainSummary plain;
    const auto for_each = [&](const auto& function) {
        for (std::size_t i = 0; i < samples.x.size(); ++i) {
            const long double m = samples.sample_weight.empty() ? 1.0 : samples.sample_weight[i];
            function(m, static_cast<long double>(samples.x[i]), static_cast<long double>(samples.y[i]));
        }
    };
    for_each([&](long double m, long double, long double) { plain.weight += m; });
    for_each([&](long double m, long double x, long double y) {
        const long double part = m / plain.weight;
        const long double inside = std::clamp<long double>(y, range.lowest, range.highest);
        plain.mean_x += part * x;
        plain.mean_y += part * y;
        plain.square_x += part * x * x;
        plain.square_y += part * y * y;
        plain.product += part * x * y;
        plain.beyond += part * (y - inside) * (y - inside);
    });
    for_each([&](long double m, long double x, long double y) {
        const long double part = m / plain.weight;
        plain.variance_x += part * (x - plain.mean_x) * (x - plain.mean_x);
        plain.variance_y += part * (y - plain.mean_y) * (y - plain.mean_y);
        plain.covariance += part * (x - plain.mean_x) * (y - plain.mean_y);
    });
    return plain;
}

/// A lane of a unit adds 65,536 / 8 numbers, one after the other, then a few; each is rounded four times at most. So the
/// relative error is below (8,192 + 64 + 4) 2^-53, of sums about the first sample, at most 4 deviations from the mean.
constexpr double kTolerance = 8260 * 0x1p-53;

void check_against_plain(const DataSummary& summary, const Samples<double>& samples, const OutputRange& range,
                         double tolerance) {
    const PlainSummary plain = plain_summary(samples, range);
    const double deviation_x = std::sqrt(static_cast<double>(plain.variance_x));
    const double deviation_y = std::sqrt(static_cast<double>(plain.variance_y));
    const auto check = [&](double value, long double expected, double scale) {
        CHECK(std::abs(value - static_cast<double>(expected)) <= tolerance * 25.0 * scale);
    };
    check(summary.mean_x, plain.mean_x, deviation_x + std::abs(summary.mean_x));
    check(summary.mean_y, plain.mean_y, deviation_y + std::abs(summary.mean_y));
    check(summary.variance_x, plain.variance_x, deviation_x * deviation_x);
    check(summary.variance_y, plain.variance_y, deviation_y * deviation_y);
    check(summary.covariance, plain.covariance, deviation_x * deviation_y);
    check(summary.line_loss(), plain.square_y - plain.product * plain.product / plain.square_x,
          static_cast<double>(plain.square_y));
    if (!std::isnan(summary.mean_square_beyond_range)) {
        check(summary.mean_square_beyond_range, plain.beyond, static_cast<double>(plain.square_y));
    }
}

bool are_same(const DataSummary& one, const DataSummary& other) {
    const auto numbers = [](const DataSummary& s) {
        return std::vector<double>{s.x_min,  s.x_max,      s.y_min,      s.y_max,      s.mean_x,
                                   s.mean_y, s.variance_x, s.variance_y, s.covariance, s.mean_square_beyond_range};
    };
    const std::vector<double> a = numbers(one), b = numbers(other);
    return std::memcmp(a.data(), b.data(), a.size() * sizeof(double)) == 0;
}

}  // namespace

TEST_CASE("summaries of data: sizes that do not divide evenly, with and without weights") {
    const OutputRange range{-0.25, 0.5};
    for (const std::size_t count : Sizes{1, 2, 7, 8, 9, 1023, 1025, 65'537, 200'001}) {
        for (const bool weighted : {false, true}) {
            CAPTURE(count);
            CAPTURE(weighted);
            const Samples<double> samples = random_samples<double>(count, count + 3, weighted);
            const std::optional<DataSummary> summary = summarise<double>(samples.dataset(), range);
            REQUIRE(summary);
            CHECK(summary->num_samples == count);
            CHECK(summary->is_weighted == weighted);
            CHECK(summary->x_min == *std::ranges::min_element(samples.x));
            CHECK(summary->x_max == *std::ranges::max_element(samples.x));
            CHECK(summary->y_min == *std::ranges::min_element(samples.y));
            CHECK(summary->y_max == *std::ranges::max_element(samples.y));
            check_against_plain(*summary, samples, range, kTolerance);
            for (const int num_threads : {1, 2, 3, 7}) {
                CHECK(are_same(*summary, *summarise<double>(samples.dataset(), range, {num_threads})));
            }
            CHECK(are_same(*summary, *summarise<float>(samples.as<float>().dataset(), range)));
        }
    }
}

TEST_CASE("summaries of data far from 0 keep their digits, and the unit of the weights does not matter") {
    Samples<double> samples = random_samples<double>(100'003, 5, true);
    const DataSummary near = *summarise<double>(samples.dataset());
    for (double& y : samples.y) {
        y += 0x1p40;  // 12 of the 24 bits of y, as rounded to float, stay
    }
    for (double& m : samples.sample_weight) {
        m *= 0x1p-900;
    }
    const DataSummary far = *summarise<double>(samples.dataset());
    CHECK(far.variance_x == near.variance_x);
    CHECK(std::abs(far.variance_y - near.variance_y) <= 4 * 0x1p-12 * near.variance_y);
    CHECK(std::abs(far.mean_y - 0x1p40) <= 1.0);
}

TEST_CASE("summaries of compressed data") {
    for (const bool weighted : {false, true}) {
        const Samples<double> samples = random_samples<double>(150'001, 8, weighted);
        const DataSummary summary = *summarise<double>(CompressedData<double>(compress(samples.dataset())));
        CHECK(summary.num_samples == 150'001);
        CHECK(summary.is_weighted == weighted);
        CHECK(std::isnan(summary.mean_square_beyond_range));
        // Each of 65,536 samples of a segment adds a product of 16 polynomials.
        check_against_plain(summary, samples, {}, 16 * 65'536 * 0x1p-53);
    }
}

TEST_CASE("R^2 says how much better than the mean a loss is, and nothing where every y is the same") {
    const DataSummary data = *summarise<double>(Dataset<double>({1, 2, 3, 4}, {1, -1, 1, -1}));
    CHECK(data.constant_loss() == 1.0);
    CHECK(data.line_loss() == 1.0 - 2.0 * 2.0 / 4.0 / 30.0);
    CHECK(r_squared(0.0, data) == 1.0);
    CHECK(r_squared(0.25, data) == 0.75);
    CHECK(r_squared(3.0, data) == -2.0);
    CHECK(std::isnan(r_squared(std::nan(""), data)));
    const DataSummary constant = *summarise<double>(Dataset<double>({1, 2, 3}, {0.1, 0.1, 0.1}));
    CHECK(constant.constant_loss() == 0.0);
    CHECK(std::isnan(r_squared(0.5, constant)));
}

TEST_CASE("a summary that is stopped is none") {
    const std::atomic<bool> stop{true};
    CHECK(!summarise<double>(random_samples<double>(10, 1).dataset(), {}, {1, 0, &stop}));
}

}  // namespace skein::test
