/// Files that are written: whole or not at all.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>

#include "files/io/descriptor.hpp"

namespace skein::internal::files {

/// A file under a temporary name beside its target, which takes the target's place when it is published, and is gone
/// when it is not. Every system call that fails is a FileError about the target.
class OutputFile {
public:
    /// Creates the temporary file. A target that exists must be a regular file.
    explicit OutputFile(std::filesystem::path target);
    OutputFile(const OutputFile&) = delete;
    OutputFile& operator=(const OutputFile&) = delete;
    ~OutputFile();

    /// Of the temporary file, open for reading and writing.
    int descriptor() const noexcept { return descriptor_.get(); }

    const std::filesystem::path& target() const noexcept { return target_; }

    /// Takes that many bytes of the disk, so that a full one is an error now, which says how many they are, and not in
    /// the middle of the work. (Some file systems cannot reserve room: there it may be.)
    void reserve(std::uint64_t size_bytes);

    /// Appends.
    void write(std::string_view bytes);

    /// Has the kernel begin to bring what is written to the disk, so that publish() has little left to wait for.
    void start_writeback() noexcept;

    /// Syncs the file, renames it, syncs the directory.
    void publish();

private:
    std::filesystem::path target_;
    Descriptor directory_;
    std::string temporary_name_;
    Descriptor descriptor_;
    bool is_published_ = false;
};

/// Writes all bytes at `offset` of an open file; `path` only stands in errors.
void write_at(const std::filesystem::path& path, int descriptor, std::uint64_t offset,
              std::span<const std::byte> bytes);

/// Replaces `target` by the concatenation of `parts`.
void replace_file(const std::filesystem::path& target, std::span<const std::string_view> parts);

}  // namespace skein::internal::files
