// skein data info
#include <fmt/core.h>

#include <algorithm>
#include <filesystem>

#include "cli/command_line.hpp"
#include "cli/output_paths.hpp"
#include "console/exit_codes.hpp"
#include "console/json.hpp"
#include "console/machine.hpp"
#include "console/signals.hpp"
#include "console/streams.hpp"
#include "console/summary_table.hpp"
#include "console/text.hpp"
#include "data/data_commands.hpp"
#include "data/data_picture.hpp"
#include "data/info_report.hpp"
#include "input/compressed_summary.hpp"
#include "input/text_input.hpp"
#include "skein/data_spec.hpp"
#include "skein/files/compressed_file.hpp"
#include "skein/files/file_error.hpp"
#include "skein/version.hpp"

namespace skein::app {
namespace {

namespace fs = std::filesystem;
using enum ValueType;

constexpr Option kDataInfoOptions[] = {
    {"Options", "picture", "FILE.png", text, "",
     "Draw the density of x and the mean of y over x, of one IN. Needs gnuplot."},
    under("Options", kColumnsOption),
    under("Options", kSkipBadRowsOption),
    {"Options", "force", "", flag, "", "Replace an existing picture."},
    {"Options", "json", "", flag, "", "Print one JSON object instead of tables."},
    {"Options", "quiet", "", flag, "", "No progress, no warnings."},
    {"Options", "threads", "N", count, "0", "Largest number of threads; 0: one per core, or OMP_NUM_THREADS."},
};

const Command kDataInfoCommand{
    .name = "data info",
    .summary = "describes data sets, each in one pass and constant memory.",
    .examples = R"(  skein data info samples.csv
  skein data info training.npy validation.npy --json
  skein data info teacher:samples=1e6,noise=0.1 --picture teacher.png
)",
    .options = kDataInfoOptions,
    .notes =
        R"(IN is any SPEC; several may be given. Each row counts once, whatever its weight m. The standard deviation
divides by N; a normal distribution has skewness 0 and kurtosis 3. "values" counts different values up to
16. The bits of the result do not depend on the number of threads.

The density of x is that of numpy.histogram(x, edges, density=True), to the bit. In --json, "density" has
these edges, the values, and the share of the samples that lie within; "mean_y" is the mean of y in each
column, null in an empty one (the mean of N values is rounded by up to N 2^-53 of their mean size). Columns
lie on multiples of a power of 2. They are as narrow as 2,048 of them can hold all samples, or wider: at
most 32 in text, 256 in --json and --picture, and fewer for few samples. If the range is then at most a
quarter as wide, up to 0.05 % of the samples on each side are left out.
)",
    .takes_words = true};

std::string stored_precision(const SampleStream<double>& stream) {
    if (stream.is_generated()) {
        return "float64";
    }
    return !stream.stored_type() ? "" : stream.stored_type() == ElementType::float32 ? "float32" : "float64";
}

fs::path check_picture(const Configuration& configuration, const std::vector<fs::path>& inputs) {
    if (!configuration.is_given("picture")) {
        return {};
    }
    const fs::path path = configuration.text("picture");
    if (path.extension() != ".png") {
        configuration.fail("picture", fmt::format("'{}': expected a name that ends in .png", path.string()));
    }
    if (configuration.words().size() > 1) {
        configuration.fail("picture", fmt::format("{} data sets: expected one", configuration.words().size()));
    }
    require_output_file(configuration, "picture", path, inputs);
    if (!can_draw_figures()) {
        configuration.fail("picture", "gnuplot is not installed (Debian: gnuplot-nox)");
    }
    return path;
}

/// Draws the picture. Returns why it cannot be drawn, or nothing; the numbers are printed all the same.
std::string draw_picture(const fs::path& path, const DescribedData& data) {
    if (data.summary.moments.columns[kX].is_constant()) {
        return path.string() + " is not drawn: x is always the same";
    }
    try {
        draw(path, profile_figure(density_profile(data.summary, kFigureColumns), data.spec));
    } catch (const FileError& error) {
        return error.what();
    }
    return "";
}

/// Opens all of them before any is read: a bad SPEC is refused at once.
std::vector<SampleStream<double>> open_all(const Configuration& configuration, std::vector<SkippedRows>& skipped) {
    std::vector<SampleStream<double>> streams;
    for (const std::string& spec : configuration.words()) {
        streams.emplace_back(spec, spec, read_csv_format(configuration, skipped[streams.size()]));
    }
    return streams;
}

