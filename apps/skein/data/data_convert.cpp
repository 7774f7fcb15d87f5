// skein data convert
#include "cli/command_line.hpp"
#include "cli/output_files.hpp"
#include "cli/precision.hpp"
#include "console/errors.hpp"
#include "console/streams.hpp"
#include "data/data_commands.hpp"
#include "data/data_transfer.hpp"
#include "input/data_spec.hpp"

namespace skein::app {
namespace {

using enum ValueType;

constexpr Option kOptions[] = {
    {"Options", "out", "FILE", text, "",
     "Where to: a .npy of shape (N, 2) or (N, 3), a .csv, or two .npy of shape (N), as x.npy,y.npy. Required."},
    {"Options", "precision", "TYPE", text, "",
     "float64 or float32 (default: that of the input; float64 for .csv). Numbers are rounded once."},
    {"Options", "force", "", flag, "", "Replace the files where there are some."},
    {"Options", "json", "", flag, "", "Print one JSON object instead of a summary."},
    {"Options", "quiet", "", flag, "", "No progress."},
    {"Options", "threads", "N", count, "0", "Threads at most; 0: as many as there are cores, or OMP_NUM_THREADS."},
};

const Command kCommand{
    .name = "data convert",
    .summary = "writes the samples of files to files of another kind or precision, in constant memory.",
    .examples = R"(  skein data convert samples.csv --out samples.npy
  skein data convert x.npy,y.npy --out samples.npy
  skein data convert samples.npy --out small.npy --precision float32
  skein data convert samples.npy --out samples.csv
)",
    .options = kOptions,
    .notes =
        "IN is FILE.csv (columns x,y or x,y,m; m: weight of the sample), FILE.npy of shape (N, 2) or (N, 3), or\n"
        "X.npy,Y.npy. A .csv is written with a line of names and the fewest decimals that give the same bits,\n"
        "in the precision that it is converted with. A command that is stopped leaves no file behind.\n",
    .takes_words = true};

template <class Scalar>
int convert_with(const Configuration& configuration, const std::string& input,
                 const std::vector<std::filesystem::path>& files) {
    SampleStream<Scalar> stream(input, input);
    TransferReport report = transfer(configuration, stream, files);
    report.from = input;
    return finish_transfer(configuration, report);
}

std::string precision_of(const Configuration& configuration, const std::string& input) {
    if (configuration.is_given("precision")) {
        return read_precision(configuration);
    }
    if (std::filesystem::path(split_file_names(input)[0]).extension() == ".csv") {
        return "float64";  // a pipe can be opened once
    }
    const SampleStream<double> stream(input, input);
    return stream.stored_type() == ElementType::float32 ? "float32" : "float64";
}

}  // namespace

int data_convert_command(const std::vector<std::string>& arguments) {
    const std::optional<Configuration> configuration = read_command_line(kCommand, arguments);
    if (!configuration) {
        write_output(help_text(kCommand));
        return kDone;
    }
    const std::vector<std::string>& words = configuration->words();
    if (words.size() != 1) {
        throw BadInput(words.empty()
                           ? "IN is missing: expected FILE.csv, FILE.npy or X.npy,Y.npy (see skein data convert --help)"
                           : "unexpected argument '" + words[1] + "': expected one IN; x and y of two files are " +
                                 words[0] + "," + words[1]);
    }
    if (is_compressed_spec(words[0])) {
        throw BadInput(words[0] + ": is compressed: single samples are not there any more");
    }
    if (parse_generated(words[0], words[0])) {
        throw BadInput("'" + words[0] + "' is generated: expected files (generated data: skein data make)");
    }
    const std::vector<std::filesystem::path> files = sample_output_files(*configuration, split_file_names(words[0]));
    return with_precision(precision_of(*configuration, words[0]),
                          [&]<class Scalar>(Scalar) { return convert_with<Scalar>(*configuration, words[0], files); });
}

}  // namespace skein::app
