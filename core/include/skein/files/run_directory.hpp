/// The directory of one run: run.json, history.csv, chain.json, pictures.
#pragma once

#include <array>
#include <filesystem>
#include <string>
#include <string_view>

#include "skein/files/file_error.hpp"

namespace skein {

/// Replaces the file at `path` by `content`. A reader sees the old file or the new one, whole: the new one is written
/// under a temporary name in the same directory, synced and renamed. A symbolic link is replaced, not followed. Throws
/// FileError if any of this fails, and if `path` exists and is not a regular file.
void write_file(const std::filesystem::path& path, std::string_view content);

/// The files that a run writes into its directory. No others are ever removed from it.
inline constexpr std::array<std::string_view, 5> kRunFileNames{"run.json", "history.csv", "chain.json", "checkpoint",
                                                               "loss.png"};

/// The directory already holds a run, and `force` is false.
class RunExists : public FileError {
public:
    RunExists(const std::string& message, std::string_view found) : FileError(message), found_(found) {}
    /// The first of kRunFileNames in the directory.
    std::string_view found() const noexcept { return found_; }

private:
    std::string_view found_;
};

/// A directory for a run's files.
class RunDirectory {
public:
    /// Only checks. Throws FileError if `path` is a file, or if it or its nearest parent that exists cannot be written
    /// to; RunExists if it already holds a run (any of kRunFileNames) and `force` is false.
    RunDirectory(std::filesystem::path path, bool force);

    /// Creates the directory and its parents if they are missing. With `force`, removes the files of the run it holds.
    /// Throws FileError if that fails, and RunExists if a run has appeared since the constructor checked.
    void create() const;

    const std::filesystem::path& path() const noexcept { return path_; }
    std::filesystem::path file(std::string_view name) const { return path_ / name; }

private:
    void require_no_other_run() const;

    std::filesystem::path path_;
    bool force_;
};

}  // namespace skein
