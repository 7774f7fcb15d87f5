// Samples in memory that somebody else owns.
#pragma once

#include "skein/dataset.hpp"

namespace skein {

template <class Scalar>
class ViewSource final : public SampleSource<Scalar> {
public:
    explicit ViewSource(const MiniBatch<Scalar>& samples) : samples_(samples) {}

    std::uint64_t num_samples() const noexcept override { return samples_.num_samples; }

    MiniBatch<Scalar> range(std::uint64_t first, std::size_t count, const SampleBuffer<Scalar>&) const override {
        return {samples_.x + first, samples_.y + first,
                samples_.sample_weight == nullptr ? nullptr : samples_.sample_weight + first, count};
    }

    MiniBatch<Scalar> gather(std::span<const std::uint64_t> indices, const SampleBuffer<Scalar>& buffer) const override {
        for (std::size_t position = 0; position < indices.size(); ++position) {
            buffer.x[position] = samples_.x[indices[position]];
            buffer.y[position] = samples_.y[indices[position]];
        }
        if (samples_.sample_weight == nullptr) {
            return {buffer.x, buffer.y, nullptr, indices.size()};
        }
        for (std::size_t position = 0; position < indices.size(); ++position) {
            buffer.sample_weight[position] = samples_.sample_weight[indices[position]];
        }
        return {buffer.x, buffer.y, buffer.sample_weight, indices.size()};
    }

private:
    MiniBatch<Scalar> samples_;
};

}  // namespace skein
