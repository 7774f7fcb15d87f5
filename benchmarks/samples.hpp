// The samples that benchmarks take.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "skein/dataset.hpp"
#include "skein/generated_data.hpp"
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

/// Samples of a teacher chain with noise.
inline GeneratedData teacher_settings(std::uint64_t num_samples) {
    GeneratedData settings;
    settings.num_samples = num_samples;
    settings.noise = 0.1;
    settings.teacher_weights = {1.2, 0.9};
    return settings;
}

/// Generated samples, once and for all.
template <class Scalar>
Dataset<Scalar> in_memory(const Dataset<Scalar>& data) {
    std::vector<Scalar> x(data.num_samples()), y(data.num_samples());
    data.source().range(0, x.size(), {x.data(), y.data(), nullptr});
    return Dataset<Scalar>(std::move(x), std::move(y));
}

}  // namespace skein::benchmarks
