// Some samples of another source, in its order.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <utility>

#include "samples/index_set.hpp"
#include "samples/picked_samples.hpp"
#include "skein/sample_source.hpp"

namespace skein::internal {

template <class Scalar>
class SubsetSource final : public SampleSource<Scalar> {
public:
    /// `picked` has been counted.
    SubsetSource(std::shared_ptr<const SampleSource<Scalar>> base, IndexSet picked)
        : base_(std::move(base)), picked_(std::move(picked)) {}

    std::uint64_t num_samples() const noexcept override { return picked_.size(); }

    MiniBatch<Scalar> range(std::uint64_t first, std::size_t count, const SampleBuffer<Scalar>& buffer) const override {
        return picked_samples(*base_, count, buffer, [&](std::size_t done, std::span<std::uint64_t> indices) {
            picked_.at(first + done, indices);
        });
    }
    MiniBatch<Scalar> gather(std::span<const std::uint64_t> places, const SampleBuffer<Scalar>& buffer) const override {
        return picked_samples(*base_, places.size(), buffer, [&](std::size_t done, std::span<std::uint64_t> indices) {
            for (std::size_t place = 0; place < indices.size(); ++place) {
                picked_.at(places[done + place], indices.subspan(place, 1));
            }
        });
    }

private:
    std::shared_ptr<const SampleSource<Scalar>> base_;
    IndexSet picked_;
};

}  // namespace skein::internal
