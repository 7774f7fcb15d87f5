// SIGINT, SIGTERM and SIGHUP: the first signal asks to stop, the second ends the program at once.
#pragma once

#include <atomic>
#include <string_view>

namespace skein::app {

/// From now on the first signal only sets the two requests below, one after the other. Signals that were ignored before
/// stay ignored.
void catch_stop_signals();

/// Set at once: ends training (see Execution::stop_request).
const std::atomic<bool>& training_stop_request() noexcept;
/// Set two seconds later: ends the losses of the summary. So short final losses still complete, and long ones do not
/// keep the user waiting.
const std::atomic<bool>& summary_stop_request() noexcept;

/// The first signal that came, or 0.
int stop_signal() noexcept;

/// "SIGINT", "SIGTERM" or "SIGHUP".
std::string_view signal_name(int signal) noexcept;

/// Writing to a closed pipe, or beyond the largest allowed file size (ulimit -f), becomes an error like any other
/// instead of ending the program.
void ignore_write_signals();

}  // namespace skein::app
