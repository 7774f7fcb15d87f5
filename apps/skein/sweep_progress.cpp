#include "sweep_progress.hpp"

#include "numbers.hpp"
#include "progress.hpp"
#include "streams.hpp"

namespace skein::app {

SweepProgress::SweepProgress(std::uint64_t num_points, std::uint64_t points_before, int num_threads, bool quiet)
    : is_shown_(!quiet && error_is_terminal()),
      num_points_(num_points),
      points_before_(points_before),
      points_done_(points_before),
      num_threads_(num_threads) {}

SweepProgress::~SweepProgress() {
    if (has_line_) {
        clear_progress_line();
    }
}

double SweepProgress::seconds() const { return std::chrono::duration<double>(Clock::now() - start_).count(); }

void SweepProgress::after_tile(std::size_t num_lanes) {
    points_done_ += num_lanes;
    const Clock::time_point now = Clock::now();
    if (!is_shown_ || now - last_ < kProgressInterval) {
        return;
    }
    last_ = now;
    has_line_ = true;
    show_progress_line(line());
}

std::string SweepProgress::line() const {
    const double elapsed = seconds();
    const auto done_now = static_cast<double>(points_done_ - points_before_);
    const double rate = done_now / elapsed;
    std::vector<std::string> parts{
        grouped(points_done_) + " of " + grouped(num_points_) + " chains",
        std::to_string(points_done_ * 100 / num_points_) + " %",
        duration(static_cast<double>(num_points_ - points_done_) / rate) + " left",
        rounded(rate, 3) + " chains/s",
    };
    if (sample_layers_ != 0) {
        parts.push_back(rounded(static_cast<double>(sample_layers_) / elapsed / num_threads_, 3) +
                        " sample-layers/s per core");
    }
    return joined_to_width(parts, error_terminal_columns());
}

}  // namespace skein::app
