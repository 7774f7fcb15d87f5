// skein predict
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <optional>
#include <vector>

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
#include "input/chain_options.hpp"
#include "input/data_progress.hpp"
#include "input/text_input.hpp"
#include "skein/data_spec.hpp"
#include "skein/files/chain_file.hpp"
#include "skein/files/open_data.hpp"
#include "skein/files/sample_reader.hpp"
#include "skein/files/sample_writer.hpp"
#include "skein/instruction_set.hpp"
#include "skein/text.hpp"
#include "skein/version.hpp"

namespace skein::app {
namespace {

namespace fs = std::filesystem;
using enum ValueType;

constexpr Option column_of_inputs() {
    Option option = under("Options", kColumnsOption);
    option.placeholder = "X";
    option.help =
        "Of .csv and other text: the column of x; a name of the first line, or a number from 1 (default: the only "
        "column, or the first of x,y or x,y,m).";
    return option;
}

constexpr Option kPredictOptions[] = {
    {"Options", "chain", "DIR|FILE", text, "",
     "The chain: the directory of a run of skein train, or a chain.json. Required."},
    {"Options", "data", "SPEC", text, "", "Where the inputs x come from; see below. Required."},
    {"Options", "out", "FILE", text, "",
     "Write x and the prediction of y to a .csv, with a line of names, or to a .npy of shape (N, 2) (default: as .csv "
     "to standard output)."},
    column_of_inputs(),
    under("Options", kSkipBadRowsOption),
    {"Options", "force", "", flag, "", "Replace the file of --out if it exists."},
    {"Options", "json", "", flag, "", "With --out: print one JSON object instead of a summary."},
    {"Options", "quiet", "", flag, "", "No progress, and no warnings."},
    {"Options", "precision", "TYPE", text, "", "float64 or float32 (default: that of the chain)."},
    {"Options", "threads", "N", count, "0", "Threads at most; 0: as many as there are cores, or OMP_NUM_THREADS."},
};

const Command kPredictCommand{
    "predict", "prints what a stored chain predicts: x and f_L(x), in the units of the data.",
    R"(  skein predict --chain runs/first --data inputs.csv
  skein predict --chain runs/first --data x.npy --out predictions.npy
  skein predict --chain runs/first --data sensors.csv.gz --columns time --out predictions.csv
  seq -1 0.01 1 | skein predict --chain runs/first --data - > curve.csv
)",
    kPredictOptions,
    R"(SPEC is a .csv or other text, - for text from standard input, or a .npy of shape (N), (N, 1), (N, 2) or (N, 3): x alone,
or x first, then columns that are not read. Or generated data, whose x are taken (see skein data make --help).
)"};

constexpr std::size_t kPiece = 65'536;

/// The inputs of a SPEC, piece by piece.
template <class Scalar>
class Inputs {
public:
    Inputs(const std::string& spec, const std::string& where, const CsvFormat& format) {
        if (parse_generated(spec, where)) {
            generated_ = *open_data<Scalar>(spec, where).samples();
        } else {
            reader_ = SampleReader<Scalar>::inputs(split_file_names(spec)[0], format);
        }
    }

    std::optional<std::uint64_t> num_inputs() const {
        return generated_ ? std::optional(generated_->num_samples()) : reader_->num_samples();
    }
    std::optional<double> fraction_read() const {
        return generated_
                   ? std::optional(static_cast<double>(num_read_) / static_cast<double>(generated_->num_samples()))
                   : reader_->fraction_read();
    }

    /// Sets x to the next ones, at most kPiece; none at the end.
    void next(std::vector<Scalar>& x) {
        x.resize(kPiece);
        std::size_t count = 0;
        if (generated_) {
            y_.resize(kPiece);
            count = static_cast<std::size_t>(std::min<std::uint64_t>(kPiece, generated_->num_samples() - num_read_));
            const MiniBatch<Scalar> piece =
                generated_->source().range(num_read_, count, {x.data(), y_.data(), nullptr});
            std::copy_n(piece.x, count, x.data());
        } else {
            count = reader_->read({x.data(), nullptr, nullptr}, kPiece);
        }
        num_read_ += count;
        x.resize(count);
    }

private:
    std::optional<Dataset<Scalar>> generated_;
    std::optional<SampleReader<Scalar>> reader_;
    std::vector<Scalar> y_;
    std::uint64_t num_read_ = 0;
};

/// Where predictions go: a file that is complete or absent, or standard output.
template <class Scalar>
class Predictions {
public:
    explicit Predictions(const fs::path& path) {
        if (path.empty()) {
            write_output("x,prediction\n");
        } else {
            const fs::path paths[] = {path};
            writer_ = writing([&] { return SampleWriter<Scalar>(paths, 2, {}, {"x", "prediction"}); });
        }
    }

