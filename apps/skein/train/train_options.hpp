// The options of `skein train`.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "cli/options.hpp"
#include "skein/configuration.hpp"

namespace skein::app {

/// Those of a run (skein/run_options.hpp), and of its output.
const Command& train_command_options();

/// Where a run writes, and how.
struct TrainOutput {
    std::string directory;  // empty: nothing is written
    bool replaces_run = false;
    std::optional<std::uint64_t> history_interval;
    bool prints_json = false;
    bool fails_on_divergence = false;
    bool is_quiet = false;
};

/// Throws std::invalid_argument for options that act on files, on the command line, if nothing is written.
TrainOutput read_train_output(const Configuration& configuration);

/// The option --config, with help that also names tables of axes for sweeps.
inline constexpr Option kConfigOption{
    "Machine",
    "config",
    "FILE",
    ValueType::text,
    "",
    "Options from a TOML file (names as here, arrays for lists), or from an earlier run's run.json. The command line "
    "wins."};

}  // namespace skein::app
