// Loss and weight gradients of mini-batches, without allocating once constructed (skein/gradient.hpp has the formulas
// and the reduction shape).
#pragma once

#include <atomic>
#include <cstdint>
#include <span>
#include <vector>

#include "base/carry_tree.hpp"
#include "base/eigen_core.hpp"
#include "base/parallel.hpp"
#include "kernels/kernel_table.hpp"
#include "samples/sample_feed.hpp"
#include "skein/batch_order.hpp"
#include "skein/chain.hpp"
#include "skein/execution.hpp"
#include "skein/gradient.hpp"

namespace skein::internal {

/// Threads for `num_layers` x `max_samples` of work: one if there is too little to share.
int choose_num_threads(std::size_t num_layers, std::uint64_t max_samples, const Execution& execution);

/// What makes means of sums over that many samples, or over samples of that weight. If all weights of a mini-batch are 0,
/// its loss and gradient are 0: a step without a gradient.
inline double reciprocal_of_count(double count) noexcept { return count > 0.0 ? 1.0 / count : 0.0; }

template <class Scalar>
class BatchGradient {
public:
    /// Scratch for chains of `num_layers` and batches of at most `max_samples` samples.
    BatchGradient(std::size_t num_layers, std::uint64_t max_samples, const Execution& execution);

    /// Computes the mean loss of a batch and, if `with_gradient`, its gradient. After a stop request
    /// (Execution::stop_request) both are NaN, and it returns false.
    bool compute(const Chain<Scalar>& chain, SampleFeed<Scalar>& feed, const BatchOrder::Batch& batch,
                 bool with_gradient = true);

    double loss() const noexcept { return loss_; }
    /// [layers], rounded from double.
    std::span<const Scalar> weight_gradients() const noexcept { return weight_gradients_; }

private:
    /// What one thread works with.
    struct Scratch {
        Scratch(std::size_t num_layers, std::size_t tile_lanes, std::uint64_t max_chunks);
        SampleBuffer<Scalar> buffer() noexcept {
            return {samples.col(0).data(), samples.col(1).data(), samples.col(2).data()};
        }
        std::vector<std::uint64_t> indices;  // [chunk samples]
        Columns<Scalar> samples;             // [chunk samples x 3]
        Columns<Scalar> activations;         // [tile lanes x layers]
        Column<Scalar> deltas;               // [tile lanes]
        Columns<Scalar> slot_sums;           // [slots x sums]
        TreeSum tree;
    };

    bool sum_chunk(Scratch& scratch, const kernels::ChainView<Scalar>& chain, const MiniBatch<Scalar>& samples,
                   bool with_gradient, std::span<double> sums) const;
    void sum_units(std::uint64_t num_units);
    void finish(std::span<const double> sums, std::uint64_t num_samples, bool weighted, bool with_gradient);
    bool give_up();

    std::size_t num_layers_;
    std::size_t num_sums_;
    std::size_t tile_lanes_;
    int num_threads_;
    ShortRegions regions_;
    const std::atomic<bool>* stop_request_;
    std::vector<Scratch> scratch_;   // [threads]
    std::vector<double> unit_sums_;  // [sums x units]
    TreeSum tree_;                   // of the units
    std::vector<double> sums_;
    double loss_ = 0.0;
    std::vector<Scalar> weight_gradients_;
};

}  // namespace skein::internal
