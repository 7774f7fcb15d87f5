#include "sweep_job.hpp"

#include <algorithm>
#include <numeric>
#include <stdexcept>

#include "data_spec.hpp"
#include "errors.hpp"
#include "numbers.hpp"
#include "signals.hpp"
#include "train_job.hpp"
#include "train_options.hpp"

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

Quantity read_quantity(Configuration& configuration, const std::vector<Axis>& axes) {
    const bool reduces = std::ranges::any_of(axes, [](const Axis& axis) { return axis.reduction != Reduction::none; });
    if (!configuration.is_given("picture")) {
        const Quantity quantity = configuration.is_given("record-last") ? Quantity::recorded
                                  : reduces                             ? Quantity::learned
                                                                        : Quantity::trainability;
        configuration.resolve("picture", std::string(kQuantityNames[static_cast<std::size_t>(quantity)]));
    }
    const Quantity quantity = configuration.word<Quantity>("picture", kQuantityNames);
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
    settings.marked_loss = configuration.optional_number("mark-loss");
    settings.recorded_steps = read_recorded_steps(configuration, axes, job.max_steps);
    std::ranges::transform(axes, std::back_inserter(settings.axes), [](const Axis& axis) { return axis.for_sweep(); });
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
    return {std::move(axes), Sweep<Scalar>(std::move(settings), std::move(job.training)), quantity};
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
        if (option.is_stored && is_shared && configuration.is_given(option.name)) {
            values[std::string(option.name)] = configuration.text(option.name);
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
