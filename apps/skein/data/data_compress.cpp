// skein data compress
#include <fmt/core.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <filesystem>

#include "cli/command_line.hpp"
#include "console/exit_codes.hpp"
#include "console/machine.hpp"
#include "console/numbers.hpp"
#include "console/streams.hpp"
#include "console/text.hpp"
#include "data/compressed_output.hpp"
#include "data/data_commands.hpp"
#include "input/compression_progress.hpp"
#include "input/piece_reader.hpp"
#include "input/text_input.hpp"
#include "skein/data_spec.hpp"
#include "skein/files/open_data.hpp"

namespace skein::app {
namespace {

using enum ValueType;
namespace fs = std::filesystem;

constexpr Option kDataCompressOptions[] = {
    {"Data", "out", "FILE.skc", text, "", "The file to write. Required."},
    {"Data", "force", "", flag, "", "Replace an existing file."},
    kColumnsOption,
    kSkipBadRowsOption,
    {"Data", "first-index", "N", count, "0",
     "Index of the first sample in a larger data set, a multiple of 65536. Parts that are compressed one by one, with "
     "the same --panel-width, and then merged give the same bits as the whole."},
    {"Panels", "panel-width", "W", number_or_text, "",
     "Width of the finest panels, next to x = 0; a power of two, as 0.0009765625 or 2^-10 (default: 2^-16 times the "
     "median of |x|, rounded down to a power of two). Large weights need fine panels. Beyond |x| = 64 W panels get "
     "wider."},
    {"Panels", "nodes", "P", count, "16", "Nodes per panel: 16, 32, 48 or 64."},
    {"Options", "json", "", flag, "", "Print one JSON object instead of a summary."},
    {"Options", "quiet", "", flag, "", "No progress, and no warnings."},
    {"Options", "threads", "N", count, "0",
     "Largest number of threads; 0: one per core, or OMP_NUM_THREADS. Changes no bit of the result."},
};

const Command kDataCompressCommand{
    .name = "data compress",
    .summary = "compresses samples in one pass: a full batch then costs as much as a few hundred samples.",
    .examples = R"(  skein data compress samples.npy --out samples.skc
  skein data compress part1.npy part2.npy --out samples.skc
  skein data compress teacher:samples=1e9,noise=0.1 --nodes 32 --out teacher.skc
  skein train --data samples.skc --steps 10000
)",
    .options = kDataCompressOptions,
    .takes_words = true};

/// The exponent of a power of two, "2^-6" or "0.015625".
int read_panel_exponent(const Configuration& configuration) {
    constexpr int kLargest = 500;
    const std::string text = configuration.text("panel-width");
    const bool is_power = text.starts_with("2^");
    const double number = parse_number<double>(is_power ? text.substr(2) : text).value_or(0.3);  // 0.3: neither
    int exponent = 0;
    if (is_power && number == std::floor(number) && std::abs(number) <= kLargest) {
        return static_cast<int>(number);
    }
    if (!is_power && std::frexp(number, &exponent) == 0.5 && std::abs(exponent - 1) <= kLargest) {
        return exponent - 1;
    }
    configuration.fail("panel-width", fmt::format("'{}' is no power of two from 2^-500 to 2^500, such as 2^-6", text));
}

/// Several data sets, or one of unknown length. The memory does not grow with them: 16 MiB (24 with sample weights) for
/// each thread, up to 32 threads.
CompressedDataset compress_pieces(const Configuration& configuration, const CompressionSettings& settings) {
    const auto max_units = static_cast<std::size_t>(std::clamp(num_threads(settings.execution), 2, 32));
    SkippedRows skipped;
    PieceReader samples(configuration.words(), read_csv_format(configuration, skipped), max_units << 20);
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
    warn_of_skipped_rows(joined(configuration.words()), skipped, configuration.flag("quiet"));
    return compressor.finish();
}

/// One data set with random access: every thread reads its own samples.
CompressedDataset compress_dataset(const Configuration& configuration, const CompressionSettings& settings) {
    const std::string& spec = configuration.words()[0];
    const Dataset<double> samples = *open_data<double>(spec, spec).samples();
    CompressionProgress progress(samples.num_samples(), configuration.flag("quiet"));
    return compress_until_signal(samples, settings, progress);
}

int compress_files(const Configuration& configuration) {
    const fs::path path = check_compressed_output(configuration, "files, or data to generate");
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
            throw BadInput(fmt::format("{}: is already compressed: skein data merge joins compressed parts", spec));
        }
    }
    check_text_options(configuration, specs);
    const auto start = std::chrono::steady_clock::now();
    const bool is_one = specs.size() == 1 && !is_text_spec(specs[0]);
    const CompressedDataset data =
        is_one ? compress_dataset(configuration, settings) : compress_pieces(configuration, settings);
    const std::chrono::duration<double> time = std::chrono::steady_clock::now() - start;
    write_compressed_output(configuration, data, path, time.count());
    return kDone;
}

}  // namespace

int data_compress_command(const std::vector<std::string>& arguments) {
    const std::optional<Configuration> configuration = read_command_line(kDataCompressCommand, arguments);
    if (!configuration) {
        write_output(help_text(kDataCompressCommand) + "\n" + std::string(kDataSpecHelp));
        return kDone;
    }
    return compress_files(*configuration);
}

}  // namespace skein::app
