// The options of a run: rows with the fields they set, and from text to settings.
#include "skein/run_options.hpp"

#include <doctest/doctest.h>

#include <set>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace skein::test {
namespace {

using Given = std::vector<std::pair<std::string, std::string>>;

const std::vector<Option> kRunOptions = options_of(run_options());

Configuration configuration_of(const Given& given) {
    Configuration configuration(OptionSet{"train", kRunOptions, run_alternatives()});
    for (const auto& [name, text] : given) {
        configuration.set(name, text, "--" + name);
    }
    return configuration;
}

RunSettings settings_of(const Given& given) {
    Configuration configuration = configuration_of(given);
    return read_run_settings(configuration);
}

std::string given_error_of(const Given& given) {
    try {
        (void)settings_of(given);
    } catch (const std::invalid_argument& error) {
        return error.what();
    }
    return "";
}

}  // namespace

TEST_CASE("options: each row of a run has a name of its own, a help and a default that it takes") {
    std::set<std::string_view> names;
    for (const OptionRow<RunSettings>& row : run_options()) {
        const Option& option = row.option;
        INFO(option.name);
        CHECK(names.insert(option.name).second);
        CHECK(option.help.ends_with('.'));
        CHECK(help_of(option).find("{}") == std::string::npos);
        if (!option.default_value.empty()) {
            RunSettings settings;
            CHECK_NOTHROW(
                read_option(row, OptionValue(option.name, std::string(option.default_value), "here"), settings));
        }
    }
}

