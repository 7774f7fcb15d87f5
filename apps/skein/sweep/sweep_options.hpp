// The options of `skein sweep` and `skein boundary`.
#pragma once

#include "cli/configuration.hpp"
#include "skein/ensemble_outcome.hpp"

namespace skein::app {

const Command& sweep_command_options();
const Command& boundary_command_options();

/// A sweep that runs as it is.
struct Preset {
    std::string_view name;
    std::string_view summary;
    std::string_view text;  // of its TOML file
};
std::span<const Preset> presets();

/// Throws BadInput naming the nearest right one.
const Preset& find_preset(const Configuration& configuration);

/// The outcomes that options ask for, apart from --record-last: which steps these are depends on the runs.
OutcomeSelection read_outcome_selection(const Configuration& configuration);

/// What the arguments say, files and presets read in; nothing where they asked for help or for the presets, which has been
/// shown then. Throws BadInput.
std::optional<Configuration> read_sweep_configuration(const Command& command,
                                                      const std::vector<std::string>& arguments);

}  // namespace skein::app
