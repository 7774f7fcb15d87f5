// The samples of a run's mini-batches, in their order: the one place that chooses how they come from their source.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "base/eigen_core.hpp"
#include "samples/epoch_partition.hpp"
#include "skein/batch_order.hpp"
#include "skein/execution.hpp"
#include "skein/sample_source.hpp"

namespace skein::internal {

/// Three ways, which give the same samples. A shuffled epoch is partitioned (EpochPartition) if its scratch fits into
/// Execution::scratch_bytes. Else small batches come from a window: the samples of many steps, gathered ahead (of a small
/// full batch: the batch many times). Large batches are gathered by the threads that work on them, a chunk at a time.
template <class Scalar>
class SampleFeed {
public:
    /// For the batches of `order`, of about `num_steps` steps. `source` outlives this.
    SampleFeed(const SampleSource<Scalar>& source, const BatchOrder& order, std::uint64_t num_steps,
               const Execution& execution);

    /// Makes a batch ready, with threads of its own. Returns false after a stop request.
    bool prepare(const BatchOrder::Batch& batch);

    /// Samples at positions [first, first + indices.size()) of the batch that is ready. They are in `buffer`, or in
    /// memory that the next prepare() overwrites. Several threads may call it at once.
    MiniBatch<Scalar> samples(const BatchOrder::Batch& batch, std::uint64_t first, std::span<std::uint64_t> indices,
                              const SampleBuffer<Scalar>& buffer) const;

    /// Samples from the batch that is ready on, as many as lie ready in memory, to the end of the epoch at most. Empty if
    /// they are weighted, or if none lie ready.
    MiniBatch<Scalar> samples_on(const BatchOrder::Batch& batch) const;

private:
    bool is_in_window(std::uint64_t first, std::uint64_t count) const noexcept {
        return first >= window_first_ && first + count <= window_first_ + window_.num_samples;
    }
    void fill_window(const BatchOrder::Batch& batch);
    void repeat_batch(const BatchOrder::Batch& batch);
    SampleBuffer<Scalar> window_buffer() noexcept {
        return {window_columns_.col(0).data(), window_columns_.col(1).data(), window_columns_.col(2).data()};
    }

    const SampleSource<Scalar>& source_;
    const std::atomic<bool>* stop_request_;
    bool is_weighted_ = false;  // known if samples are put in order
    std::optional<EpochPartition<Scalar>> partition_;

    std::vector<std::uint64_t> window_indices_;  // empty if there is no window
    Columns<Scalar> window_columns_;             // [window samples x 3]
    MiniBatch<Scalar> window_;
    std::uint64_t window_first_ = 0;  // its first position in the run
};

}  // namespace skein::internal
