#include "sweep/sweep_job.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <stdexcept>

#include "console/errors.hpp"
#include "console/numbers.hpp"
#include "console/signals.hpp"
#include "input/data_spec.hpp"
#include "sweep/sweep_options.hpp"
#include "train/train_job.hpp"
#include "train/train_options.hpp"

namespace skein::app {
namespace {

constexpr std::uint64_t kMaxRecorded = 1'000'000;

/// Whether the number of steps is not the same at all points: it follows from epochs and the size of a batch.
bool has_own_lengths(const Configuration& configuration, const std::vector<Axis>& axes) {
    return configuration.is_given("epochs") && std::ranges::any_of(axes, [](const Axis& axis) {
               return axis.parameter.kind == SweepParameter::Kind::batch;
           });
}

/// The last --record-last steps of a run.
std::vector<std::uint64_t> read_recorded_steps(const Configuration& configuration, const std::vector<Axis>& axes,
                                               std::optional<std::uint64_t> max_steps) {
    if (!configuration.is_given("record-last")) {
        return {};
    }
    if (has_own_lengths(configuration, axes)) {
        configuration.fail("record-last", "the points of axis batch have different last steps beside " +
                                              configuration.where("epochs") + ": expected --steps in its place");
    }
    const std::uint64_t count = configuration.count("record-last", 1, kMaxRecorded);
    if (!max_steps || count > *max_steps) {
        configuration.fail("record-last", std::to_string(count) + " losses of a run of " +
                                              std::to_string(max_steps.value_or(0)) + " steps: expected at most that");
    }
    std::vector<std::uint64_t> steps(static_cast<std::size_t>(count));
    std::iota(steps.begin(), steps.end(), *max_steps - count);
    return steps;
}

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

/// Throws BadInput unless the sweep keeps the outcome that the picture shows.
void require_kept(const Configuration& configuration, const OutcomeSelection& selection) {
    for_each_column(selection, [&](const auto& column) {
        if (column.name == configuration.text("picture") && column.per_lane == 0) {
            configuration.fail("picture", std::string(column.name) +
                                              " is not kept by this sweep: expected the option that keeps it, or "
                                              "another picture");
        }
    });
}

Quantity read_quantity(Configuration& configuration, const std::vector<Axis>& axes) {
    const bool reduces = std::ranges::any_of(axes, [](const Axis& axis) { return axis.reduction != Reduction::none; });
    if (!configuration.is_given("picture")) {
        const Quantity quantity = configuration.is_given("record-last") ? Quantity::recorded
                                  : reduces                             ? Quantity::learned
                                                                        : Quantity::trainability;
        configuration.resolve("picture", std::string(kQuantityNames[static_cast<std::size_t>(quantity)]));
    }
    const auto quantity = std::min(configuration.word<Quantity>("picture", picture_names()), Quantity::column);
    if (quantity == Quantity::trainability && reduces) {
        configuration.fail("picture",
                           "trainability has two sides, which have no mean: expected learned, loss or steps "
                           "beside an axis with a reduction");
    }
    if (quantity == Quantity::recorded && !configuration.is_given("record-last")) {
        configuration.fail("picture", "recorded needs recorded losses: expected --record-last N");
    }
    return quantity;
}

bool is_whole(SweepParameter::Kind kind) {
    using enum SweepParameter::Kind;
    return kind == layers || kind == batch || kind == seed || kind == data_seed;
}

/// Logarithmic steps between whole numbers are seldom whole: which numbers are meant is for the user to say.
void require_whole(const Configuration& configuration, const SweepAxis& axis) {
    const auto found = std::ranges::find_if(axis.values, [](double value) { return value != std::round(value); });
    if (found == axis.values.end()) {
        return;
    }
    constexpr std::size_t kMostNamed = 10;
    std::vector<double> whole;
    std::ranges::transform(axis.values, std::back_inserter(whole), [](double value) { return std::round(value); });
    whole.erase(std::ranges::unique(whole).begin(), whole.end());
    std::string list = axis.parameter.name() + "=values";
    for (std::size_t at = 0; at < std::min(kMostNamed, whole.size()); ++at) {
        list += ":" + shortest(whole[at]);
    }
    configuration.fail("axis", axis.parameter.name() + ": " + shortest(*found) +
                                   " is no whole number: expected a list of them, as in " + list +
                                   (whole.size() > kMostNamed ? ":..." : ""));
}

SweepAxis values_of(const Configuration& configuration, const Axis& axis) {
    SweepAxis values = axis.for_sweep();
    if (axis.scale == AxisScale::log10 && is_whole(axis.parameter.kind)) {
        require_whole(configuration, values);
    }
    return values;
}

template <class Scalar>
SweepSettings make_settings(const Configuration& configuration, const std::vector<Axis>& axes,
                            const TrainJob<Scalar>& job) {
    SweepSettings settings;
    settings.training = job.settings;
    if (has_own_lengths(configuration, axes)) {
        settings.training.schedule.total_steps = 0;  // as many as each batch size makes of the epochs
    }
    settings.training.execution.stop_request = &training_stop_request();
    settings.num_layers = job.start.num_layers();
    settings.activations = configuration.words<Activation>("activation", kActivationNames);
    if (configuration.is_given("weights")) {
        const std::span<const Scalar> weights = job.start.weights();
        settings.weights.assign(weights.begin(), weights.end());
    } else {
        settings.initialization = {configuration.word<Initialization::Kind>("init", kInitializationNames),
                                   configuration.number("init-scale")};
    }
    settings.generated = parse_generated(configuration.text("data"), configuration.where("data"));
    static_cast<OutcomeSelection&>(settings) = read_outcome_selection(configuration);
    settings.recorded_steps = read_recorded_steps(configuration, axes, job.max_steps);
    std::ranges::transform(axes, std::back_inserter(settings.axes),
                           [&](const Axis& axis) { return values_of(configuration, axis); });
    return settings;
}

/// A word of a shell.
std::string quoted(const std::string& word) {
    constexpr std::string_view kPlain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-+=.,:/%@";
    if (!word.empty() && word.find_first_not_of(kPlain) == std::string::npos) {
        return word;
    }
    std::string text = "'";
    for (const char letter : word) {
        text += letter == '\'' ? std::string("'\\''") : std::string(1, letter);
    }
    return text + "'";
}

template <class Numbers>
std::string joined(const Numbers& numbers) {
    std::string text;
    for (const auto number : numbers) {
        text += (text.empty() ? "" : ",") + shortest(number);
    }
    return text;
}

/// Says how large a grid would be that is too large, before there are values of it.
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
        sizes += (sizes.empty() ? "" : " x ") + grouped(axis.num_points);
    }
    if (num_points >= kMaxPoints || num_values > kMaxValues) {
        configuration.fail(
            "axis", "a grid of " + sizes + " points: " + rounded(num_points, 3) + " chains, whose outcomes take " +
                        rounded(num_points * kBytesPerPoint, 3) + " bytes or more: expected " +
                        (num_points >= kMaxPoints ? "less than 2^60 chains"
                                                  : "at most " + grouped(kMaxValues) + " values of axes"));
    }
}

