// The machine and the program, as run.json records them.
#pragma once

#include <string>

#include "console/json.hpp"

namespace skein::app {

/// The object "machine": CPU, cores, threads of the run, instruction set and compiler.
Json machine_json(int num_threads);
/// The time of day as "2026-11-23T21:32:04Z".
std::string utc_now();

}  // namespace skein::app
