#include "skein/sweep_options.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <stdexcept>

#include "base/text.hpp"
#include "options/run_rows.hpp"
#include "options/sweep_rows.hpp"
#include "skein/data_spec.hpp"
#include "skein/numbers.hpp"

namespace skein {

using namespace internal;

namespace {

/// Refuses a grid that is too large before its values are made.
void require_size(const Configuration& configuration, const std::vector<Axis>& axes) {
    constexpr double kMaxPoints = 0x1p60;
    constexpr std::uint64_t kMaxValues = std::uint64_t{1} << 28;  // 2 GiB of them
    constexpr double kBytesPerPoint = 55.0;                       // in the arrays, of a float32 chain of one layer
    double num_points = 1.0;
    std::uint64_t num_values = 0;
    std::string sizes;
    for (const Axis& axis : axes) {
        num_points *= static_cast<double>(axis.num_points);
        num_values += axis.num_points;
        sizes += to_text(sizes.empty() ? "" : " x ", grouped(axis.num_points));
    }
    if (num_points >= kMaxPoints || num_values > kMaxValues) {
        configuration.fail(
            sweep_option("axis"),
            to_text("a grid of ", sizes, " points: ", rounded(num_points, 3), " chains, whose outcomes take ",
                    rounded(num_points * kBytesPerPoint, 3), " bytes or more: expected ",
                    num_points >= kMaxPoints ? std::string("less than 2^60 chains")
                                             : to_text("at most ", grouped(kMaxValues), " values of axes")));
    }
}

/// Pictures show one mean, or one median, over the points of all reduced axes.
void require_one_reduction(const Configuration& configuration, const std::vector<Axis>& axes) {
    const auto is_reduced = [](const Axis& axis) { return axis.reduction != Reduction::none; };
    const auto first = std::ranges::find_if(axes, is_reduced);
    const auto other = std::find_if(
        first, axes.end(), [&](const Axis& axis) { return is_reduced(axis) && axis.reduction != first->reduction; });
    if (other != axes.end()) {
        const auto name = [](const Axis& axis) {
            return to_text(kReductionNames[static_cast<std::size_t>(axis.reduction)], " of ", axis.parameter.name());
        };
        configuration.fail(sweep_option("axis"), to_text(name(*first), " cannot be combined with ", name(*other),
                                                         ": expected one reduction for all axes"));
    }
}

/// Whether the points have different numbers of steps, which follow from epochs and the size of a batch.
bool has_own_lengths(const SweepOptions& options, const RunSettings& run) {
    return run.training.stop.max_epochs && std::ranges::any_of(options.axes, [](const Axis& axis) {
               return axis.parameter.kind == SweepParameter::Kind::batch;
           });
}

/// The last steps of a run.
std::vector<std::uint64_t> recorded_steps(const Configuration& configuration, const SweepOptions& options,
                                          const RunSettings& run, std::optional<std::uint64_t> max_steps) {
    constexpr std::string_view kName = sweep_option("record-last");
    if (!options.num_recorded) {
        return {};
    }
    if (has_own_lengths(options, run)) {
        configuration.fail(kName, to_text("the points of axis batch have different last steps with ",
                                          configuration.where(run_option("epochs")), ": expected --steps instead"));
    }
    const std::uint64_t count = *options.num_recorded;
    if (!max_steps || count > *max_steps) {
        configuration.fail(
            kName, to_text(count, " losses of a run of ", max_steps.value_or(0), " steps: expected at most that"));
    }
    std::vector<std::uint64_t> steps(static_cast<std::size_t>(count));
    std::iota(steps.begin(), steps.end(), *max_steps - count);
    return steps;
}

bool is_whole(SweepParameter::Kind kind) {
    using enum SweepParameter::Kind;
    return kind == layers || kind == batch || kind == seed || kind == data_seed;
}

/// Logarithmic steps between whole numbers are seldom whole: the user must say which numbers are meant.
void require_whole(const Configuration& configuration, const SweepAxis& axis) {
    const auto found = std::ranges::find_if(axis.values, [](double value) { return value != std::round(value); });
    if (found == axis.values.end()) {
        return;
    }
    constexpr std::size_t kMostNamed = 10;
    std::vector<double> whole;
    std::ranges::transform(axis.values, std::back_inserter(whole), [](double value) { return std::round(value); });
    whole.erase(std::ranges::unique(whole).begin(), whole.end());
    std::string list = to_text(axis.parameter.name(), "=values");
    for (std::size_t at = 0; at < std::min(kMostNamed, whole.size()); ++at) {
        list += to_text(':', whole[at]);
    }
    configuration.fail(sweep_option("axis"), to_text(axis.parameter.name(), ": ", *found,
                                                     " is no whole number: expected a list of them, as in ", list,
                                                     whole.size() > kMostNamed ? ":..." : ""));
}

SweepAxis values_of(const Configuration& configuration, const Axis& axis) {
    SweepAxis values = axis.for_sweep();
    if (axis.scale == AxisScale::log10 && is_whole(axis.parameter.kind)) {
        require_whole(configuration, values);
    }
    return values;
}

}  // namespace

std::span<const OptionRow<SweepOptions>> sweep_options() { return kSweepRows; }

std::span<const OptionRow<BoundarySettings>> boundary_options() { return kBoundaryRows; }

std::vector<Option> run_options_of_sweeps() {
    std::vector<Option> options;
    for (const OptionRow<RunSettings>& row : kRunRows) {
        Option option = row.option;
        if (option.name == run_option("validation") || option.name == run_option("scale") ||
            option.name == run_option("patience") || option.name == run_option("max-seconds")) {
            continue;
        }
        if (option.name == run_option("data")) {
            option.default_value = "teacher:samples=16,layers=3,weight=1.2";
        } else if (option.name == run_option("epochs")) {
            option.help = "Passes over the data (default: 500 steps).";
        }
        options.push_back(option);
    }
    return options;
}

SweepOptions read_sweep_options(Configuration& configuration) {
    constexpr std::string_view kAxis = sweep_option("axis");
    if (!configuration.is_given(kAxis)) {
        throw std::invalid_argument(
            to_text("no axis is given: expected --axis, [[axis]] in a file, or --preset (see skein ",
                    configuration.set_of_options().command, " --help)"));
    }
    SweepOptions options;
    read_options(sweep_options(), configuration, options);
    require_size(configuration, options.axes);
    require_one_reduction(configuration, options.axes);
    std::string text;
    for (const Axis& axis : options.axes) {
        text += to_text(text.empty() ? "" : ",", axis.text());
    }
    configuration.resolve(kAxis, text);
    if (!configuration.is_given(run_option("steps")) && !configuration.is_given(run_option("epochs"))) {
        configuration.resolve(run_option("steps"), "500");
    }
    return options;
}

SweepSettings make_sweep_settings(const Configuration& configuration, const SweepOptions& options,
                                  const RunSettings& run, const RunLength& length) {
    SweepSettings settings;
    settings.training = run.training;
    settings.num_layers = static_cast<std::size_t>(run.model.num_layers);
    settings.activations = run.model.activations;
    settings.weights = run.model.weights;
    if (settings.weights.empty()) {
        settings.initialization = run.model.initialization;
    }
    settings.generated = parse_generated(run.data.training, configuration.where(run_option("data")));
    static_cast<OutcomeSelection&>(settings) = options;
    settings.recorded_steps = recorded_steps(configuration, options, run, length.max_steps);
    std::ranges::transform(options.axes, std::back_inserter(settings.axes),
                           [&](const Axis& axis) { return values_of(configuration, axis); });
    return settings;
}

}  // namespace skein
