#include "ensemble/steps_at_once.hpp"

#include <algorithm>
#include <bit>
#include <limits>

#include "kernels/kernel_table.hpp"
#include "skein/gradient.hpp"

namespace skein::internal {
namespace {

constexpr std::uint64_t kUnlimited = std::numeric_limits<std::uint64_t>::max();

/// Samples x layers x lanes between two looks at whether to stop, at most.
constexpr std::uint64_t kMaxWork = std::uint64_t{1} << 20;

/// Steps from `step` on at one factor of the schedule.
std::uint64_t steps_of_one_factor(const Schedule& schedule, std::uint64_t step) {
    if (step < schedule.warm_up_steps) {
        return 1;
    }
    switch (schedule.kind) {
        case Schedule::Kind::constant: return kUnlimited;
        case Schedule::Kind::step:
            return schedule.every_steps == 0
                       ? kUnlimited
                       : schedule.every_steps - (step - schedule.warm_up_steps) % schedule.every_steps;
        default: return 1;
    }
}

/// Whether a step is w - eta g alone, and only what the kernel flags can end a lane in it.
bool is_plain(const EnsembleSettings& settings) {
    const TrainingSettings& common = settings.common;
    return common.optimizer.kind == Optimizer::Kind::sgd && common.optimizer.weight_decay == 0.0 &&
           settings.weight_decay.empty() && !common.clip_norm && !common.stop.gradient_norm;
}

/// Whether all mini-batches are of one size, and a sum over one is rounded as the kernel does it (LaneGradient).
template <class Scalar>
bool has_plain_batches(const BatchOrder& order) {
    const std::uint64_t size = order.batch_size(0);
    const bool has_tails = order.sampling() != Sampling::with_replacement && order.num_samples() % size != 0;
    return size <= kChunkSamples && !has_tails && (sizeof(Scalar) == sizeof(double) || std::has_single_bit(size));
}

}  // namespace

template <class Scalar>
StepsAtOnce<Scalar>::StepsAtOnce(std::span<const Activation> activations, const LaneData<Scalar>& data,
                                 const EnsembleSettings& settings, LaneColumns<Scalar>& columns,
                                 LaneLosses<Scalar>& losses, LaneSamples<Scalar>& samples)
    : activations_(activations),
      settings_(settings),
      columns_(columns),
      losses_(losses),
      samples_(samples),
      is_possible_(activations[0] == Activation::tanh &&
                   std::ranges::count(activations, activations[0]) == std::ssize(activations) &&
                   activations.size() <= kernels::kernels<Scalar>().max_step_layers && data.compressed == nullptr &&
                   (samples.is_shared() || (samples.is_drawn() && samples.order().batch_size(0) == 1)) &&
                   !samples.is_weighted() && is_plain(settings) && has_plain_batches<Scalar>(samples.order())) {
    if (is_possible_) {
        visits_ = slot_visits(static_cast<std::size_t>(samples.order().batch_size(0)));
    }
}

template <class Scalar>
void StepsAtOnce<Scalar>::begin_tile() noexcept {
    next_try_ = 0;
    pause_ = kernels::kStepsAtOnce;
}

template <class Scalar>
std::uint64_t StepsAtOnce<Scalar>::count(std::uint64_t step, std::uint64_t end) const noexcept {
    const BatchOrder& order = samples_.order();
    std::uint64_t num_steps = std::min<std::uint64_t>(samples_.max_steps_at_once(), end - step);
    num_steps = std::min(num_steps, steps_of_one_factor(settings_.common.schedule, step));
    if (settings_.common.stop.target_loss && !order.is_full_batch()) {  // the trainer looks after each epoch
        num_steps = std::min(num_steps, order.steps_per_epoch() - step % order.steps_per_epoch());
    }
    return std::min(num_steps, kMaxWork / (columns_.whole_rows() * visits_.size() * activations_.size()));
}

template <class Scalar>
kernels::LaneSteps<Scalar> StepsAtOnce<Scalar>::lane_steps(std::uint64_t step, std::uint64_t num_steps) {
    const BatchOrder& order = samples_.order();
    const LaneLayout& layout = columns_.layout();
    const std::size_t batch_size = visits_.size();
    const bool is_one_batch = order.is_full_batch() && order.sampling() == Sampling::sequential;
    samples_.begin_chunk(step, 0, is_one_batch ? batch_size : static_cast<std::size_t>(num_steps) * batch_size,
                         columns_.whole_rows());
    const auto sample = samples_.sample(0);
    return {.activation = activations_[0],
            .num_layers = activations_.size(),
            .num_lanes = columns_.whole_rows(),
            .stride = columns_.stride(),
            .num_steps = static_cast<std::size_t>(num_steps),
            .x = sample.x,
            .y = sample.y,
            .sample_stride = sample.is_per_lane ? samples_.sample_distance()
                             : is_one_batch     ? 0
                                                : batch_size,
            .is_per_lane = sample.is_per_lane,
            .visits = visits_.data(),
            .num_visits = batch_size,
            .empty_slots = batch_size < kNumSlots ? Scalar(0) : -Scalar(0),
            .reciprocal = Scalar(1) / static_cast<Scalar>(batch_size),
            .learning_rates = columns_.column(layout.rates),
            .learning_rate_stride = layout.num_rates == 1 ? 0 : columns_.stride(),
            .weights = columns_.weights(),
            .new_weights = columns_.new_weights(),
            .sums = columns_.loss_sums(),
            .new_sums = columns_.new_loss_sums(),
            .losses = columns_.column(layout.recent_losses),
            .first_slot = static_cast<std::size_t>(step % kRecentLosses),
            .num_slots = kRecentLosses,
            .watched_losses = columns_.column(layout.watched_loss)};
}

template <class Scalar>
std::uint64_t StepsAtOnce<Scalar>::take(std::uint64_t step, std::uint64_t end) {
    if (!is_possible_ || step < next_try_) {
        return 0;
    }
    const std::uint64_t num_steps = count(step, end);
    if (num_steps < 2) {
        return 0;
    }
    losses_.record(step);
    if (!kernels::kernels<Scalar>().take_steps(lane_steps(step, num_steps))) {
        next_try_ = step + num_steps + pause_;
        pause_ *= 2;
        return 0;
    }
    pause_ = kernels::kStepsAtOnce;
    columns_.take_new_weights();
    losses_.end_recorded_steps(step, num_steps);
    return num_steps;
}

template class StepsAtOnce<float>;
template class StepsAtOnce<double>;

}  // namespace skein::internal
