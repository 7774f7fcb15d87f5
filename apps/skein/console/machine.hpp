// The machine and the program, as run.json records them.
#pragma once

#include <string>

#include "skein/execution.hpp"

namespace skein::app {

std::string cpu_model();
int num_cores();
/// Compiler of the program, with its version.
std::string compiler();
/// How many threads these settings stand for.
int num_threads(const Execution& execution);
/// The time of day as "2026-11-23T21:32:04Z".
std::string utc_now();

}  // namespace skein::app
