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

/// `text` as a string of gnuplot's language, for use with its `noenhanced`: one line, in which nothing has a
/// meaning of its own.
std::string gnuplot_string(std::string_view text);

/// Runs `script` and puts what it prints, which must be a PNG picture, into `picture`. Throws FileError about `target`.
void run_gnuplot(const std::filesystem::path& target, std::string_view script, const OutputFile& picture);

}  // namespace skein::internal::files
