/// Errors of skein::files: one line each, the file first.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "base/text.hpp"

namespace skein::internal::files {

/// Text from a file, as an error quotes it: at most 40 bytes; control characters, and what is no UTF-8, as "\x1b".
std::string shown(std::string_view text);

/// A path, as an error names it.
std::string shown_path(const std::filesystem::path& path);

/// Throws FileError("path: message").
[[noreturn]] void throw_file_error(const std::filesystem::path& path, std::string_view message);

/// The same, with the parts of the message: fail(path, "has ", 3, " columns: expected 2").
template <class... Parts>
[[noreturn]] void fail(const std::filesystem::path& path, const Parts&... parts) {
    throw_file_error(path, to_text(parts...));
}

/// Throws FileError("path: what: text of the system's error").
[[noreturn]] void fail_system(const std::filesystem::path& path, std::string_view what, int error_number);

}  // namespace skein::internal::files
