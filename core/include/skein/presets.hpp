/// Sweeps that run as they are, with their sources.
#pragma once

#include <span>
#include <string_view>

#include "skein/configuration.hpp"

namespace skein {

/// The value of one option, as its text.
struct PresetValue {
    std::string_view option;
    std::string_view text;
};

struct Preset {
    std::string_view name;
    std::string_view summary;  ///< what it shows, its source, and what to look for; several lines
    std::span<const PresetValue> values;
};

[[nodiscard]] std::span<const Preset> presets();

/// Throws std::invalid_argument naming the nearest right one.
[[nodiscard]] const Preset& find_preset(std::string_view name);

/// Adds the values of a preset to those that were given, which win. Leaves out options that the configuration does not
/// have.
void add_preset(Configuration& configuration, const Preset& preset);

}  // namespace skein
