#include "sweep/sweep_directory.hpp"

#include <fmt/format.h>

#include "console/machine.hpp"
#include "skein/files/run_configuration.hpp"
#include "skein/version.hpp"

namespace skein::app {

SweepRecord new_record(const Configuration& configuration, int num_threads) {
    SweepRecord record;
    record.numerics_version = kNumericsVersion;
    record.configuration = configuration_json(configuration);
    record.data_files = identify_data(configuration.text("data"), configuration.where("data"));
    record.start_time = utc_now();
    record.machine = machine_json(num_threads).dump();
    return record;
}

std::optional<SweepRecord> held_sweep(const Configuration& configuration, const SweepOutput& output) {
    if (output.replaces_sweep) {
        return std::nullopt;
    }
    HeldSweep held = find_held_sweep(output.directory);
    const std::string path = held.path.string();
    switch (held.content) {
        case HeldSweep::Content::nothing: return std::nullopt;
        case HeldSweep::Content::sweep: return std::move(held.record);
        case HeldSweep::Content::other_run:
            configuration.fail(
                "out", fmt::format("{} already holds a run: expected a new directory, or --force", output.directory));
        case HeldSweep::Content::damaged_run:
            configuration.fail("out", fmt::format("{} is damaged: expected what a sweep writes (skein, status, "
                                                  "numerics_version, configuration), a new directory, or --force",
                                                  path));
        case HeldSweep::Content::other_files:
            configuration.fail("out", fmt::format("{} exists, but no run.json of a sweep: expected a new directory, or "
                                                  "--force",
                                                  path));
    }
    return std::nullopt;
}

void require_same_settings(const Configuration& configuration, const SweepRecord& held, const SweepRecord& now) {
    const std::string difference = difference_in_words(held, now);
    if (!difference.empty()) {
        configuration.fail("out",
                           fmt::format("{} holds a sweep of {}: expected the same, another directory, or --force",
                                       configuration.text("out"), difference));
    }
}

}  // namespace skein::app
