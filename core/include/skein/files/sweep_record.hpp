/// The run.json of a sweep, and what else a directory holds before a sweep writes into it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "skein/files/data_identity.hpp"

namespace skein {

/// What run.json says about a sweep, as far as resuming it needs.
struct SweepRecord {
    bool is_finished = false;
    int numerics_version = 0;
    std::string configuration;         ///< a JSON object (configuration_json())
    std::vector<DataFile> data_files;  ///< as they were when the sweep began
    std::string outcome = {};          ///< a JSON object; empty unless the sweep is finished
    std::string start_time = {};       ///< "2025-01-31T12:00:00Z"
    std::string machine = {};          ///< a JSON object: what the sweep ran on
};

/// The text of run.json.
[[nodiscard]] std::string sweep_record_json(const SweepRecord& record);

/// What a directory holds.
struct HeldSweep {
    enum class Content : std::uint8_t {
        nothing,      ///< of a sweep: there is no run.json, and no file with the name of a sweep's
        sweep,        ///< `record` is its run.json
        other_run,    ///< a run.json that is not that of a sweep
        damaged_run,  ///< a run.json that is no run's, or lacks what a sweep writes
        other_files,  ///< no run.json, but `path` has the name of a sweep's file
    };
    Content content = Content::nothing;
    std::filesystem::path path;  ///< run.json, or that file
    SweepRecord record;
};

[[nodiscard]] HeldSweep find_held_sweep(const std::filesystem::path& directory);

/// Why a sweep cannot continue the one of an earlier record, or empty: "other settings (steps: there 500, now 499)".
/// Options that change no outcome (threads, picture) may differ.
[[nodiscard]] std::string difference_in_words(const SweepRecord& before, const SweepRecord& now);

/// Removes the pictures of an earlier sweep, which may have had more of them.
void remove_sweep_pictures(const std::filesystem::path& directory);

}  // namespace skein
