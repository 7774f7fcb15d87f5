// Standard output and standard error.
#pragma once

#include <string>
#include <string_view>

namespace skein::app {

/// Writes all of `text` to standard output. Throws Failure if that fails, as on a full disk; OutputClosed if nobody
/// reads the pipe any more.
void write_output(std::string_view text);

/// Writes one line to standard error: "skein: warning: message", "skein: error: message", and "skein: finding: message" of
/// what a result says. A control character in a quoted name is shown as \x1b, so the message stays one line.
void write_warning(std::string_view message);
void write_error(std::string_view message);
void write_finding(std::string_view message);

/// Warns, unless `quiet`, if the CPU has no fused multiply-add, and if OMP_NUM_THREADS asks for more threads than skein
/// makes.
void warn_of_machine(bool quiet);

bool output_has_colour();
bool error_is_terminal();
/// The width of the terminal of standard error; 80 if it is unknown.
std::size_t error_terminal_columns();

}  // namespace skein::app
