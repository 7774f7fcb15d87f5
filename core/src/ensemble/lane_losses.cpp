#include "ensemble/lane_losses.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace skein::internal {
namespace {

/// A compensated sum; infinite if it has overflowed, which leaves NaN behind.
template <class Scalar>
double total(Scalar sum, Scalar error) {
    const double value = static_cast<double>(sum) - static_cast<double>(error);
    return std::isfinite(value) ? value : std::numeric_limits<double>::infinity();
}

/// Counts the live lanes whose loss is above that of the step before.
template <class Scalar>
void count_increases(const LaneColumns<Scalar>& columns, const Scalar* before, const Scalar* losses,
                     std::vector<std::uint64_t>& increases) {
    for (std::size_t lane = 0; lane < columns.num_live(); ++lane) {
        increases[columns.ensemble_lane(lane)] += losses[lane] > before[lane] ? 1 : 0;
    }
}

}  // namespace

template <class Scalar>
LaneLosses<Scalar>::LaneLosses(LaneColumns<Scalar>& columns, const EnsembleSettings& settings)
    : columns_(columns), settings_(settings), last_losses_(columns.stride()) {}

template <class Scalar>
void LaneLosses<Scalar>::begin_tile(EnsembleOutcome& outcome) noexcept {
    outcome_ = &outcome;
    has_unrecorded_ = false;
}

template <class Scalar>
Scalar* LaneLosses<Scalar>::of_step(std::uint64_t step) noexcept {
    return columns_.column(columns_.layout().recent_losses + step % kRecentLosses);
}

template <class Scalar>
kernels::LossColumns<Scalar> LaneLosses<Scalar>::before(std::uint64_t step) noexcept {
    return {of_step(step + kRecentLosses - 1), columns_.loss_sums(), columns_.whole_rows()};
}

template <class Scalar>
void LaneLosses<Scalar>::end_step(std::uint64_t step) {
    const Scalar* const losses = of_step(step);
    if (step == 0) {
        std::copy_n(losses, columns_.num_live(), columns_.column(columns_.layout().first_loss));
    }
    if (settings_.counts_loss_increases && step != 0) {
        count_increases(columns_, of_step(step - 1), losses, outcome_->loss_increases);
    }
    keep(step, losses);
    has_unrecorded_ = true;
}

template <class Scalar>
void LaneLosses<Scalar>::end_recorded_steps(std::uint64_t step, std::uint64_t num_steps) {
    columns_.take_new_loss_sums();
    for (std::uint64_t index = 0; index < num_steps; ++index) {
        end_step(step + index);
    }
    has_unrecorded_ = false;
}

/// The losses that the outcome keeps as they are.
template <class Scalar>
void LaneLosses<Scalar>::keep(std::uint64_t step, const Scalar* losses) {
    const std::vector<std::uint64_t>& recorded = settings_.recorded_steps;
    const auto found = std::ranges::lower_bound(recorded, step);
    if (found == recorded.end() || *found != step) {
        return;
    }
    double* const to = outcome_->recorded_losses.data() +
                       static_cast<std::size_t>(found - recorded.begin()) * columns_.ensemble_lanes();
    for (std::size_t lane = 0; lane < columns_.num_live(); ++lane) {
        to[columns_.ensemble_lane(lane)] = static_cast<double>(losses[lane]);
    }
}

template <class Scalar>
void LaneLosses<Scalar>::record(std::uint64_t num_steps) {
    if (has_unrecorded_) {
        kernels::kernels<Scalar>().record_losses(before(num_steps));
        has_unrecorded_ = false;
    }
}

template <class Scalar>
void LaneLosses<Scalar>::write(std::size_t first, std::size_t count, std::uint64_t num_steps, bool may_have_decreased) {
    const std::uint64_t num_last = std::min<std::uint64_t>(kLastLosses, num_steps);
    std::fill_n(last_losses_.begin(), count, 0.0);
    for (std::uint64_t step = num_steps - num_last; step < num_steps; ++step) {
        const Scalar* const losses = of_step(step) + first;
        for (std::size_t lane = 0; lane < count; ++lane) {
            last_losses_[lane] += static_cast<double>(losses[lane]);
        }
    }
    const kernels::LossSums<Scalar> sums = columns_.loss_sums();
    for (std::size_t lane = 0; lane < count; ++lane) {
        write_lane(first + lane, sums, last_losses_[lane] / static_cast<double>(num_last), may_have_decreased);
    }
}

/// `last_loss`: the mean of the last losses.
template <class Scalar>
void LaneLosses<Scalar>::write_lane(std::size_t lane, const kernels::LossSums<Scalar>& sums, double last_loss,
                                    bool may_have_decreased) {
    const std::size_t to = columns_.ensemble_lane(lane);
    const double first_loss = static_cast<double>(columns_.column(columns_.layout().first_loss)[lane]);
    outcome_->first_loss[to] = first_loss;
    outcome_->smallest_loss[to] = static_cast<double>(sums.smallest[lane]);
    outcome_->normalised_loss_sum[to] = total(sums.sum[lane], sums.sum_error[lane]) / first_loss;
    outcome_->inverse_loss_sum[to] = total(sums.inverse_sum[lane], sums.inverse_sum_error[lane]) * first_loss;
    outcome_->loss_decreased[to] = may_have_decreased && last_loss < first_loss ? 1 : 0;
}

template class LaneLosses<float>;
template class LaneLosses<double>;

}  // namespace skein::internal
