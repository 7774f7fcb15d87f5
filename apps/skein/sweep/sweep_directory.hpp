// What the directory of a sweep already holds: to be continued, refused or replaced.
#pragma once

#include <filesystem>
#include <optional>

#include "skein/configuration.hpp"
#include "skein/files/sweep_record.hpp"
#include "sweep/sweep_options.hpp"

namespace skein::app {

/// The record of a sweep that has not begun: its configuration, data files, machine, and the time.
SweepRecord new_record(const Configuration& configuration, int num_threads);

/// The sweep that a directory holds; nothing if there is none, or it is to be replaced (--force). Throws
/// std::invalid_argument about --out for a directory that holds another run, a damaged run.json, or, without run.json,
/// files with the names of a sweep's.
std::optional<SweepRecord> held_sweep(const Configuration& configuration, const SweepOutput& output);

/// Throws std::invalid_argument about --out, naming what differs, unless the sweeps have the same settings.
void require_same_settings(const Configuration& configuration, const SweepRecord& held, const SweepRecord& now);

}  // namespace skein::app
