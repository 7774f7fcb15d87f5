// Configuration files: TOML, or the run.json of an earlier run.
#pragma once

#include <filesystem>
#include <string>

#include "skein/configuration.hpp"

namespace skein::app {

/// The text of a file of options. Throws BadInput if it cannot be read, or is too long to be one.
std::string read_options(const std::filesystem::path& path);

/// Adds what the file says to what was given before, which wins. Names are those of the options, with '-' or '_'. Of a
/// file whose name ends in .json, a run.json, the "configuration" is taken.
/// Throws BadInput or std::invalid_argument, naming file and line (key, for JSON), for unknown keys, wrong types and
/// files that cannot be read.
void add_config_file(Configuration& configuration, const std::filesystem::path& path);

}  // namespace skein::app
