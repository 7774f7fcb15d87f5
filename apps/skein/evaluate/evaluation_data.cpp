#include "evaluate/evaluation_data.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <optional>
#include <system_error>
#include <vector>

#include "cli/config_file.hpp"
#include "console/exit_codes.hpp"
#include "input/chain_options.hpp"
#include "input/text_input.hpp"
#include "skein/data_spec.hpp"
#include "skein/files/data_identity.hpp"
#include "skein/files/file_error.hpp"
#include "skein/files/open_data.hpp"
#include "skein/files/run_configuration.hpp"
#include "skein/numbers.hpp"
#include "skein/run_options.hpp"
#include "train/train_job.hpp"
#include "train/train_options.hpp"

namespace skein::app {
namespace {

namespace fs = std::filesystem;

/// What the run.json beside a chain says.
struct StoredRun {
    Configuration configuration;
    std::vector<DataFile> data_files;
};

/// Nothing if there is no run.json.
std::optional<StoredRun> stored_run(const Configuration& configuration) {
    const fs::path path = chain_file(configuration).replace_filename("run.json");
    std::error_code ignored;
    if (!fs::exists(path, ignored)) {
        return std::nullopt;
    }
    StoredRun run{Configuration(train_command_options().option_set()), {}};
    const std::string text = read_options(path);
    add_run_configuration(run.configuration, text, path.string());
    run.data_files = stored_data_files(text);
    return run;
}

StoredRun required_run(const Configuration& configuration, std::string_view option, std::string_view needed) {
    std::optional<StoredRun> run = stored_run(configuration);
    if (!run) {
        const std::string message =
            fmt::format("{} has no run.json beside it: expected {}", chain_file(configuration).string(), needed);
        if (configuration.is_given(option)) {
            configuration.fail(option, message);
        }
        throw BadInput(fmt::format("--{} is missing, and {}", option, message));
    }
    return *std::move(run);
}

/// The rows that a run has split off can be found in the same data only.
void require_same_data(const Configuration& configuration, const StoredRun& run, const std::string& spec) {
    const std::vector<DataFile> now = identify_data(spec, configuration.where("data"));
    const auto is_same = [](const DataFile& one, const DataFile& other) {  // whatever its name
        return one.size == other.size && one.hash == other.hash;
    };
    if (!run.data_files.empty() && !std::ranges::equal(now, run.data_files, is_same)) {
        throw BadInput(
            fmt::format("{}: is not what the run was trained on: its size or content differ, so its {} rows are "
                        "not known",
                        spec, configuration.text("rows")));
    }
}

/// The settings of the run, with the data and the text options that this command was given in their place.
RunSettings data_settings(const Configuration& configuration, Configuration& run) {
    RunSettings settings = read_run_settings(run);
    settings.data.scaling = ScalingKind::none;
    settings.data.compresses = false;
    if (configuration.is_given("data")) {
        settings.data.training = configuration.text("data");
    }
    if (configuration.is_given(kColumnsOption.name)) {
        settings.data.columns = configuration.texts(kColumnsOption.name);
    }
    settings.data.skips_bad_rows = settings.data.skips_bad_rows || configuration.flag(kSkipBadRowsOption.name);
    settings.data.tolerance = configuration.positive_number("tolerance");
    settings.training.execution.num_threads = static_cast<int>(configuration.count("threads", 0, kMaxThreads));
    return settings;
}

/// The data of the run; errors say where their names come from.
template <class Scalar>
RunData<Scalar> open_data_of_run(const Configuration& configuration, const StoredRun& run,
                                 const RunSettings& settings) {
    if (configuration.is_given("data")) {
        return open_run_data<Scalar>(run.configuration, settings, configuration.flag("quiet"));
    }
    if (settings.data.training == "-") {
        throw BadInput("--data is missing: the run has read its data from standard input");
    }
    try {
        return open_run_data<Scalar>(run.configuration, settings, configuration.flag("quiet"));
    } catch (const FileError& error) {
        throw BadInput(fmt::format("{} (named in the run.json of the run: --data names another file)", error.what()));
    }
}

template <class Scalar>
EvaluationData<Scalar> open_rows_of_run(const Configuration& configuration, Rows rows) {
    const bool needs_run = rows != Rows::all;
    StoredRun run = required_run(configuration, needs_run ? "rows" : "data",
                                 needs_run ? "the directory of a run" : "--data, or the directory of a run");
    RunSettings settings = data_settings(configuration, run.configuration);
    const std::string spec = settings.data.training, validation = settings.data.validation;
    const bool is_split = parse_number<double>(validation).has_value();
    if (rows == Rows::validation && validation.empty()) {
        configuration.fail("rows", "validation: the run had no --validation: expected all");
    }
    if (rows == Rows::validation && configuration.is_given("data") && !is_split) {
        configuration.fail("data", fmt::format("has no effect: the validation data of the run are {}", validation));
    }
    if (rows == Rows::all) {
        settings.data.validation.clear();
    } else if (is_split) {
        require_same_data(configuration, run, spec);
    }
    RunData<Scalar> data = open_data_of_run<Scalar>(configuration, run, settings);
    if (rows == Rows::all) {
        return {std::move(data.training), spec, data.num_skipped_rows};
    }
    const bool is_training = rows == Rows::training;
    const std::string words =
        fmt::format("{} rows of {}", configuration.text("rows"), is_training || is_split ? spec : validation);
    return {is_training ? std::move(data.training) : *std::move(data.validation), words, data.num_skipped_rows};
}

}  // namespace

template <class Scalar>
EvaluationData<Scalar> open_evaluation_data(const Configuration& configuration) {
    const Rows rows = configuration.word<Rows>("rows", kRowsNames);
    const std::string spec = configuration.text("data");
    if (rows != Rows::all || spec.empty()) {
        return open_rows_of_run<Scalar>(configuration, rows);
    }
    check_text_options(configuration, std::array{spec});
    SkippedRows skipped;
    TrainingData<Scalar> data =
        open_data<Scalar>(spec, configuration.where("data"),
                          {configuration.positive_number("tolerance"), read_csv_format(configuration, skipped)});
    warn_of_skipped_rows(spec, skipped, configuration.flag("quiet"));
    return {std::move(data), spec, skipped.count};
}
template EvaluationData<float> open_evaluation_data(const Configuration&);
template EvaluationData<double> open_evaluation_data(const Configuration&);

}  // namespace skein::app
