// Loss and weight gradients of chains side by side: each lane's are those that BatchGradient computes for its chain, to
// the bit, for a lane sums its samples in the same shape (skein/gradient.hpp).
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/carry_tree.hpp"
#include "base/eigen_core.hpp"
#include "ensemble/lane_data.hpp"
#include "ensemble/lane_samples.hpp"
#include "ensemble/slot_visits.hpp"
#include "gradient/compressed_data_gradient.hpp"
#include "kernels/kernel_table.hpp"

namespace skein::internal {

template <class Scalar>
class LaneGradient {
public:
    /// For tiles whose columns are `stride` long and mini-batches of at most `max_samples`. `needs_means`: sums() will
    /// be the means themselves, for those who need gradients before the update.
    LaneGradient(const LaneData<Scalar>& data, std::span<const Activation> activations, std::uint64_t max_samples,
                 std::size_t stride, bool needs_means, const std::atomic<bool>* stop_request);

    /// The sums over a step's mini-batch, for the lanes of `tile`, of which `num_live` are not padding.
    /// `losses_before`, where it is not null, is recorded on the way.
    void compute(const kernels::LaneTile<Scalar>& tile, std::size_t num_live, LaneSamples<Scalar>& samples,
                 std::uint64_t step, const kernels::LossColumns<Scalar>* losses_before);
    /// Whether step() may take the place of compute() and an update: one sample, without a weight, is all.
    bool is_one_sample(const LaneSamples<Scalar>& samples, std::uint64_t step) const noexcept;
    /// Forward, backward and update at once; returns whether any lane is flagged. sums() are those of no step then.
    bool step(const kernels::LaneTile<Scalar>& tile, std::size_t num_live, LaneSamples<Scalar>& samples,
              std::uint64_t step, const kernels::LossColumns<Scalar>* losses_before,
              const kernels::LaneUpdate<Scalar>& update);
    /// The losses alone.
    void compute_losses(const kernels::LaneTile<Scalar>& tile, std::size_t num_live, LaneSamples<Scalar>& samples);
    /// On compressed data: whether the lane's bound was beyond the tolerance; its sums are NaN then.
    bool is_beyond_tolerance(std::size_t lane) const noexcept {
        return is_compressed() && beyond_tolerance_[lane] != 0;
    }
    /// On compressed data: whether a stop was requested while samples were gone through in its place.
    bool is_given_up() const noexcept { return is_given_up_; }
    /// Samples or nodes that the lanes' last sums went through, all together.
    std::uint64_t num_evaluated() const noexcept { return num_evaluated_; }
    /// On compressed data: of the lane's last sums alone.
    const CompressionRecord& record(std::size_t lane) const noexcept { return records_[lane]; }
    bool is_compressed() const noexcept { return compressed_.has_value(); }
    /// [lanes x (layers + 2)], SumIndex. (sum + empty_slots()) * reciprocal() is the mean.
    Scalar* sums() noexcept { return sums_.data(); }
    Scalar empty_slots() const noexcept { return empty_slots_; }
    Scalar reciprocal() const noexcept { return reciprocal_; }

    /// The mean loss of a lane, as BatchGradient::loss().
    double loss(std::size_t lane) const noexcept;
    /// The gradient of a lane's weight, as BatchGradient::weight_gradients().
    Scalar weight_gradient(std::size_t lane, std::size_t layer) const noexcept;
    /// As internal::norm_of_pull(). `weights`: [lanes x layers], of the same stride.
    double norm_of_pull(std::size_t lane, const Scalar* weights, double weight_decay) const noexcept;

private:
    const std::vector<SlotVisit>& visits(std::size_t num_samples);
    void sum_batch(const kernels::LaneTile<Scalar>& tile, LaneSamples<Scalar>& samples, std::uint64_t step,
                   bool with_gradient, const kernels::LossColumns<Scalar>* losses_before);
    void sum_chunk(const kernels::LaneTile<Scalar>& tile, const LaneSamples<Scalar>& samples, std::size_t count,
                   bool with_gradient, const kernels::LossColumns<Scalar>* losses_before);
    void sum_compressed(const kernels::LaneTile<Scalar>& tile, std::size_t num_live, bool with_gradient,
                        const kernels::LossColumns<Scalar>* losses_before);
    void add_chunk();
    void divide(std::uint64_t num_samples, bool weighted);

    std::size_t stride_;
    std::size_t num_sums_;
    bool needs_means_;
    std::size_t num_lanes_ = 0;
    Columns<Scalar> sums_;  // [stride x (sums x levels)]
    Scalar empty_slots_ = 0;
    Scalar reciprocal_ = 1;
    // Where Scalar alone does not round as a chain alone does (several chunks, a count whose reciprocal is not exact,
    // weighted samples): sums in double, and the losses that come of them.
    TreeSum tree_;
    Columns<double> wide_sums_;   // [stride x sums]
    Column<double> reciprocals_;  // [stride]
    bool is_wide_ = false;
    std::vector<SlotVisit> whole_chunk_, part_of_chunk_;
    // Compressed data: a lane after the other, as the chains that they are. The nodes fill the rows of the kernels.
    std::optional<CompressedDataGradient<Scalar>> compressed_;
    std::optional<Chain<Scalar>> chain_;
    std::uint64_t num_samples_ = 0;               // that were compressed
    std::vector<std::uint8_t> beyond_tolerance_;  // [stride]
    std::vector<CompressionRecord> records_;      // [stride]
    std::uint64_t num_evaluated_ = 0;
    bool is_given_up_ = false;
};

}  // namespace skein::internal
