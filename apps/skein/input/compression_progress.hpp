// The compression of a data set, which takes a while: with a progress line on the terminal, and until a signal asks to
// stop.
#pragma once

#include <string>

#include "console/exit_codes.hpp"
#include "console/signals.hpp"
#include "input/data_progress.hpp"
#include "skein/compressed_dataset.hpp"
#include "skein/dataset.hpp"
#include "skein/error.hpp"

namespace skein::app {

class CompressionProgress final : public CompressionObserver {
public:
    CompressionProgress(std::uint64_t num_samples, bool quiet)
        : num_samples_(num_samples), progress_(num_samples, quiet) {}

    void after_samples(std::uint64_t count) override {
        num_done_ += count;
        progress_.update(num_done_, static_cast<double>(num_done_) / static_cast<double>(num_samples_));
    }

private:
    std::uint64_t num_samples_;
    std::uint64_t num_done_ = 0;
    DataProgress progress_;
};

[[noreturn]] inline void throw_compression_stopped() {
    throw Stopped(stop_signal(), "stopped by " + std::string(signal_name(stop_signal())) +
                                     " in the middle of compressing the data: nothing of it has been written");
}

/// Catches signals from then on. Throws Stopped if one came.
template <class Scalar>
CompressedDataset compress_until_signal(const Dataset<Scalar>& samples, CompressionSettings settings,
                                        CompressionProgress& progress) {
    catch_stop_signals();
    settings.execution.stop_request = &training_stop_request();
    try {
        return compress(samples, settings, &progress);
    } catch (const skein::Stopped&) {
        throw_compression_stopped();
    }
}

}  // namespace skein::app
