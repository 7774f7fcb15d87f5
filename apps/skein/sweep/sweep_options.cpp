#include "sweep/sweep_options.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

#include "cli/command_line.hpp"
#include "cli/config_file.hpp"
#include "console/streams.hpp"
#include "skein/axis.hpp"
#include "skein/data_spec.hpp"
#include "skein/ensemble_outcome.hpp"
#include "skein/option_row.hpp"
#include "skein/presets.hpp"
#include "skein/sweep_options.hpp"
#include "train/train_options.hpp"

namespace skein::app {
namespace {

using enum ValueType;
using Rows = std::span<const OptionRow<SweepOutput>>;

template <auto member>
constexpr auto sweep_field = &field_of<SweepOutput, member>;

constexpr std::string_view kSweepExamples =
    R"(  skein sweep --preset trainability --out runs/trainability
  skein sweep sweep.toml --out runs/sweep
  skein sweep --preset trainability --out runs/zoomed --window 'learning_rate[1]=5:10,learning_rate[3]=50:100'
  skein sweep --preset trainability --out runs/frames --zoom 7.56,76,2,9
  skein sweep sweep.toml --point 17,400
  skein sweep --layers 2 --activation identity --axis learning_rate=log10:0.01:10:1000 --out runs/line
  skein sweep --list-presets
)";

constexpr std::string_view kBoundaryExamples =
    R"(  skein boundary --layers 2 --activation identity --axis learning_rate=log10:0.01:10:2 --between diverged
  skein boundary sweep.toml --along 'learning_rate[1]' --json
  skein boundary --preset trainability
)";

/// kQuantityNames, then the outcome columns that a picture can show.
std::vector<std::string_view> picture_names() {
    std::vector<std::string_view> names(kQuantityNames.begin(), kQuantityNames.end());
    for_each_column({}, [&](const auto& column) {
        if (!column.is_table && column.kind != OutcomeKind::code && column.kind != OutcomeKind::truth) {
            names.push_back(column.name);
        }
    });
    return names;
}

void read_picture(const OptionValue& value, SweepOutput& output) {
    const std::vector<std::string_view> names = picture_names();
    const auto index = value.word<std::size_t>(names);
    output.picture = static_cast<Quantity>(std::min(index, kQuantityNames.size()));
    output.column = output.picture == Quantity::column ? std::string(names[index]) : "";
}

/// Both commands have these, so that they take the same files.
constexpr OptionRow<SweepOutput> kSharedRows[] = {
    {{"Outcomes", "picture", "QUANTITY", text, "",
      "What picture.png shows: trainability (blue: the loss decreased, orange: it did not, bright near the boundary; "
      "the default), learned (whether the loss decreased), converged, an outcome (loss, steps, ...), or recorded (how "
      "often each loss was recorded, over the first axis; the default with --record-last).",
      true},
     {},
     read_picture},
    {{"Presets", "preset", "NAME", text, "", "A sweep that runs as it is; other options change it."},
     {},
     sweep_field<&SweepOutput::preset>},
};

constexpr Option kListPresets{"Presets", "list-presets", "", flag, "", "Show the presets, and where they come from."};

constexpr OptionRow<SweepOutput> kZoomRows[] = {
    {{"Zooms and single points", "zoom", "X,Y,F,N", numbers, "",
      "N frames around the point (X, Y), each F times narrower than the one before: sweeps of their own in "
      "DIR/frame_000, DIR/frame_001, ... Finished frames are left as they are."},
     kAnyNumber,
     sweep_field<&SweepOutput::zoom>},
    {{"Zooms and single points", "point", "I,J,..", numbers, "",
      "Print the skein train command that repeats this point (counted from 0 along each axis) alone, to the same "
      "bits."},
     {},
     [](const OptionValue& value, SweepOutput& output) { output.point = value.texts(); }},
    {{"Output", "out", "DIR", text, "",
      "Directory of the sweep: an array .npy per outcome, run.json, picture.png, figure.png. The same command "
      "continues "
      "an unfinished sweep."},
     {},
     sweep_field<&SweepOutput::directory>},
    {{"Output", "force", "", flag, "", "Replace a sweep that --out already holds."},
     {},
     sweep_field<&SweepOutput::replaces_sweep>},
};

