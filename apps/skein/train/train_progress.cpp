#include "train/train_progress.hpp"

#include <algorithm>

#include "console/numbers.hpp"

namespace skein::app {
namespace {

/// The part of the run that is done, by steps or by time, whichever ends it first; negative if nothing limits it.
double fraction_done(const ProgressState& state) {
    double fraction = -1.0;
    if (state.max_steps && *state.max_steps > 0) {
        fraction = static_cast<double>(state.step) / static_cast<double>(*state.max_steps);
    }
    if (state.max_seconds && *state.max_seconds > 0) {
        fraction = std::max(fraction, state.seconds / *state.max_seconds);
    }
    return std::min(fraction, 1.0);
}

}  // namespace

std::vector<std::string> progress_parts(const ProgressState& state) {
    const double fraction = fraction_done(state);
    std::vector<std::string> parts{"step " + grouped(state.step)};
    if (state.max_steps) {
        parts[0] += " of " + grouped(*state.max_steps);
    }
    if (fraction >= 0) {
        parts.push_back(percent_done(fraction));
    }
    parts.push_back("loss " + rounded(state.loss, 3));
    if (fraction > 0) {
        parts.push_back(time_left(state.seconds, fraction));
    }
    parts.push_back(rounded(state.sample_layers_per_second, 3) + " sample-layers/s");
    parts.push_back("epoch " + grouped((state.step - 1) / state.steps_per_epoch + 1));
    return parts;
}

template <class Scalar>
Progress<Scalar>::Progress(const TrainingSettings& settings, std::uint64_t num_samples, std::uint64_t steps_per_epoch,
                           std::optional<std::uint64_t> max_steps, double loss_factor, bool quiet)
    : samples_per_step_(static_cast<double>(settings.batch_size == 0 ? num_samples : settings.batch_size)),
      samples_per_epoch_(static_cast<double>(num_samples)),
      loss_factor_(loss_factor),
      state_{0, steps_per_epoch, 0.0, 0.0, 0.0, max_steps, settings.stop.max_seconds},
      line_(quiet) {}

template <class Scalar>
double Progress<Scalar>::samples_seen(std::uint64_t step) const {
    return static_cast<double>(step / state_.steps_per_epoch) * samples_per_epoch_ +
           static_cast<double>(step % state_.steps_per_epoch) * samples_per_step_;
}

template <class Scalar>
bool Progress<Scalar>::after_step(const StepReport<Scalar>& report) {
    line_.update([&] {
        state_.step = report.step;
        state_.loss = loss_factor_ * report.loss;
        state_.seconds = line_.seconds();
        state_.sample_layers_per_second =
            samples_seen(report.step) * static_cast<double>(report.chain.num_layers()) / state_.seconds;
        return progress_parts(state_);
    });
    return true;
}

template class Progress<float>;
template class Progress<double>;

}  // namespace skein::app
