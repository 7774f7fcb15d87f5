#include "files/io/stream.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

#include "files/io/file_error.hpp"

namespace skein::internal::files {

Stream open_stream(const std::filesystem::path& target, int descriptor, const char* mode) {
    const int copy = ::fcntl(descriptor, F_DUPFD_CLOEXEC, 0);
    Stream stream(copy < 0 ? nullptr : ::fdopen(copy, mode));
    if (stream != nullptr) return stream;
    const int error = errno;
    if (copy >= 0) ::close(copy);
    fail_system(target, "cannot be opened", error);
}

Stream make_temporary(const std::filesystem::path& target, std::string_view content) {
    Stream file(std::tmpfile());
    if (file == nullptr) fail_system(target, "a temporary file cannot be created", errno);
    ::fcntl(::fileno(file.get()), F_SETFD, FD_CLOEXEC);
    const bool is_written =
        content.empty() || std::fwrite(content.data(), 1, content.size(), file.get()) == content.size();
    if (!is_written || std::fflush(file.get()) != 0) fail_system(target, "a temporary file cannot be written", errno);
    std::rewind(file.get());
    return file;
}

}  // namespace skein::internal::files
