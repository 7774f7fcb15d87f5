// The losses of a tile's lanes: where each step's stand, what is recorded of them, and the outcomes that follow.
#pragma once

#include <cstdint>
#include <vector>

#include "ensemble/lane_columns.hpp"
#include "kernels/kernel_table.hpp"
#include "skein/ensemble_trainer.hpp"

namespace skein::internal {

/// The losses of a step are recorded by the kernels of the next one, on their way; those of the last step by record().
template <class Scalar>
class LaneLosses {
public:
    /// `columns` and `settings` outlive this.
    LaneLosses(LaneColumns<Scalar>& columns, const EnsembleSettings& settings);

    /// A tile begins, whose outcomes go to `outcome`.
    void begin_tile(EnsembleOutcome& outcome) noexcept;
    /// [stride]: where the losses of `step` stand until kRecentLosses steps later.
    Scalar* of_step(std::uint64_t step) noexcept;
    /// Whether the losses of the step before are still to be recorded.
    bool has_unrecorded() const noexcept { return has_unrecorded_; }
    /// The losses of the step before `step`, and what they are added to.
    kernels::LossColumns<Scalar> before(std::uint64_t step) noexcept;

    /// All live lanes have done `step`.
    void end_step(std::uint64_t step);
    /// They have done `num_steps` steps from `step` on at once, whose losses are recorded in the new sums.
    void end_recorded_steps(std::uint64_t step, std::uint64_t num_steps);
    /// Records the losses of the last of `num_steps` steps when no further step will.
    void record(std::uint64_t num_steps);
    /// Writes the outcomes of lanes [first, first + count), which have done `num_steps` steps.
    void write(std::size_t first, std::size_t count, std::uint64_t num_steps, bool may_have_decreased);

private:
    void keep(std::uint64_t step, const Scalar* losses);
    void write_lane(std::size_t lane, const kernels::LossSums<Scalar>& sums, double last_loss, bool may_have_decreased);

    LaneColumns<Scalar>& columns_;
    const EnsembleSettings& settings_;
    std::vector<double> last_losses_;  // scratch [stride]
    EnsembleOutcome* outcome_ = nullptr;
    bool has_unrecorded_ = false;
};

}  // namespace skein::internal
