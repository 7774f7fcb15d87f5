#include "train/train_options.hpp"

#include <algorithm>

#include "console/errors.hpp"
#include "skein/activation.hpp"
#include "skein/names.hpp"
#include "skein/optimizer.hpp"

namespace skein::app {
namespace {

using enum ValueType;
constexpr bool kStored = true;

constexpr auto kActivationHelp = listed<kActivationNames>(": one for all layers, or one per layer.");
constexpr auto kOptimizerHelp = listed<kOptimizerNames>(".");

constexpr Option kOptions[] = {
    {"Model", "layers", "N", count, "4", "Number of layers.", kStored},
    {"Model", "weights", "W1,W2,..", numbers, "", "Weights to start from, instead of --layers and --init.", kStored},
    {"Model", "activation", "A[,A..]", texts, "tanh", kActivationHelp, kStored},
    {"Model", "init", "KIND", text, "equal",
     "How weights start: equal (all are --init-scale), normal (of this standard deviation) or uniform (on [-scale, "
     "scale)). Deep chains hardly train from normal or uniform weights: their products nearly vanish.",
     kStored},
    {"Model", "init-scale", "S", number, "1", "See --init.", kStored},

    {"Data", "data", "SPEC", text, "teacher:samples=100000,layers=4,weight=1.2,noise=0.01",
     "Training data: files, or generated; see below.", kStored},
    {"Data", "validation", "SPEC|FRACTION", number_or_text, "",
     "Validation data, or the fraction of the data (0.1) to set aside as such, chosen by --seed.", kStored},
    {"Data", "batch", "N|full", count_or_text, "",
     "Samples of a mini-batch (default: 1024, or full for fewer samples).", kStored},
    {"Data", "shuffle", "KIND", text, "",
     "full (each epoch in its own order), blocks (of 32,768 samples: those in an order of their own, and the samples "
     "of "
     "each; not enough where the data are sorted), none or with_replacement (default: full, or blocks for files that "
     "do "
     "not fit into memory).",
     kStored},

    {"Data", "compress", "", flag, "",
     "Compress the training data first (skein data compress): a step then costs the same however many samples there "
     "are. Full batches.",
     kStored},
    {"Data", "tolerance", "T", number, "1e-10",
     "Of compressed data: what a step's error bound may be, the loss's relative to mean(y^2), the gradient's to rms(y) "
     "max|df_L/dw|. Beyond it the samples serve, where they are there; else the run stops.",
     kStored},

    {"Optimisation", "optimizer", "KIND", text, "sgd", kOptimizerHelp, kStored},
    {"Optimisation", "learning-rate", "R[,R..]", numbers, "",
     "Learning rate, for all layers or one per layer (default: 0.1 for sgd, else 0.01).", kStored},
    {"Optimisation", "momentum", "MU", number, "", "Of momentum and nesterov (default: 0.9).", kStored},
    {"Optimisation", "weight-decay", "LAMBDA", number, "0", "Weight decay: in the gradient; decoupled for adamw.",
     kStored},
    {"Optimisation", "beta1", "B", number, "0.9", "Of adamw.", kStored},
    {"Optimisation", "beta2", "B", number, "0.999", "Of adamw.", kStored},
    {"Optimisation", "epsilon", "E", number, "1e-8", "Of adamw.", kStored},
    {"Optimisation", "clip-norm", "C", number, "", "Scale gradients down to this norm over all weights.", kStored},
    {"Optimisation", "schedule", "KIND", text, "constant",
     "Learning rate over the steps: constant, step (times --decay every --every steps), cosine (down to --final-factor "
     "at the end) or inverse_time (1 / (1 + decay step)).",
     kStored},
    {"Optimisation", "warm-up", "STEPS", count, "0", "Steps of linear warm-up before the schedule.", kStored},
    {"Optimisation", "decay", "D", number, "0.1", "Of the step and inverse_time schedules.", kStored},
    {"Optimisation", "every", "STEPS", count, "1000", "Of the step schedule.", kStored},
    {"Optimisation", "final-factor", "F", number, "0", "Of the cosine schedule, from 0 to 1.", kStored},
    {"Optimisation", "schedule-scale", "S", number, "1", "What all learning rates are multiplied by.", kStored},

    {"Stopping (the first rule that holds)", "epochs", "N", count, "",
     "Passes over the data (default: 10, or 1000 with --target-loss or --gradient-norm; none where --steps or "
     "--max-seconds is given).",
     kStored},
    {"Stopping (the first rule that holds)", "steps", "N", count, "", "Updates of the weights.", kStored},
    {"Stopping (the first rule that holds)", "target-loss", "LOSS", number, "",
     "Converged when the loss over all training data is at most this (looked at after epochs).", kStored},
    {"Stopping (the first rule that holds)", "gradient-norm", "NORM", number, "",
     "Converged when the norm of a mini-batch's gradient is at most this.", kStored},
    {"Stopping (the first rule that holds)", "max-seconds", "SECONDS", number, "",
     "Stop after this much time, at the end of a step.", kStored},

    {"Output", "out", "DIR", text, "",
     "Directory of the run: run.json, history.csv, chain.json, loss.png. Without it nothing is written to disk."},
    {"Output", "force", "", flag, "", "Replace a run that --out already holds."},
    {"Output", "history-every", "STEPS", count, "",
     "A row of history.csv every so many steps of an epoch, and at its end (default: about 1,000 rows).", kStored},
    {"Output", "json", "", flag, "", "Print one JSON object instead of a summary."},
    {"Output", "quiet", "", flag, "", "No progress, and no warnings."},

    {"Machine", "precision", "TYPE", text, "float64", "float64 or float32.", kStored},
    {"Machine", "seed", "N", count, "0", "Seed of initial weights, sample order and validation split.", kStored},
    {"Machine", "threads", "N", count, "0",
     "Threads at most; 0: as many as there are cores, or OMP_NUM_THREADS. Changes no bit of any result.", kStored},
    {"Machine", "config", "FILE", text, "",
     "Options from a TOML file (names as here, arrays for lists), or from an earlier run's run.json. The command line "
     "wins."},
};

constexpr std::array<std::string_view, 2> kAlternatives[] = {
    {"layers", "weights"}, {"init", "weights"}, {"init-scale", "weights"}, {"epochs", "steps"}};

constexpr std::string_view kExamples =
    R"(  skein train
  skein train --layers 8 --data teacher:samples=1e7,layers=8,noise=0.05 --validation 0.01 --out runs/teacher
  skein train --weights=0.5,-1.2,0.7 --data samples.csv --batch 32 --epochs 50 --optimizer adamw
  skein train --layers 3 --data x.npy,y.npy --batch full --steps 10000 --target-loss 1e-4 --json
  skein train --data teacher:samples=1e8,noise=0.1 --compress --steps 1000
  skein train --config run.toml --seed 7
)";

/// Options that do something only where another one has certain values.
struct Effect {
    std::string_view option;
    std::string_view needs;
    std::vector<std::string_view> values;
};
const Effect kEffects[] = {
    {"decay", "schedule", {"step", "inverse_time"}},
    {"every", "schedule", {"step"}},
    {"final-factor", "schedule", {"cosine"}},
};

/// Refuses `option` on the command line unless option `needs` has one of `values`.
void require_one_of(const Configuration& configuration, std::string_view option, std::string_view needs,
                    std::span<const std::string_view> values) {
    std::string value = configuration.text(needs);
    std::ranges::replace(value, '-', '_');
    if (configuration.is_on_command_line(option) && std::ranges::find(values, value) == values.end()) {
        throw BadInput("--" + std::string(option) + " has no effect with --" + std::string(needs) + " " + value +
                       ": expected --" + std::string(needs) + " " + joined_words(values));
    }
}

}  // namespace

const Command kTrainCommand{"train",   "trains a chain: one summary on standard output, progress on the terminal.",
                            kExamples, kOptions,
                            {},        kAlternatives};

void require_effect(const Configuration& configuration) {
    require_one_of(configuration, "momentum", "optimizer", optimizers_using("momentum"));
    for (const OptimizerParameter& parameter : kOptimizerParameters) {
        require_one_of(configuration, parameter.name, "optimizer", optimizers_using(parameter.name));
    }
    for (const Effect& effect : kEffects) {
        require_one_of(configuration, effect.option, effect.needs, effect.values);
    }
}

}  // namespace skein::app
