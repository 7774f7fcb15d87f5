#include "sweep/sweep_options.hpp"

#include <algorithm>

#include "cli/command_line.hpp"
#include "cli/config_file.hpp"
#include "console/streams.hpp"
#include "input/axis.hpp"
#include "input/data_spec.hpp"
#include "train/train_options.hpp"

namespace skein::app {
namespace {

using enum ValueType;
constexpr bool kStored = true;

constexpr std::string_view kExamples =
    R"(  skein sweep --preset trainability --out runs/trainability
  skein sweep sweep.toml --out runs/sweep
  skein sweep --preset trainability --out runs/zoomed --window 'learning_rate[1]=5:10,learning_rate[3]=50:100'
  skein sweep --preset trainability --out runs/frames --zoom 7.56,76,2,9
  skein sweep sweep.toml --point 17,400
  skein sweep --layers 2 --activation identity --axis learning_rate=log10:0.01:10:1000 --out runs/line
  skein sweep --list-presets
)";

/// What both commands have, so that they take the same files.
constexpr Option kSweepOptions[] = {
    {"Sweep", "axis", "AXIS[,AXIS..]", texts, "", "What varies; see below. In a file: tables [[axis]].", kStored},
    {"Sweep", "preset", "NAME", text, "", "A sweep that runs as it is; other options change it."},
    {"Sweep", "list-presets", "", flag, "", "Show the presets, and where they come from."},
    {"Sweep", "window", "AXIS=FROM:TO[,..]", texts, "", "Zoom: other bounds for these axes."},
    {"Outcomes", "mark-loss", "LOSS", number, "", "Keep after how many steps a mini-batch's loss was at most this.",
     kStored},
    {"Outcomes", "record-last", "N", count, "", "Keep the losses of the last N steps.", kStored},
    {"Outcomes", "picture", "QUANTITY", text, "",
     "What picture.png shows: trainability (blue where the loss decreased, orange where not, bright near the boundary; "
     "the default), learned (whether the loss decreased), converged, an outcome (loss, steps, ...), or recorded (how "
     "often each loss was recorded, over the first axis; the default with --record-last).",
     kStored},
};

constexpr Option kOutputOptions[] = {
    {"Zooms and single points", "zoom", "X,Y,F,N", numbers, "",
     "N frames around the point (X, Y), each F times narrower than the one before: sweeps of their own in "
     "DIR/frame_000, DIR/frame_001, ... Those that are finished are left as they are."},
    {"Zooms and single points", "point", "I,J,..", numbers, "",
     "Print the skein train command that repeats this point (counted from 0 along each axis) alone, to the same bits."},
    {"Output", "out", "DIR", text, "",
     "Directory of the sweep: an array .npy per outcome, run.json, picture.png, figure.png. One that was begun with "
     "the "
     "same settings and not finished is gone on with."},
    {"Output", "force", "", flag, "", "Replace a sweep that --out already holds."},
    {"Output", "json", "", flag, "", "Print one JSON object instead of a summary."},
    {"Output", "quiet", "", flag, "", "No progress, and no warnings."},
};

constexpr Option kBoundaryOptions[] = {
    {"Boundary", "along", "AXIS", text, "",
     "The axis to look along, for every point of the others (default: the only one; without it, two axes give the "
     "box-counting dimension of the boundary in their plane)."},
    {"Boundary", "between", "CLASS", text, "loss_decreased",
     "What is on one side and not on the other: loss_decreased, converged or diverged."},
    {"Boundary", "scan", "N", count, "64", "Values that first tell how often the class changes."},
    {"Boundary", "resolution", "R", number, "1e-12", "Relative distance of the two ends of each change."},
    {"Boundary", "json", "", flag, "", "Print one JSON object instead of a table."},
    {"Boundary", "quiet", "", flag, "", "No progress, and no warnings."},
};

constexpr std::string_view kBoundaryExamples =
    R"(  skein boundary --layers 2 --activation identity --axis learning_rate=log10:0.01:10:2 --between diverged
  skein boundary sweep.toml --along 'learning_rate[1]' --json
  skein boundary --preset trainability
)";

