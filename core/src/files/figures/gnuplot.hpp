/// Running gnuplot, without a shell.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "files/io/output_file.hpp"

namespace skein::internal::files {

/// The gnuplot on the PATH.
std::optional<std::filesystem::path> find_gnuplot();

/// `text` as a string literal of gnuplot, in one line, in which no character has a special meaning. For use with
/// `noenhanced`.
std::string gnuplot_string(std::string_view text);

/// Runs `script`, whose output must be a PNG, and writes that into `picture`. Throws FileError about `target`.
void run_gnuplot(const std::filesystem::path& target, std::string_view script, const OutputFile& picture);

}  // namespace skein::internal::files
