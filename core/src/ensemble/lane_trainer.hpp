// Trains the lanes of one tile: all their steps.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "base/eigen_core.hpp"
#include "ensemble/lane_columns.hpp"
#include "ensemble/lane_data.hpp"
#include "ensemble/lane_gradient.hpp"
#include "ensemble/lane_losses.hpp"
#include "ensemble/lane_samples.hpp"
#include "ensemble/shared_observer.hpp"
#include "ensemble/steps_at_once.hpp"
#include "skein/ensemble_trainer.hpp"

namespace skein::internal {

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
    kernels::LaneTile<Scalar> tile(Scalar* weights) noexcept;

    void begin_tile(const Ensemble<Scalar>& ensemble, std::size_t first_lane, std::size_t num_lanes);
    Cause cause_of_end() const noexcept;
    void step();
    void follow_schedule();
    bool take_step();
    void examine_flagged();
    std::optional<Cause> examine(std::size_t lane);
    std::optional<Cause> convergence(std::size_t lane, const LaneGradient<Scalar>& over_all);
    bool is_at_rest(std::size_t lane, const LaneGradient<Scalar>& over_all);
    void mark(std::size_t lane, double loss);
    Scalar loss_to_watch(bool is_marked) const noexcept;
    void examine_epoch();
    void record_compression(const LaneGradient<Scalar>& gradient);
    void end_lane(std::size_t lane, Status status, Cause cause);
    void write_outcomes(std::size_t first, std::size_t count, Status status, Cause cause);
    bool finish_tile(Ensemble<Scalar>& ensemble, std::size_t num_lanes);
    void write_final_loss(std::size_t lane);

    std::span<const Activation> activation_of_layer_;
    const EnsembleSettings& settings_;
    const StopRules& stop_;
    LaneColumns<Scalar> columns_;
    LaneLosses<Scalar> losses_;
    bool needs_norms_;
    LaneSamples<Scalar> samples_;
    LaneSamples<Scalar> all_samples_;  // of a full batch
    StepsAtOnce<Scalar> steps_at_once_;
    LaneGradient<Scalar> gradient_;
    LaneGradient<Scalar> all_gradient_;
    Columns<Scalar> activations_;  // scratch [stride x layers]
    Column<Scalar> deltas_;        // scratch [stride]
    std::vector<double> norms_;    // [stride]
    std::uint64_t step_ = 0;
    std::uint64_t end_;    // of the run, in steps
    double factor_ = 0.0;  // of the schedule, in the learning rates
    std::uint64_t sample_layers_ = 0;
    EnsembleOutcome* outcome_ = nullptr;
};

}  // namespace skein::internal
