// Data and observers for the tests of training.
#pragma once

#include <cstdint>
#include <limits>
#include <vector>

#include "skein/dataset.hpp"
#include "skein/generated_data.hpp"
#include "skein/trainer.hpp"

namespace skein::test {

inline Dataset<double> teacher_data(std::uint64_t num_samples) {
    GeneratedData settings;
    settings.num_samples = num_samples;
    settings.seed = 1;
    settings.noise = 0.05;
    settings.teacher_weights = {1.2, 0.9};
    return generate<double>(settings);
}

/// Keeps what it sees, and asks to stop after `last_step`.
struct Recorder final : Observer<double> {
    bool after_step(const StepReport<double>& report) override {
        steps.push_back(report.step);
        losses.push_back(report.loss);
        norms.push_back(report.gradient_norm);
        factors.push_back(report.learning_rate_factor);
        epoch_ends += report.is_epoch_end() ? 1 : 0;
        return report.step < last_step;
    }
    std::uint64_t last_step = std::numeric_limits<std::uint64_t>::max();
    std::vector<std::uint64_t> steps;
    std::vector<double> losses, norms, factors;
    int epoch_ends = 0;
};

inline TrainingOutcome run(TrainingState<double>& state, const Dataset<double>& data, const TrainingSettings& settings,
                           Recorder* recorder = nullptr) {
    Observer<double>* const observers[] = {recorder};
    return recorder == nullptr ? train(state, data, settings) : train(state, data, settings, observers);
}

inline std::vector<double> weights_of(const TrainingState<double>& state) {
    return {state.chain.weights().begin(), state.chain.weights().end()};
}

}  // namespace skein::test
