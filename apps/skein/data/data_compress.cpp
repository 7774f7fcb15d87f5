// skein data compress, skein data merge
#include <algorithm>
#include <chrono>
#include <filesystem>
#include <stdexcept>

#include "cli/command_line.hpp"
#include "cli/output_files.hpp"
#include "console/errors.hpp"
#include "console/json.hpp"
#include "console/machine.hpp"
#include "console/numbers.hpp"
#include "console/streams.hpp"
#include "data/data_commands.hpp"
#include "input/compressed_summary.hpp"
#include "input/compression_progress.hpp"
#include "input/data_spec.hpp"
#include "input/piece_reader.hpp"
#include "skein/files/compressed_file.hpp"
#include "skein/files/file_error.hpp"
#include "skein/names.hpp"

namespace skein::app {
namespace {

using enum ValueType;
namespace fs = std::filesystem;

constexpr Option kCompressOptions[] = {
    {"Data", "out", "FILE.skc", text, "", "Where to."},
    {"Data", "force", "", flag, "", "Replace a file that is there."},
    {"Data", "first-index", "N", count, "0",
     "Where in a larger data set these samples begin, a multiple of 65536: parts that are compressed one by one and "
     "merged have the bits of the whole. They take the same --panel-width."},
    {"Panels", "panel-width", "W", number_or_text, "",
     "Of the finest panels, next to x = 0, a power of two: 0.0009765625 or 2^-10 (default: 2^-16 times the median "
     "of |x|, rounded down to one). Chains with large weights need fine ones. From 64 W on, panels are wider."},
    {"Panels", "nodes", "P", count, "16", "Nodes of a panel: 16, 32, 48 or 64."},
    {"Options", "json", "", flag, "", "Print one JSON object instead of a summary."},
    {"Options", "quiet", "", flag, "", "No progress, and no warnings."},
    {"Options", "threads", "N", count, "0",
     "Threads at most; 0: as many as there are cores, or OMP_NUM_THREADS. Changes no bit of the result."},
};

constexpr Option kMergeOptions[] = {
    {"Data", "out", "FILE.skc", text, "", "Where to."},
    {"Data", "force", "", flag, "", "Replace a file that is there."},
    {"Options", "json", "", flag, "", "Print one JSON object instead of a summary."},
};

const Command kCompress{
    .name = "data compress",
    .summary = "sums up data in one pass, so that full batches cost no more than a few hundred samples.",
    .examples = R"(  skein data compress samples.npy --out samples.skc
  skein data compress part1.npy part2.npy --out samples.skc
  skein data compress teacher:samples=1e9,noise=0.1 --nodes 32 --out teacher.skc
  skein train --data samples.skc --steps 10000
)",
    .options = kCompressOptions,
    .takes_words = true};

const Command kMerge{.name = "data merge",
                     .summary = "makes one compressed data set of its parts.",
                     .examples = R"(  skein data compress a.npy --panel-width 2^-17 --out a.skc
  skein data compress b.npy --panel-width 2^-17 --first-index 65536000 --out b.skc
  skein data merge a.skc b.skc --out all.skc
)",
                     .options = kMergeOptions,
                     .takes_words = true};

/// Of the files that come in, and the one that comes out.
fs::path check_files(const Configuration& configuration, const char* expected) {
    const std::string help = " (see skein " + std::string(configuration.command().name) + " --help)";
    if (configuration.words().empty()) {
        throw BadInput("IN is missing: expected " + std::string(expected) + help);
    }
    if (!configuration.is_given("out")) {
        throw BadInput("--out is missing" + help);
    }
    const fs::path path = configuration.text("out");
    if (path.extension() != ".skc") {
        configuration.fail("out", path.string() + ": expected a name that ends in .skc");
    }
    const std::vector<fs::path> inputs(configuration.words().begin(), configuration.words().end());
    require_output_file(configuration, "out", path, inputs);
    return path;
}

/// "2^-6" or "0.015625" as -6.
int read_panel_exponent(const Configuration& configuration) {
    const std::string text = configuration.text("panel-width");
    const bool is_power = text.starts_with("2^");
    const std::optional<double> number = parse_number<double>(is_power ? text.substr(2) : text);
    if (number && is_power && *number >= -500 && *number <= 500 && *number == static_cast<int>(*number)) {
        return static_cast<int>(*number);
    }
    double width = 1.0;
    int exponent = 0;
    for (; number && !is_power && width > *number && exponent > -500; --exponent) {
        width *= 0.5;
    }
    for (; number && !is_power && width < *number && exponent < 500; ++exponent) {
        width *= 2.0;
    }
    if (!number || is_power || width != *number) {
        configuration.fail("panel-width", "'" + text + "' is no power of two from 2^-500 to 2^500, such as 2^-6");
    }
    return exponent;
}

void write_summary(const Configuration& configuration, const CompressedDataset& data, const fs::path& path,
                   std::optional<double> seconds) {
    const std::uintmax_t bytes = fs::file_size(path);
    if (configuration.flag("json")) {
        nlohmann::ordered_json json = compressed_json(data);
        json.update({{"file", path.string()}, {"bytes", bytes}});
        if (seconds) {
            json["seconds"] = *seconds;
        }
        return write_output(json_line(json));
    }
    std::string text = compressed_text(data) + "file           " + path.string() + ", " + grouped(bytes) + " bytes\n";
    if (seconds) {
        text += "time           " + duration(*seconds) + ", " +
                rounded(static_cast<double>(data.num_samples()) / *seconds, 3) + " samples/s\n";
    }
    write_output(text);
}

