#include "console/streams.hpp"

#include <fmt/core.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <system_error>

#include "console/exit_codes.hpp"
#include "skein/execution.hpp"
#include "skein/instruction_set.hpp"
#include "skein/text.hpp"

namespace skein::app {
namespace {

/// Returns errno, or 0.
int write_all(int descriptor, std::string_view text) {
    while (!text.empty()) {
        const ssize_t written = ::write(descriptor, text.data(), text.size());
        if (written >= 0) {
            text.remove_prefix(static_cast<std::size_t>(written));
        } else if (errno != EINTR) {
            return errno;
        }
    }
    return 0;
}

bool is_set(const char* variable) {
    const char* value = std::getenv(variable);
    return value != nullptr && *value != '\0';
}

}  // namespace

void write_output(std::string_view text) {
    if (const int error = write_all(STDOUT_FILENO, text); error == EPIPE) {
        throw OutputClosed();
    } else if (error != 0) {
        throw Failure(fmt::format("standard output cannot be written: {}", std::generic_category().message(error)));
    }
}

void write_warning(std::string_view message) {
    write_all(STDERR_FILENO, fmt::format("skein: warning: {}\n", in_one_line(message)));
}

void write_error(std::string_view message) {
    write_all(STDERR_FILENO, fmt::format("skein: error: {}\n", in_one_line(message)));
}

void write_finding(std::string_view message) {
    write_all(STDERR_FILENO, fmt::format("skein: finding: {}\n", in_one_line(message)));
}

void warn_of_machine(bool quiet) {
    if (quiet) {
        return;
    }
    if (!has_hardware_fma()) {
        write_warning("this CPU has no fused multiply-add: the results are the same, but hundreds of times slower");
    }
    const char* const threads = std::getenv("OMP_NUM_THREADS");
    if (threads != nullptr && std::strtol(threads, nullptr, 10) > kMaxThreads) {
        write_warning(fmt::format("OMP_NUM_THREADS is {}: skein makes {} threads at most", threads, kMaxThreads));
    }
}

bool output_has_colour() {
    const char* terminal = std::getenv("TERM");
    return ::isatty(STDOUT_FILENO) != 0 && !is_set("NO_COLOR") && terminal != nullptr &&
           std::string_view(terminal) != "dumb";
}

bool error_is_terminal() {
    const char* terminal = std::getenv("TERM");
    return ::isatty(STDERR_FILENO) != 0 && (terminal == nullptr || std::string_view(terminal) != "dumb");
}

std::size_t error_terminal_columns() {
    constexpr std::size_t kUsual = 80;
    winsize size{};
    return ::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : kUsual;
}

}  // namespace skein::app
