// Samples of a source by indices that are found a few at a time.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>

#include "skein/sample_source.hpp"

namespace skein::internal {

/// `find(done, indices)` fills in the indices of the samples from `done` on.
template <class Scalar, class Find>
MiniBatch<Scalar> picked_samples(const SampleSource<Scalar>& source, std::size_t count,
                                 const SampleBuffer<Scalar>& buffer, const Find& find) {
    constexpr std::size_t kAtOnce = 256;
    std::uint64_t indices[kAtOnce];
    MiniBatch<Scalar> result{buffer.x, buffer.y, nullptr, count};
    for (std::size_t done = 0; done < count; done += kAtOnce) {
        const std::span<std::uint64_t> part(indices, std::min(kAtOnce, count - done));
        find(done, part);
        if (source.gather(part, buffer.from(done)).sample_weight != nullptr) {
            result.sample_weight = buffer.sample_weight;
        }
    }
    return result;
}

}  // namespace skein::internal
