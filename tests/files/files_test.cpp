#include <doctest/doctest.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <filesystem>
#include <string>
#include <string_view>
#include <system_error>

#include "skein/files/chain_file.hpp"
#include "skein/files/run_directory.hpp"
#include "support/file_checks.hpp"
#include "support/temporary_directory.hpp"

namespace {

std::atomic<int> fsync_error{0};
std::atomic<int> num_fsyncs{0};

}  // namespace

/// Takes the place of libc's, so that a test may make it fail.
extern "C" int fsync(int descriptor) {
    ++num_fsyncs;
    if (fsync_error == 0) return static_cast<int>(::syscall(SYS_fsync, descriptor));
    errno = fsync_error;
    return -1;
}

namespace skein::test {
namespace {

namespace fs = std::filesystem;
using namespace std::literals;

TEST_CASE("files: write_file replaces a file") {
    const TemporaryDirectory directory;
    const fs::path path = directory.file("a.txt", "old and longer");
    const std::string content = "new\0\n"s + std::string(1 << 20, 'x');
    write_file(path, content);
    CHECK(content_of(path) == content);
    write_file(path, "");
    CHECK(content_of(path).empty());
    CHECK(directory.num_entries() == 1);
}

TEST_CASE("files: write_file in the current directory") {
    const TemporaryDirectory directory;
    const fs::path before = fs::current_path();
    fs::current_path(directory.path());
    write_file("a.txt", "x");
    fs::current_path(before);
    CHECK(content_of(directory.file("a.txt")) == "x");
}

TEST_CASE("files: write_file refuses what it cannot replace") {
    const TemporaryDirectory directory;
    const auto error = [](const fs::path& path) { return file_error_of([&] { write_file(path, "x"); }); };
    const std::string base = directory.path().string();
    CHECK(error(directory.file("missing/a")) == base + "/missing/a: cannot be created: No such file or directory");
    CHECK(error(directory.path()) == base + ": is a directory: expected a file, or a new name");
    CHECK(error(base + "/") == base + "/: names no file: expected a name at the end");
    CHECK(error("") == "'': names no file: expected a name at the end");
    // A device like /dev/null would do, were it not replaced, for all the machine, where this goes wrong.
    const fs::path fifo = directory.file("fifo");
    REQUIRE(::mkfifo(fifo.c_str(), 0600) == 0);
    CHECK(error(fifo) == fifo.string() + ": is not a regular file: expected one, or a new name");
    CHECK(fs::is_fifo(fifo));
}

TEST_CASE("files: an error tells a failed system call from wrong content") {
    const TemporaryDirectory directory;
    const auto code = [](const fs::path& path) {
        try {
            read_chain_precision(path);
        } catch (const FileError& error) {
            return error.code();
        }
        return std::make_error_code(std::errc::operation_canceled);
    };
    CHECK(code(directory.file("missing")) == std::errc::no_such_file_or_directory);
    CHECK(code(directory.file("a.json", "[1]")) == std::error_code());
}

TEST_CASE("files: a failed write leaves the old file and no other") {
    const TemporaryDirectory directory;
    const fs::path path = directory.file("a.txt", "old");
    rlimit before{};
    REQUIRE(::getrlimit(RLIMIT_FSIZE, &before) == 0);
    const auto handler = ::signal(SIGXFSZ, SIG_IGN);
    const rlimit small{1000, before.rlim_max};
    REQUIRE(::setrlimit(RLIMIT_FSIZE, &small) == 0);
    const std::string error = file_error_of([&] { write_file(path, std::string(1001, 'x')); });
    ::setrlimit(RLIMIT_FSIZE, &before);
    ::signal(SIGXFSZ, handler);
    CHECK(error == path.string() + ": cannot be written: File too large");
    CHECK(content_of(path) == "old");
    CHECK(directory.num_entries() == 1);
}

TEST_CASE("files: file and directory are synced, and a failed fsync is not retried") {
    const TemporaryDirectory directory;
    const fs::path path = directory.file("a.txt", "old");
    num_fsyncs = 0;
    fsync_error = EIO;
    const std::string error = file_error_of([&] { write_file(path, "new"); });
    fsync_error = 0;
    CHECK(error == path.string() + ": cannot be synced: Input/output error");
    CHECK(num_fsyncs == 1);
    CHECK(content_of(path) == "old");
    CHECK(directory.num_entries() == 1);
    num_fsyncs = 0;
    write_file(path, "new");
    CHECK(num_fsyncs == 2);
}

TEST_CASE("files: a run directory is checked first and created later") {
    const TemporaryDirectory directory;
    const RunDirectory run(directory.file("runs/a"), false);
    CHECK(directory.num_entries() == 0);
    run.create();
    CHECK(fs::is_directory(directory.file("runs/a")));
    CHECK(run.file("run.json") == directory.file("runs/a/run.json"));
    CHECK_NOTHROW(RunDirectory(directory.file("runs/a/"), false).create());
}

TEST_CASE("files: what cannot be a run directory") {
    const TemporaryDirectory directory;
    const auto error = [](const fs::path& path) { return file_error_of([&] { RunDirectory(path, true); }); };
    const std::string file = directory.file("file", "").string();
    CHECK(error(file) == file + ": is not a directory: expected one, or a new name");
    CHECK(error(file + "/a/b") == file + ": is not a directory: expected one, or a new name");
    CHECK(error("") == "'': is empty: expected the name of a directory");
    fs::create_symlink("nowhere", directory.file("link"));
    CHECK(error(directory.file("link")) ==
          directory.file("link").string() + ": is not a directory: expected one, or a new name");
    fs::create_directories(directory.file("a/run.json"));
    CHECK(error(directory.file("a")) ==
          directory.file("a/run.json").string() + ": is a directory: expected a file of a run");
}

TEST_CASE("files: a run directory that holds a run") {
    for (const std::string_view name : kRunFileNames) {
        const TemporaryDirectory directory;
        const std::string path = directory.path().string();
        const std::string expected =
            path + ": already holds a run (" + std::string(name) + "): expected a new directory, or force";
        const RunDirectory early(path, false);
        directory.file(name, "old");
        CHECK(file_error_of([&] { RunDirectory(path, false); }) == expected);
        CHECK(file_error_of([&] { early.create(); }) == expected);
        CHECK(content_of(directory.file(name)) == "old");
        directory.file("weights.png", "kept");
        RunDirectory(path, true).create();
        CHECK(directory.num_entries() == 1);
        CHECK(content_of(directory.file("weights.png")) == "kept");
    }
}

/// Runs `check` as a user without rights; true when it returns true.
template <class Check>
bool as_nobody(const Check& check) {
    constexpr uid_t kNobody = 65534;
    const pid_t child = ::fork();
    if (child == 0) {
        const bool is_nobody = ::geteuid() != 0 || ::setuid(kNobody) == 0;
        ::_exit(is_nobody && check() ? 0 : 1);
    }
    int status = -1;
    ::waitpid(child, &status, 0);
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

TEST_CASE("files: a directory that cannot be written to") {
    const TemporaryDirectory directory;
    const fs::path path = directory.file("locked");
    fs::create_directory(path);
    ::chmod(path.c_str(), 0555);
    ::chmod(directory.path().c_str(), 0755);
    CHECK(as_nobody([&] {
        return file_error_of([&] { RunDirectory(path / "a" / "b", false); }) ==
               path.string() + ": cannot be written to: Permission denied";
    }));
    CHECK(as_nobody([&] {
        return file_error_of([&] { write_file(path / "a", "x"); }) ==
               (path / "a").string() + ": cannot be created: Permission denied";
    }));
}

}  // namespace
}  // namespace skein::test
