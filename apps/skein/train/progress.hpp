// The line on the terminal that tells how far a run is.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "skein/trainer.hpp"

namespace skein::app {

/// How often a line is shown anew.
inline constexpr std::chrono::milliseconds kProgressInterval{200};

/// Puts a line in the place of the one before; takes it away.
void show_progress_line(const std::string& line);
void clear_progress_line();

/// As many of `parts` as fit.
std::string joined_to_width(const std::vector<std::string>& parts, std::size_t columns);

/// What a progress line is made of.
struct ProgressState {
    std::uint64_t step;
    std::uint64_t steps_per_epoch;
    double loss;
    double seconds;
    double sample_layers_per_second;
    std::optional<std::uint64_t> max_steps;
    std::optional<double> max_seconds;
};

/// "step 420 of 980  43 %  loss 0.0123  0.3 s left  1.2e+09 sample-layers/s  epoch 5", as far as it has room.
std::string progress_line(const ProgressState& state, std::size_t columns);

/// Rewrites its line on standard error a few times a second; the destructor clears it. Only on a terminal: elsewhere
/// (or with `quiet`) it does nothing.
template <class Scalar>
class Progress final : public Observer<Scalar> {
public:
    Progress(const TrainingSettings& settings, std::uint64_t num_samples, std::uint64_t steps_per_epoch,
             std::optional<std::uint64_t> max_steps, bool quiet);
    Progress(const Progress&) = delete;
    Progress& operator=(const Progress&) = delete;
    ~Progress() override;

    bool after_step(const StepReport<Scalar>& report) override;

private:
    using Clock = std::chrono::steady_clock;
    double samples_seen(std::uint64_t step) const;

    bool is_shown_;
    double samples_per_step_;
    double samples_per_epoch_;
    ProgressState state_;
    Clock::time_point start_ = Clock::now();
    Clock::time_point last_ = start_;
    bool has_line_ = false;
};

}  // namespace skein::app
