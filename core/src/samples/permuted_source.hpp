// Some samples of another source, in a random order, in constant memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <utility>

#include "samples/picked_samples.hpp"
#include "skein/batch_order.hpp"
#include "skein/sample_source.hpp"

namespace skein::internal {

/// Samples [first, first + count) of a permutation of another source's samples.
template <class Scalar>
class PermutedSource final : public SampleSource<Scalar> {
public:
    PermutedSource(std::shared_ptr<const SampleSource<Scalar>> base, const Permutation& permutation,
                   std::uint64_t first, std::uint64_t count)
        : base_(std::move(base)), permutation_(permutation), first_(first), count_(count) {}

    std::uint64_t num_samples() const noexcept override { return count_; }
    bool is_computed() const noexcept override { return base_->is_computed(); }

    MiniBatch<Scalar> range(std::uint64_t first, std::size_t count, const SampleBuffer<Scalar>& buffer) const override {
        return picked_samples(*base_, count, buffer, [&](std::size_t done, std::span<std::uint64_t> indices) {
            permutation_.images(first_ + first + done, indices);
        });
    }
    MiniBatch<Scalar> gather(std::span<const std::uint64_t> places, const SampleBuffer<Scalar>& buffer) const override {
        return picked_samples(*base_, places.size(), buffer, [&](std::size_t done, std::span<std::uint64_t> indices) {
            for (std::size_t place = 0; place < indices.size(); ++place) {
                indices[place] = permutation_(first_ + places[done + place]);
            }
        });
    }

private:
    std::shared_ptr<const SampleSource<Scalar>> base_;
    Permutation permutation_;
    std::uint64_t first_, count_;
};

}  // namespace skein::internal