constexpr OptionRow<SweepOutput> kAlongRows[] = {
    {{"Boundary", "along", "AXIS", text, "",
      "The axis to look along, for every point of the others (default: the only one; without it, two axes give the "
      "box-counting dimension of the boundary in their plane)."},
     {},
     sweep_field<&SweepOutput::along>},
};

constexpr OptionRow<SweepOutput> kPrintRows[] = {
    {{"Output", "json", "", flag, "", "Print one JSON object instead of a summary."},
     {},
     sweep_field<&SweepOutput::prints_json>},
    {{"Output", "quiet", "", flag, "", "No progress, and no warnings."}, {}, sweep_field<&SweepOutput::is_quiet>},
};

/// Options of sweeps that mean nothing to a boundary.
constexpr std::string_view kOnlyOfSweeps[] = {"picture", "mark-loss", "loss-increases", "record-last"};

void append(std::vector<Option>& options, const std::vector<Option>& more) {
    options.insert(options.end(), more.begin(), more.end());
}

/// What varies, the command's own options, then those of the runs.
std::vector<Option> all_options(Rows own, const std::vector<Option>& more) {
    std::vector<Option> options = options_of(sweep_options());
    append(options, options_of(Rows(kSharedRows)));
    options.push_back(kListPresets);
    append(options, options_of(own));
    append(options, more);
    append(options, options_of(Rows(kPrintRows)));
    append(options, run_options_of_sweeps());
    options.push_back(kConfigOption);
    options.back().help =
        "Options from a TOML file (names as here, arrays for lists, tables [[axis]]), or from an earlier sweep's "
        "run.json. The command line wins. FILE alone means the same.";
    return options;
}

const std::string& notes() {
    static const std::string text = fmt::format("{}\n{}", kAxisHelp, kDataSpecHelp);
    return text;
}

std::string preset_list() {
    std::string text;
    for (const Preset& preset : presets()) {
        text += fmt::format("{}\n{}\n", preset.name, preset.summary);
    }
    return text;
}

void add_named_preset(Configuration& configuration, std::string_view option) {
    const std::string name = configuration.text(option);
    try {
        add_preset(configuration, find_preset(name));
    } catch (const std::invalid_argument& error) {
        configuration.fail(option, error.what());
    }
}

}  // namespace

const Command& sweep_command_options() {
    static const std::vector<Option> options = all_options(kZoomRows, {});
    static const Command command{"sweep",        "trains a chain at every point of a grid, side by side.",
                                 kSweepExamples, options,
                                 notes(),        run_alternatives(),
                                 "config"};
    return command;
}

const Command& boundary_command_options() {
    static const std::vector<Option> options = all_options(kAlongRows, options_of(boundary_options()));
    static const Command command{
        "boundary",
        "finds where the outcome of training changes: along one axis by bisection, or its dimension in a plane.",
        kBoundaryExamples,
        options,
        notes(),
        run_alternatives(),
        "config",
        false,
        kOnlyOfSweeps};
    return command;
}

std::optional<Configuration> read_sweep_configuration(const Command& command,
                                                      const std::vector<std::string>& arguments) {
    constexpr std::string_view kPreset = kSharedRows[1].option.name, kConfig = kConfigOption.name;
    std::optional<Configuration> configuration = read_command_line(command, arguments);
    if (!configuration) {
        write_output(help_text(command));
        return std::nullopt;
    }
    if (configuration->flag(kListPresets.name)) {
        write_output(preset_list());
        return std::nullopt;
    }
    if (configuration->is_given(kConfig) && configuration->is_given(kPreset)) {
        configuration->fail(
            kPreset, fmt::format("cannot be combined with {}: expected one of them", configuration->text(kConfig)));
    }
    if (configuration->is_given(kConfig)) {
        add_config_file(*configuration, configuration->text(kConfig));
    }
    if (configuration->is_given(kPreset)) {
        add_named_preset(*configuration, kPreset);
    }
    return configuration;
}

SweepOutput read_sweep_output(const Configuration& configuration) {
    SweepOutput output;
    for (const Rows rows : {Rows(kSharedRows), Rows(kZoomRows), Rows(kAlongRows), Rows(kPrintRows)}) {
        read_options(rows, configuration, output);
    }
    return output;
}

}  // namespace skein::app
