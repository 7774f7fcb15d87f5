// The options of a training run, each with the field it sets.
#pragma once

#include <algorithm>
#include <array>
#include <stdexcept>
#include <string_view>

#include "skein/data_spec.hpp"
#include "skein/execution.hpp"
#include "skein/numbers.hpp"
#include "skein/run_options.hpp"

namespace skein::internal {

inline constexpr std::uint64_t kMaxLayers = 1'000'000;
inline constexpr std::uint64_t kMaxCount = std::uint64_t{1} << 53;
inline constexpr CountRange kAnyCount{0, kMaxCount};

template <auto... path>
constexpr auto model = &field_of<RunSettings, &RunSettings::model, path...>;
template <auto... path>
constexpr auto data = &field_of<RunSettings, &RunSettings::data, path...>;
template <auto... path>
constexpr auto training = &field_of<RunSettings, &RunSettings::training, path...>;
template <auto... path>
constexpr auto optimizer = training<&TrainingSettings::optimizer, path...>;
template <auto... path>
constexpr auto schedule = training<&TrainingSettings::schedule, path...>;
template <auto... path>
constexpr auto stop = training<&TrainingSettings::stop, path...>;

/// Numbers of the run's precision: read in another one they would be rounded twice.
inline void read_weights(const OptionValue& value, RunSettings& settings) {
    if (settings.model.precision == Precision::float64) {
        settings.model.weights = value.numbers();
    } else {
        const std::vector<float> weights = value.numbers<float>();
        settings.model.weights.assign(weights.begin(), weights.end());
    }
}

inline void read_batch(const OptionValue& value, RunSettings& settings) {
    if (value.text() == "full") {
        settings.training.batch_size = 0;
    } else if (!parse_count(value.text())) {
        value.fail("'" + value.text() + "' is neither a whole number nor full");
    } else {
        settings.training.batch_size = value.count({1, kMaxCount});
    }
}

/// The words of --shuffle.
struct ShuffleWord {
    std::string_view word;
    Sampling sampling;
};
inline constexpr std::array kShuffleWords{
    ShuffleWord{"full", Sampling::shuffled}, ShuffleWord{"blocks", Sampling::shuffled_blocks},
    ShuffleWord{"none", Sampling::sequential}, ShuffleWord{"with_replacement", Sampling::with_replacement}};
inline constexpr auto kShuffleNames = [] {
    std::array<std::string_view, kShuffleWords.size()> names;
    std::ranges::transform(kShuffleWords, names.begin(), &ShuffleWord::word);
    return names;
}();

inline void read_shuffle(const OptionValue& value, RunSettings& settings) {
    settings.training.sampling = kShuffleWords[value.word<std::size_t>(kShuffleNames)].sampling;
}

inline bool is_of(std::size_t enumerator, Schedule::Kind kind) { return enumerator == static_cast<std::size_t>(kind); }

inline constexpr OptionEffect kWithMomentum{"optimizer", kOptimizerNames,
                                            [](std::size_t kind) { return kOptimizerTraits[kind].uses_momentum; }};
template <double Optimizer::*parameter>
constexpr OptionEffect kWith{"optimizer", kOptimizerNames,
                             [](std::size_t kind) { return kOptimizerTraits[kind].uses(parameter); }};
inline constexpr OptionEffect kWithDecay{
    "schedule", kScheduleNames,
    [](std::size_t kind) { return is_of(kind, Schedule::Kind::step) || is_of(kind, Schedule::Kind::inverse_time); }};
inline constexpr OptionEffect kWithSteps{"schedule", kScheduleNames,
                                         [](std::size_t kind) { return is_of(kind, Schedule::Kind::step); }};
inline constexpr OptionEffect kWithEnd{"schedule", kScheduleNames,
                                       [](std::size_t kind) { return is_of(kind, Schedule::Kind::cosine); }};

constexpr bool kStored = true;
using enum ValueType;

// Not inline: with AddressSanitizer, GCC 12 puts the effects into the section of an inline table, and the linker drops
// them with it.
constexpr OptionRow<RunSettings> kRunRows[] = {
    {{"Model", "layers", "N", count, "4", "Number of layers.", kStored},
     CountRange{1, kMaxLayers},
     model<&ModelSettings::num_layers>},
    {{"Model", "weights", "W1,W2,..", numbers, "", "Weights to start from, instead of --layers and --init.", kStored},
     {},
     read_weights},
    {{"Model", "activation", "A[,A..]", texts, "tanh", "{}: one for all layers, or one per layer.", kStored,
      kActivationNames},
     {},
     [](const OptionValue& value, RunSettings& settings) {
         settings.model.activations = value.words<Activation>(kActivationNames);
     }},
    {{"Model", "init", "KIND", text, "equal",
      "How weights start: equal (all are --init-scale), normal (with this standard deviation) or uniform (on [-scale, "
      "scale)). Deep chains hardly train from normal or uniform weights: their products nearly vanish.",
      kStored, kInitializationNames},
     {},
     [](const OptionValue& value, RunSettings& settings) {
         settings.model.initialization.kind = value.word<Initialization::Kind>(kInitializationNames);
     }},
    {{"Model", "init-scale", "S", number, "1", "See --init.", kStored},
     kAnyNumber,
     model<&ModelSettings::initialization, &Initialization::scale>},

    {{"Data", "data", "SPEC", text, "teacher:samples=100000,layers=4,weight=1.2,noise=0.01",
      "Training data: files, or generated; see below.", kStored},
     {},
     data<&DataSettings::training>},
    {{"Data", "validation", "SPEC|FRACTION", number_or_text, "",
      "Validation data, or the fraction of the data (0.1) to set aside for validation, chosen by --seed. Generated "
      "data "
      "with the seed of the training data are other samples of their kind.",
      kStored},
     {},
     data<&DataSettings::validation>},
    {kColumnsOption,
     {},
     [](const OptionValue& value, RunSettings& settings) { settings.data.columns = value.texts(); }},
    {kSkipBadRowsOption, {}, data<&DataSettings::skips_bad_rows>},
    {{"Data", "scale", "KIND", text, "none",
      "Units in which the chain sees the training data: none, standard (x and y with mean 0 and deviation 1) or range "
      "(x "
      "from -1 to 1, y in 0.9 of the range of the last layer). Losses and --target-loss stay in units of y. The "
      "scaling "
      "is stored with the weights; skein evaluate undoes it.",
      kStored, kScalingNames},
     {},
     [](const OptionValue& value, RunSettings& settings) {
         settings.data.scaling = value.word<ScalingKind>(kScalingNames);
     }},
    {{"Data", "batch", "N|full", count_or_text, "",
      "Samples of a mini-batch (default: 1024; for fewer than 32,768 samples a 32nd of them, but 32 at least).",
      kStored},
     {},
     read_batch},
    {{"Data", "shuffle", "KIND", text, "",
      "full (each epoch in its own order), blocks (32,768 neighbours each: the blocks in an order of their own, and "
      "the "
      "samples of each block; not enough for sorted data), none or with_replacement (default: full, or blocks for "
      "files "
      "that do not fit into memory).",
      kStored, kShuffleNames},
     {},
     read_shuffle},
    {{"Data", "compress", "", flag, "",
      "Compress the training data first (skein data compress): a step then costs the same for any number of samples. "
      "Full batches.",
      kStored},
     {},
     data<&DataSettings::compresses>},
    {{"Data", "tolerance", "T", number, "1e-10",
      "Largest error bound of a step on compressed data, relative to mean(y^2) for the loss, to rms(y) "
      "max|df_L/dw| for the gradient. If the bound is larger, the step uses the samples if there are any; else the run "
      "stops.",
      kStored},
     kPositive,
     data<&DataSettings::tolerance>},

    {{"Optimisation", "optimizer", "KIND", text, "sgd", "{}.", kStored, kOptimizerNames},
     {},
     [](const OptionValue& value, RunSettings& settings) {
         settings.training.optimizer.kind = value.word<Optimizer::Kind>(kOptimizerNames);
     }},
    {{"Optimisation", "learning-rate", "R[,R..]", numbers, "",
      "Learning rate, for all layers or one per layer (default: 0.1 for sgd, else 0.01).", kStored},
     kPositive,
     training<&TrainingSettings::learning_rates>},
    {{"Optimisation", "momentum", "MU", number, "",
      "Of momentum and nesterov (default: 0.9), and of rmsprop (default: 0).", kStored},
     kLessThanOne,
     optimizer<&Optimizer::momentum>,
     &kWithMomentum},
    {{"Optimisation", "weight-decay", "LAMBDA", number, "0", "Weight decay: in the gradient; decoupled for adamw.",
      kStored},
     kNotNegative,
     optimizer<&Optimizer::weight_decay>},
    {{"Optimisation", "beta1", "B", number, "0.9", "Of adamw.", kStored},
     kLessThanOne,
     optimizer<&Optimizer::beta1>,
     &kWith<&Optimizer::beta1>},
    {{"Optimisation", "beta2", "B", number, "0.999", "Of adamw.", kStored},
     kLessThanOne,
     optimizer<&Optimizer::beta2>,
     &kWith<&Optimizer::beta2>},
    {{"Optimisation", "epsilon", "E", number, "1e-8", "Of adamw and rmsprop.", kStored},
     kPositive,
     optimizer<&Optimizer::epsilon>,
     &kWith<&Optimizer::epsilon>},
    {{"Optimisation", "smoothing", "A", number, "0.99", "Of rmsprop: the weight of the past in its mean of squares.",
      kStored},
     kLessThanOne,
     optimizer<&Optimizer::smoothing>,
     &kWith<&Optimizer::smoothing>},
    {{"Optimisation", "clip-norm", "C", number, "",
      "Scale gradients down to this norm over all weights: by C / (norm + 1e-6), as torch does, if that is below 1.",
      kStored},
     kPositive,
     training<&TrainingSettings::clip_norm>},
    {{"Optimisation", "schedule", "KIND", text, "constant",
      "Learning rate over the steps: constant, step (times --decay every --every steps), cosine (down to "
      "--final-factor "
      "at the end) or inverse_time (1 / (1 + decay step)).",
      kStored, kScheduleNames},
     {},
     [](const OptionValue& value, RunSettings& settings) {
         settings.training.schedule.kind = value.word<Schedule::Kind>(kScheduleNames);
     }},
    {{"Optimisation", "warm-up", "STEPS", count, "0", "Steps of linear warm-up before the schedule.", kStored},
     kAnyCount,
     schedule<&Schedule::warm_up_steps>},
    {{"Optimisation", "decay", "D", number, "0.1", "Of the step and inverse_time schedules.", kStored},
     kNotNegative,
     schedule<&Schedule::decay>,
     &kWithDecay},
    {{"Optimisation", "every", "STEPS", count, "1000", "Of the step schedule.", kStored},
     CountRange{1, kMaxCount},
     schedule<&Schedule::every_steps>,
     &kWithSteps},
    {{"Optimisation", "final-factor", "F", number, "0", "Of the cosine schedule, from 0 to 1.", kStored},
     kFromZeroToOne,
     schedule<&Schedule::final_factor>,
     &kWithEnd},
    {{"Optimisation", "schedule-steps", "STEPS", count, "",
      "Length of the cosine schedule, warm-up included (default: that of the run). Runs of any length then have the "
      "same learning rates. After it the rate stays at --final-factor.",
      kStored},
     CountRange{1, kMaxCount},
     schedule<&Schedule::total_steps>,
     &kWithEnd},
    {{"Optimisation", "schedule-scale", "S", number, "1", "Multiplies all learning rates.", kStored},
     kPositive,
     schedule<&Schedule::scale>},

    {{"Stopping (the first rule that holds)", "epochs", "N", count, "",
      "Passes over the data (default: 10, or for up to a million samples as many as 300 updates take; 1000 with "
      "--target-loss or --gradient-norm; none with --steps or --max-seconds).",
      kStored},
     kAnyCount,
     stop<&StopRules::max_epochs>},
    {{"Stopping (the first rule that holds)", "steps", "N", count, "", "Updates of the weights.", kStored},
     kAnyCount,
     stop<&StopRules::max_steps>},
    {{"Stopping (the first rule that holds)", "target-loss", "LOSS", number, "",
      "Converged when the loss over all training data is at most this (tested after epochs).", kStored},
     kNotNegative,
     stop<&StopRules::target_loss>},
    {{"Stopping (the first rule that holds)", "gradient-norm", "NORM", number, "",
      "Converged when the norm of the gradient over all training data, weight decay included, is at most this (tested "
      "after epochs).",
      kStored},
     kNotNegative,
     stop<&StopRules::gradient_norm>},
    {{"Stopping (the first rule that holds)", "max-seconds", "SECONDS", number, "",
      "Stop after this much time, at the end of a step. The final losses over all data come on top.", kStored},
     kNotNegative,
     stop<&StopRules::max_seconds>},

    {{"Stopping (the first rule that holds)", "patience", "N", count, "",
      "Stop after N epochs without a lower validation loss. The weights with the lowest one are kept.", kStored},
     CountRange{1, kMaxCount},
     &field_of<RunSettings, &RunSettings::patience>},

    {{"Machine", "precision", "TYPE", text, "float64", "{}.", kStored, kPrecisionNames},
     {},
     [](const OptionValue& value, RunSettings& settings) {
         settings.model.precision = value.word<Precision>(kPrecisionNames);
     }},
    {{"Machine", "seed", "N", count, "0", "Seed of initial weights, sample order and validation split.", kStored},
     CountRange{},
     training<&TrainingSettings::seed>},
    {{"Machine", "threads", "N", count, "0",
      "Threads at most; 0: as many as there are cores, or OMP_NUM_THREADS. Changes no bit of any result.", kStored},
     {},
     [](const OptionValue& value, RunSettings& settings) {
         settings.training.execution.num_threads = static_cast<int>(value.count({0, kMaxThreads}));
     }},
    {{"Machine", "memory", "BYTES", count, "",
      "Memory that may be taken to put shuffled samples in order, such as 2e9 (default: a quarter of what is free). "
      "Changes no bit of any result."},
     CountRange{},
     [](const OptionValue& value, RunSettings& settings) {
         settings.training.execution.scratch_bytes = value.count(CountRange{});
     }},
};

/// The row of that option. A name that is none does not compile.
consteval const OptionRow<RunSettings>& run_row(std::string_view name) {
    for (const OptionRow<RunSettings>& row : kRunRows) {
        if (row.option.name == name) {
            return row;
        }
    }
    throw std::logic_error("no option has this name");
}

/// The name itself, checked likewise.
consteval std::string_view run_option(std::string_view name) { return run_row(name).option.name; }

}  // namespace skein::internal
