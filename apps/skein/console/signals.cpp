#include "console/signals.hpp"

#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <string_view>

#include "console/exit_codes.hpp"

namespace skein::app {
namespace {

constexpr unsigned kSummarySeconds = 2;

std::atomic<int> received{0};
std::atomic<bool> training_stop{false};
std::atomic<bool> summary_stop{false};
static_assert(std::atomic<int>::is_always_lock_free && std::atomic<bool>::is_always_lock_free,
              "signal handlers write them");

extern "C" void remember(int signal) {
    if (received.exchange(signal) != 0) {
        ::_exit(kSignalBase + signal);
    }
    training_stop.store(true, std::memory_order_relaxed);
    ::alarm(kSummarySeconds);
    constexpr std::string_view kWords = "\nstopping; press again to quit at once, without saving\n";
    if (::isatty(STDERR_FILENO) != 0) {
        [[maybe_unused]] const ssize_t written = ::write(STDERR_FILENO, kWords.data(), kWords.size());
    }
}

extern "C" void end_summary(int) { summary_stop.store(true, std::memory_order_relaxed); }

void handle(int signal, void (*handler)(int)) {
    struct sigaction action {};
    action.sa_handler = handler;
    ::sigemptyset(&action.sa_mask);
    action.sa_flags = SA_RESTART;
    ::sigaction(signal, &action, nullptr);
}

}  // namespace

void catch_stop_signals() {
    handle(SIGALRM, end_summary);
    for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
        struct sigaction before {};
        ::sigaction(signal, nullptr, &before);
        if (before.sa_handler != SIG_IGN) {  // under nohup, or after trap '' INT, the program goes on
            handle(signal, remember);
        }
    }
}

const std::atomic<bool>& training_stop_request() noexcept { return training_stop; }

const std::atomic<bool>& summary_stop_request() noexcept { return summary_stop; }

int stop_signal() noexcept { return received.load(std::memory_order_relaxed); }

std::string_view signal_name(int signal) noexcept {
    return signal == SIGINT ? "SIGINT" : signal == SIGHUP ? "SIGHUP" : "SIGTERM";
}

void ignore_write_signals() {
    handle(SIGPIPE, SIG_IGN);
    handle(SIGXFSZ, SIG_IGN);
}

}  // namespace skein::app
