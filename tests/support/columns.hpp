// The columns of a data set.
#pragma once

#include <cstddef>
#include <vector>

#include "skein/dataset.hpp"

namespace skein::test {

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

}  // namespace skein::test
