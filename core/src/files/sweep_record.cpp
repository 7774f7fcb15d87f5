#include "skein/files/sweep_record.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <string_view>

#include "base/text.hpp"
#include "skein/files/sweep_files.hpp"
#include "skein/trainer.hpp"
#include "skein/version.hpp"

namespace skein {

using namespace internal;

namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

/// Options that change no outcome.
constexpr std::string_view kWithoutEffect[] = {"threads", "memory", "picture"};

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

/// The files of a directory whose names hold for `predicate`, by name.
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

/// Whether a sweep's run.json has all that is read from it.
bool is_whole(const Json& run) {
    const auto has = [&](const char* key, bool (Json::*is_type)() const noexcept) {
        return run.contains(key) && (run[key].*is_type)();
    };
    return has("numerics_version", &Json::is_number_integer) && has("configuration", &Json::is_object) &&
           has("status", &Json::is_string) && (run["status"] == "running" || run["status"] == "finished");
}

/// `text` is that of the run.json.
SweepRecord record_of(const Json& run, std::string_view text) {
    SweepRecord record;
    record.is_finished = run["status"] == "finished";
    record.numerics_version = run["numerics_version"].get<int>();
    record.configuration = run["configuration"].dump();
    record.data_files = stored_data_files(text);
    record.outcome = run.value("outcome", Json::object()).dump();
    return record;
}

/// "steps: there 500, now 499" for the first option that differs; or empty.
std::string different_option(const Json& before, const Json& now) {
    for (const Json& settings : {now, before}) {
        for (const auto& [key, value] : settings.items()) {
            const Json there = before.value(key, Json()), here = now.value(key, Json());
            if (here != there && std::ranges::find(kWithoutEffect, key) == std::end(kWithoutEffect)) {
                return to_text(key, ": there ", there.is_null() ? "none" : there.dump(), ", now ",
                               here.is_null() ? "none" : here.dump());
            }
        }
    }
    return "";
}

}  // namespace

std::string sweep_record_json(const SweepRecord& record) {
    Json json{{"skein", "sweep"},
              {"status", record.is_finished ? "finished" : "running"},
              {"version", version()},
              {"numerics_version", record.numerics_version},
              {"start_time", record.start_time},
              {"configuration", Json::parse(record.configuration)},
              {"data_files", Json::parse(data_files_json(record.data_files))}};
    if (record.is_finished) {
        json["outcome"] = Json::parse(record.outcome);
    }
    json["codes"] = {{"status", kStatusNames}, {"cause", kCauseNames}};
    json["machine"] = Json::parse(record.machine);
    return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

HeldSweep find_held_sweep(const fs::path& directory) {
    using enum HeldSweep::Content;
    const fs::path path = directory / "run.json";
    if (!fs::exists(path)) {
        const std::vector<fs::path> found = files_that(
            directory, [](std::string_view name) { return is_sweep_file_name(name) || is_picture_name(name); });
        return found.empty() ? HeldSweep{} : HeldSweep{other_files, found[0], {}};
    }
    std::ifstream file(path, std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
    const Json run = Json::parse(text, nullptr, false);
    const bool is_run = run.is_object() && run.contains("skein") && run["skein"].is_string();
    if (is_run && run["skein"] != "sweep") {
        return {other_run, path, {}};
    }
    return is_run && is_whole(run) ? HeldSweep{sweep, path, record_of(run, text)} : HeldSweep{damaged_run, path, {}};
}

std::string difference_in_words(const SweepRecord& before, const SweepRecord& now) {
    if (before.numerics_version != now.numerics_version) {
        return to_text("another numerics version, ", before.numerics_version);
    }
    const std::string option = different_option(Json::parse(before.configuration), Json::parse(now.configuration));
    if (!option.empty()) {
        return to_text("other settings (", option, ")");
    }
    const std::string file = changed_data_file(before.data_files, now.data_files);
    return file.empty() ? "" : to_text("other data: ", file, " has changed since");
}

void remove_sweep_pictures(const fs::path& directory) {
    for (const fs::path& path : files_that(directory, is_picture_name)) {
        fs::remove(path);
    }
}

}  // namespace skein
