#include "signals.hpp"

#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <string_view>

#include "errors.hpp"

namespace skein::app {
namespace {

std::atomic<int> received{0};
static_assert(std::atomic<int>::is_always_lock_free, "a signal handler writes it");

extern "C" void remember(int signal) {
    if (received.exchange(signal) != 0) {
        ::_exit(kSignalBase + signal);
    }
    constexpr std::string_view kWords = "\nstopping after this step; once more to quit at once, without saving\n";
    if (::isatty(STDERR_FILENO) != 0) {
        [[maybe_unused]] const ssize_t written = ::write(STDERR_FILENO, kWords.data(), kWords.size());
    }
}

void handle(int signal, void (*handler)(int)) {
    struct sigaction action {};
    action.sa_handler = handler;
    ::sigemptyset(&action.sa_mask);
    action.sa_flags = SA_RESTART;
    ::sigaction(signal, &action, nullptr);
}

}  // namespace

void catch_stop_signals() {
    handle(SIGINT, remember);
    handle(SIGTERM, remember);
}

int stop_signal() noexcept { return received.load(std::memory_order_relaxed); }

std::string_view signal_name(int signal) noexcept { return signal == SIGINT ? "SIGINT" : "SIGTERM"; }

void ignore_broken_pipes() { handle(SIGPIPE, SIG_IGN); }

}  // namespace skein::app
