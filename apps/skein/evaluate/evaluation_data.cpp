#include "evaluate/evaluation_data.hpp"

#include <fmt/format.h>

#include <array>
#include <filesystem>
#include <optional>
#include <system_error>

#include "cli/config_file.hpp"
#include "console/exit_codes.hpp"
#include "input/chain_options.hpp"
#include "input/text_input.hpp"
#include "skein/data_spec.hpp"
#include "skein/files/open_data.hpp"
#include "skein/numbers.hpp"
#include "skein/run_options.hpp"
#include "train/train_job.hpp"
#include "train/train_options.hpp"

namespace skein::app {
namespace {

namespace fs = std::filesystem;

/// The configuration of the run that wrote the chain: of the run.json beside it. Nothing if there is none.
std::optional<Configuration> stored_run(const Configuration& configuration) {
    const fs::path path = chain_file(configuration).replace_filename("run.json");
    std::error_code ignored;
    if (!fs::exists(path, ignored)) {
        return std::nullopt;
    }
    Configuration run(train_command_options().option_set());
    add_config_file(run, path);
    return run;
}

Configuration required_run(const Configuration& configuration, std::string_view option, std::string_view needed) {
    std::optional<Configuration> run = stored_run(configuration);
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

template <class Scalar>
EvaluationData<Scalar> open_rows_of_run(const Configuration& configuration, Rows rows) {
    const bool needs_split = rows != Rows::all;
    Configuration run = required_run(configuration, needs_split ? "rows" : "data",
                                     needs_split ? "the directory of a run" : "--data, or the directory of a run");
    RunSettings settings = data_settings(configuration, run);
    const std::string spec = settings.data.training, validation = settings.data.validation;
    if (needs_split && validation.empty()) {
        configuration.fail("rows",
                           fmt::format("{}: the run had no --validation: expected all", configuration.text("rows")));
    }
    if (rows == Rows::validation && configuration.is_given("data") && !parse_number<double>(validation)) {
        configuration.fail("data", fmt::format("has no effect: the validation data of the run are {}", validation));
    }
    if (!needs_split) {
        settings.data.validation.clear();
    }
    RunData<Scalar> data = open_run_data<Scalar>(run, settings, configuration.flag("quiet"));
    if (!needs_split) {
        return {std::move(data.training), spec, data.num_skipped_rows};
    }
    const std::string words = fmt::format("{} rows of {}", configuration.text("rows"), spec);
    return rows == Rows::training ? EvaluationData<Scalar>{std::move(data.training), words, data.num_skipped_rows}
                                  : EvaluationData<Scalar>{*std::move(data.validation), words, data.num_skipped_rows};
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