bool is_one_of(std::string_view name, std::span<const std::string_view> names) {
    return std::ranges::find(names, name) != names.end();
}

/// The options of train that sweeps have too, with their own defaults.
std::vector<Option> shared_options() {
    constexpr std::string_view kNotOfSweeps[] = {"validation", "max-seconds", "history-every", "out",
                                                 "force",      "json",        "quiet"};
    std::vector<Option> options;
    for (Option option : kTrainCommand.options) {
        if (is_one_of(option.name, kNotOfSweeps)) {
            continue;
        }
        if (option.name == "data") {
            option.default_value = "teacher:samples=16,layers=3,weight=1.2";
        } else if (option.name == "epochs") {
            option.help = "Passes over the data (default: 500 steps).";
        } else if (option.name == "config") {
            option.help =
                "Options from a TOML file (names as here, arrays for lists, tables [[axis]]), or from an earlier "
                "sweep's run.json. The command line wins. FILE alone is the same.";
        }
        options.push_back(option);
    }
    return options;
}

/// What varies, the command's own options, then the shared ones.
std::vector<Option> with_shared(std::span<const Option> first, std::span<const Option> own) {
    std::vector<Option> options(first.begin(), first.end());
    options.insert(options.end(), own.begin(), own.end());
    const std::vector<Option> shared = shared_options();
    options.insert(options.end(), shared.begin(), shared.end());
    return options;
}

const std::string& notes() {
    static const std::string text = std::string(kAxisHelp) + "\n" + std::string(kDataSpecHelp);
    return text;
}

std::string preset_list() {
    std::string text;
    for (const Preset& preset : presets()) {
        text += std::string(preset.name) + "\n" + std::string(preset.summary) + "\n";
    }
    return text;
}

}  // namespace

const Command& sweep_command_options() {
    static const std::vector<Option> options = with_shared(kSweepOptions, kOutputOptions);
    static const Command command{"sweep",   "trains a chain at every point of a grid, side by side.",
                                 kExamples, options,
                                 notes(),   kTrainCommand.alternatives,
                                 "config"};
    return command;
}

const Command& boundary_command_options() {
    static const std::vector<Option> options = with_shared(kSweepOptions, kBoundaryOptions);
    static const Command command{
        "boundary",
        "finds where the outcome of training changes: along one axis by bisection, or its dimension in a plane.",
        kBoundaryExamples,
        options,
        notes(),
        kTrainCommand.alternatives,
        "config"};
    return command;
}

OutcomeSelection read_outcome_selection(const Configuration& configuration) {
    OutcomeSelection selection;
    selection.marked_loss = configuration.optional_number("mark-loss");
    return selection;
}

std::optional<Configuration> read_sweep_configuration(const Command& command,
                                                      const std::vector<std::string>& arguments) {
    std::optional<Configuration> configuration = read_command_line(command, arguments);
    if (!configuration) {
        write_output(help_text(command));
        return std::nullopt;
    }
    if (configuration->flag("list-presets")) {
        write_output(preset_list());
        return std::nullopt;
    }
    if (configuration->is_given("config") && configuration->is_given("preset")) {
        configuration->fail("preset",
                            "has no place beside " + configuration->text("config") + ": expected one of them");
    }
    if (configuration->is_given("config")) {
        add_config_file(*configuration, configuration->text("config"));
    }
    if (configuration->is_given("preset")) {
        const Preset& preset = find_preset(*configuration);
        add_config_text(*configuration, std::string(preset.text), "preset " + std::string(preset.name));
    }
    require_effect(*configuration);
    warn_without_hardware_fma(configuration->flag("quiet"));
    return configuration;
}

}  // namespace skein::app
