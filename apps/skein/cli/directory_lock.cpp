#include "cli/directory_lock.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "console/exit_codes.hpp"

namespace skein::app {

// Not inherited by gnuplot, which may outlive a process that is killed.
DirectoryLock::DirectoryLock(const Configuration& configuration, const std::filesystem::path& directory)
    : descriptor_(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)) {
    if (descriptor_ < 0) {
        throw Failure(
            fmt::format("{}: cannot be opened: {}", directory.string(), std::generic_category().message(errno)));
    }
    if (::flock(descriptor_, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) {
        ::close(descriptor_);
        configuration.fail("out",
                           fmt::format("{} is in use by another sweep: expected another directory, or to wait until "
                                       "that sweep ends",
                                       directory.string()));
    }
}

DirectoryLock::~DirectoryLock() { ::close(descriptor_); }

}  // namespace skein::app
