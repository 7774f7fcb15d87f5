// skein data make
#include <fmt/core.h>

#include "cli/command_line.hpp"
#include "cli/output_paths.hpp"
#include "cli/precision.hpp"
#include "console/exit_codes.hpp"
#include "console/streams.hpp"
#include "data/data_commands.hpp"
#include "data/data_transfer.hpp"
#include "skein/data_spec.hpp"

namespace skein::app {
namespace {

using enum ValueType;

constexpr Option kDataMakeOptions[] = {
    {"Options", "out", "FILE", text, "",
     "The file to write: a .npy of shape (N, 2), x.npy,y.npy of shape (N), or a .csv. Required."},
    {"Options", "precision", "TYPE", text, "float64", "float64 or float32."},
    {"Options", "force", "", flag, "", "Replace existing files."},
    {"Options", "json", "", flag, "", "Print one JSON object instead of a summary."},
    {"Options", "quiet", "", flag, "", "No progress."},
    {"Options", "threads", "N", count, "0", "Largest number of threads; 0: one per core, or OMP_NUM_THREADS."},
};

const Command kDataMakeCommand{
    .name = "data make",
    .summary = "writes the generated data set SPEC to a file: billions of samples, in constant memory.",
    .examples = R"(  skein data make teacher:samples=1e9,layers=4,noise=0.1 --out samples.npy
  skein data make sine:samples=1000,frequency=0.5,seed=7 --out sine.csv
  skein data make step:samples=1e6,input=uniform --out x.npy,y.npy --precision float32
)",
    .options = kDataMakeOptions,
    .notes = "The file appears when it is complete: a command that is stopped leaves none behind.\n",
    .takes_words = true};

template <class Scalar>
int make_with(const Configuration& configuration, const std::string& spec) {
    const std::vector<std::filesystem::path> files = sample_output_files(configuration, {});
    SampleStream<Scalar> stream(spec, spec);
    TransferReport report = transfer(configuration, stream, files);
    report.from = spec;
    return finish_transfer(configuration, report);
}

}  // namespace

int data_make_command(const std::vector<std::string>& arguments) {
    const std::optional<Configuration> configuration = read_command_line(kDataMakeCommand, arguments);
    if (!configuration) {
        write_output(help_text(kDataMakeCommand) + "\n" + std::string(kDataSpecHelp));
        return kDone;
    }
    const std::vector<std::string>& words = configuration->words();
    if (words.size() != 1) {
        throw BadInput(words.empty() ? "SPEC is missing: expected KIND:key=value,... (see skein data make --help)"
                                     : fmt::format("unexpected argument '{}': expected one SPEC", words[1]));
    }
    if (!parse_generated(words[0], words[0])) {
        throw BadInput(fmt::format("'{}' is a file: expected KIND:key=value,..., or skein data convert", words[0]));
    }
    warn_of_machine(configuration->flag("quiet"));
    return with_precision(read_precision(*configuration),
                          [&]<class Scalar>(Scalar) { return make_with<Scalar>(*configuration, words[0]); });
}

}  // namespace skein::app
