/// Files for writing: a reader sees the whole new file or the old one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>

#include "files/io/descriptor.hpp"

namespace skein::internal::files {

/// A file with a temporary name in the directory of its target. publish() gives it the target's name; the destructor
/// removes it if that did not happen. Throws FileError about the target if a system call fails.
class OutputFile {
public:
    /// Creates the temporary file. If the target exists, it must be a regular file.
    explicit OutputFile(std::filesystem::path target);
    OutputFile(const OutputFile&) = delete;
    OutputFile& operator=(const OutputFile&) = delete;
    ~OutputFile();

    /// The temporary file, open for reading and writing.
    int descriptor() const noexcept { return descriptor_.get(); }

    const std::filesystem::path& target() const noexcept { return target_; }

    /// Reserves `size_bytes` on the disk, so that a full disk is an error now and not in the middle of the work. (On a
    /// file system that cannot reserve, the error may come later.)
    void reserve(std::uint64_t size_bytes);

    /// Appends `bytes`.
    void write(std::string_view bytes);

    /// Asks the kernel to start writing to the disk, so that publish() waits less.
    void start_writeback() noexcept;

    /// Syncs the file, renames it to the target, and syncs the directory.
    void publish();

private:
    std::filesystem::path target_;
    Descriptor directory_;
    std::string temporary_name_;
    Descriptor descriptor_;
    bool is_published_ = false;
};

/// Writes all bytes at `offset` of an open file. `path` is for errors only.
void write_at(const std::filesystem::path& path, int descriptor, std::uint64_t offset,
              std::span<const std::byte> bytes);

/// Replaces `target` by a file that holds the `parts` in a row.
void replace_file(const std::filesystem::path& target, std::span<const std::string_view> parts);

}  // namespace skein::internal::files
