// Command lines become configurations.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/options.hpp"
#include "skein/configuration.hpp"

namespace skein::app {

/// What the arguments of a command say; nothing if they ask for help. Options are "--name value" or "--name=value",
/// flags "--name"; after "--" all arguments are words. Throws BadInput for unknown options (with the nearest right
/// one), missing values, an option given twice, and words that belong to no option.
std::optional<Configuration> read_command_line(const Command& command, const std::vector<std::string>& arguments);

}  // namespace skein::app
