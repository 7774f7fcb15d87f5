// The program: finds the command, and turns what it throws into one line and an exit code.
#include <csignal>
#include <exception>
#include <new>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "commands.hpp"
#include "console/exit_codes.hpp"
#include "console/signals.hpp"
#include "console/streams.hpp"
#include "skein/files/file_error.hpp"
#include "skein/instruction_set.hpp"
#include "skein/names.hpp"
#include "skein/version.hpp"

#ifdef __GLIBC__  // known once any header of the library is there
#include <malloc.h>
#endif

namespace skein::app {
namespace {

constexpr std::string_view kProgramHelp =
    R"(Examples
  skein train --layers 8 --data teacher:samples=1e6,layers=8,noise=0.05 --out runs/first
  skein gradient --weights 0.5,-1.2,0.7 --activation tanh --x 1.5 --y 0.2
  skein sweep --preset trainability --out runs/trainability
  skein evaluate --chain runs/first --data samples.csv
  skein predict --chain runs/first --data inputs.csv
  skein data info samples.csv

skein trains scalar chain networks: L layers, one unit per layer, no biases.

Commands
  train        Trains a chain on generated data or files.
  gradient     The back-propagation of one sample, every value of it, or the gradient on a data set.
  sweep        Trains a chain at every point of a grid of settings: arrays and pictures.
  boundary     Where the outcome of training changes: critical learning rates, fractal dimensions.
  evaluate     How well a stored chain fits a data set.
  predict      What a stored chain predicts.
  data         Makes, converts, describes and compresses data sets of any size.

  skein COMMAND --help    Examples and all options of a command.
  skein --version         Version, numerics version and instruction set.

Exit codes: 0 done (a run that diverged included), 1 failed, 2 wrong usage or bad input, 3 diverged (with
--fail-on-divergence), 130, 143 and 129 stopped by SIGINT, SIGTERM and SIGHUP, after writing everything (a final loss that
would take more than two seconds is left out).
SKEIN_INSTRUCTION_SET=portable chooses an instruction set; the results are the same bits.
)";

using CommandFunction = int (*)(const std::vector<std::string>&);
struct NamedCommand {
    std::string_view name;
    CommandFunction run;
};
constexpr NamedCommand kCommands[] = {{"train", train_command},       {"gradient", gradient_command},
                                      {"sweep", sweep_command},       {"boundary", boundary_command},
                                      {"evaluate", evaluate_command}, {"predict", predict_command},
                                      {"data", data_command}};

int print_version() {
    write_output("skein " + std::string(version()) + "\nnumerics version " + std::to_string(kNumericsVersion) +
                 "\ninstruction set " + std::string(instruction_set()) + "\n");
    return kDone;
}

int unknown_command(const std::string& word) {
    std::vector<std::string_view> names{"--help", "--version"};
    for (const NamedCommand& command : kCommands) {
        names.push_back(command.name);
    }
    throw BadInput(unknown_word(word.starts_with('-') ? "option" : "command", word, names));
}

int run(const std::vector<std::string>& arguments) {
    if (arguments.empty()) {
        throw BadInput(
            "a command is missing: expected train, gradient, sweep, boundary, evaluate, predict or data (see skein "
            "--help)");
    }
    const std::vector<std::string> rest(arguments.begin() + 1, arguments.end());
    for (const NamedCommand& command : kCommands) {
        if (command.name == arguments[0]) {
            return command.run(rest);
        }
    }
    const bool wants_help = arguments[0] == "--help" || arguments[0] == "-h";
    if (!wants_help && arguments[0] != "--version") {
        return unknown_command(arguments[0]);
    }
    if (!rest.empty()) {
        throw BadInput("unexpected argument '" + rest[0] + "' after " + arguments[0]);
    }
    if (wants_help) {
        write_output(kProgramHelp);
        return kDone;
    }
    return print_version();
}

int run_and_explain(const std::vector<std::string>& arguments) {
    try {
        return run(arguments);
    } catch (const OutputClosed&) {
        return kSignalBase + SIGPIPE;
    } catch (const Stopped& error) {
        write_error(error.what());
        return kSignalBase + error.signal();
    } catch (const BadInput& error) {
        write_error(error.what());
        return kBadInput;
    } catch (const FileError& error) {
        write_error(error.what());
        return kBadInput;
    } catch (const std::invalid_argument& error) {
        write_error(error.what());
        return kBadInput;
    } catch (const std::bad_alloc&) {
        write_error("out of memory");
    } catch (const std::exception& error) {
        write_error(error.what());
    }
    return kFailed;
}

/// Freed memory stays with the process: up to 256 MB at the top of each heap. A sweep takes and frees 10 MB for each block
/// of points. A page that the system hands out anew costs a quarter of a microsecond, on some virtual machines 17.
void keep_freed_memory() {
#ifdef __GLIBC__
    mallopt(M_MMAP_THRESHOLD, 1 << 25);  // the most that it may be
    mallopt(M_TRIM_THRESHOLD, 1 << 28);
#endif
}

}  // namespace
}  // namespace skein::app

int main(int argc, char** argv) {
    skein::app::keep_freed_memory();
    skein::app::ignore_write_signals();
    return skein::app::run_and_explain(std::vector<std::string>(argv + (argc > 0 ? 1 : 0), argv + argc));
}
