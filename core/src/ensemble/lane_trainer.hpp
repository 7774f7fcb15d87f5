// Trains the lanes of one tile, all their steps: what a thread does again and again.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "base/eigen_core.hpp"
#include "ensemble/lane_data.hpp"
#include "ensemble/lane_gradient.hpp"
#include "ensemble/lane_samples.hpp"
#include "ensemble/shared_observer.hpp"
#include "skein/ensemble_trainer.hpp"

namespace skein::internal {

/// Which column of a tile's state holds what. All is in one array, so that a lane moves as one row.
struct LaneLayout {
    LaneLayout(const EnsembleSettings& settings, std::size_t num_lanes, std::size_t num_layers);

    std::size_t num_rates;   ///< learning rates of a lane: 1, or one per layer
    std::size_t weights[2];  ///< [layers] before and after the step, by turns: a lane that diverges keeps the former
    std::size_t base_rates, rates, first_moment, second_moment;
    std::size_t momentum, weight_decay, gradient_scale, watched_loss, flag;
    std::size_t smallest_loss, loss_sum, loss_sum_error, inverse_sum, inverse_sum_error, first_loss;
    std::size_t recent_losses;  ///< [kRecentLosses]
    std::size_t num_columns;
};

template <class Scalar>
class LaneTrainer {
public:
    /// `settings` have been checked; they and `data` outlive this. For tiles of at most `tile_lanes`.
    LaneTrainer(std::span<const Activation> activations, const LaneData<Scalar>& data, const EnsembleSettings& settings,
                std::size_t num_lanes, std::size_t tile_lanes);

    /// Trains lanes [first_lane, first_lane + num_lanes) of `ensemble`, and writes their outcomes; tells `observer` of
    /// the work. Returns false, with the ensemble unchanged, when a stop is requested.
    bool train(Ensemble<Scalar>& ensemble, std::size_t first_lane, std::size_t num_lanes, EnsembleOutcome& outcome,
               SharedObserver& observer);

    /// Samples x layers so far.
    std::uint64_t sample_layers() const noexcept { return sample_layers_; }

private:
    Scalar* column(std::size_t index) noexcept { return state_.col(static_cast<Eigen::Index>(index)).data(); }
    std::size_t whole_rows() const noexcept;
    kernels::LaneTile<Scalar> tile(Scalar* weights) noexcept;

    void pack(const Ensemble<Scalar>& ensemble, std::size_t first_lane, std::size_t num_lanes);
    std::optional<Cause> length_reached() const noexcept;
    void step();
    void set_learning_rates();
    void compute_norms();
    kernels::LaneUpdate<Scalar> lane_update() noexcept;
    bool take_step();
    void examine_flagged();
    std::optional<Cause> examine(std::size_t lane);
    Scalar loss_to_watch(bool is_marked) const noexcept;
    kernels::LossColumns<Scalar> loss_columns() noexcept;
    void record_losses();
    void keep_losses();
    void examine_epoch();
    void record_compression(const LaneGradient<Scalar>& gradient);
    void end_lane(std::size_t lane, Status status, Cause cause);
    void write_outcomes(std::size_t first, std::size_t count, Status status, Cause cause);
    void write_losses(std::size_t first, std::size_t count, bool may_have_decreased);
    void remove(std::size_t lane);
    bool unpack(Ensemble<Scalar>& ensemble, std::size_t num_lanes);

    std::span<const Activation> activation_of_layer_;
    const EnsembleSettings& settings_;
    const StopRules& stop_;
    std::size_t ensemble_lanes_;
    LaneLayout layout_;
    std::size_t stride_;
    bool needs_norms_;
    LaneSamples<Scalar> samples_;
    LaneSamples<Scalar> all_samples_;  // of a full batch
    LaneGradient<Scalar> gradient_;
    LaneGradient<Scalar> all_gradient_;
    Columns<Scalar> state_;             // [stride x columns], LaneLayout
    Columns<Scalar> activations_;       // scratch [stride x layers]
    Column<Scalar> deltas_;             // scratch [stride]
    Columns<Scalar> final_weights_;     // [stride x layers], of the lanes in their first order
    std::vector<double> norms_;         // [stride]
    std::vector<double> last_losses_;   // scratch [stride]
    std::vector<double> scales_;        // [stride], of the schedule
    std::vector<std::size_t> lane_of_;  // [stride]: which of the tile's lanes stands here now
    std::size_t first_lane_ = 0;
    std::size_t num_live_ = 0;
    std::uint64_t step_ = 0;
    std::size_t before_ = 0;              // which of the two columns of weights is that before the step
    double factor_ = 0.0;                 // of the schedule, in the learning rates
    bool has_unrecorded_losses_ = false;  // the last step's
    std::uint64_t sample_layers_ = 0;
    EnsembleOutcome* outcome_ = nullptr;
};

}  // namespace skein::internal
