#include "sweep/train_command.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>

#include "console/text.hpp"
#include "skein/data_spec.hpp"
#include "skein/numbers.hpp"
#include "skein/text.hpp"
#include "train/train_options.hpp"

namespace skein::app {
namespace {

using Values = std::map<std::string, std::string, std::less<>>;

/// A word of a shell.
std::string shell_word(const std::string& word) {
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
std::string comma_separated(const Numbers& numbers) {
    std::vector<std::string> texts;
    std::ranges::transform(numbers, std::back_inserter(texts), [](auto number) { return shortest(number); });
    return joined(texts, ",");
}

/// Whether an option of train was given with another value than its default: a run.json holds defaults that have no
/// effect, which train refuses on its command line.
bool is_changed(const Configuration& configuration, const Option& option) {
    if (!option.is_stored || !configuration.has_option(option.name) || !configuration.is_given(option.name)) {
        return false;
    }
    const std::string text = configuration.text(option.name);
    const std::optional<double> number = parse_number<double>(text);
    return text != option.default_value && (!number || number != parse_number<double>(option.default_value));
}

/// What a point has of its own.
template <class Scalar>
void add_point(const SweepPoint<Scalar>& point, Values& values) {
    const TrainingSettings& training = point.training;
    for (const char* name : {"layers", "init", "init-scale", "momentum"}) {
        values.erase(name);
    }
    values["weights"] = comma_separated(point.weights);
    values["learning-rate"] = comma_separated(training.learning_rates);
    values["batch"] = training.batch_size == 0 ? "full" : std::to_string(training.batch_size);
    values["seed"] = std::to_string(training.seed);
    values["weight-decay"] = shortest(training.optimizer.weight_decay);
    values["schedule-scale"] = shortest(training.schedule.scale);
    if (optimizer_traits(training.optimizer.kind).uses_momentum) {
        values["momentum"] = shortest(training.optimizer.momentum_or_default());
    }
    if (point.generated) {
        values["data"] = generated_text(*point.generated);
    }
}

}  // namespace

template <class Scalar>
std::string train_command_of(const Configuration& configuration, const SweepJob<Scalar>& job,
                             const std::vector<double>& coordinates) {
    const std::span<const Option> options = train_command_options().options;
    Values values{{"data", configuration.text("data")}};
    for (const Option& option : options) {
        if (is_changed(configuration, option)) {
            values[std::string(option.name)] = configuration.text(option.name);
        }
    }
    add_point(job.sweep.point(coordinates), values);
    std::string command = "skein train";
    for (const Option& option : options) {
        if (const auto value = values.find(option.name); value != values.end()) {
            command += fmt::format(" --{}={}", option.name, shell_word(value->second));
        }
    }
    return command;
}
template std::string train_command_of(const Configuration&, const SweepJob<float>&, const std::vector<double>&);
template std::string train_command_of(const Configuration&, const SweepJob<double>&, const std::vector<double>&);

}  // namespace skein::app
