// The line on the terminal that tells how far the compression of a data set is.
#pragma once

#include "data_progress.hpp"
#include "skein/compressed_dataset.hpp"

namespace skein::app {

class CompressionProgress final : public CompressionObserver {
public:
    CompressionProgress(std::uint64_t num_samples, bool quiet)
        : num_samples_(num_samples), progress_(num_samples, quiet) {}

    void after_samples(std::uint64_t count) override {
        num_done_ += count;
        progress_.update(num_done_, static_cast<double>(num_done_) / static_cast<double>(num_samples_));
    }
    double seconds() const { return progress_.seconds(); }

private:
    std::uint64_t num_samples_;
    std::uint64_t num_done_ = 0;
    DataProgress progress_;
};

}  // namespace skein::app
