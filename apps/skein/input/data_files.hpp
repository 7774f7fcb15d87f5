// What tells the data files of a run from others that have taken their names since.
#pragma once

#include <string>

#include "cli/configuration.hpp"
#include "console/json.hpp"

namespace skein::app {

/// An object {name, size, hash} for each file that --data names, none for generated data. `hash`, 64-bit FNV-1a, is of
/// the first and the last MiB: files may be larger than memory, and copies, whose times differ, are as good.
Json data_files_json(const Configuration& configuration);

/// The name of the first file that differs between two of these arrays, made from the same --data, or empty. Earlier
/// versions stored none: then `before` is no array, or an empty one.
std::string changed_data_file(const Json& before, const Json& now);

}  // namespace skein::app
