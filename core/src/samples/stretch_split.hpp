// A split into stretches of neighbours, for sources that prefer blocks.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "samples/block_source.hpp"
#include "skein/batch_order.hpp"

namespace skein::internal {

/// Neighbours that a split keeps together: in a file, 16 KiB of doubles in two columns.
inline constexpr std::uint64_t kStretchSamples = 1024;
/// Fewer stretches are too few to choose from.
inline constexpr std::uint64_t kLeastStretches = 64;

/// The stretches of either part, ascending. If the last of all is shorter, it goes to training.
struct StretchSplit {
    StretchSplit(std::uint64_t num_samples, std::uint64_t num_validation, std::uint64_t seed) {
        const std::uint64_t num_stretches = num_samples / kStretchSamples;
        const Permutation permutation(num_stretches, seed, random::Stream::validation_split, 0);
        const std::uint64_t num_chosen =
            std::clamp<std::uint64_t>((num_validation + kStretchSamples / 2) / kStretchSamples, 1, num_stretches - 1);
        for (std::uint64_t place = 0; place < num_stretches; ++place) {
            (place < num_chosen ? validation : training).push_back(permutation(place));
        }
        if (num_samples % kStretchSamples != 0) {
            training.push_back(num_stretches);
        }
        std::ranges::sort(training);
        std::ranges::sort(validation);
    }
    std::vector<std::uint64_t> training, validation;
};

/// Some stretches of another source, in order: fast if that prefers blocks.
template <class Scalar>
class StretchSource final : public BlockSource<Scalar> {
public:
    /// Stretch s is samples [s kStretchSamples, (s + 1) kStretchSamples). `stretches` ascend; the last of all may be
    /// shorter.
    StretchSource(std::shared_ptr<const SampleSource<Scalar>> base, std::vector<std::uint64_t> stretches)
        : base_(std::move(base)),
          stretches_(std::move(stretches)),
          num_samples_(kStretchSamples * (stretches_.size() - 1) +
                       std::min(kStretchSamples, base_->num_samples() - kStretchSamples * stretches_.back())) {}

    std::uint64_t num_samples() const noexcept override { return num_samples_; }

    MiniBatch<Scalar> range(std::uint64_t first, std::size_t count, const SampleBuffer<Scalar>& buffer) const override {
        bool is_weighted = false;
        for (std::size_t done = 0; done < count;) {
            const std::uint64_t in_stretch = (first + done) % kStretchSamples;
            const std::size_t size =
                static_cast<std::size_t>(std::min<std::uint64_t>(count - done, kStretchSamples - in_stretch));
            const SampleBuffer<Scalar> to = buffer.from(done);
            is_weighted = put(base_->range(row_of(first + done), size, to), to);
            done += size;
        }
        return {buffer.x, buffer.y, is_weighted ? buffer.sample_weight : nullptr, count};
    }

private:
    std::uint64_t row_of(std::uint64_t index) const {
        return stretches_[static_cast<std::size_t>(index / kStretchSamples)] * kStretchSamples +
               index % kStretchSamples;
    }

    /// range() makes the base read ahead, which pays for many samples only.
    bool read(std::uint64_t first, std::size_t count, const SampleBuffer<Scalar>& to) const override {
        std::array<std::uint64_t, 32> rows;
        if (count > rows.size()) {
            return range(first, count, to).sample_weight != nullptr;
        }
        for (std::size_t position = 0; position < count; ++position) {
            rows[position] = row_of(first + position);
        }
        return put(base_->gather(std::span(rows).first(count), to), to);
    }

    /// Returns whether the samples have weights.
    static bool put(const MiniBatch<Scalar>& samples, const SampleBuffer<Scalar>& to) {
        const auto copy = [&](const Scalar* from, Scalar* column) {
            if (from != column) {
                std::copy_n(from, samples.num_samples, column);
            }
        };
        copy(samples.x, to.x);
        copy(samples.y, to.y);
        if (samples.sample_weight != nullptr) {
            copy(samples.sample_weight, to.sample_weight);
        }
        return samples.sample_weight != nullptr;
    }

    std::shared_ptr<const SampleSource<Scalar>> base_;
    std::vector<std::uint64_t> stretches_;
    std::uint64_t num_samples_;
};

}  // namespace skein::internal
