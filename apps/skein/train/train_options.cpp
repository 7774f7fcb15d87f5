#include "train/train_options.hpp"

#include <algorithm>

#include "skein/data_spec.hpp"
#include "skein/option_row.hpp"
#include "skein/run_options.hpp"

namespace skein::app {
namespace {

using enum ValueType;

template <auto member>
constexpr auto train_field = &field_of<TrainOutput, member>;

constexpr OptionRow<TrainOutput> kOutputRows[] = {
    {{"Output", "out", "DIR", text, "",
      "Directory of the run: run.json, history.csv, chain.json, loss.png. Without it nothing is written to disk."},
     {},
     train_field<&TrainOutput::directory>},
    {{"Output", "force", "", flag, "", "Replace a run that --out already holds."},
     {},
     train_field<&TrainOutput::replaces_run>},
    {{"Output", "history-every", "STEPS", count, "",
      "Rows of history.csv at the multiples of this number of steps in each epoch, and at its end (default: at most "
      "2,000 rows).",
      true},
     CountRange{1, UINT64_MAX / 2},
     train_field<&TrainOutput::history_interval>},
    {{"Output", "json", "", flag, "", "Print one JSON object instead of a summary."},
     {},
     train_field<&TrainOutput::prints_json>},
    {{"Output", "quiet", "", flag, "", "No progress, no warnings and no findings on standard error."},
     {},
     train_field<&TrainOutput::is_quiet>},
    {{"Output", "fail-on-divergence", "", flag, "", "End with exit code 3 if the run diverges; else with 0."},
     {},
     train_field<&TrainOutput::fails_on_divergence>},
};

constexpr std::string_view kTrainExamples =
    R"(  skein train
  skein train --layers 8 --data teacher:samples=1e7,layers=8,noise=0.05 --validation 0.01 --out runs/teacher
  skein train --weights=0.5,-1.2,0.7 --data samples.csv --batch 32 --epochs 50 --optimizer adamw
  skein train --layers 3 --data x.npy,y.npy --batch full --steps 10000 --target-loss 1e-4 --json
  skein train --data teacher:samples=1e8,noise=0.1 --compress --steps 1000
  skein train --config run.toml --seed 7
)";

/// The options of a run; those of its output come before those about the machine.
std::vector<Option> all_options() {
    std::vector<Option> options = options_of(run_options());
    const std::vector<Option> output = options_of(std::span<const OptionRow<TrainOutput>>(kOutputRows));
    options.insert(std::ranges::find(options, "Machine", &Option::group), output.begin(), output.end());
    options.push_back(kConfigOption);
    return options;
}

}  // namespace

const Command& train_command_options() {
    static const std::vector<Option> options = all_options();
    static const Command command{
        "train",        "trains a chain: one summary on standard output, progress on the terminal.",
        kTrainExamples, options,
        kDataSpecHelp,  run_alternatives()};
    return command;
}

TrainOutput read_train_output(const Configuration& configuration) {
    TrainOutput output;
    read_options(std::span<const OptionRow<TrainOutput>>(kOutputRows), configuration, output);
    for (const std::string_view name : {"force", "history-every"}) {
        if (configuration.is_on_command_line(name) && !configuration.is_given("out")) {
            configuration.fail(name, "has no effect: nothing is written: expected --out");
        }
    }
    return output;
}

}  // namespace skein::app
