#include "cli/output_files.hpp"

#include <unistd.h>

#include <algorithm>
#include <system_error>

#include "console/errors.hpp"

namespace skein::app {
namespace {

namespace fs = std::filesystem;

bool is_same_file(const fs::path& one, const fs::path& other) {
    std::error_code ignored;
    return fs::equivalent(one, other, ignored);
}

fs::path directory_of(const fs::path& path) { return path.has_parent_path() ? path.parent_path() : fs::path("."); }

}  // namespace

std::vector<fs::path> split_file_names(std::string_view text) {
    constexpr std::string_view kNpyPair = ".npy,";
    const std::size_t pair = text.find(kNpyPair);
    if (pair == std::string_view::npos || !text.ends_with(".npy")) {
        return {text};
    }
    return {text.substr(0, pair + kNpyPair.size() - 1), text.substr(pair + kNpyPair.size())};
}

void require_output_file(const Configuration& configuration, std::string_view option, const fs::path& path,
                         std::span<const fs::path> inputs) {
    std::error_code ignored;
    const fs::path directory = directory_of(path);
    if (!fs::is_directory(directory, ignored) || ::access(directory.c_str(), W_OK | X_OK) != 0) {
        configuration.fail(option, directory.string() + " is no directory that can be written to");
    }
    if (std::ranges::any_of(inputs, [&](const fs::path& input) { return is_same_file(path, input); })) {
        configuration.fail(option, path.string() + " is read by this command: expected another name");
    }
    if (fs::is_directory(path, ignored)) {
        configuration.fail(option, path.string() + " is a directory: expected a name for a file");
    }
    if (fs::exists(path, ignored) && !configuration.flag("force")) {
        configuration.fail(option, path.string() + " is there already: expected a new name, or --force");
    }
}

std::vector<fs::path> sample_output_files(const Configuration& configuration, std::span<const fs::path> inputs) {
    if (!configuration.is_given("out")) {
        throw BadInput("--out is missing: expected FILE.npy, FILE.csv or X.npy,Y.npy");
    }
    const std::string text = configuration.text("out");
    const std::vector<fs::path> paths = split_file_names(text);
    for (const fs::path& path : paths) {
        const bool is_known = path.extension() == ".npy" || path.extension() == ".csv";
        if (!is_known || path.native().find(',') != std::string::npos) {
            configuration.fail("out", "'" + text + "': expected FILE.npy, FILE.csv or X.npy,Y.npy");
        }
    }
    for (const fs::path& path : paths) {
        require_output_file(configuration, "out", path, inputs);
    }
    if (paths.size() == 2 &&
        (paths[0].lexically_normal() == paths[1].lexically_normal() || is_same_file(paths[0], paths[1]))) {
        configuration.fail("out", "'" + text + "': expected two different files");
    }
    return paths;
}

}  // namespace skein::app
