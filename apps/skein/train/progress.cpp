#include "train/progress.hpp"

#include <unistd.h>

#include <algorithm>
#include <vector>

#include "console/numbers.hpp"
#include "console/streams.hpp"

namespace skein::app {
namespace {

constexpr std::string_view kClearLine = "\r\x1b[K";

void show(std::string_view text) {
    [[maybe_unused]] const ssize_t written = ::write(STDERR_FILENO, text.data(), text.size());
}

/// The part of the run that is done, by steps or by time, whichever ends it first; negative where nothing limits it.
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

void show_progress_line(const std::string& line) { show(std::string(kClearLine) + line); }

void clear_progress_line() { show(kClearLine); }

std::string joined_to_width(const std::vector<std::string>& parts, std::size_t columns) {
    std::string line;
    for (const std::string& part : parts) {
        if (line.size() + 2 + part.size() >= columns) {
            break;
        }
        line += (line.empty() ? "" : "  ") + part;
    }
    return line;
}

std::string progress_line(const ProgressState& state, std::size_t columns) {
    const double fraction = fraction_done(state);
    std::vector<std::string> parts{"step " + grouped(state.step)};
    if (state.max_steps) {
        parts[0] += " of " + grouped(*state.max_steps);
    }
    if (fraction >= 0) {
        parts.push_back(std::to_string(static_cast<int>(100 * fraction)) + " %");
    }
    parts.push_back("loss " + rounded(state.loss, 3));
    if (fraction > 0) {
        parts.push_back(duration(state.seconds / fraction * (1.0 - fraction)) + " left");
    }
    parts.push_back(rounded(state.sample_layers_per_second, 3) + " sample-layers/s");
    parts.push_back("epoch " + grouped((state.step - 1) / state.steps_per_epoch + 1));
    return joined_to_width(parts, columns);
}

template <class Scalar>
Progress<Scalar>::Progress(const TrainingSettings& settings, std::uint64_t num_samples, std::uint64_t steps_per_epoch,
                           std::optional<std::uint64_t> max_steps, bool quiet)
    : is_shown_(!quiet && error_is_terminal()),
      samples_per_step_(static_cast<double>(settings.batch_size == 0 ? num_samples : settings.batch_size)),
      samples_per_epoch_(static_cast<double>(num_samples)),
      state_{0, steps_per_epoch, 0.0, 0.0, 0.0, max_steps, settings.stop.max_seconds} {}

template <class Scalar>
Progress<Scalar>::~Progress() {
    if (has_line_) {
        clear_progress_line();
    }
}

template <class Scalar>
double Progress<Scalar>::samples_seen(std::uint64_t step) const {
    return static_cast<double>(step / state_.steps_per_epoch) * samples_per_epoch_ +
           static_cast<double>(step % state_.steps_per_epoch) * samples_per_step_;
}

template <class Scalar>
bool Progress<Scalar>::after_step(const StepReport<Scalar>& report) {
    if (!is_shown_) {
        return true;
    }
    const Clock::time_point now = Clock::now();
    if (now - last_ < kProgressInterval) {
        return true;
    }
    last_ = now;
    state_.step = report.step;
    state_.loss = report.loss;
    state_.seconds = std::chrono::duration<double>(now - start_).count();
    state_.sample_layers_per_second =
        samples_seen(report.step) * static_cast<double>(report.chain.num_layers()) / state_.seconds;
    has_line_ = true;
    show_progress_line(progress_line(state_, error_terminal_columns()));
    return true;
}

template class Progress<float>;
template class Progress<double>;

}  // namespace skein::app
