// skein data convert
#include <fmt/core.h>

#include "cli/command_line.hpp"
#include "cli/output_paths.hpp"
#include "cli/precision.hpp"
#include "console/exit_codes.hpp"
#include "console/streams.hpp"
#include "data/data_commands.hpp"
#include "data/data_transfer.hpp"
#include "input/text_input.hpp"
#include "skein/data_spec.hpp"

namespace skein::app {
namespace {

using enum ValueType;

constexpr Option kDataConvertOptions[] = {
    {"Options", "out", "FILE", text, "",
     "The file to write: a .npy of shape (N, 2) or (N, 3), a .csv, or x.npy,y.npy of shape (N). Required."},
    {"Options", "precision", "TYPE", text, "",
     "float64 or float32 (default: that of the input; float64 for .csv). Each number is rounded once."},
    under("Options", kColumnsOption),
    under("Options", kSkipBadRowsOption),
    {"Options", "force", "", flag, "", "Replace existing files."},
    {"Options", "json", "", flag, "", "Print one JSON object instead of a summary."},
    {"Options", "quiet", "", flag, "", "No progress."},
    {"Options", "threads", "N", count, "0", "Largest number of threads; 0: one per core, or OMP_NUM_THREADS."},
};

const Command kDataConvertCommand{
    .name = "data convert",
    .summary = "writes the samples of a file in another format or precision, in constant memory.",
    .examples = R"(  skein data convert samples.csv --out samples.npy
  skein data convert x.npy,y.npy --out samples.npy
  skein data convert samples.npy --out small.npy --precision float32
  skein data convert samples.npy --out samples.csv
  skein data convert sensors.csv.gz --columns time,temperature --skip-bad-rows --out sensors.npy
)",
    .options = kDataConvertOptions,
    .notes =
        "IN is FILE.csv or other text (columns x,y or x,y,m; m: weight of the sample), - for text from standard "
        "input,\n"
        "FILE.npy of shape (N, 2) or (N, 3), or X.npy,Y.npy. A .csv starts with a line of names; each number gets the\n"
        "fewest decimals that read back to the same bits in its precision. A command that is stopped leaves no file\n"
        "behind.\n",
    .takes_words = true};

template <class Scalar>
int convert_with(const Configuration& configuration, const std::string& input,
                 const std::vector<std::filesystem::path>& files) {
    SkippedRows skipped;
    SampleStream<Scalar> stream(input, input, read_csv_format(configuration, skipped));
    TransferReport report = transfer(configuration, stream, files);
    warn_of_skipped_rows(input, skipped, configuration.flag("quiet"));
    report.from = input;
    report.num_skipped_rows = skipped.count;
    return finish_transfer(configuration, report);
}

std::string precision_of(const Configuration& configuration, const std::string& input) {
    if (configuration.is_given("precision")) {
        return read_precision(configuration);
    }
    if (is_text_spec(input)) {
        return "float64";  // not opened here: a pipe can be opened only once
    }
    const SampleStream<double> stream(input, input);
    return stream.stored_type() == ElementType::float32 ? "float32" : "float64";
}

}  // namespace

int data_convert_command(const std::vector<std::string>& arguments) {
    const std::optional<Configuration> configuration = read_command_line(kDataConvertCommand, arguments);
    if (!configuration) {
        write_output(help_text(kDataConvertCommand));
        return kDone;
    }
    const std::vector<std::string>& words = configuration->words();
    if (words.size() != 1) {
        throw BadInput(words.empty()
                           ? "IN is missing: expected FILE.csv, FILE.npy or X.npy,Y.npy (see skein data convert --help)"
                           : fmt::format("unexpected argument '{1}': expected one IN; for x and y in two files write "
                                         "{0},{1}",
                                         words[0], words[1]));
    }
    if (is_compressed_spec(words[0])) {
        throw BadInput(words[0] + ": is compressed: a compressed data set has no individual samples");
    }
    if (parse_generated(words[0], words[0])) {
        throw BadInput(fmt::format("'{}' is generated data, no file: expected a file, or skein data make", words[0]));
    }
    check_text_options(*configuration, words);
    const std::vector<std::filesystem::path> files = sample_output_files(*configuration, split_file_names(words[0]));
    return with_precision(precision_of(*configuration, words[0]),
                          [&]<class Scalar>(Scalar) { return convert_with<Scalar>(*configuration, words[0], files); });
}

}  // namespace skein::app