TEST_CASE("options: rows of chain and data set their own fields") {
    const RunSettings settings = settings_of({{"layers", "3"},
                                              {"activation", "relu,tanh,identity"},
                                              {"init", "normal"},
                                              {"init-scale", "0.5"},
                                              {"data", "sine"},
                                              {"validation", "0.1"},
                                              {"batch", "7"},
                                              {"shuffle", "with-replacement"},
                                              {"seed", "18446744073709551615"},
                                              {"threads", "5"},
                                              {"memory", "2e9"}});
    CHECK(settings.model.num_layers == 3);
    CHECK(settings.model.activations == std::vector{Activation::relu, Activation::tanh, Activation::identity});
    CHECK(settings.model.initialization.kind == Initialization::Kind::normal);
    CHECK(settings.model.initialization.scale == 0.5);
    CHECK(settings.data.training == "sine");
    CHECK(settings.data.validation == "0.1");
    CHECK(settings.training.batch_size == 7);
    CHECK(settings.training.sampling == Sampling::with_replacement);
    CHECK(settings.training.seed == 18446744073709551615u);
    CHECK(settings.training.execution.num_threads == 5);
    CHECK(settings.training.execution.scratch_bytes == 2'000'000'000);
    CHECK(settings_of({}).training.execution.scratch_bytes == std::nullopt);
}

TEST_CASE("options: rows of the optimizer set their own fields") {
    const TrainingSettings settings = settings_of({{"optimizer", "adamw"},
                                                   {"learning-rate", "0.1,0.2,0.3,0.4"},
                                                   {"weight-decay", "0.25"},
                                                   {"beta1", "0.5"},
                                                   {"beta2", "0.75"},
                                                   {"epsilon", "1e-3"},
                                                   {"clip-norm", "2"}})
                                          .training;
    CHECK(settings.optimizer.kind == Optimizer::Kind::adamw);
    CHECK(settings.learning_rates == std::vector{0.1, 0.2, 0.3, 0.4});
    CHECK(settings.optimizer.weight_decay == 0.25);
    CHECK(settings.optimizer.beta1 == 0.5);
    CHECK(settings.optimizer.beta2 == 0.75);
    CHECK(settings.optimizer.epsilon == 1e-3);
    CHECK(settings.clip_norm == 2.0);
}

TEST_CASE("options: rows of schedule and stop rules set their own fields") {
    const TrainingSettings settings = settings_of({{"schedule", "step"},
                                                   {"warm-up", "10"},
                                                   {"decay", "0.5"},
                                                   {"every", "1e3"},
                                                   {"schedule-scale", "4"},
                                                   {"steps", "1_000"},
                                                   {"target-loss", "0.125"},
                                                   {"gradient-norm", "0.5"},
                                                   {"max-seconds", "9"}})
                                          .training;
    CHECK(settings.schedule.kind == Schedule::Kind::step);
    CHECK(settings.schedule.warm_up_steps == 10);
    CHECK(settings.schedule.decay == 0.5);
    CHECK(settings.schedule.every_steps == 1000);
    CHECK(settings.schedule.scale == 4.0);
    CHECK(settings.stop.max_steps == 1000);
    CHECK(!settings.stop.max_epochs);
    CHECK(settings.stop.target_loss == 0.125);
    CHECK(settings.stop.gradient_norm == 0.5);
    CHECK(settings.stop.max_seconds == 9.0);
}

TEST_CASE("options: weights are read once, in the precision of the run") {
    const RunSettings settings = settings_of({{"weights", "0.1,-1e-3"}, {"precision", "float32"}});
    CHECK(settings.model.num_layers == 2);
    CHECK(settings.model.weights == std::vector<double>{0.1F, -1e-3F});
    const Chain<float> chain = make_chain<float>(settings.model, 0);
    CHECK(chain.weights()[0] == 0.1F);
    CHECK(chain.activations()[1] == Activation::tanh);
    CHECK(settings_of({{"weights", "0.1"}}).model.weights == std::vector<double>{0.1});
}

TEST_CASE("options: errors name option, value, expectation and the nearest word") {
    CHECK(given_error_of({{"clip-norm", "0"}}) == "--clip-norm: 0 is out of range: expected a positive number");
    CHECK(given_error_of({{"final-factor", "1.5"}}) == "--final-factor: 1.5 is out of range: expected from 0 to 1");
    CHECK(given_error_of({{"layers", "0"}}) == "--layers: 0 is out of range: expected at least 1");
    CHECK(given_error_of({{"every", "two"}}) == "--every: 'two' is not a whole number");
    CHECK(given_error_of({{"schedule", "cosin"}}) == "--schedule: unknown schedule 'cosin': did you mean 'cosine'?");
    CHECK(given_error_of({{"learning-rate", "0.1,-1"}}) ==
          "--learning-rate: -1 is out of range: expected a positive number");
    CHECK(given_error_of({{"weights", "1"}, {"init", "normal"}}) ==
          "--init: has no effect with --weights: expected one of the two");
    CHECK(given_error_of({{"activation", "tanh,relu"}, {"layers", "1"}}) ==
          "--activation: 2 activations for 1 layer: expected one, or one per layer");
    CHECK(given_error_of({{"epochs", "1"}, {"steps", "1"}}) ==
          "--epochs: cannot be combined with --steps: expected one of them");
}

TEST_CASE("options: effects follow from the traits of optimizers and schedules") {
    CHECK(given_error_of({{"momentum", "0.5"}}) ==
          "--momentum has no effect with --optimizer sgd: expected --optimizer momentum, nesterov or rmsprop");
    CHECK(given_error_of({{"beta2", "0.5"}, {"optimizer", "nesterov"}}) ==
          "--beta2 has no effect with --optimizer nesterov: expected --optimizer adamw");
    CHECK(given_error_of({{"decay", "0.5"}, {"schedule", "cosine"}}) ==
          "--decay has no effect with --schedule cosine: expected --schedule step or inverse_time");
    CHECK(given_error_of({{"decay", "0.5"}, {"schedule", "step"}}).empty());
}

TEST_CASE("options: defaults that depend on others are written into the configuration") {
    Configuration configuration = configuration_of({{"optimizer", "adamw"}, {"target-loss", "0.1"}});
    RunSettings settings = read_run_settings(configuration);
    CHECK(configuration.text("learning-rate") == "0.01");
    CHECK(configuration.text("epochs") == "1000");
    const RunLength length = complete_run_settings(configuration, {5000}, settings);
    CHECK(configuration.text("batch") == "128");
    CHECK(configuration.text("shuffle") == "full");
    CHECK(settings.training.batch_size == 128);
    CHECK(length.steps_per_epoch == 40);
    CHECK(length.max_steps == 40'000);
}

TEST_CASE("options: small data make 300 updates at least, in mini-batches of 32 to 1,024 samples") {
    struct Case {
        std::uint64_t num_samples;
        const char *batch, *epochs;
    };
    for (const Case& expected :
         {Case{4, "full", "300"}, Case{32, "full", "300"}, Case{33, "32", "150"}, Case{100, "32", "75"},
          Case{1000, "32", "10"}, Case{4096, "128", "10"}, Case{32'767, "512", "10"}, Case{32'768, "1024", "10"},
          Case{1'000'000'000, "1024", "10"}}) {
        CAPTURE(expected.num_samples);
        Configuration configuration = configuration_of({});
        RunSettings settings = read_run_settings(configuration);
        (void)complete_run_settings(configuration, {expected.num_samples}, settings);
        CHECK(configuration.text("batch") == expected.batch);
        CHECK(configuration.text("epochs") == expected.epochs);
    }
    const auto epochs_of = [](const Given& given, const DataTraits& traits) {
        Configuration configuration = configuration_of(given);
        RunSettings settings = read_run_settings(configuration);
        (void)complete_run_settings(configuration, traits, settings);
        return settings.training.stop.max_epochs;
    };
    CHECK(epochs_of({{"batch", "full"}}, {1000}) == 300);
    CHECK(epochs_of({{"batch", "full"}}, {2'000'000}) == 10);
    CHECK(epochs_of({}, {1000, true}) == 300);
    CHECK(epochs_of({{"epochs", "2"}}, {1000}) == 2);
    CHECK(!epochs_of({{"steps", "2"}}, {1000}));
    CHECK(epochs_of({{"target-loss", "0"}}, {1000}) == 1000);
}

TEST_CASE("options: --schedule-steps makes the cosine schedule independent of the length of the run") {
    const auto factors_of = [](const Given& given) {
        Configuration configuration = configuration_of(given);
        RunSettings settings = read_run_settings(configuration);
        (void)complete_run_settings(configuration, {100}, settings);
        const Schedule schedule = validated<double>(settings.training, 4, 100).schedule;
        return std::vector{schedule.factor(0), schedule.factor(10), schedule.factor(30)};
    };
    const std::vector<double> whole = factors_of({{"schedule", "cosine"}, {"steps", "40"}});
    CHECK(factors_of({{"schedule", "cosine"}, {"steps", "20"}, {"schedule-steps", "40"}}) == whole);
    CHECK(factors_of({{"schedule", "cosine"}, {"max-seconds", "1"}, {"schedule-steps", "40"}}) == whole);
    CHECK(factors_of({{"schedule", "cosine"}, {"steps", "20"}}) != whole);

    Configuration configuration =
        configuration_of({{"schedule", "cosine"}, {"warm-up", "5"}, {"steps", "9"}, {"schedule-steps", "5"}});
    RunSettings settings = read_run_settings(configuration);
    CHECK_THROWS_WITH_AS((void)complete_run_settings(configuration, {100}, settings),
                         "--warm-up: 5 steps of 5: expected less than all of them", std::invalid_argument);
    Configuration without_steps = configuration_of({{"schedule", "cosine"}, {"steps", "0"}});
    RunSettings no_steps = read_run_settings(without_steps);
    CHECK_THROWS_WITH_AS((void)complete_run_settings(without_steps, {100}, no_steps),
                         "--schedule: cosine has no steps to go down in: expected --steps of 1 or more",
                         std::invalid_argument);
    CHECK(given_error_of({{"schedule-steps", "5"}}) ==
          "--schedule-steps has no effect with --schedule constant: expected --schedule cosine");
}

}  // namespace skein::test
