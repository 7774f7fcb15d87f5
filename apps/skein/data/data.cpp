// skein data: finds the subcommand.
#include <string_view>

#include "commands.hpp"
#include "console/exit_codes.hpp"
#include "console/streams.hpp"
#include "data/data_commands.hpp"
#include "skein/data_spec.hpp"
#include "skein/names.hpp"

namespace skein::app {
namespace {

constexpr std::string_view kDataHelp =
    R"(Examples
  skein data make teacher:samples=1e9,layers=4,noise=0.1 --out samples.npy
  skein data convert samples.csv --out samples.npy
  skein data info samples.npy
  skein data compress samples.npy --out samples.skc

skein data makes, converts, describes and compresses data sets of any size, in constant memory.

Subcommands
  make         Writes generated data to a file.
  convert      Writes the samples of a .csv or .npy in another format or precision.
  info         Prints count, range, moments, correlation and order of the samples; draws a picture.
  compress     Compresses samples in one pass: a full batch then costs as much as a few hundred samples.
  merge        Merges compressed parts of a data set into one.

  skein data SUBCOMMAND --help    Examples and all options of a subcommand.

)";

using CommandFunction = int (*)(const std::vector<std::string>&);
struct Subcommand {
    std::string_view name;
    CommandFunction run;
};
constexpr Subcommand kSubcommands[] = {{"make", data_make_command},
                                       {"convert", data_convert_command},
                                       {"info", data_info_command},
                                       {"compress", data_compress_command},
                                       {"merge", data_merge_command}};

}  // namespace

int data_command(const std::vector<std::string>& arguments) {
    if (arguments.empty()) {
        throw BadInput(
            "a subcommand is missing: expected make, convert, info, compress or merge (see skein data --help)");
    }
    if (arguments[0] == "--help" || arguments[0] == "-h") {
        write_output(std::string(kDataHelp) + std::string(kDataSpecHelp));
        return kDone;
    }
    std::vector<std::string_view> names{"--help"};
    for (const Subcommand& subcommand : kSubcommands) {
        if (subcommand.name == arguments[0]) {
            return subcommand.run({arguments.begin() + 1, arguments.end()});
        }
        names.push_back(subcommand.name);
    }
    const bool is_option = arguments[0].starts_with('-');
    throw BadInput(unknown_word(is_option ? "option" : "subcommand of data", arguments[0], names));
}

}  // namespace skein::app
