// Neighbouring samples of another source.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <utility>

#include "samples/picked_samples.hpp"
#include "skein/sample_source.hpp"

namespace skein::internal {

/// Samples [first, first + count).
template <class Scalar>
class RangeSource final : public SampleSource<Scalar> {
public:
    RangeSource(std::shared_ptr<const SampleSource<Scalar>> base, std::uint64_t first, std::uint64_t count)
        : base_(std::move(base)), first_(first), count_(count) {}

    std::uint64_t num_samples() const noexcept override { return count_; }
    bool prefers_blocks() const noexcept override { return base_->prefers_blocks(); }
    bool is_computed() const noexcept override { return base_->is_computed(); }

    MiniBatch<Scalar> range(std::uint64_t first, std::size_t count, const SampleBuffer<Scalar>& buffer) const override {
        return base_->range(first_ + first, count, buffer);
    }
    MiniBatch<Scalar> gather(std::span<const std::uint64_t> places, const SampleBuffer<Scalar>& buffer) const override {
        return picked_samples(*base_, places.size(), buffer, [&](std::size_t done, std::span<std::uint64_t> indices) {
            for (std::size_t place = 0; place < indices.size(); ++place) {
                indices[place] = first_ + places[done + place];
            }
        });
    }

private:
    std::shared_ptr<const SampleSource<Scalar>> base_;
    std::uint64_t first_, count_;
};

}  // namespace skein::internal
