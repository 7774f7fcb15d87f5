// What `skein sweep` reports when it has ended.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "console/json.hpp"
#include "skein/axis.hpp"
#include "skein/compression_record.hpp"
#include "skein/trainer.hpp"

namespace skein::app {

struct SweepReport {
    std::string directory;
    std::uint64_t num_points = 0;
    std::uint64_t points_done = 0;
    std::uint64_t points_before = 0;  // done by an earlier call
    std::uint64_t sample_layers = 0;
    double seconds = 0.0;
    int num_threads = 1;
    int signal = 0;  // that stopped the sweep, or 0
    bool is_forced = false;
    std::array<std::uint64_t, kStatusNames.size()> by_status{};
    std::uint64_t learned = 0;
    std::optional<CompressionRecord> compression;  // of all points done, if the data are compressed
    double tolerance = 0.0;
    std::optional<double> compression_seconds;  // if this call compressed them
    std::uint64_t num_samples = 0;
    std::vector<std::string> files;
};

Json report_json(const SweepReport& report);
std::string report_text(const SweepReport& report, const std::vector<Axis>& axes);

/// Warns if compressed data ended chains.
void warn_of_stopped(const SweepReport& report);

}  // namespace skein::app
