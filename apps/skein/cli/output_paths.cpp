#include "cli/output_paths.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <system_error>

#include "console/exit_codes.hpp"
#include "skein/data_spec.hpp"
#include "skein/text.hpp"

namespace skein::app {
namespace {

namespace fs = std::filesystem;

bool is_same_file(const fs::path& one, const fs::path& other) {
    std::error_code ignored;
    return fs::equivalent(one, other, ignored);
}

fs::path directory_of(const fs::path& path) { return path.has_parent_path() ? path.parent_path() : fs::path("."); }

}  // namespace

void require_output_file(const Configuration& configuration, std::string_view option, const fs::path& path,
                         std::span<const fs::path> inputs) {
    std::error_code ignored;
    const fs::path directory = directory_of(path);
    if (!fs::is_directory(directory, ignored) || ::access(directory.c_str(), W_OK | X_OK) != 0) {
        configuration.fail(option, fmt::format("{} is no directory that can be written to", directory.string()));
    }
    if (std::ranges::any_of(inputs, [&](const fs::path& input) { return is_same_file(path, input); })) {
        configuration.fail(option, fmt::format("{} is read by this command: expected another name", path.string()));
    }
    if (fs::is_directory(path, ignored)) {
        configuration.fail(option, fmt::format("{} is a directory: expected a name for a file", path.string()));
    }
    if (fs::exists(path, ignored) && !configuration.flag("force")) {
        configuration.fail(option, fmt::format("{} already exists: expected a new name, or --force", path.string()));
    }
}

std::vector<fs::path> sample_output_files(const Configuration& configuration, std::span<const fs::path> inputs) {
    if (!configuration.is_given("out")) {
        throw BadInput("--out is missing: expected FILE.npy, FILE.csv or X.npy,Y.npy");
    }
    const std::string text = configuration.text("out");
    const std::vector<fs::path> paths = split_file_names(text);
    for (const fs::path& path : paths) {
        const bool is_known = ends_in(path.native(), ".npy") || ends_in(path.native(), ".csv");
        if (!is_known || path.native().find(',') != std::string::npos) {
            configuration.fail("out", fmt::format("'{}': expected FILE.npy, FILE.csv or X.npy,Y.npy", text));
        }
    }
    for (const fs::path& path : paths) {
        require_output_file(configuration, "out", path, inputs);
    }
    if (paths.size() == 2 &&
        (paths[0].lexically_normal() == paths[1].lexically_normal() || is_same_file(paths[0], paths[1]))) {
        configuration.fail("out", fmt::format("'{}': expected two different files", text));
    }
    return paths;
}

}  // namespace skein::app
