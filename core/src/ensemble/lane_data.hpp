// What the lanes of an ensemble are trained on.
#pragma once

#include <cstdint>
#include <span>

#include "skein/training_data.hpp"

namespace skein::internal {

/// Samples, one data set for all lanes or one per lane; or compressed data for all lanes, and no samples.
template <class Scalar>
struct LaneData {
    std::span<const Dataset<Scalar>> samples;
    const CompressedData<Scalar>* compressed = nullptr;

    std::uint64_t num_samples() const noexcept {
        return compressed != nullptr ? compressed->num_samples() : samples[0].num_samples();
    }
};

}  // namespace skein::internal
