#include "files/io/stream.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

#include "files/io/fail.hpp"

namespace skein::internal::files {

Stream open_stream(const std::filesystem::path& target, int descriptor, const char* mode) {
    const int copy = ::fcntl(descriptor, F_DUPFD_CLOEXEC, 0);
    Stream stream(copy < 0 ? nullptr : ::fdopen(copy, mode));
    if (stream != nullptr) return stream;
    const int error = errno;
    if (copy >= 0) ::close(copy);
    fail_system(target, "cannot be opened", error);
}

}  // namespace skein::internal::files
