// The options of sweeps, axes and presets as text.
#include "skein/sweep_options.hpp"

#include <doctest/doctest.h>

#include <stdexcept>
#include <string>
#include <vector>

#include "skein/presets.hpp"

namespace skein::test {
namespace {

std::vector<Option> all_options() {
    std::vector<Option> options = options_of(sweep_options());
    const std::vector<Option> more = run_options_of_sweeps();
    options.insert(options.end(), more.begin(), more.end());
    return options;
}
const std::vector<Option> kSweepOptions = all_options();

Configuration empty_configuration() { return Configuration(OptionSet{"sweep", kSweepOptions, run_alternatives()}); }

template <class Function>
std::string option_error_of(const Function& function) {
    try {
        function();
    } catch (const std::invalid_argument& error) {
        return error.what();
    }
    return "";
}

}  // namespace

TEST_CASE("options: the text of an axis is read as the same axis") {
    for (const std::string text : {"learning_rate[1+3]=log10:0.1:1000:512", "seed=linear:1:64:64:mean",
                                   "batch=values:1:2:4:8:median", "weight=linear:-0.1:0.30000000000000004:3"}) {
        CHECK(parse_axis(text).text() == text);
    }
    const Axis axis = parse_axis("momentum=linear:0:0.5:3");
    CHECK(axis.for_sweep().values == std::vector{0.0, 0.25, 0.5});
    CHECK(option_error_of([] { (void)parse_axis("momentum=log:1:2:3"); }) ==
          "axis 'momentum=log:1:2:3': unknown scale 'log': did you mean 'log10'?");
    CHECK(option_error_of([] { (void)parse_axis("momentum=log10:0:2:3"); }) ==
          "axis 'momentum=log10:0:2:3': logarithmic from 0: expected positive bounds");
}

TEST_CASE("options: a window narrows its axis") {
    std::vector<Axis> axes{parse_axis("weight[1]=linear:0:1:2"), parse_axis("seed=values:1:2")};
    narrow(axes, "weight[1]=0.25:0.5");
    CHECK(axes[0].text() == "weight[1]=linear:0.25:0.5:2");
    CHECK(option_error_of([&] { narrow(axes, "weigth[1]=0:1"); }) ==
          "unknown axis of a window 'weigth[1]': did you mean 'weight[1]'?");
    CHECK(option_error_of([&] { narrow(axes, "seed=0:1"); }) == "window 'seed=0:1': this axis is a list of values");
}

TEST_CASE("options: presets become the settings of their sweeps, and what was given wins") {
    for (const Preset& preset : presets()) {
        INFO(preset.name);
        Configuration configuration = empty_configuration();
        add_preset(configuration, preset);
        const SweepOptions options = read_sweep_options(configuration);
        RunSettings run = read_run_settings(configuration);
        const RunLength length = complete_run_settings(configuration, {16}, run);
        const SweepSettings settings = make_sweep_settings(configuration, options, run, length);
        CHECK(settings.axes.size() == options.axes.size());
        CHECK(settings.training.batch_size == 0);
        CHECK(settings.recorded_steps.size() == options.num_recorded.value_or(0));
    }
    Configuration configuration = empty_configuration();
    configuration.set("layers", "2", "--layers");
    add_preset(configuration, find_preset("bifurcation"));
    CHECK(!configuration.is_given("weights"));  // --layers stands for it
    CHECK(option_error_of([] { (void)find_preset("depht"); }) == "unknown preset 'depht': did you mean 'depth'?");
}

TEST_CASE("options: a sweep records the last steps, and refuses more than there are") {
    Configuration configuration = empty_configuration();
    configuration.set("axis", "learning_rate=linear:0.1:1:4", "--axis");
    configuration.set("record-last", "3", "--record-last");
    configuration.set("steps", "5", "--steps");
    const SweepOptions options = read_sweep_options(configuration);
    const RunSettings run = read_run_settings(configuration);
    CHECK(make_sweep_settings(configuration, options, run, {1, 5}).recorded_steps ==
          std::vector<std::uint64_t>{2, 3, 4});
    CHECK(option_error_of([&] {
              (void)make_sweep_settings(configuration, options, run, {1, 2});
          }) == "--record-last: 3 losses of a run of 2 steps: expected at most that");
}

}  // namespace skein::test
