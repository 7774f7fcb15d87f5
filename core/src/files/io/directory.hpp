/// Changes to directories.
#pragma once

#include <filesystem>

#include "files/io/descriptor.hpp"

namespace skein::internal::files {

/// An open directory. If that fails, the descriptor is not open and errno says why.
Descriptor open_directory(const std::filesystem::path& directory) noexcept;

/// Returns once the names in a directory are on the disk. Throws FileError if that fails.
void sync_directory(const std::filesystem::path& directory);

/// The same for an open directory. Errors are about `target`, a file in it.
void sync_directory(const Descriptor& directory, const std::filesystem::path& target);

/// Removes the file at `path`, if there is one. Throws FileError if that fails.
void remove_file(const std::filesystem::path& path);

}  // namespace skein::internal::files
