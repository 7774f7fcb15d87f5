// Samples in memory of their own.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "samples/view_source.hpp"
#include "skein/sample_source.hpp"

namespace skein::internal {

template <class Scalar>
class MemorySource final : public SampleSource<Scalar> {
public:
    MemorySource(std::vector<Scalar> x, std::vector<Scalar> y, std::vector<Scalar> sample_weight)
        : x_(std::move(x)),
          y_(std::move(y)),
          sample_weight_(std::move(sample_weight)),
          view_({x_.data(), y_.data(), sample_weight_.empty() ? nullptr : sample_weight_.data(), x_.size()}) {}

    std::uint64_t num_samples() const noexcept override { return view_.num_samples(); }
    MiniBatch<Scalar> range(std::uint64_t first, std::size_t count, const SampleBuffer<Scalar>& buffer) const override {
        return view_.range(first, count, buffer);
    }
    MiniBatch<Scalar> gather(std::span<const std::uint64_t> indices,
                             const SampleBuffer<Scalar>& buffer) const override {
        return view_.gather(indices, buffer);
    }

private:
    std::vector<Scalar> x_, y_, sample_weight_;
    ViewSource<Scalar> view_;
};

}  // namespace skein::internal
