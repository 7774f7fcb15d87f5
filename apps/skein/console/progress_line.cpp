#include "console/progress_line.hpp"

#include <fmt/core.h>
#include <unistd.h>

#include <string_view>

#include "console/numbers.hpp"
#include "console/streams.hpp"

namespace skein::app {
namespace {

constexpr std::chrono::milliseconds kInterval{200};
constexpr std::string_view kClearLine = "\r\x1b[K";

void write(std::string_view text) {
    [[maybe_unused]] const ssize_t written = ::write(STDERR_FILENO, text.data(), text.size());
}

std::string joined_to_width(const std::vector<std::string>& parts, std::size_t columns) {
    std::string line;
    for (const std::string& part : parts) {
        if (line.size() + 2 + part.size() >= columns) {
            break;
        }
        line += (line.empty() ? "" : "  ") + part;
    }
    return line;
}

}  // namespace

ProgressLine::ProgressLine(bool quiet) : is_shown_(!quiet && error_is_terminal()) {}

ProgressLine::~ProgressLine() {
    if (has_line_) {
        write(kClearLine);
    }
}

void ProgressLine::show(const std::vector<std::string>& parts) {
    if (is_shown_) {
        has_line_ = true;
        write(fmt::format("{}{}", kClearLine, joined_to_width(parts, error_terminal_columns())));
    }
}

double ProgressLine::seconds() const { return std::chrono::duration<double>(Clock::now() - start_).count(); }

bool ProgressLine::is_due() {
    if (!is_shown_) {
        return false;
    }
    const Clock::time_point now = Clock::now();
    if (now - last_ < kInterval) {
        return false;
    }
    last_ = now;
    return true;
}

std::string percent_done(double fraction) { return fmt::format("{} %", static_cast<int>(100 * fraction)); }

std::string time_left(double seconds, double fraction) {
    return duration(seconds / fraction * (1.0 - fraction)) + " left";
}

}  // namespace skein::app
