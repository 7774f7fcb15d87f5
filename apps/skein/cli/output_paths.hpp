// Files that a command is to write: checked before any work is done, and written.
#pragma once

#include <filesystem>
#include <span>
#include <string_view>
#include <vector>

#include "console/exit_codes.hpp"
#include "skein/configuration.hpp"
#include "skein/files/file_error.hpp"

namespace skein::app {

/// Throws std::invalid_argument about `option` unless `path` can be written: in a directory that exists, a new name or
/// with --force, and none of `inputs`.
void require_output_file(const Configuration& configuration, std::string_view option, const std::filesystem::path& path,
                         std::span<const std::filesystem::path> inputs);

/// The files of samples that --out names, one .npy or .csv, or x.npy,y.npy, checked to be writable.
std::vector<std::filesystem::path> sample_output_files(const Configuration& configuration,
                                                       std::span<const std::filesystem::path> inputs);

/// Returns what `write` returns. An error in a file that is being written is a failure, not bad input.
template <class Write>
auto writing(const Write& write) {
    try {
        return write();
    } catch (const FileError& error) {
        throw Failure(error.what());
    }
}

}  // namespace skein::app
