#include "input/data_progress.hpp"

#include <fmt/core.h>

#include <vector>

#include "console/numbers.hpp"

namespace skein::app {

void DataProgress::update(std::uint64_t samples_done, std::optional<double> fraction, std::uint64_t bytes_written) {
    line_.update([&] {
        const double elapsed = seconds();
        const std::string of_all = num_samples_ ? " of " + grouped(*num_samples_) : "";
        std::vector<std::string> parts{fmt::format("{}{} samples", grouped(samples_done), of_all)};
        if (fraction && *fraction > 0) {
            parts.push_back(percent_done(*fraction));
            parts.push_back(time_left(elapsed, *fraction));
        }
        parts.push_back(fmt::format("{} samples/s", rounded(static_cast<double>(samples_done) / elapsed, 3)));
        if (bytes_written > 0) {
            parts.push_back(bytes_per_second(static_cast<double>(bytes_written) / elapsed));
        }
        return parts;
    });
}

std::string bytes_per_second(double rate) {
    return rate >= 1e9 ? fmt::format("{} GB/s", rounded(rate / 1e9, 3))
                       : fmt::format("{} MB/s", rounded(rate / 1e6, 3));
}

}  // namespace skein::app
