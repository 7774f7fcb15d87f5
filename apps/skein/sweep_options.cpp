#include "sweep_options.hpp"

#include <algorithm>

#include "axis.hpp"
#include "data_spec.hpp"
#include "train_options.hpp"

namespace skein::app {
namespace {

using enum ValueType;
constexpr bool kStored = true;

constexpr std::string_view kExamples =
    R"(  skein sweep --preset trainability --out runs/trainability
  skein sweep sweep.toml --out runs/sweep
  skein sweep sweep.toml --out runs/zoomed --window 'learning_rate[1]=10:20,learning_rate[3]=1:2'
  skein sweep sweep.toml --out runs/frames --zoom 12.5,1.5,2,30
  skein sweep sweep.toml --point 17,400
  skein sweep --layers 2 --activation identity --axis learning_rate=log10:0.01:10:1000 --out runs/line
  skein sweep --list-presets
)";

constexpr Option kSweepOptions[] = {
    {"Sweep", "axis", "AXIS[,AXIS..]", texts, "", "What varies; see below. In a file: tables [[axis]].", kStored},
    {"Sweep", "preset", "NAME", text, "", "A sweep that runs as it is; other options change it."},
    {"Sweep", "list-presets", "", flag, "", "Show the presets, and where they come from."},
    {"Sweep", "window", "AXIS=FROM:TO[,..]", texts, "", "Zoom: other bounds for these axes."},
    {"Sweep", "zoom", "X,Y,F,N", numbers, "",
     "N frames around the point (X, Y), each F times narrower than the one before: sweeps of their own in "
     "DIR/frame_000, "
     "DIR/frame_001, ..."},
    {"Sweep", "point", "I,J,..", numbers, "",
     "Print the skein train command that repeats this point (counted from 0 along each axis) alone, to the same bits."},

    {"Outcomes", "mark-loss", "LOSS", number, "", "Keep after how many steps a mini-batch's loss was at most this.",
     kStored},
    {"Outcomes", "record-last", "N", count, "", "Keep the losses of the last N steps.", kStored},
    {"Outcomes", "picture", "QUANTITY", text, "",
     "What picture.png shows: trainability (blue where the loss decreased, orange where not, bright near the boundary; "
     "the default), learned (whether the loss decreased), converged, loss, steps, or recorded (how often each loss was "
     "recorded, "
     "over the first axis; the default with --record-last).",
     kStored},
};

constexpr Option kOutputOptions[] = {
    {"Output", "out", "DIR", text, "",
     "Directory of the sweep: an array .npy per outcome, run.json, picture.png, figure.png. One that was begun with "
     "the "
     "same settings and not finished is gone on with."},
    {"Output", "force", "", flag, "", "Replace a sweep that --out already holds."},
    {"Output", "json", "", flag, "", "Print one JSON object instead of a summary."},
    {"Output", "quiet", "", flag, "", "No progress, and no warnings."},
};

/// The options of train that a sweep has too, with its own defaults.
std::vector<Option> make_options() {
    constexpr std::string_view kNotOfSweeps[] = {"validation", "max-seconds", "history-every", "out",
                                                 "force",      "json",        "quiet"};
    std::vector<Option> options(std::begin(kSweepOptions), std::end(kSweepOptions));
    for (Option option : kTrainCommand.options) {
        if (std::ranges::find(kNotOfSweeps, option.name) != std::end(kNotOfSweeps)) {
            continue;
        }
        if (option.name == "data") {
            option.default_value = "teacher:samples=16,layers=3,weight=1.2";
        } else if (option.name == "epochs") {
            option.help = "Passes over the data (default: 500 steps).";
        } else if (option.name == "config") {
            option.help =
                "Options from a TOML file (names as here, arrays for lists, tables [[axis]]), or from an earlier "
                "sweep's run.json. The command line wins. `skein sweep FILE` is the same.";
        }
        if (option.name == "precision") {
            options.insert(options.end(), std::begin(kOutputOptions), std::end(kOutputOptions));
        }
        options.push_back(option);
    }
    return options;
}

}  // namespace

const Command& sweep_command_options() {
    static const std::vector<Option> options = make_options();
    static const std::string notes = std::string(kAxisHelp) + "\n" + std::string(kDataSpecHelp);
    static const Command command{"sweep",   "trains a chain at every point of a grid, side by side.",
                                 kExamples, options,
                                 notes,     kTrainCommand.alternatives,
                                 "config"};
    return command;
}

}  // namespace skein::app
