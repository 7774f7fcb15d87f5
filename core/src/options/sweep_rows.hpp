// The options of sweeps and boundary searches, each with the field it sets.
#pragma once

#include <stdexcept>

#include "skein/sweep_options.hpp"

namespace skein::internal {

inline constexpr std::uint64_t kMaxRecorded = 1'000'000;
inline constexpr std::uint64_t kMaxScanned = 1'000'000;

inline void read_axes(const OptionValue& value, SweepOptions& options) {
    const std::vector<std::string> texts = value.texts();
    try {
        for (const std::string& text : texts) {
            options.axes.push_back(parse_axis(text));
        }
    } catch (const std::invalid_argument& error) {
        value.fail(error.what());
    }
}

inline void read_windows(const OptionValue& value, SweepOptions& options) {
    const std::vector<std::string> texts = value.texts();
    try {
        for (const std::string& text : texts) {
            narrow(options.axes, text);
        }
    } catch (const std::invalid_argument& error) {
        value.fail(error.what());
    }
}

inline constexpr OptionRow<SweepOptions> kSweepRows[] = {
    {{"Sweep", "axis", "AXIS[,AXIS..]", ValueType::texts, "", "What varies; see below. In a file: tables [[axis]].",
      true},
     {},
     read_axes},
    {{"Sweep", "window", "AXIS=FROM:TO[,..]", ValueType::texts, "", "Zoom: other bounds for these axes."},
     {},
     read_windows},
    {{"Outcomes", "mark-loss", "LOSS", ValueType::number, "",
      "Keep after how many steps a mini-batch's loss was at most this.", true},
     kAnyNumber,
     &field_of<SweepOptions, &SweepOptions::marked_loss>},
    {{"Outcomes", "loss-increases", "", ValueType::flag, "",
      "Keep how many steps had a loss above that of the step before: 0 for gradient descent below the edge of "
      "stability.",
      true},
     {},
     &field_of<SweepOptions, &SweepOptions::counts_loss_increases>},
    {{"Outcomes", "record-last", "N", ValueType::count, "", "Keep the losses of the last N steps.", true},
     CountRange{1, kMaxRecorded},
     &field_of<SweepOptions, &SweepOptions::num_recorded>},
};

inline constexpr OptionRow<BoundarySettings> kBoundaryRows[] = {
    {{"Boundary", "between", "CLASS", ValueType::text, "loss_decreased", "What holds on one side only: {}.", false,
      kBoundaryOfNames},
     {},
     [](const OptionValue& value, BoundarySettings& settings) {
         settings.boundary = value.word<BoundaryOf>(kBoundaryOfNames, "class");
     }},
    {{"Boundary", "scan", "N", ValueType::count, "64",
      "Values that are trained first, to find how often the class changes."},
     CountRange{2, kMaxScanned},
     &field_of<BoundarySettings, &BoundarySettings::num_scanned>},
    {{"Boundary", "resolution", "R", ValueType::number, "1e-12", "Relative distance of the two ends of each change."},
     kPositive,
     &field_of<BoundarySettings, &BoundarySettings::resolution>},
};

/// The name itself. One that is no option does not compile.
consteval std::string_view sweep_option(std::string_view name) {
    for (const OptionRow<SweepOptions>& row : kSweepRows) {
        if (row.option.name == name) {
            return row.option.name;
        }
    }
    throw std::logic_error("no option has this name");
}

}  // namespace skein::internal
