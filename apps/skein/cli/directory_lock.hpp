// One program at a time in a directory.
#pragma once

#include <filesystem>

#include "cli/configuration.hpp"

namespace skein::app {

/// Holds a directory until it is destroyed or its process ends, however that ends. (Where the file system has no locks
/// nothing is held.)
class DirectoryLock {
public:
    /// Throws BadInput about --out where another process holds the directory, Failure where it cannot be opened.
    DirectoryLock(const Configuration& configuration, const std::filesystem::path& directory);
    DirectoryLock(const DirectoryLock&) = delete;
    DirectoryLock& operator=(const DirectoryLock&) = delete;
    ~DirectoryLock();

private:
    int descriptor_;
};

}  // namespace skein::app