/// Pictures over several axes that are reduced show one mean, or median, over all of their points.
void require_one_reduction(const Configuration& configuration, const std::vector<Axis>& axes) {
    const Axis* first = nullptr;
    for (const Axis& axis : axes) {
        if (axis.reduction == Reduction::none) {
            continue;
        }
        first = first == nullptr ? &axis : first;
        if (axis.reduction != first->reduction) {
            const auto name = [](const Axis& of) {
                return std::string(kReductionNames[static_cast<std::size_t>(of.reduction)]);
            };
            configuration.fail("axis", name(*first) + " of " + first->parameter.name() + " beside " + name(axis) +
                                           " of " + axis.parameter.name() + ": expected one reduction for all axes");
        }
    }
}

}  // namespace

std::vector<Axis> read_axes(Configuration& configuration) {
    if (!configuration.is_given("axis")) {
        throw BadInput("no axis is given: expected --axis, [[axis]] in a file, or --preset (see skein " +
                       std::string(configuration.command().name) + " --help)");
    }
    std::vector<Axis> axes;
    try {
        for (const std::string& text : configuration.texts("axis")) {
            axes.push_back(parse_axis(text));
        }
    } catch (const std::invalid_argument& error) {
        configuration.fail("axis", error.what());
    }
    if (configuration.is_given("window")) {
        try {
            for (const std::string& window : configuration.texts("window")) {
                narrow(axes, window);
            }
        } catch (const std::invalid_argument& error) {
            configuration.fail("window", error.what());
        }
    }
    require_size(configuration, axes);
    require_one_reduction(configuration, axes);
    std::string text;
    for (const Axis& axis : axes) {
        text += (text.empty() ? "" : ",") + axis.text();
    }
    configuration.resolve("axis", text);
    return axes;
}

