// Loss and weight gradients of chains side by side: each lane's are those that BatchGradient computes for its chain, to
// the bit, for a lane sums its samples in the same shape (skein/gradient.hpp).
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "batch_gradient.hpp"
#include "eigen_core.hpp"
#include "kernels/kernel_table.hpp"
#include "lane_samples.hpp"
#include "slot_visits.hpp"

namespace skein {

template <class Scalar>
class LaneGradient {
public:
    /// For tiles whose columns are `stride` long and mini-batches of at most `max_samples`. `needs_means`: sums() will
    /// be the means themselves, for those who need gradients before the update.
    LaneGradient(std::size_t num_layers, std::uint64_t max_samples, std::size_t stride, bool needs_means);

    /// The sums over a step's mini-batch, for the lanes of `tile`. `losses_before`, where it is not null, is recorded on
    /// the way.
    void compute(const kernels::LaneTile<Scalar>& tile, LaneSamples<Scalar>& samples, std::uint64_t step,
                 const kernels::LossColumns<Scalar>* losses_before);
    /// The losses alone.
    void compute_losses(const kernels::LaneTile<Scalar>& tile, LaneSamples<Scalar>& samples);
    /// [lanes x (layers + 2)], SumIndex. (sum + empty_slots()) * reciprocal() is the mean.
    Scalar* sums() noexcept { return sums_.data(); }
    Scalar empty_slots() const noexcept { return empty_slots_; }
    Scalar reciprocal() const noexcept { return reciprocal_; }

    /// The mean loss of a lane, as BatchGradient::loss().
    double loss(std::size_t lane) const noexcept;
    /// The gradient of a lane's weight, as BatchGradient::weight_gradients().
    Scalar weight_gradient(std::size_t lane, std::size_t layer) const noexcept;

private:
    const std::vector<SlotVisit>& visits(std::size_t num_samples);
    void sum_batch(const kernels::LaneTile<Scalar>& tile, LaneSamples<Scalar>& samples, std::uint64_t step,
                   bool with_gradient, const kernels::LossColumns<Scalar>* losses_before);
    void sum_chunk(const kernels::LaneTile<Scalar>& tile, const LaneSamples<Scalar>& samples, std::size_t count,
                   bool with_gradient, const kernels::LossColumns<Scalar>* losses_before);
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
};

}  // namespace skein
