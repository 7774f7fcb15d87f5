// The samples that the benchmarks of the gradient take.
#pragma once

#include <cstddef>
#include <utility>
#include <vector>

#include "skein/dataset.hpp"
#include "skein/random.hpp"

namespace skein::benchmarks {

/// x uniform in (-1, 1), y in (-1/2, 1/2).
template <class Scalar>
Dataset<Scalar> make_samples(std::size_t num_samples) {
    std::vector<Scalar> x(num_samples), y(num_samples);
    for (std::size_t row = 0; row < num_samples; ++row) {
        x[row] = static_cast<Scalar>(2.0 * random::uniform(1, random::Stream::samples, row) - 1.0);
        y[row] = static_cast<Scalar>(random::uniform(1, random::Stream::noise, row) - 0.5);
    }
    return Dataset<Scalar>(std::move(x), std::move(y));
}

}  // namespace skein::benchmarks
