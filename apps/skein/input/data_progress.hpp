// The line on the terminal that tells how far the work on a data set is.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace skein::app {

/// "12,345,678 of 100,000,000 samples  12 %  3.4 s left  1.2e+08 samples/s  1.92 GB/s", rewritten on standard error a
/// few times a second; the destructor clears it. Only on a terminal: elsewhere (or with `quiet`) it does nothing.
class DataProgress {
public:
    DataProgress(std::optional<std::uint64_t> num_samples, bool quiet);
    DataProgress(const DataProgress&) = delete;
    DataProgress& operator=(const DataProgress&) = delete;
    ~DataProgress();

    /// So many samples are done and bytes written, a part of the whole where that is known.
    void update(std::uint64_t samples_done, std::optional<double> fraction, std::uint64_t bytes_written = 0);
    /// What is left is not counted: "writing to the disk".
    void show(const std::string& line);
    double seconds() const;

private:
    using Clock = std::chrono::steady_clock;

    bool is_shown_;
    std::optional<std::uint64_t> num_samples_;
    Clock::time_point start_ = Clock::now();
    Clock::time_point last_ = start_;
    bool has_line_ = false;
};

/// "1.92 GB/s".
std::string bytes_per_second(double rate);

}  // namespace skein::app
