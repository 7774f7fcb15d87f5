// Configuration files: TOML, or the run.json of an earlier run.
#pragma once

#include <filesystem>

#include "cli/configuration.hpp"
#include "console/json.hpp"

namespace skein::app {

/// Adds what the file says and the configuration does not: the command line wins. Names are those of the options, with
/// '-' or '_'. A name that ends in .json is that of a run.json, whose "configuration" is taken.
/// Throws BadInput, naming file and line (key, for JSON), for unknown keys, wrong types and files that cannot be read.
void add_config_file(Configuration& configuration, const std::filesystem::path& path);

/// The same for the text of a TOML file, which errors call `name`.
void add_config_text(Configuration& configuration, const std::string& text, const std::string& name);

/// The stored options (Option::is_stored) that have a value, in the form that add_config_file() reads.
Json stored_configuration(const Configuration& configuration);

}  // namespace skein::app
