#include "data_progress.hpp"

#include <utility>

#include "numbers.hpp"
#include "progress.hpp"
#include "streams.hpp"

namespace skein::app {

DataProgress::DataProgress(std::string verb, std::uint64_t num_samples, bool quiet)
    : verb_(std::move(verb)), num_samples_(num_samples), is_shown_(!quiet && error_is_terminal()) {}

DataProgress::~DataProgress() {
    if (has_line_) {
        clear_progress_line();
    }
}

double DataProgress::seconds() const { return std::chrono::duration<double>(Clock::now() - start_).count(); }

void DataProgress::after_samples(std::uint64_t count) {
    num_done_ += count;
    const Clock::time_point now = Clock::now();
    if (!is_shown_ || now - last_ < kProgressInterval) {
        return;
    }
    last_ = now;
    const double done = static_cast<double>(num_done_), all = static_cast<double>(num_samples_);
    const double rate = done / seconds();
    show_progress_line(joined_to_width({grouped(num_done_) + " of " + grouped(num_samples_) + " samples " + verb_,
                                        rounded(100.0 * done / all, 3) + " %", duration((all - done) / rate) + " left",
                                        rounded(rate, 3) + " samples/s"},
                                       error_terminal_columns()));
    has_line_ = true;
}

}  // namespace skein::app
