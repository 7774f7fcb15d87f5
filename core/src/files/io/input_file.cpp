#include "files/io/input_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <utility>

#include "files/io/file_error.hpp"

namespace skein::internal::files {

InputFile::InputFile(std::filesystem::path path)
    : path_(std::move(path)), descriptor_(::open(path_.c_str(), O_RDONLY | O_CLOEXEC)) {
    if (!descriptor_.is_open()) fail_system(path_, "cannot be opened", errno);
    struct stat status {};
    if (::fstat(descriptor_.get(), &status) != 0) fail_system(path_, "cannot be inspected", errno);
    if (S_ISDIR(status.st_mode)) fail(path_, "is a directory: expected a file");
}

InputFile::InputFile(std::filesystem::path path, Descriptor descriptor) noexcept
    : path_(std::move(path)), descriptor_(std::move(descriptor)) {}

std::uint64_t InputFile::size_bytes() const {
    struct stat status {};
    if (::fstat(descriptor_.get(), &status) != 0) fail_system(path_, "cannot be inspected", errno);
    if (!S_ISREG(status.st_mode)) fail(path_, "is not a regular file: expected one, whose size is known");
    return static_cast<std::uint64_t>(status.st_size);
}

std::size_t InputFile::read(std::span<char> bytes) {
    std::size_t num_read = 0;
    while (num_read < bytes.size()) {
        const ssize_t result = ::read(descriptor_.get(), bytes.data() + num_read, bytes.size() - num_read);
        if (result == 0) break;
        if (result > 0) {
            num_read += static_cast<std::size_t>(result);
        } else if (errno != EINTR) {
            fail_system(path_, "cannot be read", errno);
        }
    }
    return num_read;
}

void InputFile::read_at(std::uint64_t offset, std::span<std::byte> bytes) const {
    while (!bytes.empty()) {
        const ssize_t result = ::pread(descriptor_.get(), bytes.data(), bytes.size(), static_cast<off_t>(offset));
        if (result == 0) fail(path_, "ends at byte ", offset, ": the file was truncated while being read");
        if (result > 0) {
            bytes = bytes.subspan(static_cast<std::size_t>(result));
            offset += static_cast<std::uint64_t>(result);
        } else if (errno != EINTR) {
            fail_system(path_, "cannot be read", errno);
        }
    }
}

void InputFile::expect_sequential() const noexcept { ::posix_fadvise(descriptor_.get(), 0, 0, POSIX_FADV_SEQUENTIAL); }

std::string read_file(const std::filesystem::path& path, std::uint64_t most_bytes) {
    InputFile file(path);
    std::string content;
    std::array<char, 1 << 16> piece;
    for (std::size_t size = file.read(piece); size > 0; size = file.read(piece)) {
        content.append(piece.data(), size);
        if (content.size() > most_bytes) fail(path, "has more than ", most_bytes, " bytes: expected a smaller file");
    }
    return content;
}

}  // namespace skein::internal::files
