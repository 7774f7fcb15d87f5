/// The directory of one run: run.json, history.csv, chain.json, pictures.
#pragma once

#include <array>
#include <filesystem>
#include <string>
#include <string_view>

#include "skein/files/file_error.hpp"

namespace skein {

/// Replaces the file at `path` by `content`: under a temporary name in the same directory, written, synced, renamed,
/// the directory synced. So a reader sees the old file or the new one, whole. Throws FileError when any of it fails,
/// and for a `path` that is there but is no regular file. A symbolic link is replaced, not followed.
void write_file(const std::filesystem::path& path, std::string_view content);

/// The files that a run writes into its directory: the only ones that are ever removed from it.
inline constexpr std::array<std::string_view, 6> kRunFileNames{"run.json",   "history.csv", "chain.json",
                                                               "checkpoint", "loss.png",    "weights.png"};

/// A directory holds a run that may not be replaced.
class RunExists : public FileError {
public:
    RunExists(const std::string& message, std::string_view found) : FileError(message), found_(found) {}
    /// The first of kRunFileNames that is there.
    std::string_view found() const noexcept { return found_; }

private:
    std::string_view found_;
};

/// A directory for a run's files.
class RunDirectory {
public:
    /// Checks, and changes nothing: throws FileError when `path` is a file, is or would be in a directory that cannot
    /// be written to, and RunExists when it already holds a run (any of kRunFileNames) and `force` is false.
    RunDirectory(std::filesystem::path path, bool force);

    /// Creates the directory (and its parents) where missing; with `force`, removes the files of the run it held.
    /// Throws FileError where that fails, also when a run has got there since the constructor looked.
    void create() const;

    const std::filesystem::path& path() const noexcept { return path_; }
    std::filesystem::path file(std::string_view name) const { return path_ / name; }

private:
    void require_no_other_run() const;

    std::filesystem::path path_;
    bool force_;
};

}  // namespace skein
