#include "samples/sample_feed.hpp"

#include <algorithm>

#include "base/free_memory.hpp"
#include "base/parallel.hpp"
#include "base/stop_request.hpp"

namespace skein::internal {
namespace {

/// Enough for the order to be computed many lanes at a time; few enough to stay in the L1 cache with what they are for.
constexpr std::uint64_t kWindowSamples = 4096;
constexpr std::uint64_t kLargestWindowBatch = 1024;
constexpr std::uint64_t kLargestRepeatedBatch = 64;

/// Fewer samples stay in the L2 cache, where scattered ones cost less than a partition: of 65,536 floats, gathering takes
/// 2 ns a sample, a partition 9.
constexpr std::uint64_t kLeastPartitioned = 131072;

/// Whether the epoch is worth a partition, which goes through all its samples: scattered ones cost more than their
/// neighbours, and at least half of the samples are asked for.
template <class Scalar>
bool is_worth_a_partition(const SampleSource<Scalar>& source, const BatchOrder& order, std::uint64_t num_steps) {
    return order.sampling() == Sampling::shuffled && !source.is_computed() &&
           order.num_samples() >= kLeastPartitioned && num_steps >= order.steps_per_epoch() / 2;
}

template <class Scalar>
bool has_room(const BatchOrder& order, bool is_weighted, const Execution& execution) {
    using Partition = EpochPartition<Scalar>;
    if (order.num_samples() > Partition::kMaxBuckets * Partition::kBucketSamples) {
        return false;
    }
    const std::uint64_t needed =
        Partition::bytes_for(order.num_samples(), order.batch_size(0), is_weighted, num_threads(execution));
    return needed <= (execution.scratch_bytes ? *execution.scratch_bytes : free_memory_bytes() / 4);
}

}  // namespace

template <class Scalar>
SampleFeed<Scalar>::SampleFeed(const SampleSource<Scalar>& source, const BatchOrder& order, std::uint64_t num_steps,
                               const Execution& execution)
    : source_(source), stop_request_(execution.stop_request) {
    const bool repeats = order.is_full_batch() && order.batch_size(0) <= kLargestRepeatedBatch && num_steps > 1;
    if (order.sampling() == Sampling::sequential && !repeats) {
        return;
    }
    Scalar one[3];
    is_weighted_ = source.range(0, 1, {one, one + 1, one + 2}).sample_weight != nullptr;
    if (is_worth_a_partition(source, order, num_steps) && has_room<Scalar>(order, is_weighted_, execution)) {
        partition_.emplace(source, order.batch_size(0), order.seed(), is_weighted_, num_threads(execution));
    } else if (order.batch_size(0) <= kLargestWindowBatch) {
        window_indices_.resize(kWindowSamples);
        window_columns_.resize(to_index(kWindowSamples), 3);
    }
}

/// The same batch again and again: the window is filled once, then it only moves.
template <class Scalar>
void SampleFeed<Scalar>::repeat_batch(const BatchOrder::Batch& batch) {
    window_first_ = batch.position();
    if (window_.num_samples != 0) {
        return;
    }
    const auto size = static_cast<std::size_t>(batch.num_samples());
    const MiniBatch<Scalar> once = source_.range(0, size, window_buffer());
    const std::size_t end = kWindowSamples / size * size;
    for (std::size_t place = 0; place < end; ++place) {
        window_columns_(to_index(place), 0) = once.x[place % size];
        window_columns_(to_index(place), 1) = once.y[place % size];
    }
    window_ = {window_columns_.col(0).data(), window_columns_.col(1).data(), nullptr, end};
}

template <class Scalar>
void SampleFeed<Scalar>::fill_window(const BatchOrder::Batch& batch) {
    if (batch.is_range()) {
        return repeat_batch(batch);
    }
    const std::span<std::uint64_t> indices(window_indices_.data(),
                                           static_cast<std::size_t>(std::min(kWindowSamples, batch.num_samples_on())));
    batch.indices(0, indices);
    window_.num_samples = 0;  // should the source throw
    window_ = source_.gather(indices, window_buffer());
    window_first_ = batch.position();
}

template <class Scalar>
bool SampleFeed<Scalar>::prepare(const BatchOrder::Batch& batch) {
    if (is_requested(stop_request_)) {
        return false;
    }
    if (partition_) {
        return partition_->prepare(batch.epoch(), batch.first(), batch.num_samples(), stop_request_);
    }
    if (!window_indices_.empty() && !is_in_window(batch.position(), batch.num_samples())) {
        fill_window(batch);
    }
    return true;
}

template <class Scalar>
MiniBatch<Scalar> SampleFeed<Scalar>::samples(const BatchOrder::Batch& batch, std::uint64_t first,
                                              std::span<std::uint64_t> indices,
                                              const SampleBuffer<Scalar>& buffer) const {
    const std::size_t count = indices.size();
    if (batch.is_range()) {
        return source_.range(batch.first() + first, count, buffer);
    }
    if (partition_) {
        return partition_->samples(batch.first() + first, count, buffer);
    }
    if (!window_indices_.empty()) {
        const auto at = static_cast<std::size_t>(batch.position() + first - window_first_);
        return {window_.x + at, window_.y + at, window_.sample_weight == nullptr ? nullptr : window_.sample_weight + at,
                count};
    }
    batch.indices(first, indices);
    return source_.gather(indices, buffer);
}

template <class Scalar>
MiniBatch<Scalar> SampleFeed<Scalar>::samples_on(const BatchOrder::Batch& batch) const {
    if (is_weighted_) {
        return {};
    }
    if (partition_) {
        return partition_->samples_on(batch.first());
    }
    if (!window_indices_.empty()) {
        const auto at = static_cast<std::size_t>(batch.position() - window_first_);
        return {window_.x + at, window_.y + at, nullptr, window_.num_samples - at};
    }
    return {};
}

template class SampleFeed<float>;
template class SampleFeed<double>;

}  // namespace skein::internal
