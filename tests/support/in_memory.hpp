// Generated samples, in memory.
#pragma once

#include <cstddef>
#include <utility>
#include <vector>

#include "skein/dataset.hpp"

namespace skein::test {

/// The same samples, without weights, in columns: there a shuffled epoch is partitioned.
template <class Scalar>
Dataset<Scalar> in_memory(const Dataset<Scalar>& data) {
    const auto count = static_cast<std::size_t>(data.num_samples());
    std::vector<Scalar> x(count), y(count);
    data.source().range(0, count, {x.data(), y.data(), nullptr});
    return Dataset<Scalar>(std::move(x), std::move(y));
}

}  // namespace skein::test
