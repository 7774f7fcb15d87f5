#include "files/io/file_error.hpp"

#include <algorithm>
#include <cstddef>
#include <system_error>

#include "skein/files/file_error.hpp"
#include "skein/text.hpp"

namespace skein::internal::files {

namespace {

/// The bytes of the character at the beginning, if it is one of several bytes in UTF-8; else 0.
std::size_t utf8_bytes(std::string_view text) {
    const auto byte = [&](std::size_t at) { return static_cast<unsigned char>(text[at]); };
    const std::size_t count = byte(0) < 0xc2 ? 0 : byte(0) < 0xe0 ? 2 : byte(0) < 0xf0 ? 3 : byte(0) < 0xf5 ? 4 : 0;
    if (count > text.size()) return 0;
    for (std::size_t at = 1; at < count; ++at) {
        if ((byte(at) & 0xc0) != 0x80) return 0;
    }
    return count;
}

}  // namespace

std::string shown(std::string_view text) {
    constexpr std::size_t kMaxBytes = 40;
    std::string line;
    std::size_t at = 0;
    while (at < std::min(text.size(), kMaxBytes)) {
        const auto byte = static_cast<unsigned char>(text[at]);
        const std::size_t count = std::max<std::size_t>(1, utf8_bytes(text.substr(at)));
        if (count == 1 && (is_control(byte) || byte > 0x7f)) {
            append_escaped(line, byte);
        } else {
            line += text.substr(at, count);
        }
        at += count;
    }
    return at < text.size() ? line + "..." : line;
}

std::string shown_path(const std::filesystem::path& path) { return path.empty() ? "''" : in_one_line(path.native()); }

void throw_file_error(const std::filesystem::path& path, std::string_view message) {
    throw FileError(to_text(shown_path(path), ": ", in_one_line(message)));
}

void fail_system(const std::filesystem::path& path, std::string_view what, int error_number) {
    const std::error_code code(error_number, std::generic_category());
    throw FileError(to_text(shown_path(path), ": ", in_one_line(what), ": ", code.message()), code);
}

}  // namespace skein::internal::files
