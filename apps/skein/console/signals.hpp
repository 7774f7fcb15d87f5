// SIGINT, SIGTERM and SIGHUP: the first one asks to stop, the second one ends the program at once.
#pragma once

#include <atomic>
#include <string_view>

namespace skein::app {

/// From now on the first of them only sets the two requests below, one after the other.
void catch_stop_signals();

/// To give up training: set at once (see Execution::stop_request).
const std::atomic<bool>& training_stop_request() noexcept;
/// To give up the losses that a summary tells, too: set a few seconds later, so that small runs still have theirs, and
/// large ones are over before whoever sent the signal loses patience.
const std::atomic<bool>& summary_stop_request() noexcept;

/// The signal that has come, or 0.
int stop_signal() noexcept;

/// "SIGINT", "SIGTERM" or "SIGHUP".
std::string_view signal_name(int signal) noexcept;

/// Writing to a closed pipe, or beyond the size that a file may have (ulimit -f), becomes an error like any other, not
/// the end.
void ignore_write_signals();

}  // namespace skein::app
