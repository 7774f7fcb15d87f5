// The options of `skein sweep`.
#pragma once

#include "configuration.hpp"

namespace skein::app {

const Command& sweep_command_options();

/// A sweep that runs as it is.
struct Preset {
    std::string_view name;
    std::string_view summary;
    std::string_view text;  // of its TOML file
};
std::span<const Preset> presets();

/// Throws BadInput naming the nearest right one.
const Preset& find_preset(const Configuration& configuration);

}  // namespace skein::app
