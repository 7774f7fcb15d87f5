#include "ensemble/lane_trainer.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/stop_request.hpp"
#include "ensemble/lane_update.hpp"
#include "training/end_of_run.hpp"

namespace skein::internal {
namespace {

/// How many samples x layers x lanes go by between two looks at whether to stop: about a millisecond.
constexpr std::uint64_t kWorkPerLook = std::uint64_t{1} << 20;

template <class Scalar>
BatchOrder order_of(const LaneData<Scalar>& data, const TrainingSettings& settings) {
    return {data.num_samples(), settings.batch_size, settings.sampling, settings.seed};
}

const std::atomic<bool>* stop_request(const EnsembleSettings& settings) {
    return settings.common.execution.stop_request;
}

}  // namespace

template <class Scalar>
LaneTrainer<Scalar>::LaneTrainer(std::span<const Activation> activations, const LaneData<Scalar>& data,
                                 const EnsembleSettings& settings, std::size_t num_lanes, std::size_t tile_lanes)
    : activation_of_layer_(activations),
      settings_(settings),
      stop_(settings.common.stop),
      columns_(settings, num_lanes, activations.size(), tile_lanes),
      losses_(columns_, settings),
      needs_norms_(settings.common.clip_norm || stop_.gradient_norm),
      samples_(data.samples, order_of(data, settings.common), settings.seeds, tile_lanes, columns_.stride()),
      all_samples_(data.samples, BatchOrder::all(data.num_samples()), {}, tile_lanes, columns_.stride()),
      steps_at_once_(activations, data, settings, columns_, losses_, samples_),
      gradient_(data, activations, samples_.order().batch_size(0), columns_.stride(), needs_norms_,
                stop_request(settings)),
      all_gradient_(data, activations, data.num_samples(), columns_.stride(), false, stop_request(settings)),
      activations_(to_index(columns_.stride()), to_index(activations.size())),
      deltas_(to_index(columns_.stride())),
      norms_(columns_.stride()),
      end_(end_of_run(stop_, samples_.order())) {}

template <class Scalar>
kernels::LaneTile<Scalar> LaneTrainer<Scalar>::tile(Scalar* weights) noexcept {
    return {activation_of_layer_.data(),
            activation_of_layer_.size(),
            columns_.whole_rows(),
            columns_.stride(),
            weights,
            activations_.data(),
            deltas_.data()};
}

template <class Scalar>
bool LaneTrainer<Scalar>::train(Ensemble<Scalar>& ensemble, std::size_t first_lane, std::size_t num_lanes,
                                EnsembleOutcome& outcome, SharedObserver& observer) {
    const std::atomic<bool>* const stop = stop_request(settings_);
    if (is_requested(stop)) {
        return false;
    }
    outcome_ = &outcome;
    begin_tile(ensemble, first_lane, num_lanes);
    std::uint64_t work_at_last_look = sample_layers_;
    while (columns_.num_live() != 0) {
        if (step_ >= end_) {
            losses_.record(step_);
            write_outcomes(0, columns_.num_live(), Status::reached_max_steps, cause_of_end());
            break;
        }
        step();
        if (gradient_.is_given_up() || all_gradient_.is_given_up()) {
            return false;
        }
        if (sample_layers_ - work_at_last_look > kWorkPerLook) {
            observer.after_work(sample_layers_ - work_at_last_look);
            work_at_last_look = sample_layers_;
            if (is_requested(stop)) {
                return false;
            }
        }
    }
    observer.after_work(sample_layers_ - work_at_last_look);
    return finish_tile(ensemble, num_lanes);
}

template <class Scalar>
void LaneTrainer<Scalar>::begin_tile(const Ensemble<Scalar>& ensemble, std::size_t first_lane, std::size_t num_lanes) {
    step_ = 0;
    factor_ = 0.0;
    columns_.pack(ensemble, first_lane, num_lanes, loss_to_watch(false));
    losses_.begin_tile(*outcome_);
    steps_at_once_.begin_tile();
    samples_.begin_tile(first_lane, num_lanes);
    all_samples_.begin_tile(first_lane, num_lanes);
}

template <class Scalar>
Cause LaneTrainer<Scalar>::cause_of_end() const noexcept {
    return stop_.max_steps && step_ >= *stop_.max_steps ? Cause::max_steps : Cause::max_epochs;
}

/// One step of all lanes that are left, as Run::step() does it for a chain alone; or several, if no lane needs a look.
template <class Scalar>
void LaneTrainer<Scalar>::step() {
    follow_schedule();
    if (const std::uint64_t num_steps = steps_at_once_.take(step_, end_); num_steps != 0) {
        step_ += num_steps;
        sample_layers_ +=
            num_steps * columns_.num_live() * samples_.order().batch_size(0) * activation_of_layer_.size();
    } else {
        if (take_step()) {
            examine_flagged();
        }
        losses_.end_step(step_);
        columns_.take_new_weights();
        ++step_;
    }
    const BatchOrder& order = samples_.order();
    if ((stop_.target_loss || stop_.gradient_norm) && !order.is_full_batch() && step_ % order.steps_per_epoch() == 0) {
        examine_epoch();
    }
}

template <class Scalar>
void LaneTrainer<Scalar>::follow_schedule() {
    Schedule schedule = settings_.common.schedule;
    schedule.scale = 1.0;
    const double factor = schedule.factor(step_);
    if (factor != factor_) {
        factor_ = factor;
        set_learning_rates(columns_, factor);
    }
}

/// Gradients and update; returns whether any lane needs to be looked at. Whoever looks needs the gradients, which a
/// step of one sample does not keep: they are computed again, which is rare.
template <class Scalar>
bool LaneTrainer<Scalar>::take_step() {
    const kernels::LaneTile<Scalar> lanes = tile(columns_.weights());
    const kernels::LossColumns<Scalar> losses = losses_.before(step_);
    const kernels::LossColumns<Scalar>* const losses_before = losses_.has_unrecorded() ? &losses : nullptr;
    bool is_any_flagged = false;
    if (gradient_.is_one_sample(samples_, step_)) {
        is_any_flagged = gradient_.step(lanes, columns_.num_live(), samples_, step_, losses_before,
                                        lane_update(columns_, gradient_, settings_, step_, losses_.of_step(step_)));
        if (is_any_flagged) {
            gradient_.compute(lanes, columns_.num_live(), samples_, step_, nullptr);
        }
    } else {
        gradient_.compute(lanes, columns_.num_live(), samples_, step_, losses_before);
        record_compression(gradient_);
        if (needs_norms_) {
            compute_norms(columns_, gradient_, settings_, std::span<double>(norms_));
        }
        is_any_flagged = kernels::kernels<Scalar>().update_lanes(
            lane_update(columns_, gradient_, settings_, step_, losses_.of_step(step_)));
    }
    sample_layers_ += gradient_.num_evaluated() * activation_of_layer_.size();
    return is_any_flagged || (stop_.gradient_norm && samples_.order().is_full_batch());
}

/// From the last lane on: whoever takes the place of a lane that ends has been looked at.
template <class Scalar>
void LaneTrainer<Scalar>::examine_flagged() {
    const Scalar* const flags = columns_.column(columns_.layout().flag);
    for (std::size_t lane = columns_.num_live(); lane-- > 0;) {
        if (flags[lane] == 0 && !(samples_.order().is_full_batch() && is_at_rest(lane, gradient_))) {
            continue;
        }
        if (const std::optional<Cause> cause = examine(lane)) {
            const bool converged = *cause == Cause::target_loss || *cause == Cause::gradient_norm;
            end_lane(lane,
                     converged                                ? Status::converged
                     : *cause == Cause::compression_tolerance ? Status::stopped
                                                              : Status::diverged,
                     *cause);
        }
    }
}

/// Why a lane ends before its weights are taken over, if it does: the rules of Run::judge() in their order.
template <class Scalar>
std::optional<Cause> LaneTrainer<Scalar>::examine(std::size_t lane) {
    const double loss = gradient_.loss(lane);
    if (gradient_.is_beyond_tolerance(lane)) {
        return Cause::compression_tolerance;
    }
    if (!std::isfinite(loss)) {
        return Cause::loss_not_finite;
    }
    mark(lane, loss);
    if (!std::isfinite(gradient_.norm_of_pull(lane, columns_.weights(), 0.0))) {
        return Cause::gradient_not_finite;
    }
    if (samples_.order().is_full_batch()) {
        if (const std::optional<Cause> cause = convergence(lane, gradient_)) {
            return cause;
        }
    }
    for (std::size_t layer = 0; layer < columns_.num_layers(); ++layer) {
        if (!std::isfinite(columns_.new_weights()[layer * columns_.stride() + lane])) {
            return Cause::weight_not_finite;
        }
    }
    return std::nullopt;
}

/// The rules that look at loss and gradient over all training data, as Run::convergence().
template <class Scalar>
std::optional<Cause> LaneTrainer<Scalar>::convergence(std::size_t lane, const LaneGradient<Scalar>& over_all) {
    if (stop_.target_loss && over_all.loss(lane) <= *stop_.target_loss) {
        return Cause::target_loss;
    }
    return is_at_rest(lane, over_all) ? std::optional(Cause::gradient_norm) : std::nullopt;
}

/// StopRules::gradient_norm.
template <class Scalar>
bool LaneTrainer<Scalar>::is_at_rest(std::size_t lane, const LaneGradient<Scalar>& over_all) {
    if (!stop_.gradient_norm) {
        return false;
    }
    const double weight_decay = settings_.weight_decay.empty() ? settings_.common.optimizer.weight_decay
                                                               : settings_.weight_decay[columns_.ensemble_lane(lane)];
    return over_all.norm_of_pull(lane, columns_.weights(), weight_decay) <= *stop_.gradient_norm;
}

/// Keeps the step if its loss is the first that is at most the marked one.
template <class Scalar>
void LaneTrainer<Scalar>::mark(std::size_t lane, double loss) {
    if (!settings_.marked_loss || !(loss <= *settings_.marked_loss)) {
        return;
    }
    std::uint64_t& marked_step = outcome_->marked_step[columns_.ensemble_lane(lane)];
    if (marked_step == kNever) {
        marked_step = step_;
        columns_.column(columns_.layout().watched_loss)[lane] = loss_to_watch(true);
    }
}

/// A lane whose loss is not above this is looked at. Rounding keeps order: what is at most the limit in double is at
/// most the rounded limit once rounded.
template <class Scalar>
Scalar LaneTrainer<Scalar>::loss_to_watch(bool is_marked) const noexcept {
    double limit = -1.0;
    if (stop_.target_loss && samples_.order().is_full_batch()) {
        limit = *stop_.target_loss;
    }
    if (settings_.marked_loss && !is_marked) {
        limit = std::max(limit, *settings_.marked_loss);
    }
    return static_cast<Scalar>(limit);
}

/// Target loss and gradient are looked at after epochs, over all data.
template <class Scalar>
void LaneTrainer<Scalar>::examine_epoch() {
    if (columns_.num_live() == 0) {
        return;
    }
    losses_.record(step_);
    if (stop_.gradient_norm) {
        all_gradient_.compute(tile(columns_.weights()), columns_.num_live(), all_samples_, 0, nullptr);
    } else {
        all_gradient_.compute_losses(tile(columns_.weights()), columns_.num_live(), all_samples_);
    }
    record_compression(all_gradient_);
    for (std::size_t lane = columns_.num_live(); lane-- > 0;) {
        if (const std::optional<Cause> cause = convergence(lane, all_gradient_)) {
            end_lane(lane, Status::converged, *cause);
        }
    }
}

/// Of the lanes as they stand, after any of their sums.
template <class Scalar>
void LaneTrainer<Scalar>::record_compression(const LaneGradient<Scalar>& gradient) {
    for (std::size_t lane = 0; gradient.is_compressed() && lane < columns_.num_live(); ++lane) {
        outcome_->compression[columns_.ensemble_lane(lane)] += gradient.record(lane);
    }
}

template <class Scalar>
void LaneTrainer<Scalar>::end_lane(std::size_t lane, Status status, Cause cause) {
    write_outcomes(lane, 1, status, cause);
    const std::size_t last = columns_.remove(lane);
    if (lane != last) {
        norms_[lane] = norms_[last];
        samples_.move_lane(last, lane);
        all_samples_.move_lane(last, lane);
    }
}

/// Of lanes [first, first + count) of the tile as it stands.
template <class Scalar>
void LaneTrainer<Scalar>::write_outcomes(std::size_t first, std::size_t count, Status status, Cause cause) {
    columns_.keep_weights(first, count);
    for (std::size_t lane = first; lane < first + count; ++lane) {
        const std::size_t to = columns_.ensemble_lane(lane);
        outcome_->status[to] = status;
        outcome_->cause[to] = cause;
        outcome_->steps[to] = step_;
    }
    if (step_ != 0) {
        losses_.write(first, count, step_, status != Status::diverged && status != Status::stopped);
    }
}

/// Writes the final weights, and the loss over all data that goes with them.
template <class Scalar>
bool LaneTrainer<Scalar>::finish_tile(Ensemble<Scalar>& ensemble, std::size_t num_lanes) {
    Scalar* const final_weights = columns_.restore_order(num_lanes);
    all_samples_.begin_tile(columns_.ensemble_lane(0), num_lanes);
    all_gradient_.compute_losses(tile(final_weights), num_lanes, all_samples_);
    record_compression(all_gradient_);
    if (all_gradient_.is_given_up()) {
        return false;
    }
    for (std::size_t lane = 0; lane < num_lanes; ++lane) {
        write_final_loss(lane);
    }
    columns_.unpack(ensemble);
    return true;
}

template <class Scalar>
void LaneTrainer<Scalar>::write_final_loss(std::size_t lane) {
    const std::size_t to = columns_.ensemble_lane(lane);
    const double loss = all_gradient_.loss(lane);
    outcome_->loss[to] = std::isnan(loss) ? std::numeric_limits<double>::quiet_NaN() : loss;
    if (outcome_->status[to] == Status::reached_max_steps && stop_.target_loss && loss <= *stop_.target_loss) {
        outcome_->status[to] = Status::converged;
        outcome_->cause[to] = Cause::target_loss;
    }
    if (outcome_->status[to] == Status::reached_max_steps && all_gradient_.is_beyond_tolerance(lane)) {
        outcome_->status[to] = Status::stopped;
        outcome_->cause[to] = Cause::compression_tolerance;
        outcome_->loss_decreased[to] = 0;
    }
}

template class LaneTrainer<float>;
template class LaneTrainer<double>;

}  // namespace skein::internal
