// What is wrong with a fit, in words, each with an option that may help.
#pragma once

#include <string>
#include <vector>

#include "skein/files/history.hpp"
#include "skein/training_settings.hpp"
#include "train/fit.hpp"

namespace skein::app {

struct Finding {
    std::string name;  // "still_falling"
    std::string text;
};

/// What findings are made of.
struct FitFacts {
    const Fit& fit;
    const TrainingOutcome& outcome;
    const TrainingSettings& settings;
    const std::vector<HistoryRow>& rows;
    std::uint64_t steps_per_epoch;
};

/// None for a good fit, a run that diverged (its status tells), and one whose fit is not known.
std::vector<Finding> find_faults(const FitFacts& facts);

}  // namespace skein::app
