// Standard output and standard error.
#pragma once

#include <string>
#include <string_view>

namespace skein::app {

/// Writes all of `text` to standard output. Throws Failure when it cannot: a full disk, a closed pipe.
void write_output(std::string_view text);

/// Writes one line to standard error: "skein: warning: message", "skein: error: message". Control characters in it are
/// shown as \x1b, so that it stays one line whatever names it quotes.
void write_warning(std::string_view message);
void write_error(std::string_view message);

/// One line where fused multiply-add is done in software, unless `quiet`.
void warn_without_hardware_fma(bool quiet);

bool output_has_colour();
bool error_is_terminal();
/// The width of the terminal behind standard error, 80 where it does not say.
std::size_t error_terminal_columns();

}  // namespace skein::app
