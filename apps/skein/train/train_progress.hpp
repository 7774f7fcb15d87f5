// The progress line of a run.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "console/progress_line.hpp"
#include "skein/trainer.hpp"

namespace skein::app {

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

/// "step 420 of 980", "43 %", "loss 0.0123", "0.3 s left", "1.2e+09 sample-layers/s", "epoch 5".
std::vector<std::string> progress_parts(const ProgressState& state);

/// The progress line of a run.
template <class Scalar>
class Progress final : public Observer<Scalar> {
public:
    Progress(const TrainingSettings& settings, std::uint64_t num_samples, std::uint64_t steps_per_epoch,
             std::optional<std::uint64_t> max_steps, double loss_factor, bool quiet);

    bool after_step(const StepReport<Scalar>& report) override;
    bool looks_at(std::uint64_t) const override { return false; }

private:
    double samples_seen(std::uint64_t step) const;

    double samples_per_step_;
    double samples_per_epoch_;
    double loss_factor_;  // to units of y
    ProgressState state_;
    ProgressLine line_;
};

}  // namespace skein::app
