#include "files/io/output_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <utility>

#include "files/io/directory.hpp"
#include "files/io/file_error.hpp"

namespace skein::internal::files {
namespace {

namespace fs = std::filesystem;

/// A root that writes to /dev/null must not replace it.
void require_replaceable(const fs::path& target) {
    if (!target.has_filename()) fail(target, "names no file: expected a name at the end");
    struct stat status {};
    if (::stat(target.c_str(), &status) != 0) return;
    if (S_ISDIR(status.st_mode)) fail(target, "is a directory: expected a file, or a new name");
    if (!S_ISREG(status.st_mode)) fail(target, "is not a regular file: expected one, or a new name");
}

std::string unique_name() {
    static std::atomic<unsigned long> num_names{0};
    return to_text(".skein-", ::getpid(), "-", num_names++, ".tmp");
}

}  // namespace

OutputFile::OutputFile(fs::path target) : target_(std::move(target)) {
    require_replaceable(target_);
    directory_ = open_directory(target_.has_parent_path() ? target_.parent_path() : fs::path("."));
    if (!directory_.is_open()) fail_system(target_, "cannot be created", errno);
    do {  // the name exists if a process of the same number left it: one that was killed, or on another machine
        temporary_name_ = unique_name();
        constexpr int kFlags = O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC;
        descriptor_ = Descriptor(::openat(directory_.get(), temporary_name_.c_str(), kFlags, 0666));
    } while (!descriptor_.is_open() && errno == EEXIST);
    if (!descriptor_.is_open()) fail_system(target_, "cannot be created", errno);
}

OutputFile::~OutputFile() {
    if (!is_published_) ::unlinkat(directory_.get(), temporary_name_.c_str(), 0);
}

void OutputFile::reserve(std::uint64_t size_bytes) {
    int error = 0;
    do {
        error = ::posix_fallocate(descriptor_.get(), 0, static_cast<off_t>(size_bytes));
    } while (error == EINTR);
    if (error == EINVAL || error == EOPNOTSUPP || error == ENOSYS) {  // this file system cannot reserve
        error = ::ftruncate(descriptor_.get(), static_cast<off_t>(size_bytes)) == 0 ? 0 : errno;
    }
    if (error != 0) fail_system(target_, to_text("a file of ", size_bytes, " bytes cannot be made"), error);
}

void OutputFile::write(std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t result = ::write(descriptor_.get(), bytes.data(), bytes.size());
        if (result >= 0) {
            bytes.remove_prefix(static_cast<std::size_t>(result));
        } else if (errno != EINTR) {
            fail_system(target_, "cannot be written", errno);
        }
    }
}

void OutputFile::start_writeback() noexcept {
#ifdef SYNC_FILE_RANGE_WRITE  // Linux. A hint: if it fails, publish() still syncs.
    ::sync_file_range(descriptor_.get(), 0, 0, SYNC_FILE_RANGE_WRITE);
#endif
}

void OutputFile::publish() {
    // Never retried: after a failed fsync the kernel may have dropped the pages, and the next fsync would succeed.
    if (::fsync(descriptor_.get()) != 0) fail_system(target_, "cannot be synced", errno);
    const fs::path name = target_.filename();
    if (::renameat(directory_.get(), temporary_name_.c_str(), directory_.get(), name.c_str()) != 0) {
        fail_system(target_, "cannot be renamed into place", errno);
    }
    is_published_ = true;
    sync_directory(directory_, target_);
}

void write_at(const fs::path& path, int descriptor, std::uint64_t offset, std::span<const std::byte> bytes) {
    while (!bytes.empty()) {
        const ssize_t result = ::pwrite(descriptor, bytes.data(), bytes.size(), static_cast<off_t>(offset));
        if (result >= 0) {
            bytes = bytes.subspan(static_cast<std::size_t>(result));
            offset += static_cast<std::uint64_t>(result);
        } else if (errno != EINTR) {
            fail_system(path, "cannot be written", errno);
        }
    }
}

void replace_file(const fs::path& target, std::span<const std::string_view> parts) {
    OutputFile file(target);
    for (const std::string_view part : parts) file.write(part);
    file.publish();
}

}  // namespace skein::internal::files
