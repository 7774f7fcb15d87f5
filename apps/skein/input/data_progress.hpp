// The progress line of the work on a data set.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "console/progress_line.hpp"

namespace skein::app {

/// "12,345,678 of 100,000,000 samples  12 %  3.4 s left  1.2e+08 samples/s  1.92 GB/s".
class DataProgress {
public:
    DataProgress(std::optional<std::uint64_t> num_samples, bool quiet) : num_samples_(num_samples), line_(quiet) {}

    /// `fraction` is the part of the work that is done, if that is known.
    void update(std::uint64_t samples_done, std::optional<double> fraction, std::uint64_t bytes_written = 0);
    /// Names work that has no measure: "writing to the disk".
    void show(const std::string& words) { line_.show({words}); }
    double seconds() const { return line_.seconds(); }

private:
    std::optional<std::uint64_t> num_samples_;
    ProgressLine line_;
};

/// "1.92 GB/s".
std::string bytes_per_second(double rate);

}  // namespace skein::app
