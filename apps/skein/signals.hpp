// SIGINT and SIGTERM: the first one is remembered, the second one ends the program at once.
#pragma once

#include <string_view>

namespace skein::app {

/// From now on the first of them is only remembered.
void catch_stop_signals();

/// The signal that has come, or 0.
int stop_signal() noexcept;

/// "SIGINT" or "SIGTERM".
std::string_view signal_name(int signal) noexcept;

/// Writing to a closed pipe becomes an error like any other, not the end.
void ignore_broken_pipes();

}  // namespace skein::app
