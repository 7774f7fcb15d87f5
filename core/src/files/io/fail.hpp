/// Errors of skein::files: one line each, the file first.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace skein::internal::files {

/// Text found in a file, as an error quotes it: cut to 40 bytes, anything but printable ASCII as \x1b.
std::string shown(std::string_view text);

/// A path, as an error names it.
std::string shown_path(const std::filesystem::path& path);

/// Throws FileError("path: message"), in one line: control characters as \x1b.
[[noreturn]] void fail(const std::filesystem::path& path, std::string_view message);

/// Throws FileError("path: what: text of the system error").
[[noreturn]] void fail_system(const std::filesystem::path& path, std::string_view what, int error_number);

}  // namespace skein::internal::files
