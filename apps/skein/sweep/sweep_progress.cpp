#include "sweep/sweep_progress.hpp"

#include <algorithm>

#include "console/numbers.hpp"

namespace skein::app {

SweepProgress::SweepProgress(std::uint64_t num_points, std::uint64_t points_before, double work_per_point,
                             int num_threads, bool quiet)
    : num_points_(num_points),
      points_before_(points_before),
      points_done_(points_before),
      work_per_point_(work_per_point),
      num_threads_(num_threads),
      line_(quiet) {}

void SweepProgress::after_tile(std::size_t num_lanes) {
    points_done_ += num_lanes;
    line_.update([&] { return parts(); });
}

void SweepProgress::after_work(std::uint64_t sample_layers) {
    sample_layers_ += sample_layers;
    line_.update([&] { return parts(); });
}

std::vector<std::string> SweepProgress::parts() const {
    const double elapsed = seconds();
    const auto work = static_cast<double>(sample_layers_);
    // Points that take minutes get on as well; points that end early are more than their work.
    const double done_now = std::max(static_cast<double>(points_done_ - points_before_), work / work_per_point_);
    const double done = std::min(static_cast<double>(points_before_) + done_now, static_cast<double>(num_points_));
    const double rate = done_now / elapsed;
    return {
        grouped(points_done_) + " of " + grouped(num_points_) + " chains",
        percent_done(done / static_cast<double>(num_points_)),
        duration((static_cast<double>(num_points_) - done) / rate) + " left",
        rounded(rate, 3) + " chains/s",
        rounded(work / elapsed / num_threads_, 3) + " sample-layers/s per core",
    };
}

}  // namespace skein::app