template <class Scalar>
SweepJob<Scalar> make_sweep_job(Configuration& configuration) {
    std::vector<Axis> axes = read_axes(configuration);
    if (!configuration.is_given("steps") && !configuration.is_given("epochs")) {
        configuration.resolve("steps", "500");
    }
    TrainJob<Scalar> job = make_train_job<Scalar>(configuration);
    const Quantity quantity = read_quantity(configuration, axes);
    SweepSettings settings = make_settings(configuration, axes, job);
    require_kept(configuration, settings);
    return {std::move(axes), Sweep<Scalar>(std::move(settings), std::move(job.training)), quantity,
            configuration.text("picture"), job.compression_seconds};
}
template SweepJob<float> make_sweep_job(Configuration&);
template SweepJob<double> make_sweep_job(Configuration&);

template <class Scalar>
std::string train_command_of(const Configuration& configuration, const SweepJob<Scalar>& job,
                             const std::vector<double>& coordinates) {
    const SweepPoint<Scalar> point = job.sweep.point(coordinates);
    const TrainingSettings& training = point.training;
    std::map<std::string, std::string, std::less<>> values;
    for (const Option& option : kTrainCommand.options) {
        const auto options = configuration.command().options;
        const bool is_shared = std::ranges::find(options, option.name, &Option::name) != options.end();
        if (!option.is_stored || !is_shared || !configuration.is_given(option.name)) {
            continue;
        }
        // run.json has defaults, too, some of which have no effect: as words of a command they would be refused.
        std::string text = configuration.text(option.name);
        const std::optional<double> number = parse_number<double>(text);
        if (text != option.default_value && (!number || number != parse_number<double>(option.default_value))) {
            values[std::string(option.name)] = std::move(text);
        }
    }
    for (const char* name : {"layers", "init", "init-scale"}) {
        values.erase(name);
    }
    values["weights"] = joined(point.weights);
    values["learning-rate"] = joined(training.learning_rates);
    values["batch"] = training.batch_size == 0 ? "full" : std::to_string(training.batch_size);
    values["seed"] = std::to_string(training.seed);
    values["weight-decay"] = shortest(training.optimizer.weight_decay);
    values["schedule-scale"] = shortest(training.schedule.scale);
    if (training.optimizer.kind == Optimizer::Kind::momentum || training.optimizer.kind == Optimizer::Kind::nesterov) {
        values["momentum"] = shortest(training.optimizer.momentum);
    }
    values["data"] = point.generated ? generated_text(*point.generated) : configuration.text("data");
    std::string command = "skein train";
    for (const Option& option : kTrainCommand.options) {
        if (const auto value = values.find(option.name); value != values.end()) {
            command += " --" + std::string(option.name) + "=" + quoted(value->second);
        }
    }
    return command;
}
template std::string train_command_of(const Configuration&, const SweepJob<float>&, const std::vector<double>&);
template std::string train_command_of(const Configuration&, const SweepJob<double>&, const std::vector<double>&);

}  // namespace skein::app