    void append(const MiniBatch<Scalar>& predictions) {
        num_predictions_ += predictions.num_samples;
        if (!writer_) {
            return write_output(csv_rows(predictions));
        }
        EncodedSamples encoded;
        writer_->encode(predictions, encoded);
        writing([&] { writer_->append(encoded); });
    }

    void finish() {
        if (writer_) {
            writing([&] { writer_->finish(); });
        }
    }

    std::uint64_t num_predictions() const { return num_predictions_; }

private:
    std::optional<SampleWriter<Scalar>> writer_;
    std::uint64_t num_predictions_ = 0;
};

/// The file of --out, found to be writable before any work is done; empty: standard output.
fs::path check_output(const Configuration& configuration) {
    for (const char* name : {"force", "json"}) {
        if (configuration.flag(name) && !configuration.is_given("out")) {
            configuration.fail(name, "has no effect: predictions go to standard output: expected --out");
        }
    }
    if (!configuration.is_given("out")) {
        return {};
    }
    const fs::path path = configuration.text("out");
    if (!ends_in(path.native(), ".csv") && !ends_in(path.native(), ".npy")) {
        configuration.fail("out", fmt::format("'{}': expected a name that ends in .csv or .npy", path.string()));
    }
    std::vector<fs::path> inputs = split_file_names(configuration.text("data"));
    inputs.push_back(chain_file(configuration));
    require_output_file(configuration, "out", path, inputs);
    return path;
}

void report(const Configuration& configuration, std::uint64_t num_predictions, std::uint64_t num_skipped_rows) {
    if (configuration.flag("json")) {
        write_output(json_line({{"predictions", configuration.text("out")},
                                {"samples", num_predictions},
                                {"skipped_rows", num_skipped_rows},
                                {"chain", chain_file(configuration).string()},
                                {"data", configuration.text("data")},
                                {"version", version()},
                                {"numerics_version", kNumericsVersion},
                                {"instruction_set", instruction_set()}}));
        return;
    }
    SummaryTable table;
    table.add("chain", chain_file(configuration).string());
    table.add("data", configuration.text("data"));
    table.add("predictions", configuration.text("out"));
    write_output(fmt::format("done: {}\n\n{}", counted(num_predictions, "prediction"), table.text()));
}

template <class Scalar>
int predict_with(const Configuration& configuration) {
    const Execution execution{static_cast<int>(configuration.count("threads", 0, kMaxThreads)), 0};
    const ScaledChain<Scalar> chain = read_scaled_chain<Scalar>(chain_file(configuration));
    const fs::path path = check_output(configuration);
    const std::string spec = configuration.text("data");
    SkippedRows skipped;
    Inputs<Scalar> inputs(spec, configuration.where("data"), read_csv_format(configuration, skipped));
    catch_stop_signals();
    Predictions<Scalar> predictions(path);
    DataProgress progress(inputs.num_inputs(), configuration.flag("quiet"));
    std::vector<Scalar> x, outputs;
    for (inputs.next(x); !x.empty() && stop_signal() == 0; inputs.next(x)) {
        outputs.resize(x.size());
        predict<Scalar>(chain, x, outputs, execution);
        predictions.append({x.data(), outputs.data(), nullptr, x.size()});
        progress.update(predictions.num_predictions(), inputs.fraction_read());
    }
    if (stop_signal() != 0) {
        throw Stopped(stop_signal(),
                      fmt::format("stopped by {}{}", signal_name(stop_signal()),
                                  path.empty() ? "" : fmt::format(": {} is not written", path.string())));
    }
    predictions.finish();
    warn_of_skipped_rows(spec, skipped, configuration.flag("quiet"));
    if (!path.empty()) {
        report(configuration, predictions.num_predictions(), skipped.count);
    }
    return kDone;
}

}  // namespace

int predict_command(const std::vector<std::string>& arguments) {
    const std::optional<Configuration> configuration = read_command_line(kPredictCommand, arguments);
    if (!configuration) {
        write_output(help_text(kPredictCommand));
        return kDone;
    }
    for (const char* required : {"chain", "data"}) {
        if (!configuration->is_given(required)) {
            throw BadInput(fmt::format("--{} is missing (see skein predict --help)", required));
        }
    }
    check_text_options(*configuration, std::array{configuration->text("data")});
    warn_of_machine(configuration->flag("quiet"));
    const std::string precision = configuration->is_given("precision")
                                      ? read_precision(*configuration)
                                      : read_chain_precision(chain_file(*configuration));
    return with_precision(precision, [&]<class Scalar>(Scalar) { return predict_with<Scalar>(*configuration); });
}

}  // namespace skein::app
