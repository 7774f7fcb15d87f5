// Predictions of chains that were trained on scaled data, and their mean absolute error.
#include "skein/scaled_chain.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <cmath>
#include <cstddef>
#include <vector>

#include "skein/gradient.hpp"

namespace skein::test {
namespace {

const Scaling kScaling{{20.0, 4.0}, {-3.0, 7.0}};

template <class Scalar>
std::vector<Scalar> numbers(std::size_t count, double offset, double step) {
    std::vector<Scalar> values(count);
    for (std::size_t at = 0; at < count; ++at) values[at] = Scalar(offset + step * double(at * 37 % 101));
    return values;
}

TEST_CASE_TEMPLATE("predictions of a scaled chain are those of its chain, in other units", Scalar, float, double) {
    const ScaledChain<Scalar> scaled_chain{Chain<Scalar>{Scalar(0.75), Scalar(-1.25)}, kScaling};
    const std::vector<Scalar> x = numbers<Scalar>(2'049, 14.0, 0.125);
    std::vector<Scalar> got(x.size()), inside(1), one(1);
    predict<Scalar>(scaled_chain, x, got);
    for (std::size_t at = 0; at < x.size(); ++at) {
        inside[0] = Scalar((double(x[at]) - 20.0) / 4.0);
        predict<Scalar>(scaled_chain.chain, inside, one);
        CHECK(got[at] == Scalar(-3.0 + 7.0 * double(one[0])));
    }
    std::vector<Scalar> in_place = x;
    predict<Scalar>(scaled_chain, in_place, in_place);
    CHECK(in_place == got);
}

TEST_CASE_TEMPLATE("mean absolute error: as a plain sum has it, for any number of threads", Scalar, float, double) {
    const ScaledChain<Scalar> chain{Chain<Scalar>{Scalar(0.75), Scalar(-1.25)}, kScaling};
    for (const std::size_t count : {1u, 7u, 1'024u, 5'001u}) {
        for (const bool is_weighted : {false, true}) {
            CAPTURE(count);
            const std::vector<Scalar> x = numbers<Scalar>(count, 14.0, 0.125), y = numbers<Scalar>(count, -9.0, 0.1875);
            const std::vector<Scalar> m = is_weighted ? numbers<Scalar>(count, 0.5, 0.25) : std::vector<Scalar>();
            std::vector<Scalar> predictions(count);
            predict<Scalar>(chain, x, predictions);
            long double errors = 0, weights = 0;
            for (std::size_t at = 0; at < count; ++at) {
                const long double weight = is_weighted ? static_cast<long double>(m[at]) : 1.0L;
                errors +=
                    weight * std::abs(static_cast<long double>(y[at]) - static_cast<long double>(predictions[at]));
                weights += weight;
            }
            const Dataset<Scalar> data(x, y, m);
            const double got = mean_absolute_error(chain, data, {1}).value();
            // Each of the two sums of positive numbers has at most count - 1 additions and a product: relative 2^-53 each.
            CHECK(std::abs(got - double(errors / weights)) <= 2.0 * double(count + 2) * 0x1p-53 * got);
            CHECK(got == mean_absolute_error(chain, data, {3}).value());
        }
    }
    std::atomic<bool> stop{true};
    const Dataset<Scalar> data(numbers<Scalar>(5, 0.0, 1.0), numbers<Scalar>(5, 0.0, 1.0));
    CHECK(!mean_absolute_error(chain, data, {1, 0, &stop}).has_value());
}

}  // namespace
}  // namespace skein::test
