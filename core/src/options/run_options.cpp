#include "skein/run_options.hpp"

#include <algorithm>
#include <bit>

#include "base/round_up.hpp"
#include "base/text.hpp"
#include "options/run_rows.hpp"
#include "skein/batch_order.hpp"
#include "skein/data_spec.hpp"

namespace skein {

using namespace internal;

namespace {

/// Steps of 1,024 samples are as fast as larger ones. A small data set has 32 steps an epoch, of 32 samples at least: a
/// file of 1,000 rows that were one mini-batch would make ten updates in ten epochs, and learn nothing.
constexpr std::uint64_t kLargestDefaultBatch = 1024, kLeastDefaultBatch = 32, kDefaultStepsOfEpoch = 32;
constexpr std::uint64_t kDefaultEpochs = 10, kLeastDefaultUpdates = 300;
/// With more samples, an epoch takes long enough to be counted.
constexpr std::uint64_t kMostSamplesForMoreEpochs = std::uint64_t{1} << 20;

/// 0: the full batch.
std::uint64_t default_batch(std::uint64_t num_samples) {
    return num_samples <= kLeastDefaultBatch ? 0
                                             : std::clamp(std::bit_floor(num_samples / kDefaultStepsOfEpoch),
                                                          kLeastDefaultBatch, kLargestDefaultBatch);
}

constexpr std::array<std::string_view, 2> kAlternatives[] = {{run_option("layers"), run_option("weights")},
                                                             {run_option("init"), run_option("weights")},
                                                             {run_option("init-scale"), run_option("weights")},
                                                             {run_option("epochs"), run_option("steps")}};

/// Throws for options that say again, or in contradiction, what --weights says; weights say how many layers there are.
void read_start(const Configuration& configuration, ModelSettings& model_settings) {
    if (configuration.is_given(run_option("weights"))) {
        const std::string where = configuration.where(run_option("weights"));
        for (const std::string_view name : {run_option("init"), run_option("init-scale")}) {
            if (configuration.is_given(name)) {
                configuration.fail(name, to_text("has no effect with ", where, ": expected one of the two"));
            }
        }
        const std::size_t num_weights = model_settings.weights.size();
        if (configuration.is_given(run_option("layers")) && model_settings.num_layers != num_weights) {
            configuration.fail(run_option("layers"), to_text(model_settings.num_layers, ", but ", where, " has ",
                                                             num_weights, ": expected the same number"));
        }
        model_settings.num_layers = num_weights;
    }
    (void)read_activations(configuration, static_cast<std::size_t>(model_settings.num_layers));
}

/// Defaults that depend on the optimizer.
void read_momentum(Configuration& configuration, Optimizer& settings) {
    constexpr std::string_view kName = run_option("momentum");
    if (!configuration.is_given(kName)) {
        settings.momentum = optimizer_traits(settings.kind).default_momentum;
        configuration.resolve(kName, to_text(*settings.momentum));
    }
}

void read_learning_rates(Configuration& configuration, RunSettings& settings) {
    constexpr std::string_view kName = run_option("learning-rate");
    std::vector<double>& rates = settings.training.learning_rates;
    if (!configuration.is_given(kName)) {
        configuration.resolve(kName,
                              optimizer_traits(settings.training.optimizer.kind).num_moments == 0 ? "0.1" : "0.01");
        rates = configuration.numbers(kName);
    }
    if (rates.size() != 1 && rates.size() != settings.model.num_layers) {
        configuration.fail(kName, to_text(rates.size(), " rates for ", counted(settings.model.num_layers, "layer"),
                                          ": expected one, or one per layer"));
    }
}

void read_stop_rules(Configuration& configuration, StopRules& rules) {
    constexpr std::string_view kEpochs = run_option("epochs");
    if (rules.max_epochs && rules.max_steps) {
        configuration.fail(kEpochs, to_text("cannot be combined with ", configuration.where(run_option("steps")),
                                            ": expected one of them"));
    }
    if (!rules.max_epochs && !rules.max_steps && !rules.max_seconds) {
        if (rules.target_loss || rules.gradient_norm) {
            configuration.resolve(kEpochs, "1000");  // a target alone might never be reached
            rules.max_epochs = configuration.count(kEpochs, 0, kMaxCount);
        } else {
            rules.max_epochs = kDefaultEpochs;  // complete_epochs() has the last word
        }
    }
}

/// --tolerance acts on compressed data only.
void read_tolerance(Configuration& configuration, const DataSettings& settings) {
    if (!settings.compresses && !is_compressed_spec(settings.training) && !is_compressed_spec(settings.validation)) {
        configuration.drop_without_effect(run_option("tolerance"), run_option("data"),
                                          to_text(configuration.where(run_option("data")),
                                                  " is not compressed: expected --compress, or a .skc file"));
    }
}

/// --columns and --skip-bad-rows act on text files only.
void check_text_options(Configuration& configuration, const DataSettings& settings) {
    if (!is_text_spec(settings.training) && !is_text_spec(settings.validation)) {
        for (const std::string_view name : {kColumnsOption.name, kSkipBadRowsOption.name}) {
            configuration.drop_without_effect(
                name, run_option("data"),
                to_text(configuration.where(run_option("data")), " is no text: expected a .csv file, say"));
        }
    }
}

void complete_batch(Configuration& configuration, const DataTraits& traits, TrainingSettings& settings) {
    constexpr std::string_view kName = run_option("batch");
    if (!configuration.is_given(kName)) {
        settings.batch_size = traits.is_compressed ? 0 : default_batch(traits.num_samples);
        configuration.resolve(kName, settings.batch_size == 0 ? "full" : to_text(settings.batch_size));
    }
    if (settings.batch_size > traits.num_samples) {
        configuration.fail(kName, to_text(configuration.text(kName), " samples, but the training data have ",
                                          traits.num_samples, ": expected at most that, or full"));
    }
}

void complete_shuffle(Configuration& configuration, const DataTraits& traits, RunSettings& settings) {
    constexpr std::string_view kName = run_option("shuffle");
    if (traits.is_compressed) {
        const std::string_view cause = settings.data.compresses ? run_option("compress") : run_option("data");
        configuration.drop_without_effect(kName, cause, "compressed data have no order, all batches are full");
        settings.training.sampling = TrainingSettings().sampling;
        return;
    }
    if (!configuration.is_given(kName)) {
        configuration.resolve(kName, traits.prefers_blocks ? "blocks" : "full");
        internal::read_shuffle(configuration.value(kName), settings);
    }
    if (settings.training.batch_size == 0 && settings.training.sampling == Sampling::with_replacement) {
        configuration.fail(kName, "with_replacement has no effect, full batches have one order: expected --batch N");
    }
}

/// By default there are as many epochs as kLeastDefaultUpdates take, or more.
void complete_epochs(Configuration& configuration, std::uint64_t num_samples, std::uint64_t steps_per_epoch,
                     StopRules& rules) {
    constexpr std::string_view kName = run_option("epochs");
    if (!rules.max_epochs || configuration.is_given(kName)) {
        return;
    }
    if (num_samples <= kMostSamplesForMoreEpochs) {
        rules.max_epochs = std::max(kDefaultEpochs, divided_up(kLeastDefaultUpdates, steps_per_epoch));
    }
    configuration.resolve(kName, to_text(*rules.max_epochs));
}

std::optional<std::uint64_t> length_in_steps(const StopRules& rules, std::uint64_t steps_per_epoch) {
    if (rules.max_epochs) {
        return *rules.max_epochs > kMaxCount / steps_per_epoch ? kMaxCount : *rules.max_epochs * steps_per_epoch;
    }
    return rules.max_steps;
}

/// Without --schedule-steps total_steps stays 0: train() and each point of a sweep put the length of their run there.
void check_schedule(const Configuration& configuration, std::optional<std::uint64_t> max_steps,
                    const Schedule& settings) {
    if (settings.kind != Schedule::Kind::cosine) {
        return;
    }
    if (settings.total_steps > 0) {
        max_steps = settings.total_steps;
    }
    if (!max_steps) {
        configuration.fail(run_option("schedule"),
                           "cosine needs its length: expected --epochs or --steps, or --schedule-steps");
    }
    if (*max_steps == 0) {
        configuration.fail(run_option("schedule"), "cosine has no steps to go down in: expected --steps of 1 or more");
    }
    if (*max_steps <= settings.warm_up_steps) {
        configuration.fail(run_option("warm-up"), to_text(settings.warm_up_steps, " steps of ", *max_steps,
                                                          ": expected less than all of them"));
    }
}

}  // namespace

std::span<const OptionRow<RunSettings>> run_options() { return kRunRows; }

std::span<const std::array<std::string_view, 2>> run_alternatives() { return kAlternatives; }

RunSettings read_run_settings(Configuration& configuration) {
    RunSettings settings;
    constexpr OptionRow<RunSettings> kPrecision = run_row("precision");  // first: weights are read in it
    read_option(kPrecision, configuration.value(kPrecision.option.name), settings);
    read_options(run_options(), configuration, settings);
    require_effects(run_options(), configuration);
    read_start(configuration, settings.model);
    read_momentum(configuration, settings.training.optimizer);
    read_learning_rates(configuration, settings);
    read_stop_rules(configuration, settings.training.stop);
    read_tolerance(configuration, settings.data);
    check_text_options(configuration, settings.data);
    if (settings.patience && settings.data.validation.empty()) {
        configuration.fail(run_option("patience"), "has no effect without validation data: expected --validation");
    }
    return settings;
}

RunLength complete_run_settings(Configuration& configuration, const DataTraits& traits, RunSettings& settings) {
    TrainingSettings& run = settings.training;
    complete_batch(configuration, traits, run);
    complete_shuffle(configuration, traits, settings);
    const BatchOrder order(traits.num_samples, run.batch_size, run.sampling, run.seed);
    complete_epochs(configuration, traits.num_samples, order.steps_per_epoch(), run.stop);
    const std::optional<std::uint64_t> max_steps = length_in_steps(run.stop, order.steps_per_epoch());
    check_schedule(configuration, max_steps, run.schedule);
    return {order.steps_per_epoch(), max_steps};
}

std::vector<Activation> read_activations(const Configuration& configuration, std::size_t num_layers) {
    std::vector<Activation> activations = configuration.words<Activation>(run_option("activation"), kActivationNames);
    if (activations.size() == 1) {
        activations.assign(num_layers, Activation(activations[0]));
    }
    if (activations.size() != num_layers) {
        configuration.fail(run_option("activation"),
                           to_text(counted(activations.size(), "activation"), " for ", counted(num_layers, "layer"),
                                   ": expected one, or one per layer"));
    }
    return activations;
}

template <class Scalar>
Chain<Scalar> make_chain(const ModelSettings& settings, std::uint64_t seed) {
    const auto num_layers = static_cast<std::size_t>(settings.num_layers);
    const std::vector<Scalar> weights = settings.weights.empty()
                                            ? initial_weights<Scalar>(num_layers, settings.initialization, seed)
                                            : std::vector<Scalar>(settings.weights.begin(), settings.weights.end());
    return settings.activations.size() == 1 ? Chain<Scalar>(weights, settings.activations[0])
                                            : Chain<Scalar>(weights, settings.activations);
}
template Chain<float> make_chain(const ModelSettings&, std::uint64_t);
template Chain<double> make_chain(const ModelSettings&, std::uint64_t);

}  // namespace skein
