// skein evaluate
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <optional>

#include "cli/command_line.hpp"
#include "cli/output_paths.hpp"
#include "cli/precision.hpp"
#include "commands.hpp"
#include "console/exit_codes.hpp"
#include "console/json.hpp"
#include "console/numbers.hpp"
#include "console/signals.hpp"
#include "console/streams.hpp"
#include "console/summary_table.hpp"
#include "console/text.hpp"
#include "evaluate/evaluation_data.hpp"
#include "input/chain_options.hpp"
#include "input/compressed_summary.hpp"
#include "skein/data_spec.hpp"
#include "skein/data_summary.hpp"
#include "skein/files/chain_file.hpp"
#include "skein/files/sample_writer.hpp"
#include "skein/gradient.hpp"
#include "skein/instruction_set.hpp"
#include "skein/text.hpp"
#include "skein/version.hpp"

namespace skein::app {
namespace {

namespace fs = std::filesystem;
using enum ValueType;

constexpr Option kEvaluateOptions[] = {
    {"Options", "chain", "DIR|FILE", text, "",
     "The chain: the directory of a run of skein train, or a chain.json. Required."},
    {"Options", "data", "SPEC", text, "", "The data: files, or generated; see below (default: the data of the run)."},
    {"Options", "rows", "WHICH", text, "all",
     "{}: those that the run trained on, or those that its --validation held out.", false, kRowsNames},
    under("Options", kColumnsOption),
    under("Options", kSkipBadRowsOption),
    {"Options", "predictions", "FILE", text, "",
     "Write x, y and f_L(x) of each sample: to a .csv with a line of names, or to a .npy of shape (N, 3)."},
    {"Options", "force", "", flag, "", "Replace the file of --predictions if it exists."},
    {"Options", "json", "", flag, "", "Print one JSON object instead of a summary."},
    {"Options", "quiet", "", flag, "", "No warnings."},
    {"Options", "tolerance", "T", number, "1e-10",
     "Of compressed data: what the error bound may be (see skein train --help)."},
    {"Options", "precision", "TYPE", text, "", "float64 or float32 (default: that of the chain)."},
    {"Options", "threads", "N", count, "0", "Threads at most; 0: as many as there are cores, or OMP_NUM_THREADS."},
};

const Command kEvaluateCommand{
    "evaluate", "prints how well a stored chain fits a data set: its loss, the mean of (y - f_L(x))^2, and more.",
    R"(  skein evaluate --chain runs/first --data samples.csv
  skein evaluate --chain runs/first --rows validation
  skein evaluate --chain runs/first --data sine:samples=1000,frequency=0.2 --predictions sine.npy
)",
    kEvaluateOptions};

/// The file of predictions, found to be writable before any work is done.
fs::path check_predictions(const Configuration& configuration) {
    const fs::path path = configuration.text("predictions");
    if (!configuration.is_given("predictions")) {
        return path;
    }
    if (!ends_in(path.native(), ".csv") && !ends_in(path.native(), ".npy")) {
        configuration.fail("predictions", "'" + path.string() + "': expected a name that ends in .csv or .npy");
    }
    std::vector<fs::path> inputs = split_file_names(configuration.text("data"));
    inputs.push_back(chain_file(configuration));
    require_output_file(configuration, "predictions", path, inputs);
    return path;
}

/// x, y and the prediction of y of all samples, piece by piece. False if a signal came first: then there is no file.
template <class Scalar>
bool write_predictions(const fs::path& path, const ScaledChain<Scalar>& chain, const Dataset<Scalar>& data,
                       const Execution& execution) {
    constexpr std::uint64_t kPiece = 65536;
    const std::uint64_t num_samples = data.num_samples();
    const fs::path paths[] = {path};
    auto writer = writing([&] { return SampleWriter<Scalar>(paths, 3, num_samples, {"x", "y", "prediction"}); });
    std::vector<Scalar> x(kPiece), y(kPiece), weight(kPiece), outputs(kPiece);
    EncodedSamples encoded;
    for (std::uint64_t first = 0; first < num_samples && stop_signal() == 0; first += kPiece) {
        const std::size_t count = static_cast<std::size_t>(std::min(kPiece, num_samples - first));
        const MiniBatch<Scalar> piece = data.source().range(first, count, {x.data(), y.data(), weight.data()});
        predict<Scalar>(chain, {piece.x, count}, {outputs.data(), count}, execution);
        writer.encode({piece.x, piece.y, outputs.data(), count}, encoded);
        writing([&] { writer.append(encoded); });
    }
    if (stop_signal() != 0) {
        return false;
    }
    writing([&] { writer.finish(); });
    return true;
}

struct Evaluation {
    double loss;
    std::optional<double> mean_absolute_error;  // not of compressed data
    std::optional<skein::DataSummary> data;
    std::string spec;
    std::uint64_t num_samples;
    std::uint64_t num_skipped_rows;
    std::string chain;  // in words
    std::string precision;
    std::optional<CompressionRecord> compression;  // of compressed data
    double tolerance;
};

std::string evaluation_json(const Configuration& configuration, const Evaluation& evaluation) {
    Json json{{"loss", evaluation.loss},
              {"root_mean_square_error", std::sqrt(evaluation.loss)},
              {"mean_absolute_error", evaluation.mean_absolute_error ? Json(*evaluation.mean_absolute_error) : Json()},
              {"r2", evaluation.data ? Json(r_squared(evaluation.loss, *evaluation.data)) : Json()},
              {"baseline_loss", evaluation.data ? Json(evaluation.data->constant_loss()) : Json()},
              {"data", evaluation.spec},
              {"samples", evaluation.num_samples},
              {"skipped_rows", evaluation.num_skipped_rows},
              {"precision", evaluation.precision},
              {"version", version()},
              {"numerics_version", kNumericsVersion},
              {"instruction_set", instruction_set()}};
    if (evaluation.compression) {
        json["compression"] = compression_json(*evaluation.compression, evaluation.tolerance);
    }
    if (configuration.is_given("predictions")) {
        json["predictions"] = configuration.text("predictions");
    }
    return json_line(json);
}

std::string evaluation_text(const Configuration& configuration, const Evaluation& evaluation) {
    SummaryTable table(26, 0);
    table.add("chain", configuration.text("chain") + " (" + evaluation.chain + ")");
    const bool is_weighted = evaluation.data && evaluation.data->is_weighted;
    table.add("data", fmt::format("{} ({}{}{})", evaluation.spec, counted(evaluation.num_samples, "sample"),
                                  is_weighted ? " weighted by the third column" : "",
                                  evaluation.num_skipped_rows == 0
                                      ? ""
                                      : fmt::format(", {} left out", counted(evaluation.num_skipped_rows, "bad row"))));
    table.add("loss", rounded(evaluation.loss));
    table.add("root mean square error", rounded(std::sqrt(evaluation.loss)));
    if (evaluation.mean_absolute_error) {
        table.add("mean absolute error", rounded(*evaluation.mean_absolute_error));
    }
    if (evaluation.data && !std::isnan(r_squared(evaluation.loss, *evaluation.data))) {
        table.add("R^2", fmt::format("{} (the mean of y has the loss {})",
                                     rounded(r_squared(evaluation.loss, *evaluation.data)),
                                     rounded(evaluation.data->constant_loss())));
    }
    if (evaluation.compression) {
        table.add("compressed", bound_in_words(*evaluation.compression, "its scale", "itself"));
    }
    if (configuration.is_given("predictions")) {
        table.add("predictions", configuration.text("predictions"));
    }
    return table.text();
}

/// Refuses what compressed data cannot give.
template <class Scalar>
void require_samples(const Configuration& configuration, const EvaluationData<Scalar>& data, const Scaling& scaling) {
    if (data.data.samples() != nullptr) {
        return;
    }
    if (configuration.is_given("predictions")) {
        configuration.fail("predictions", "has no samples to predict: " + data.spec + " is compressed");
    }
    if (!scaling.is_none()) {
        throw BadInput(data.spec + ": is compressed, but the chain was trained on scaled data: expected samples");
    }
}

/// Nothing once a signal asks to stop.
template <class Scalar>
std::optional<Evaluation> evaluate(const ScaledChain<Scalar>& stored, const EvaluationData<Scalar>& data,
                                   const std::string& precision, const Execution& execution) {
    const Dataset<Scalar>* const samples = data.data.samples();
    const TrainingData<Scalar> seen = samples != nullptr ? scaled(*samples, stored.scaling) : data.data;
    const MeanLoss mean = mean_loss(stored.chain, seen, execution);
    const std::optional<skein::DataSummary> summary = summarise<Scalar>(data.data, {}, execution);
    const std::optional<double> absolute =
        samples != nullptr ? mean_absolute_error(stored, *samples, execution) : std::nullopt;
    if (stop_signal() != 0) {
        return std::nullopt;
    }
    return Evaluation{
        stored.scaling.loss_factor() * mean.loss,
        absolute,
        summary,
        data.spec,
        data.data.num_samples(),
        data.num_skipped_rows,
        counted(stored.chain.num_layers(), "layer") + ", " + activations_text(stored.chain) + ", " + precision,
        precision,
        mean.compression,
        samples == nullptr ? data.data.compressed()->tolerance() : 0.0};
}

template <class Scalar>
int evaluate_with(const Configuration& configuration, const std::string& precision) {
    const Execution execution{static_cast<int>(configuration.count("threads", 0, kMaxThreads)), 0,
                              &training_stop_request()};
    const ScaledChain<Scalar> stored = read_scaled_chain<Scalar>(chain_file(configuration));
    const fs::path predictions = check_predictions(configuration);
    const EvaluationData<Scalar> data = open_evaluation_data<Scalar>(configuration);
    require_samples(configuration, data, stored.scaling);
    catch_stop_signals();
    const std::optional<Evaluation> evaluation = evaluate(stored, data, precision, execution);
    if (!evaluation ||
        (!predictions.empty() && !write_predictions(predictions, stored, *data.data.samples(), execution))) {
        throw Stopped(stop_signal(), "stopped by " + std::string(signal_name(stop_signal())) +
                                         (predictions.empty() ? "" : ": " + predictions.string() + " is not written"));
    }
    write_output(configuration.flag("json") ? evaluation_json(configuration, *evaluation)
                                            : evaluation_text(configuration, *evaluation));
    return kDone;
}

}  // namespace

int evaluate_command(const std::vector<std::string>& arguments) {
    const std::optional<Configuration> configuration = read_command_line(kEvaluateCommand, arguments);
    if (!configuration) {
        write_output(help_text(kEvaluateCommand) + "\n" + std::string(kDataSpecHelp));
        return kDone;
    }
    if (!configuration->is_given("chain")) {
        throw BadInput("--chain is missing (see skein evaluate --help)");
    }
    if (configuration->is_given("tolerance") && configuration->is_given("data") &&
        !is_compressed_spec(configuration->text("data"))) {
        configuration->fail("tolerance", "has no effect: --data is not compressed: expected a .skc file");
    }
    if (configuration->flag("force") && !configuration->is_given("predictions")) {
        configuration->fail("force", "has no effect: nothing is written: expected --predictions");
    }
    warn_of_machine(configuration->flag("quiet"));
    const std::string stored = read_chain_precision(chain_file(*configuration));
    const std::string precision = configuration->is_given("precision") ? read_precision(*configuration) : stored;
    return with_precision(precision,
                          [&]<class Scalar>(Scalar) { return evaluate_with<Scalar>(*configuration, precision); });
}

}  // namespace skein::app
