// What a directory already holds, before a sweep writes into it.
#pragma once

#include <filesystem>
#include <optional>

#include "cli/configuration.hpp"
#include "console/json.hpp"

namespace skein::app {

/// The sweep that a directory holds, by its run.json.
struct HeldSweep {
    bool is_finished;
    Json run;
};

/// Nothing where there is none, or it is to be replaced (--force). Throws BadInput for a directory that holds another
/// run, a damaged run.json, or, without run.json, files with the names of a sweep's.
std::optional<HeldSweep> held_sweep(const Configuration& configuration, const std::filesystem::path& directory);

/// Throws BadInput, naming what differs, unless the sweep has these settings.
void require_same_settings(const Configuration& configuration, const HeldSweep& held);

/// Removes pictures of an earlier sweep, which may have had more of them.
void remove_earlier_pictures(const std::filesystem::path& directory);

}  // namespace skein::app
