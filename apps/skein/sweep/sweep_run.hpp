// Runs a sweep block by block into its directory.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "console/json.hpp"
#include "sweep/sweep_job.hpp"

namespace skein::app {

/// What has become of a sweep.
struct SweepReport {
    std::string directory;
    std::uint64_t num_points = 0;
    std::uint64_t points_done = 0;
    std::uint64_t points_before = 0;  // done by an earlier call
    std::uint64_t sample_layers = 0;
    double seconds = 0.0;
    int num_threads = 1;
    int signal = 0;  // that stopped it, or 0
    bool is_forced = false;
    std::array<std::uint64_t, kStatusNames.size()> by_status{};
    std::uint64_t learned = 0;
    std::optional<CompressionRecord> compression;  // of all points done, where the data are compressed
    double tolerance = 0.0;
    std::optional<double> compression_seconds;  // where this call has compressed them
    std::uint64_t num_samples = 0;
    std::vector<std::string> files;
    Json data_files;  // as they were when it began
};

/// Trains what is not done yet, and draws the pictures. Throws BadInput for a directory that holds something else, or a
/// sweep of other settings (naming them), Failure where writing fails.
template <class Scalar>
SweepReport run_sweep(const Configuration& configuration, const SweepJob<Scalar>& job,
                      const std::filesystem::path& directory);

/// With --force: from here on a directory that exists holds this sweep, of which nothing is done, and no other. Comes
/// before any of several sweeps is run, so that without --force they can be gone on with. Throws as run_sweep() does.
template <class Scalar>
void replace_sweep(const Configuration& configuration, const SweepJob<Scalar>& job,
                   const std::filesystem::path& directory);

Json report_json(const SweepReport& report);
std::string report_text(const SweepReport& report, const std::vector<Axis>& axes);

}  // namespace skein::app
