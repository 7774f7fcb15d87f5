/// Files that are read.
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
    /// Throws FileError when there is no such file, it cannot be opened, or it is a directory.
    explicit InputFile(std::filesystem::path path);

    /// A file that is open already, for reading at least.
    InputFile(std::filesystem::path path, Descriptor descriptor) noexcept;

    const std::filesystem::path& path() const noexcept { return path_; }

    /// Throws FileError for anything but a regular file: a pipe has no size.
    std::uint64_t size_bytes() const;

    /// The next bytes, as many as there are; 0 at the end.
    std::size_t read(std::span<char> bytes);

    /// The bytes from `offset` on, all of them or FileError.
    void read_at(std::uint64_t offset, std::span<std::byte> bytes) const;

    /// Says that it is read mostly in order, so that the kernel fetches more of what comes next meanwhile: as fast from
    /// a cold disk as asking for the next MiB again and again, which takes 2 % of the time of a warm one.
    void expect_sequential() const noexcept;

    int descriptor() const noexcept { return descriptor_.get(); }

private:
    std::filesystem::path path_;
    Descriptor descriptor_;
};

/// The whole of a file.
std::string read_file(const std::filesystem::path& path);

}  // namespace skein::internal::files
