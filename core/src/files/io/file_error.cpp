#include "files/io/file_error.hpp"

#include <cstddef>
#include <system_error>

#include "skein/files/file_error.hpp"
#include "skein/text.hpp"

namespace skein::internal::files {

std::string shown(std::string_view text) {
    constexpr std::size_t kMaxBytes = 40;
    std::string line;
    for (const char character : text.substr(0, kMaxBytes)) {
        const auto byte = static_cast<unsigned char>(character);
        if (is_control(byte) || byte > 0x7f) {
            append_escaped(line, byte);
        } else {
            line += character;
        }
    }
    return text.size() > kMaxBytes ? line + "..." : line;
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