/// Several data sets, or one of a length that nobody knows: in memory that does not grow with them, 16 MiB (with sample
/// weights, 24) for each thread up to 32.
CompressedDataset compress_pieces(const Configuration& configuration, const CompressionSettings& settings) {
    const auto max_units = static_cast<std::size_t>(std::clamp(num_threads(settings.execution), 2, 32));
    PieceReader samples(configuration.words(), max_units << 20);
    catch_stop_signals();
    DataProgress progress({}, configuration.flag("quiet"));
    Compressor<double> compressor(settings);
    for (MiniBatch<double> piece = samples.next(); piece.num_samples > 0; piece = samples.next()) {
        compressor.add(piece);
        progress.update(compressor.num_samples(), samples.fraction_read());
    }
    if (stop_signal() != 0) {
        throw_compression_stopped();
    }
    return compressor.finish();
}

/// One data set whose samples are found by their numbers: every thread reads its own.
CompressedDataset compress_dataset(const Configuration& configuration, const CompressionSettings& settings) {
    const std::string& spec = configuration.words()[0];
    const Dataset<double> samples = *open_data<double>(spec, spec).samples();
    CompressionProgress progress(samples.num_samples(), configuration.flag("quiet"));
    return compress_until_signal(samples, settings, progress);
}

int compress_files(const Configuration& configuration) {
    const fs::path path = check_files(configuration, "files, or data to generate");
    CompressionSettings settings;
    settings.num_nodes = static_cast<std::size_t>(configuration.count("nodes", 1, 1 << 20));
    settings.first_index = configuration.count("first-index", 0, std::uint64_t{1} << 60);
    settings.execution.num_threads = static_cast<int>(configuration.count("threads", 0, kMaxThreads));
    if (configuration.is_given("panel-width")) {
        settings.panel_exponent = read_panel_exponent(configuration);
    }
    const std::vector<std::string>& specs = configuration.words();
    for (const std::string& spec : specs) {
        if (is_compressed_spec(spec)) {
            throw BadInput(spec + ": is compressed already: compressed parts are made one by skein data merge");
        }
    }
    const auto start = std::chrono::steady_clock::now();
    const bool is_one = specs.size() == 1 && !specs[0].ends_with(".csv");
    const CompressedDataset data =
        is_one ? compress_dataset(configuration, settings) : compress_pieces(configuration, settings);
    const std::chrono::duration<double> time = std::chrono::steady_clock::now() - start;
    write_compressed(path, data);
    write_summary(configuration, data, path, time.count());
    return kDone;
}

struct Part {
    std::string file;
    CompressedDataset data;
};

void require_same_panels(const std::vector<Part>& parts) {
    const auto width = [](const CompressedDataset& data) { return "2^" + std::to_string(data.panel_exponent()); };
    const CompressedDataset& first = parts[0].data;
    for (const Part& part : parts) {
        if (part.data.panel_exponent() != first.panel_exponent()) {
            const int wider = std::max(part.data.panel_exponent(), first.panel_exponent());
            throw BadInput(part.file + ": its finest panels are " + width(part.data) + " wide, those of " +
                           parts[0].file + " " + width(first) + ": compress all parts with the same " +
                           "--panel-width, as in --panel-width 2^" + std::to_string(wider));
        }
        if (part.data.num_nodes() != first.num_nodes()) {
            throw BadInput(part.file + ": its panels have " + std::to_string(part.data.num_nodes()) +
                           " nodes, those of " + parts[0].file + " " + std::to_string(first.num_nodes()) +
                           ": compress all parts with the same --nodes");
        }
    }
}

void require_no_gap(const Part& before, const Part& part) {
    const std::uint64_t first = part.data.first_index();
    const std::uint64_t end = before.data.first_index() + before.data.num_samples();
    if (first == end) {
        return;
    }
    const std::string text = part.file + ": begins at index " + std::to_string(first) + ", but " + before.file +
                             ", the part before, ends " + (first < end ? "later" : "earlier") + ", at " +
                             std::to_string(end) + ": ";
    if (end % CompressedDataset::kSegmentSamples == 0) {
        throw BadInput(text + "expected --first-index " + std::to_string(end));
    }
    throw BadInput(text + "expected a multiple of 65536 samples in all parts but the last");
}

/// What merge_compressed() would refuse too, but without the names of the files, and what to do.
void require_one_data_set(std::vector<Part> parts) {
    require_same_panels(parts);
    std::ranges::stable_sort(parts, {}, [](const Part& part) { return part.data.first_index(); });
    for (std::size_t index = 1; index < parts.size(); ++index) {
        require_no_gap(parts[index - 1], parts[index]);
    }
}

int merge_files(const Configuration& configuration) {
    const fs::path path = check_files(configuration, "FILE.skc, the parts of a data set");
    std::vector<Part> parts;
    std::vector<CompressedDataset> data_sets;
    for (const std::string& file : configuration.words()) {
        data_sets.push_back(read_compressed(file));
        parts.push_back({file, data_sets.back()});
    }
    require_one_data_set(std::move(parts));
    const CompressedDataset data = merge_compressed(data_sets);
    write_compressed(path, data);
    write_summary(configuration, data, path, std::nullopt);
    return kDone;
}

}  // namespace

int data_compress_command(const std::vector<std::string>& arguments) {
    const std::optional<Configuration> configuration = read_command_line(kCompress, arguments);
    if (!configuration) {
        write_output(help_text(kCompress) + "\n" + std::string(kDataSpecHelp));
        return kDone;
    }
    return compress_files(*configuration);
}

int data_merge_command(const std::vector<std::string>& arguments) {
    const std::optional<Configuration> configuration = read_command_line(kMerge, arguments);
    if (!configuration) {
        write_output(help_text(kMerge));
        return kDone;
    }
    return merge_files(*configuration);
}

}  // namespace skein::app
