// Files that a command is to write: looked at before any work is done, and written.
#pragma once

#include <filesystem>
#include <span>
#include <string_view>
#include <vector>

#include "cli/configuration.hpp"
#include "console/errors.hpp"
#include "skein/files/file_error.hpp"

namespace skein::app {

/// The files that `text` names: "x.npy,y.npy" is two, anything else one.
std::vector<std::filesystem::path> split_file_names(std::string_view text);

/// Throws BadInput about `option` unless `path` can be written: in a directory that is there, a new name or beside
/// --force, and none of `inputs`.
void require_output_file(const Configuration& configuration, std::string_view option, const std::filesystem::path& path,
                         std::span<const std::filesystem::path> inputs);

/// The files of samples that --out names, one .npy or .csv, or x.npy,y.npy; all found to be writable.
std::vector<std::filesystem::path> sample_output_files(const Configuration& configuration,
                                                       std::span<const std::filesystem::path> inputs);

/// What `write` returns. Of what it writes, something wrong with a file is a failure, not bad input.
template <class Write>
auto writing(const Write& write) {
    try {
        return write();
    } catch (const FileError& error) {
        throw Failure(error.what());
    }
}

}  // namespace skein::app
