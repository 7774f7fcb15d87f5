// Command lines become configurations.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/configuration.hpp"

namespace skein::app {

/// What the arguments of a command say, or nothing where they ask for help. Throws BadInput for unknown options (with
/// the nearest right one), missing values, an option given twice, and words that belong to no option.
std::optional<Configuration> read_command_line(const Command& command, std::vector<std::string> arguments);

}  // namespace skein::app
