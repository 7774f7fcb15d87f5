// The line on the terminal that tells how far a pass over data is.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "skein/compressed_dataset.hpp"

namespace skein::app {

/// "12,345 of 100,000,000 samples compressed  12 %  3.4 s left  3.1e+07 samples/s". Only on a terminal.
class DataProgress final : public CompressionObserver {
public:
    DataProgress(std::string verb, std::uint64_t num_samples, bool quiet);
    DataProgress(const DataProgress&) = delete;
    DataProgress& operator=(const DataProgress&) = delete;
    ~DataProgress() override;

    void after_samples(std::uint64_t count) override;
    double seconds() const;

private:
    using Clock = std::chrono::steady_clock;

    std::string verb_;
    std::uint64_t num_samples_;
    bool is_shown_;
    std::uint64_t num_done_ = 0;
    Clock::time_point start_ = Clock::now();
    Clock::time_point last_ = start_;
    bool has_line_ = false;
};

}  // namespace skein::app
