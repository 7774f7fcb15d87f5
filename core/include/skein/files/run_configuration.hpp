/// The configuration in a run.json: written when a run begins, read to repeat it.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "skein/configuration.hpp"

namespace skein {

/// The stored options (Option::is_stored) that have a value, as a JSON object.
[[nodiscard]] std::string configuration_json(const Configuration& configuration);

/// Adds the "configuration" of the text of a run.json to what was given before, which wins. `path` is what errors call
/// the file. Throws std::invalid_argument for a text that is no run.json, unknown keys and wrong types.
void add_run_configuration(Configuration& configuration, std::string_view run_json, const std::string& path);

}  // namespace skein
