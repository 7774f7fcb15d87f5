// Some samples of another source, in a random order.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <utility>

#include "skein/batch_order.hpp"
#include "skein/sample_source.hpp"

namespace skein::internal {

/// Samples [first, first + count) of a permutation of another source's samples.
template <class Scalar>
class SubsetSource final : public SampleSource<Scalar> {
public:
    SubsetSource(std::shared_ptr<const SampleSource<Scalar>> base, const Permutation& permutation, std::uint64_t first,
                 std::uint64_t count)
        : base_(std::move(base)), permutation_(permutation), first_(first), count_(count) {}

    std::uint64_t num_samples() const noexcept override { return count_; }

    MiniBatch<Scalar> range(std::uint64_t first, std::size_t count, const SampleBuffer<Scalar>& buffer) const override {
        return pick(count, buffer, [first](std::size_t position) { return first + position; });
    }
    MiniBatch<Scalar> gather(std::span<const std::uint64_t> indices,
                             const SampleBuffer<Scalar>& buffer) const override {
        return pick(indices.size(), buffer, [indices](std::size_t position) { return indices[position]; });
    }

private:
    template <class Index>
    MiniBatch<Scalar> pick(std::size_t count, const SampleBuffer<Scalar>& buffer, Index index) const {
        constexpr std::size_t kAtOnce = 256;
        std::uint64_t picked[kAtOnce];
        MiniBatch<Scalar> result{buffer.x, buffer.y, nullptr, count};
        for (std::size_t done = 0; done < count; done += kAtOnce) {
            const std::size_t size = std::min(kAtOnce, count - done);
            for (std::size_t position = 0; position < size; ++position) {
                picked[position] = first_ + index(done + position);
            }
            permutation_.apply({picked, size});
            const MiniBatch<Scalar> part = base_->gather({picked, size}, buffer.from(done));
            if (part.sample_weight != nullptr) {
                result.sample_weight = buffer.sample_weight;
            }
        }
        return result;
    }

    std::shared_ptr<const SampleSource<Scalar>> base_;
    Permutation permutation_;
    std::uint64_t first_, count_;
};

}  // namespace skein::internal
