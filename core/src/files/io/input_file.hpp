/// Files for reading.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>

#include "files/io/descriptor.hpp"

namespace skein::internal::files {

class InputFile {
public:
    /// Throws FileError if the file does not exist, cannot be opened, or is a directory.
    explicit InputFile(std::filesystem::path path);

    /// A file that is already open for reading.
    InputFile(std::filesystem::path path, Descriptor descriptor) noexcept;

    const std::filesystem::path& path() const noexcept { return path_; }

    /// Throws FileError for anything but a regular file: a pipe has no size.
    std::uint64_t size_bytes() const;

    /// Reads the next bytes, up to bytes.size() of them. Returns how many; fewer only at the end of the file.
    std::size_t read(std::span<char> bytes);

    /// Fills `bytes` from `offset` on. Throws FileError if the file ends before.
    void read_at(std::uint64_t offset, std::span<std::byte> bytes) const;

    /// Tells the kernel that the file is read mostly in order, so that it reads ahead. As fast from a cold disk as
    /// asking for the next MiB explicitly, which costs 2 % when the file is in the page cache.
    void expect_sequential() const noexcept;

    int descriptor() const noexcept { return descriptor_.get(); }

private:
    std::filesystem::path path_;
    Descriptor descriptor_;
};

/// A chain of ten million layers has less.
inline constexpr std::uint64_t kMostBytesOfSmallFile = std::uint64_t{1} << 28;

/// The content of a file. Throws FileError if it has more than `most_bytes`: some special files never end.
std::string read_file(const std::filesystem::path& path, std::uint64_t most_bytes = kMostBytesOfSmallFile);

}  // namespace skein::internal::files