std::vector<fs::path> input_files(const std::vector<SampleStream<double>>& streams) {
    std::vector<fs::path> files;
    for (const SampleStream<double>& stream : streams) {
        files.insert(files.end(), stream.paths().begin(), stream.paths().end());
    }
    return files;
}

Json empty_report() {
    return {{"data_sets", Json::array()}, {"version", version()}, {"numerics_version", kNumericsVersion}};
}

void print(const Configuration& configuration, const std::vector<DescribedData>& all, const fs::path& picture) {
    Json json = empty_report();
    std::vector<std::string> texts;
    for (const DescribedData& data : all) {
        json["data_sets"].push_back(described_json(data));
        texts.push_back(described_text(data));
    }
    if (!picture.empty()) {
        json["picture"] = picture.string();
        texts.push_back(fmt::format("  picture   {}\n", picture.string()));
    }
    write_output(configuration.flag("json") ? json_line(json) : joined(texts, "\n"));
}

int report_stop(const Configuration& configuration, const std::string& spec, std::uint64_t num_samples) {
    write_output(configuration.flag("json")
                     ? json_line({{"status", "stopped"}, {"data", spec}, {"samples", num_samples}})
                     : fmt::format("stopped by {} after {} of {}\n", signal_name(stop_signal()),
                                   counted(num_samples, "sample"), spec));
    return kSignalBase + stop_signal();
}

/// A compressed data set has no single samples: only its sums are described.
int describe_compressed(const Configuration& configuration) {
    Json json = empty_report();
    std::vector<std::string> texts;
    for (const std::string& file : configuration.words()) {
        if (!is_compressed_spec(file)) {
            throw BadInput(fmt::format("{}: is not compressed, but another IN is: expected one kind at a time", file));
        }
        const CompressedDataset data = read_compressed(file);
        Json described{{"data", file}, {"kind", "compressed"}};
        described.update(compressed_json(data));
        json["data_sets"].push_back(described);
        SummaryTable table(15, 0);
        add_compressed_rows(data, table);
        texts.push_back(fmt::format("{}: compressed\n\n{}", file, table.text()));
    }
    if (configuration.is_given("picture")) {
        configuration.fail("picture", "a compressed data set has no samples to draw");
    }
    write_output(configuration.flag("json") ? json_line(json) : joined(texts, "\n"));
    return kDone;
}

void warn(const std::vector<DescribedData>& all) {
    for (const DescribedData& data : all) {
        for (const std::string& warning : data.summary.warnings()) {
            write_warning(fmt::format("{}: {}", data.spec, warning));
        }
    }
}

int describe_samples(const Configuration& configuration) {
    const std::vector<std::string>& specs = configuration.words();
    const Execution execution{static_cast<int>(configuration.count("threads", 0, kMaxThreads)), 0};
    const bool quiet = configuration.flag("quiet");
    check_text_options(configuration, specs);
    std::vector<SkippedRows> skipped(specs.size());
    std::vector<SampleStream<double>> streams = open_all(configuration, skipped);
    const fs::path picture = check_picture(configuration, input_files(streams));
    catch_stop_signals();
    std::vector<DescribedData> all;
    for (std::size_t index = 0; index < streams.size(); ++index) {
        DataProgress progress(streams[index].num_samples(), quiet);
        std::optional<SampleStatistics> summary = summarize(streams[index], num_threads(execution), progress);
        if (!summary) {
            return report_stop(configuration, specs[index], streams[index].num_taken());
        }
        warn_of_skipped_rows(specs[index], skipped[index], quiet);
        all.push_back({specs[index], streams[index].kind(), stored_precision(streams[index]), skipped[index].count,
                       std::move(*summary)});
    }
    const std::string fault = picture.empty() ? "" : draw_picture(picture, all.front());
    print(configuration, all, fault.empty() ? picture : fs::path());
    if (!quiet) {
        warn(all);
    }
    if (!fault.empty()) {
        throw Failure(fault);
    }
    return kDone;
}

}  // namespace

int data_info_command(const std::vector<std::string>& arguments) {
    const std::optional<Configuration> configuration = read_command_line(kDataInfoCommand, arguments);
    if (!configuration) {
        write_output(help_text(kDataInfoCommand) + "\n" + std::string(kDataSpecHelp));
        return kDone;
    }
    const std::vector<std::string>& specs = configuration->words();
    if (specs.empty()) {
        throw BadInput("IN is missing: expected at least one SPEC (see skein data info --help)");
    }
    return std::ranges::any_of(specs, is_compressed_spec) ? describe_compressed(*configuration)
                                                          : describe_samples(*configuration);
}

}  // namespace skein::app
