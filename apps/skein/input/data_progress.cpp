#include "input/data_progress.hpp"

#include <vector>

#include "console/numbers.hpp"
#include "console/streams.hpp"
#include "train/progress.hpp"

namespace skein::app {

DataProgress::DataProgress(std::optional<std::uint64_t> num_samples, bool quiet)
    : is_shown_(!quiet && error_is_terminal()), num_samples_(num_samples) {}

DataProgress::~DataProgress() {
    if (has_line_) {
        clear_progress_line();
    }
}

double DataProgress::seconds() const { return std::chrono::duration<double>(Clock::now() - start_).count(); }

void DataProgress::show(const std::string& line) {
    if (is_shown_) {
        has_line_ = true;
        show_progress_line(line);
    }
}

void DataProgress::update(std::uint64_t samples_done, std::optional<double> fraction, std::uint64_t bytes_written) {
    const Clock::time_point now = Clock::now();
    if (!is_shown_ || now - last_ < kProgressInterval) {
        return;
    }
    last_ = now;
    const double elapsed = seconds();
    std::vector<std::string> parts{grouped(samples_done) + (num_samples_ ? " of " + grouped(*num_samples_) : "") +
                                   " samples"};
    if (fraction && *fraction > 0) {
        parts.push_back(std::to_string(static_cast<int>(100 * *fraction)) + " %");
        parts.push_back(duration(elapsed / *fraction * (1.0 - *fraction)) + " left");
    }
    parts.push_back(rounded(static_cast<double>(samples_done) / elapsed, 3) + " samples/s");
    if (bytes_written > 0) {
        parts.push_back(bytes_per_second(static_cast<double>(bytes_written) / elapsed));
    }
    show(joined_to_width(parts, error_terminal_columns()));
}

std::string bytes_per_second(double rate) {
    return rate >= 1e9 ? rounded(rate / 1e9, 3) + " GB/s" : rounded(rate / 1e6, 3) + " MB/s";
}

}  // namespace skein::app
