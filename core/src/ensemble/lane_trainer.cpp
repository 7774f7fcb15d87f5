#include "ensemble/lane_trainer.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/stop_request.hpp"
#include "kernels/row_lanes.hpp"
#include "training/optimizer_columns.hpp"

namespace skein::internal {
namespace {

constexpr std::size_t kRow = kernels::kRowLanes;

/// The last losses of the steps done, and the loss of the step in progress: a lane may end before that is done.
constexpr std::size_t kRecentLosses = kLastLosses + 1;

/// How many samples x layers x lanes go by between two looks at whether to stop: about a millisecond.
constexpr std::uint64_t kWorkPerLook = std::uint64_t{1} << 20;

/// The columns of a tile are a whole number of rows long and one row apart from the next power of two: at a distance of
/// 1,024 or 4,096 bytes they would compete for the same sets of the L1 cache.
std::size_t stride_of(std::size_t tile_lanes) { return kernels::to_whole_rows(tile_lanes) + kRow; }

/// `column` is one per lane, or empty: then all have `common`.
template <class Value>
Value of_lane(const std::vector<Value>& column, std::size_t lane, Value common) {
    return column.empty() ? common : column[lane];
}

BatchOrder full_order(std::uint64_t num_samples) { return {num_samples, 0, Sampling::sequential, 0}; }

template <class Scalar>
BatchOrder order_of(const LaneData<Scalar>& data, const TrainingSettings& settings) {
    return {data.num_samples(), settings.batch_size, settings.sampling, settings.seed};
}

const std::atomic<bool>* stop_request(const EnsembleSettings& settings) {
    return settings.common.execution.stop_request;
}

/// A compensated sum; infinite where it has overflowed, which leaves NaN behind.
template <class Scalar>
double total(Scalar sum, Scalar error) {
    const double value = static_cast<double>(sum) - static_cast<double>(error);
    return std::isfinite(value) ? value : std::numeric_limits<double>::infinity();
}

}  // namespace

LaneLayout::LaneLayout(const EnsembleSettings& settings, std::size_t num_lanes, std::size_t num_layers)
    : num_rates(settings.learning_rates.size() > num_lanes ||
                        (settings.learning_rates.empty() && settings.common.learning_rates.size() > 1)
                    ? num_layers
                    : 1),
      num_columns(0) {
    const auto take = [this](std::size_t& first, std::size_t count) {
        first = num_columns;
        num_columns += count;
    };
    const int num_moments = optimizer_traits(settings.common.optimizer.kind).num_moments;
    take(weights[0], num_layers);
    take(weights[1], num_layers);
    take(base_rates, num_rates);
    take(rates, num_rates);
    take(first_moment, num_moments >= 1 ? num_layers : 0);
    take(second_moment, num_moments >= 2 ? num_layers : 0);
    for (std::size_t* const single : {&momentum, &weight_decay, &gradient_scale, &watched_loss, &flag, &smallest_loss,
                                      &loss_sum, &loss_sum_error, &inverse_sum, &inverse_sum_error, &first_loss}) {
        take(*single, 1);
    }
    take(recent_losses, kRecentLosses);
}

template <class Scalar>
LaneTrainer<Scalar>::LaneTrainer(std::span<const Activation> activations, const LaneData<Scalar>& data,
                                 const EnsembleSettings& settings, std::size_t num_lanes, std::size_t tile_lanes)
    : activation_of_layer_(activations),
      settings_(settings),
      stop_(settings.common.stop),
      ensemble_lanes_(num_lanes),
      layout_(settings, num_lanes, activations.size()),
      stride_(stride_of(tile_lanes)),
      needs_norms_(settings.common.clip_norm || stop_.gradient_norm),
      samples_(data.samples, order_of(data, settings.common), settings.seeds, tile_lanes, stride_),
      all_samples_(data.samples, full_order(data.num_samples()), {}, tile_lanes, stride_),
      gradient_(data, activations, samples_.order().batch_size(0), stride_, needs_norms_, stop_request(settings)),
      all_gradient_(data, activations, data.num_samples(), stride_, false, stop_request(settings)),
      state_(to_index(stride_), to_index(layout_.num_columns)),
      activations_(to_index(stride_), to_index(activations.size())),
      deltas_(to_index(stride_)),
      final_weights_(to_index(stride_), to_index(activations.size())),
      norms_(stride_),
      last_losses_(stride_),
      scales_(stride_),
      lane_of_(stride_) {}

template <class Scalar>
std::size_t LaneTrainer<Scalar>::whole_rows() const noexcept {
    return kernels::to_whole_rows(num_live_);
}

template <class Scalar>
kernels::LaneTile<Scalar> LaneTrainer<Scalar>::tile(Scalar* weights) noexcept {
    return {activation_of_layer_.data(),
            activation_of_layer_.size(),
            whole_rows(),
            stride_,
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
    pack(ensemble, first_lane, num_lanes);
    std::uint64_t work_at_last_look = sample_layers_;
    while (num_live_ != 0) {
        if (const std::optional<Cause> cause = length_reached()) {
            record_losses();
            write_outcomes(0, num_live_, Status::reached_max_steps, *cause);
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
    return unpack(ensemble, num_lanes);
}

/// The lanes that fill up the last row are chains of zeros that do not learn.
template <class Scalar>
void LaneTrainer<Scalar>::pack(const Ensemble<Scalar>& ensemble, std::size_t first_lane, std::size_t num_lanes) {
    const Optimizer& optimizer = settings_.common.optimizer;
    first_lane_ = first_lane;
    num_live_ = num_lanes;
    step_ = 0;
    before_ = 0;
    factor_ = 0.0;
    has_unrecorded_losses_ = false;
    state_.setZero();
    final_weights_.setZero();
    std::fill_n(column(layout_.watched_loss), stride_, Scalar(-1));
    for (std::size_t layer = 0; layer < activation_of_layer_.size(); ++layer) {
        std::copy_n(ensemble.layer(layer).data() + first_lane, num_lanes, column(layout_.weights[0] + layer));
    }
    for (std::size_t row = 0; row < num_lanes; ++row) {
        const std::size_t lane = first_lane + row;
        lane_of_[row] = row;
        scales_[row] = of_lane(settings_.schedule_scale, lane, settings_.common.schedule.scale);
        column(layout_.momentum)[row] =
            static_cast<Scalar>(of_lane(settings_.momentum, lane, optimizer.momentum_or_default()));
        column(layout_.weight_decay)[row] =
            static_cast<Scalar>(of_lane(settings_.weight_decay, lane, optimizer.weight_decay));
        column(layout_.watched_loss)[row] = loss_to_watch(false);
        column(layout_.smallest_loss)[row] = std::numeric_limits<Scalar>::infinity();
        for (std::size_t rate = 0; rate < layout_.num_rates; ++rate) {
            const double common =
                settings_.common.learning_rates[settings_.common.learning_rates.size() == 1 ? 0 : rate];
            column(layout_.base_rates + rate)[row] =
                static_cast<Scalar>(of_lane(settings_.learning_rates, rate * ensemble_lanes_ + lane, common));
        }
    }
    samples_.begin_tile(first_lane, num_lanes);
    all_samples_.begin_tile(first_lane, num_lanes);
}

template <class Scalar>
std::optional<Cause> LaneTrainer<Scalar>::length_reached() const noexcept {
    if (stop_.max_steps && step_ >= *stop_.max_steps) {
        return Cause::max_steps;
    }
    if (stop_.max_epochs && step_ / samples_.order().steps_per_epoch() >= *stop_.max_epochs) {
        return Cause::max_epochs;
    }
    return std::nullopt;
}

/// One step of all lanes that are left, as Run::step() does it for a chain alone.
template <class Scalar>
void LaneTrainer<Scalar>::step() {
    set_learning_rates();
    if (take_step()) {
        examine_flagged();
    }
    keep_losses();
    has_unrecorded_losses_ = true;
    before_ = 1 - before_;
    ++step_;
    if (stop_.target_loss && !samples_.order().is_full_batch() && step_ % samples_.order().steps_per_epoch() == 0) {
        examine_epoch();
    }
}

template <class Scalar>
void LaneTrainer<Scalar>::set_learning_rates() {
    Schedule schedule = settings_.common.schedule;
    schedule.scale = 1.0;
    const double factor = schedule.factor(step_);
    if (factor == factor_) {
        return;
    }
    factor_ = factor;
    for (std::size_t rate = 0; rate < layout_.num_rates; ++rate) {
        for (std::size_t lane = 0; lane < num_live_; ++lane) {
            column(layout_.rates + rate)[lane] =
                column(layout_.base_rates + rate)[lane] * static_cast<Scalar>(scales_[lane] * factor);
        }
    }
}

/// Norms over the layers, in layer order, as gradient_norm(); what they scale gradients by.
template <class Scalar>
void LaneTrainer<Scalar>::compute_norms() {
    const std::size_t num_lanes = whole_rows();
    std::fill_n(norms_.begin(), num_lanes, 0.0);
    for (std::size_t layer = 0; layer < activation_of_layer_.size(); ++layer) {
        const Scalar* const gradients = gradient_.sums() + (kernels::kFirstGradientSum + layer) * stride_;
        for (std::size_t lane = 0; lane < num_lanes; ++lane) {
            norms_[lane] += static_cast<double>(gradients[lane]) * static_cast<double>(gradients[lane]);
        }
    }
    for (std::size_t lane = 0; lane < num_lanes; ++lane) {
        norms_[lane] = std::sqrt(norms_[lane]);
        column(layout_.gradient_scale)[lane] =
            static_cast<Scalar>(clip_scale(settings_.common.clip_norm, norms_[lane]));
    }
}

template <class Scalar>
kernels::LaneUpdate<Scalar> LaneTrainer<Scalar>::lane_update() noexcept {
    const Optimizer& optimizer = settings_.common.optimizer;
    const bool decays = optimizer.weight_decay != 0.0 || !settings_.weight_decay.empty();
    const bool clips = settings_.common.clip_norm.has_value();
    return {
        .rule = update_rule<Scalar>(optimizer, step_),
        .num_layers = activation_of_layer_.size(),
        .num_lanes = whole_rows(),
        .stride = stride_,
        .is_plain = optimizer.kind == Optimizer::Kind::sgd && !decays && !clips,
        .sums = gradient_.sums(),
        .empty_slots = gradient_.empty_slots(),
        .reciprocal = gradient_.reciprocal(),
        .learning_rates = column(layout_.rates),
        .learning_rate_stride = layout_.num_rates == 1 ? 0 : stride_,
        .momentum = column(layout_.momentum),
        .weight_decay = column(layout_.weight_decay),
        .gradient_scale = clips ? column(layout_.gradient_scale) : nullptr,
        .weights = column(layout_.weights[before_]),
        .new_weights = column(layout_.weights[1 - before_]),
        .first_moment = column(layout_.first_moment),
        .second_moment = column(layout_.second_moment),
        .losses = column(layout_.recent_losses + step_ % kRecentLosses),
        .watched_losses = column(layout_.watched_loss),
        .flags = column(layout_.flag),
    };
}

/// Gradients and update; returns whether any lane needs to be looked at. Whoever looks needs the gradients, which a
/// step of one sample does not keep: they are computed again, which is rare.
template <class Scalar>
bool LaneTrainer<Scalar>::take_step() {
    const kernels::LaneTile<Scalar> lanes = tile(column(layout_.weights[before_]));
    const kernels::LossColumns<Scalar> losses = loss_columns();
    const kernels::LossColumns<Scalar>* const losses_before = has_unrecorded_losses_ ? &losses : nullptr;
    bool is_any_flagged = false;
    if (gradient_.is_one_sample(samples_, step_)) {
        is_any_flagged = gradient_.step(lanes, num_live_, samples_, step_, losses_before, lane_update());
        if (is_any_flagged) {
            gradient_.compute(lanes, num_live_, samples_, step_, nullptr);
        }
    } else {
        gradient_.compute(lanes, num_live_, samples_, step_, losses_before);
        record_compression(gradient_);
        if (needs_norms_) {
            compute_norms();
        }
        is_any_flagged = kernels::kernels<Scalar>().update_lanes(lane_update());
    }
    sample_layers_ += gradient_.num_evaluated() * activation_of_layer_.size();
    return is_any_flagged || stop_.gradient_norm.has_value();
}

/// From the last lane on: whoever takes the place of a lane that ends has been looked at.
template <class Scalar>
void LaneTrainer<Scalar>::examine_flagged() {
    for (std::size_t lane = num_live_; lane-- > 0;) {
        if (column(layout_.flag)[lane] == 0 && !(stop_.gradient_norm && norms_[lane] <= *stop_.gradient_norm)) {
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
    const std::size_t num_layers = activation_of_layer_.size();
    const double loss = gradient_.loss(lane);
    if (gradient_.is_beyond_tolerance(lane)) {
        return Cause::compression_tolerance;
    }
    if (!std::isfinite(loss)) {
        return Cause::loss_not_finite;
    }
    std::uint64_t& marked_step = outcome_->marked_step[first_lane_ + lane_of_[lane]];
    if (settings_.marked_loss && marked_step == kNever && loss <= *settings_.marked_loss) {
        marked_step = step_;
        column(layout_.watched_loss)[lane] = loss_to_watch(true);
    }
    double squares = 0.0;
    for (std::size_t layer = 0; layer < num_layers; ++layer) {
        const double gradient = static_cast<double>(gradient_.weight_gradient(lane, layer));
        squares += gradient * gradient;
    }
    const double norm = std::sqrt(squares);
    if (!std::isfinite(norm)) {
        return Cause::gradient_not_finite;
    }
    if (samples_.order().is_full_batch() && stop_.target_loss && loss <= *stop_.target_loss) {
        return Cause::target_loss;
    }
    if (stop_.gradient_norm && norm <= *stop_.gradient_norm) {
        return Cause::gradient_norm;
    }
    for (std::size_t layer = 0; layer < num_layers; ++layer) {
        if (!std::isfinite(column(layout_.weights[1 - before_] + layer)[lane])) {
            return Cause::weight_not_finite;
        }
    }
    return std::nullopt;
}

/// A lane whose loss is not above this is looked at. Rounding keeps order: what is at most the limit in double is at most
/// the rounded limit once rounded.
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

/// The last step's losses, and what they are added to.
template <class Scalar>
kernels::LossColumns<Scalar> LaneTrainer<Scalar>::loss_columns() noexcept {
    return {column(layout_.recent_losses + (step_ + kRecentLosses - 1) % kRecentLosses),
            column(layout_.smallest_loss),
            column(layout_.loss_sum),
            column(layout_.loss_sum_error),
            column(layout_.inverse_sum),
            column(layout_.inverse_sum_error),
            whole_rows()};
}

/// Where the next step is not there to do it.
template <class Scalar>
void LaneTrainer<Scalar>::record_losses() {
    if (has_unrecorded_losses_) {
        kernels::kernels<Scalar>().record_losses(loss_columns());
        has_unrecorded_losses_ = false;
    }
}

/// The losses that are kept as they are, of all lanes that have done the step.
template <class Scalar>
void LaneTrainer<Scalar>::keep_losses() {
    const Scalar* const losses = column(layout_.recent_losses + step_ % kRecentLosses);
    if (step_ == 0) {
        std::copy_n(losses, num_live_, column(layout_.first_loss));
    }
    const std::vector<std::uint64_t>& recorded = settings_.recorded_steps;
    const auto found = std::ranges::lower_bound(recorded, step_);
    if (found == recorded.end() || *found != step_) {
        return;
    }
    double* const to = outcome_->recorded_losses.data() +
                       static_cast<std::size_t>(found - recorded.begin()) * ensemble_lanes_ + first_lane_;
    for (std::size_t lane = 0; lane < num_live_; ++lane) {
        to[lane_of_[lane]] = static_cast<double>(losses[lane]);
    }
}

/// The target loss is looked at after epochs, over all data.
template <class Scalar>
void LaneTrainer<Scalar>::examine_epoch() {
    if (num_live_ == 0) {
        return;
    }
    record_losses();
    all_gradient_.compute_losses(tile(column(layout_.weights[before_])), num_live_, all_samples_);
    record_compression(all_gradient_);
    for (std::size_t lane = num_live_; lane-- > 0;) {
        if (all_gradient_.loss(lane) <= *stop_.target_loss) {
            end_lane(lane, Status::converged, Cause::target_loss);
        }
    }
}

/// Of the lanes as they stand, after any of their sums.
template <class Scalar>
void LaneTrainer<Scalar>::record_compression(const LaneGradient<Scalar>& gradient) {
    for (std::size_t lane = 0; gradient.is_compressed() && lane < num_live_; ++lane) {
        outcome_->compression[first_lane_ + lane_of_[lane]] += gradient.record(lane);
    }
}

template <class Scalar>
void LaneTrainer<Scalar>::end_lane(std::size_t lane, Status status, Cause cause) {
    write_outcomes(lane, 1, status, cause);
    remove(lane);
}

/// Of lanes [first, first + count) of the tile as it stands.
template <class Scalar>
void LaneTrainer<Scalar>::write_outcomes(std::size_t first, std::size_t count, Status status, Cause cause) {
    for (std::size_t layer = 0; layer < activation_of_layer_.size(); ++layer) {
        const Scalar* const weights = column(layout_.weights[before_] + layer);
        Scalar* const to = final_weights_.col(to_index(layer)).data();
        for (std::size_t lane = first; lane < first + count; ++lane) {
            to[lane_of_[lane]] = weights[lane];
        }
    }
    for (std::size_t lane = first; lane < first + count; ++lane) {
        const std::size_t to = first_lane_ + lane_of_[lane];
        outcome_->status[to] = status;
        outcome_->cause[to] = cause;
        outcome_->steps[to] = step_;
    }
    if (step_ != 0) {
        write_losses(first, count, status != Status::diverged && status != Status::stopped);
    }
}

template <class Scalar>
void LaneTrainer<Scalar>::write_losses(std::size_t first, std::size_t count, bool may_have_decreased) {
    const std::uint64_t num_last = std::min<std::uint64_t>(kLastLosses, step_);
    std::fill_n(last_losses_.begin(), count, 0.0);
    for (std::uint64_t step = step_ - num_last; step < step_; ++step) {
        const Scalar* const losses = column(layout_.recent_losses + step % kRecentLosses) + first;
        for (std::size_t lane = 0; lane < count; ++lane) {
            last_losses_[lane] += static_cast<double>(losses[lane]);
        }
    }
    for (std::size_t lane = first; lane < first + count; ++lane) {
        const std::size_t to = first_lane_ + lane_of_[lane];
        const double first_loss = static_cast<double>(column(layout_.first_loss)[lane]);
        outcome_->first_loss[to] = first_loss;
        outcome_->smallest_loss[to] = static_cast<double>(column(layout_.smallest_loss)[lane]);
        outcome_->normalised_loss_sum[to] =
            total(column(layout_.loss_sum)[lane], column(layout_.loss_sum_error)[lane]) / first_loss;
        outcome_->inverse_loss_sum[to] =
            total(column(layout_.inverse_sum)[lane], column(layout_.inverse_sum_error)[lane]) * first_loss;
        const double last_loss = last_losses_[lane - first] / static_cast<double>(num_last);
        outcome_->loss_decreased[to] = may_have_decreased && last_loss < first_loss ? 1 : 0;
    }
}

/// The last lane takes the place of one that has ended; its own becomes a chain of zeros that does not learn.
template <class Scalar>
void LaneTrainer<Scalar>::remove(std::size_t lane) {
    const std::size_t last = --num_live_;
    if (lane != last) {
        state_.row(to_index(lane)) = state_.row(to_index(last));
        norms_[lane] = norms_[last];
        scales_[lane] = scales_[last];
        lane_of_[lane] = lane_of_[last];
        samples_.move_lane(last, lane);
        all_samples_.move_lane(last, lane);
    }
    state_.row(to_index(last)).setZero();
    column(layout_.watched_loss)[last] = Scalar(-1);
}

/// Final weights, and the loss over all data that goes with them.
template <class Scalar>
bool LaneTrainer<Scalar>::unpack(Ensemble<Scalar>& ensemble, std::size_t num_lanes) {
    num_live_ = num_lanes;
    std::iota(lane_of_.begin(), lane_of_.begin() + static_cast<std::ptrdiff_t>(num_lanes), std::size_t{0});
    all_samples_.begin_tile(first_lane_, num_lanes);
    all_gradient_.compute_losses(tile(final_weights_.data()), num_live_, all_samples_);
    record_compression(all_gradient_);
    num_live_ = 0;
    if (all_gradient_.is_given_up()) {
        return false;
    }
    for (std::size_t layer = 0; layer < activation_of_layer_.size(); ++layer) {
        std::copy_n(final_weights_.col(to_index(layer)).data(), num_lanes, ensemble.layer(layer).data() + first_lane_);
    }
    for (std::size_t lane = 0; lane < num_lanes; ++lane) {
        const std::size_t to = first_lane_ + lane;
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
    return true;
}

template class LaneTrainer<float>;
template class LaneTrainer<double>;

}  // namespace skein::internal
