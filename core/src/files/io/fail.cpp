#include "files/io/fail.hpp"

#include <cstddef>
#include <system_error>

#include "base/text.hpp"
#include "skein/files/file_error.hpp"
#include "skein/text.hpp"

namespace skein::internal::files {
namespace {

constexpr std::size_t kShownBytes = 40;

}  // namespace

std::string shown(std::string_view text) {
    std::string line;
    for (const char character : text.substr(0, kShownBytes)) {
        const auto byte = static_cast<unsigned char>(character);
        if (is_control(byte) || byte > 0x7f) {
            append_escaped(line, byte);
        } else {
            line += character;
        }
    }
    return text.size() > kShownBytes ? line + "..." : line;
}

std::string shown_path(const std::filesystem::path& path) { return path.empty() ? "''" : in_one_line(path.native()); }

void fail(const std::filesystem::path& path, std::string_view message) {
    throw FileError(shown_path(path) + ": " + in_one_line(message));
}

void fail_system(const std::filesystem::path& path, std::string_view what, int error_number) {
    fail(path, std::string(what) + ": " + std::generic_category().message(error_number));
}

}  // namespace skein::internal::files
