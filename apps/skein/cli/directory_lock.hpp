// One program at a time in a directory.
#pragma once

#include <filesystem>

#include "skein/configuration.hpp"

namespace skein::app {

/// Holds a directory until it is destroyed or its process ends in any way. A file system without locks holds nothing.
class DirectoryLock {
public:
    /// Throws std::invalid_argument about --out if another process holds the directory, Failure if it cannot be opened.
    DirectoryLock(const Configuration& configuration, const std::filesystem::path& directory);
    DirectoryLock(const DirectoryLock&) = delete;
    DirectoryLock& operator=(const DirectoryLock&) = delete;
    ~DirectoryLock();

private:
    int descriptor_;
};

}  // namespace skein::app
