// skein data info
#include <algorithm>
#include <cmath>
#include <filesystem>

#include "cli/command_line.hpp"
#include "cli/output_paths.hpp"
#include "console/document.hpp"
#include "console/errors.hpp"
#include "console/json.hpp"
#include "console/machine.hpp"
#include "console/numbers.hpp"
#include "console/signals.hpp"
#include "console/streams.hpp"
#include "data/data_commands.hpp"
#include "data/data_picture.hpp"
#include "data/data_summary.hpp"
#include "input/compressed_summary.hpp"
#include "skein/data_spec.hpp"
#include "skein/files/compressed_file.hpp"
#include "skein/files/file_error.hpp"
#include "skein/version.hpp"

namespace skein::app {
namespace {

namespace fs = std::filesystem;
using enum ValueType;

constexpr Option kOptions[] = {
    {"Options", "picture", "FILE.png", text, "",
     "Draw the density of x and the mean of y over x (of one IN). Needs gnuplot."},
    {"Options", "force", "", flag, "", "Replace the picture where there is one."},
    {"Options", "json", "", flag, "", "Print one JSON object instead of tables."},
    {"Options", "quiet", "", flag, "", "No progress, no warnings."},
    {"Options", "threads", "N", count, "0", "Threads at most; 0: as many as there are cores, or OMP_NUM_THREADS."},
};

const Command kCommand{
    .name = "data info",
    .summary = "describes data sets, each in one pass and constant memory.",
    .examples = R"(  skein data info samples.csv
  skein data info training.npy validation.npy --json
  skein data info teacher:samples=1e6,noise=0.1 --picture teacher.png
)",
    .options = kOptions,
    .notes =
        "IN, of which there may be several, is any SPEC. Each row counts once, whatever its weight m. The standard\n"
        "deviation is over N; a normal distribution has skewness 0 and kurtosis 3. \"values\" are counted up to 16.\n"
        "Results are the same bits for any number of threads.\n",
    .takes_words = true};

constexpr int kDigits = 6;
constexpr std::size_t kLabelWidth = 27;
constexpr std::size_t kTextColumns = 64;
constexpr std::size_t kFigureColumns = 256;

/// One IN and what was found.
struct Found {
    std::string text;
    std::string kind;
    std::string precision;  // empty for .csv, which has none
    DataSummary summary;
};

std::string stored_precision(const SampleStream<double>& stream) {
    if (stream.is_generated()) {
        return "float64";
    }
    return !stream.stored_type() ? "" : stream.stored_type() == ElementType::float32 ? "float32" : "float64";
}

Cell number_or_dash(double value) { return std::isnan(value) ? Cell("-") : Cell(Number{value}); }

std::vector<Cell> row_of(const std::string& name, const ColumnMoments& column, const DistinctValues& distinct) {
    const int digits = digits_apart(column.min, column.max, kDigits);
    return {name,
            rounded(column.min, digits),
            rounded(column.max, digits),
            rounded(column.mean, digits),
            Number{column.standard_deviation()},
            number_or_dash(column.skewness()),
            number_or_dash(column.kurtosis()),
            distinct.count() ? std::to_string(*distinct.count()) : "> " + std::to_string(DistinctValues::kMost)};
}

std::string moments_text(const DataSummary& summary) {
    Table table{{{""}, {"min"}, {"max"}, {"mean"}, {"std. dev."}, {"skewness"}, {"kurtosis"}, {"values"}}, {}};
    table.rows.push_back(row_of("x", summary.moments.x, summary.distinct_x));
    table.rows.push_back(row_of("y", summary.moments.y, summary.distinct_y));
    if (summary.has_weights()) {
        table.rows.push_back(row_of("m", summary.moments.sample_weight, summary.distinct_weights));
    }
    return render({table}, Format::text, kDigits);
}

std::string direction(const SortedColumn& column) { return column.is_ascending ? "ascending" : "descending"; }

/// The direction of a column that is sorted, or null.
Json sorted_json(const DataSummary& summary, std::string_view name) {
    const std::vector<SortedColumn> sorted = summary.sorted_columns();
    const auto found = std::ranges::find(sorted, name, &SortedColumn::name);
    return found == sorted.end() ? Json() : Json(direction(*found));
}

std::string found_text(const Found& found) {
    const DataSummary& summary = found.summary;
    const std::uint64_t count = summary.num_samples();
    std::string text = found.text + ": " + grouped(count) + (count == 1 ? " sample" : " samples") + " (" + found.kind +
                       (found.precision.empty() ? "" : ", " + found.precision) + ")\n\n" + moments_text(summary);
    if (const double correlation = summary.moments.correlation(); !std::isnan(correlation)) {
        text += "\n  correlation of x and y   " + rounded(correlation) + "\n";
    }
    if (const std::vector<SortedColumn> sorted = summary.sorted_columns(); !sorted.empty()) {
        const std::string label = "  sorted by " + std::string(sorted[0].name);
        text += label + std::string(kLabelWidth - label.size(), ' ') + direction(sorted[0]) + "\n";
    }
    if (!summary.moments.x.is_constant()) {
        text += "\n" + profile_text(density_profile(summary.histogram, kTextColumns));
    }
    return text;
}

Json column_json(const ColumnMoments& column, const DistinctValues& distinct) {
    return {{"min", column.min},
            {"max", column.max},
            {"mean", column.mean},
            {"standard_deviation", column.standard_deviation()},
            {"skewness", column.skewness()},
            {"kurtosis", column.kurtosis()},
            {"distinct_values", distinct.count() ? Json(*distinct.count()) : Json()},
            {"share_between_runs", column.share_between_runs()}};
}

Json found_json(const Found& found) {
    const DataSummary& summary = found.summary;
    Json json{{"data", found.text},
              {"kind", found.kind},
              {"precision", found.precision.empty() ? Json() : Json(found.precision)},
              {"samples", summary.num_samples()},
              {"x", column_json(summary.moments.x, summary.distinct_x)},
              {"y", column_json(summary.moments.y, summary.distinct_y)}};
    if (summary.has_weights()) {
        json["m"] = column_json(summary.moments.sample_weight, summary.distinct_weights);
    }
    json["correlation"] = summary.moments.correlation();
    json["sorted_by_x"] = sorted_json(summary, "x");
    json["sorted_by_absolute_x"] = sorted_json(summary, "|x|");
    json["sorted_by_y"] = sorted_json(summary, "y");
    json["warnings"] = summary.warnings();
    return json;
}

fs::path check_picture(const Configuration& configuration, const std::vector<fs::path>& inputs) {
    const fs::path path = configuration.text("picture");
    if (!configuration.is_given("picture")) {
        return path;
    }
    if (path.extension() != ".png") {
        configuration.fail("picture", "'" + path.string() + "': expected a name that ends in .png");
    }
    if (configuration.words().size() > 1) {
        configuration.fail("picture", std::to_string(configuration.words().size()) + " data sets: expected one");
    }
    require_output_file(configuration, "picture", path, inputs);
    if (!can_draw_figures()) {
        configuration.fail("picture", "gnuplot is not installed (Debian: gnuplot-nox)");
    }
    return path;
}

/// Returns what kept it from being drawn, or nothing: the numbers are there all the same.
std::string draw_picture(const fs::path& path, const Found& found) {
    if (found.summary.moments.x.is_constant()) {
        return path.string() + " is not drawn: x is always the same";
    }
    try {
        draw(path, profile_figure(density_profile(found.summary.histogram, kFigureColumns), found.text));
    } catch (const FileError& error) {
        return error.what();
    }
    return "";
}

/// Opens all of them before any is read: what can be refused at once is.
std::vector<SampleStream<double>> open_all(const std::vector<std::string>& words) {
    std::vector<SampleStream<double>> streams;
    for (const std::string& word : words) {
        streams.emplace_back(word, word);
    }
    return streams;
}

void print(const Configuration& configuration, const std::vector<Found>& all, const fs::path& picture) {
    Json json{{"data_sets", Json::array()}, {"version", version()}, {"numerics_version", kNumericsVersion}};
    std::string text;
    for (const Found& found : all) {
        json["data_sets"].push_back(found_json(found));
        text += (text.empty() ? "" : "\n") + found_text(found);
    }
    if (!picture.empty()) {
        json["picture"] = picture.string();
        text += "\n  picture   " + picture.string() + "\n";
    }
    write_output(configuration.flag("json") ? json_line(json) : text);
}

int report_stop(const Configuration& configuration, const std::string& text, std::uint64_t num_samples) {
    write_output(configuration.flag("json")
                     ? json_line({{"status", "stopped"}, {"data", text}, {"samples", num_samples}})
                     : "stopped by " + std::string(signal_name(stop_signal())) + " after " + grouped(num_samples) +
                           " samples of " + text + "\n");
    return kSignalBase + stop_signal();
}

/// A compressed data set tells what its sums are; there are no samples to go through.
int describe_compressed(const Configuration& configuration) {
    Json json{{"data_sets", Json::array()}, {"version", version()}, {"numerics_version", kNumericsVersion}};
    std::string text;
    for (const std::string& word : configuration.words()) {
        if (!is_compressed_spec(word)) {
            throw BadInput(word + ": has samples, beside a compressed data set: expected one kind at a time");
        }
        const CompressedDataset data = read_compressed(word);
        Json found{{"data", word}, {"kind", "compressed"}};
        found.update(compressed_json(data));
        json["data_sets"].push_back(found);
        SummaryTable table(15, 0);
        add_compressed_rows(data, table);
        text += (text.empty() ? "" : "\n") + word + ": compressed\n\n" + table.text();
    }
    if (configuration.is_given("picture")) {
        configuration.fail("picture", "a compressed data set has no samples to draw");
    }
    write_output(configuration.flag("json") ? json_line(json) : text);
    return kDone;
}

}  // namespace

