#include "skein/files/run_directory.hpp"

#include <unistd.h>

#include <cerrno>
#include <span>
#include <string>
#include <system_error>
#include <utility>

#include "files/io/directory.hpp"
#include "files/io/file_error.hpp"
#include "files/io/output_file.hpp"

namespace skein {

using namespace internal;

namespace {

namespace fs = std::filesystem;

bool is_present(const fs::path& path) {
    std::error_code ignored;
    return fs::exists(fs::symlink_status(path, ignored));
}

bool is_a_directory(const fs::path& path) {
    std::error_code ignored;
    return fs::is_directory(path, ignored);
}

/// `path`, or its nearest parent that exists.
fs::path nearest_present(const fs::path& path) {
    fs::path present = path;
    while (!present.empty() && !is_present(present)) {
        const fs::path parent = present.parent_path();
        if (parent == present) break;
        present = parent;
    }
    return present.empty() ? fs::path(".") : present;
}

void require_writable(const fs::path& directory) {
    if (!is_a_directory(directory)) files::fail(directory, "is not a directory: expected one, or a new name");
    if (::access(directory.c_str(), W_OK | X_OK) != 0) files::fail_system(directory, "cannot be written to", errno);
}

}  // namespace

void write_file(const fs::path& path, std::string_view content) { files::replace_file(path, std::span(&content, 1)); }

RunDirectory::RunDirectory(fs::path path, bool force) : path_(std::move(path)), force_(force) {
    if (path_.empty()) files::fail(path_, "is empty: expected the name of a directory");
    require_writable(nearest_present(path_));
    require_no_other_run();
}

void RunDirectory::create() const {
    std::error_code error;
    fs::create_directories(path_, error);
    if (error) files::fail_system(path_, "cannot be created", error.value());
    require_no_other_run();
    for (const std::string_view name : kRunFileNames) files::remove_file(file(name));
}

void RunDirectory::require_no_other_run() const {
    for (const std::string_view name : kRunFileNames) {
        if (!is_present(file(name))) continue;
        if (is_a_directory(file(name))) files::fail(file(name), "is a directory: expected a file of a run");
        if (!force_) {
            throw RunExists(to_text(files::shown_path(path_), ": already holds a run (", name,
                                    "): expected a new directory, or force"),
                            name);
        }
    }
}

}  // namespace skein
