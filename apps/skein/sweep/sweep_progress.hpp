// The progress line of a sweep.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "console/progress_line.hpp"
#include "skein/ensemble_trainer.hpp"

namespace skein::app {

/// "12,345 of 1,048,576 chains  12 %  3.4 s left  150,000 chains/s  1.2e+09 sample-layers/s per core".
class SweepProgress final : public EnsembleObserver {
public:
    /// `work_per_point`: sample-layers, at most.
    SweepProgress(std::uint64_t num_points, std::uint64_t points_before, double work_per_point, int num_threads,
                  bool quiet);

    void after_tile(std::size_t num_lanes) override;
    void after_work(std::uint64_t sample_layers) override;
    double seconds() const { return line_.seconds(); }

private:
    std::vector<std::string> parts() const;

    std::uint64_t num_points_;
    std::uint64_t points_before_;
    std::uint64_t points_done_;
    double work_per_point_;
    int num_threads_;
    std::uint64_t sample_layers_ = 0;
    ProgressLine line_;
};

}  // namespace skein::app