int data_info_command(const std::vector<std::string>& arguments) {
    const std::optional<Configuration> configuration = read_command_line(kCommand, arguments);
    if (!configuration) {
        write_output(help_text(kCommand) + "\n" + std::string(kDataSpecHelp));
        return kDone;
    }
    const std::vector<std::string>& words = configuration->words();
    if (words.empty()) {
        throw BadInput("IN is missing: expected at least one SPEC (see skein data info --help)");
    }
    if (std::ranges::any_of(words, is_compressed_spec)) {
        return describe_compressed(*configuration);
    }
    const Execution execution{static_cast<int>(configuration->count("threads", 0, kMaxThreads)), 0};
    const bool quiet = configuration->flag("quiet");
    std::vector<SampleStream<double>> streams = open_all(words);
    std::vector<fs::path> inputs;
    for (const SampleStream<double>& stream : streams) {
        inputs.insert(inputs.end(), stream.paths().begin(), stream.paths().end());
    }
    const fs::path picture = check_picture(*configuration, inputs);
    catch_stop_signals();
    std::vector<Found> all;
    for (std::size_t index = 0; index < streams.size(); ++index) {
        DataProgress progress(streams[index].num_samples(), quiet);
        std::optional<DataSummary> summary = summarize(streams[index], num_threads(execution), progress);
        if (!summary) {
            return report_stop(*configuration, words[index], streams[index].num_taken());
        }
        all.push_back({words[index], streams[index].kind(), stored_precision(streams[index]), std::move(*summary)});
    }
    const std::string fault = picture.empty() ? "" : draw_picture(picture, all.front());
    print(*configuration, all, fault.empty() ? picture : fs::path());
    for (const Found& found : all) {
        for (const std::string& warning : quiet ? std::vector<std::string>() : found.summary.warnings()) {
            write_warning(found.text + ": " + warning);
        }
    }
    if (!fault.empty()) {
        throw Failure(fault);
    }
    return kDone;
}

}  // namespace skein::app
