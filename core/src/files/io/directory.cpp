#include "files/io/directory.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

#include "files/io/file_error.hpp"

namespace skein::internal::files {

Descriptor open_directory(const std::filesystem::path& directory) noexcept {
    return Descriptor(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
}

void sync_directory(const std::filesystem::path& directory) {
    const Descriptor opened = open_directory(directory);
    if (!opened.is_open()) fail_system(directory, "cannot be opened", errno);
    sync_directory(opened, directory);
}

void sync_directory(const Descriptor& directory, const std::filesystem::path& target) {
    // EINVAL: this file system does not sync directories.
    if (::fsync(directory.get()) != 0 && errno != EINVAL) fail_system(target, "the directory cannot be synced", errno);
}

void remove_file(const std::filesystem::path& path) {
    if (::unlink(path.c_str()) != 0 && errno != ENOENT) fail_system(path, "cannot be removed", errno);
}

}  // namespace skein::internal::files
