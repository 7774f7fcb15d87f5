#include "sweep/sweep_directory.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include "cli/config_file.hpp"
#include "console/errors.hpp"
#include "input/data_files.hpp"
#include "skein/files/sweep_files.hpp"
#include "skein/version.hpp"

namespace skein::app {
namespace {

namespace fs = std::filesystem;

/// What of a configuration changes no outcome.
constexpr std::string_view kWithoutEffect[] = {"threads", "picture"};

Json without_ineffective(Json settings) {
    for (const std::string_view name : kWithoutEffect) {
        settings.erase(name);
    }
    return settings;
}

/// "picture.png", "figure_012.png".
bool is_picture_name(std::string_view name) {
    constexpr std::string_view kEnd = ".png";
    if (!name.ends_with(kEnd)) {
        return false;
    }
    name.remove_suffix(kEnd.size());
    for (const std::string_view begin : {"picture", "figure"}) {
        if (name == begin) {
            return true;
        }
        if (name.starts_with(begin) && name[begin.size()] == '_') {
            name.remove_prefix(begin.size() + 1);
            return !name.empty() && name.find_first_not_of("0123456789") == std::string_view::npos;
        }
    }
    return false;
}

template <class Predicate>
std::vector<fs::path> files_that(const fs::path& directory, const Predicate& predicate) {
    std::vector<fs::path> found;
    if (fs::exists(directory)) {
        for (const fs::directory_entry& entry : fs::directory_iterator(directory)) {
            if (predicate(entry.path().filename().native())) found.push_back(entry.path());
        }
    }
    std::ranges::sort(found);
    return found;
}

/// Somebody's own arrays are not overwritten.
void require_no_foreign_files(const Configuration& configuration, const fs::path& directory) {
    const std::vector<fs::path> found =
        files_that(directory, [](std::string_view name) { return is_sweep_file_name(name) || is_picture_name(name); });
    if (!found.empty()) {
        configuration.fail(
            "out", found[0].string() + " is there, but no run.json of a sweep: expected a new directory, or --force");
    }
}

/// Whether a sweep's run.json has what is looked at here.
bool is_whole(const Json& run) {
    const Json& status = run["status"];
    return run["numerics_version"].is_integer() && run["configuration"].is_object() &&
           (status == "running" || status == "finished");
}

}  // namespace

std::optional<HeldSweep> held_sweep(const Configuration& configuration, const fs::path& directory) {
    if (configuration.flag("force")) {
        return std::nullopt;
    }
    const fs::path path = directory / "run.json";
    if (!fs::exists(path)) {
        require_no_foreign_files(configuration, directory);
        return std::nullopt;
    }
    std::ifstream file(path, std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
    const std::optional<Json> parsed = Json::parse(text);
    const Json run = parsed && parsed->is_object() ? *parsed : Json::object();
    const bool is_run = run["skein"].is_string();
    if (is_run && run["skein"] != "sweep") {
        configuration.fail("out", directory.string() + " already holds a run: expected a new directory, or --force");
    }
    if (!is_run || !is_whole(run)) {
        configuration.fail("out", path.string() +
                                      " is damaged: expected what a sweep writes (skein, status, numerics_version, "
                                      "configuration), a new directory, or --force");
    }
    const bool is_finished = run["status"] == "finished";
    return HeldSweep{is_finished, run};
}

void require_same_settings(const Configuration& configuration, const HeldSweep& held) {
    const auto fail = [&](const std::string& message) {
        configuration.fail("out", configuration.text("out") + " holds a sweep of " + message +
                                      ": expected the same, another directory, or --force");
    };
    const Json& version = held.run["numerics_version"];
    if (version != kNumericsVersion) {
        fail("another numerics version, " + version.dump());
    }
    const Json now = without_ineffective(stored_configuration(configuration));
    const Json before = without_ineffective(held.run["configuration"]);
    for (const Json& settings : {now, before}) {
        for (const auto& [key, value] : settings.members()) {
            const Json &here = now[key], &there = before[key];
            if (here != there) {
                fail("other settings (" + key + ": there " + (there.is_null() ? "none" : there.dump()) + ", now " +
                     (here.is_null() ? "none" : here.dump()) + ")");
            }
        }
    }
    const std::string changed = changed_data_file(held.run["data_files"], data_files_json(configuration));
    if (!changed.empty()) {
        fail("other data: " + changed + " has changed since");
    }
}

void remove_earlier_pictures(const fs::path& directory) {
    for (const fs::path& path : files_that(directory, is_picture_name)) {
        fs::remove(path);
    }
}

}  // namespace skein::app
