// The state of a tile's lanes, in columns: what is packed from an ensemble, moves with a lane, and is unpacked.
#pragma once

#include <cstddef>
#include <vector>

#include "base/eigen_core.hpp"
#include "kernels/lane_arguments.hpp"
#include "skein/ensemble_trainer.hpp"

namespace skein::internal {

/// The last losses of the steps done, and those of the steps in progress: a lane may end before they are done.
inline constexpr std::size_t kRecentLosses = kLastLosses + kernels::kStepsAtOnce;

/// Which column of a tile's state holds what. All is in one array, so that a lane moves as one row.
struct LaneLayout {
    LaneLayout(const EnsembleSettings& settings, std::size_t num_lanes, std::size_t num_layers);

    std::size_t num_rates;   ///< learning rates of a lane: 1, or one per layer
    std::size_t weights[2];  ///< [layers] before and after the step, by turns: a lane that diverges keeps the former
    std::size_t base_rates, rates, first_moment, second_moment;
    std::size_t momentum, weight_decay, gradient_scale, watched_loss, flag;
    std::size_t loss_sums[2];  ///< [kNumLossSums] before and after steps that are made at once, by turns
    std::size_t first_loss;
    std::size_t recent_losses;  ///< [kRecentLosses], the last columns
    std::size_t num_columns;

    static constexpr std::size_t kNumLossSums = 5;
};

template <class Scalar>
class LaneColumns {
public:
    /// `settings` outlive this. For tiles of at most `tile_lanes`, out of an ensemble of `ensemble_lanes`.
    LaneColumns(const EnsembleSettings& settings, std::size_t ensemble_lanes, std::size_t num_layers,
                std::size_t tile_lanes);

    const LaneLayout& layout() const noexcept { return layout_; }
    std::size_t num_layers() const noexcept { return num_layers_; }
    std::size_t ensemble_lanes() const noexcept { return ensemble_lanes_; }
    /// Numbers from one column to the next.
    std::size_t stride() const noexcept { return stride_; }
    std::size_t num_live() const noexcept { return num_live_; }
    /// The live lanes with those that fill up their last row.
    std::size_t whole_rows() const noexcept;

    Scalar* column(std::size_t index) noexcept { return state_.col(static_cast<Eigen::Index>(index)).data(); }
    /// [stride x layers], before and after the step in progress.
    Scalar* weights() noexcept { return column(layout_.weights[before_]); }
    Scalar* new_weights() noexcept { return column(layout_.weights[1 - before_]); }
    /// The step is done: its new weights are the weights before the next one.
    void take_new_weights() noexcept { before_ = 1 - before_; }

    /// Of the losses recorded so far, and after steps in progress.
    kernels::LossSums<Scalar> loss_sums() noexcept { return loss_sums_at(layout_.loss_sums[sums_before_]); }
    kernels::LossSums<Scalar> new_loss_sums() noexcept { return loss_sums_at(layout_.loss_sums[1 - sums_before_]); }
    void take_new_loss_sums() noexcept { sums_before_ = 1 - sums_before_; }

    /// TrainingSettings::schedule's scale of a lane.
    double schedule_scale(std::size_t lane) const noexcept { return schedule_scales_[lane]; }
    /// Where in the ensemble the chain of a lane stands.
    std::size_t ensemble_lane(std::size_t lane) const noexcept { return first_lane_ + lane_of_[lane]; }

    /// The lanes [first_lane, first_lane + num_lanes) of `ensemble` at the start of their runs.
    void pack(const Ensemble<Scalar>& ensemble, std::size_t first_lane, std::size_t num_lanes, Scalar watched_loss);
    /// The weights of lanes [first, first + count) are final.
    void keep_weights(std::size_t first, std::size_t count);
    /// The last live lane takes the place of `lane`, which has ended. Returns where it stood.
    std::size_t remove(std::size_t lane);
    /// All lanes have ended: they stand in their first order again, live for a last look. Returns the final weights.
    Scalar* restore_order(std::size_t num_lanes);
    /// Writes the final weights, and leaves no live lane.
    void unpack(Ensemble<Scalar>& ensemble);
    void clear() noexcept { num_live_ = 0; }

private:
    void pack_settings();
    kernels::LossSums<Scalar> loss_sums_at(std::size_t first) noexcept;

    const EnsembleSettings& settings_;
    LaneLayout layout_;
    std::size_t ensemble_lanes_;
    std::size_t num_layers_;
    std::size_t stride_;
    Columns<Scalar> state_;                // [stride x columns], LaneLayout
    Columns<Scalar> final_weights_;        // [stride x layers], of the lanes in their first order
    std::vector<double> schedule_scales_;  // [stride]
    std::vector<std::size_t> lane_of_;     // [stride]: which of the tile's lanes stands here now
    std::size_t first_lane_ = 0;
    std::size_t num_live_ = 0;
    std::size_t before_ = 0;       // which of the two columns of weights is that before the step
    std::size_t sums_before_ = 0;  // likewise of the sums of losses
};

}  // namespace skein::internal
