#include "train/train_job.hpp"

#include <array>
#include <chrono>
#include <stdexcept>
#include <vector>

#include "console/errors.hpp"
#include "console/numbers.hpp"
#include "console/streams.hpp"
#include "input/chain_options.hpp"
#include "input/compression_progress.hpp"
#include "input/data_spec.hpp"
#include "input/sample_order.hpp"

namespace skein::app {
namespace {

constexpr std::uint64_t kMaxLayers = 1'000'000;
constexpr std::uint64_t kMaxCount = std::uint64_t{1} << 53;
constexpr std::uint64_t kDefaultBatch = 1024;

template <class Scalar>
Chain<Scalar> make_start(const Configuration& configuration) {
    if (configuration.is_given("weights")) {
        const auto weights = configuration.numbers<Scalar>("weights");
        for (const char* name : {"init", "init-scale"}) {
            if (configuration.is_given(name)) {
                configuration.fail(name, "has no effect beside " + configuration.where("weights"));
            }
        }
        if (configuration.is_given("layers") && configuration.count("layers", 1, kMaxLayers) != weights.size()) {
            configuration.fail("layers", configuration.text("layers") + ", but " + configuration.where("weights") +
                                             " has " + std::to_string(weights.size()) + ": expected the same number");
        }
        return make_chain<Scalar>(configuration, weights);
    }
    const std::uint64_t num_layers = configuration.count("layers", 1, kMaxLayers);
    const Initialization initialization{configuration.word<Initialization::Kind>("init", kInitializationNames),
                                        configuration.number("init-scale")};
    const std::uint64_t seed = configuration.count("seed", 0, UINT64_MAX);
    return make_chain<Scalar>(configuration, initial_weights<Scalar>(num_layers, initialization, seed));
}

/// How far the errors of compressed data may go, where there are such data.
double read_tolerance(Configuration& configuration) {
    const double tolerance = configuration.positive_number("tolerance");
    const bool is_used = configuration.flag("compress") || is_compressed_spec(configuration.text("data")) ||
                         (configuration.is_given("validation") && is_compressed_spec(configuration.text("validation")));
    if (!is_used) {
        configuration.drop_without_effect(
            "tolerance", "data",
            configuration.where("data") + " is not compressed: expected --compress, or a .skc file");
    }
    return tolerance;
}

/// The training data, and the validation data that --validation asks for.
template <class Scalar>
std::pair<TrainingData<Scalar>, std::optional<TrainingData<Scalar>>> open_all_data(Configuration& configuration) {
    const double tolerance = read_tolerance(configuration);
    TrainingData<Scalar> data = open_data<Scalar>(configuration.text("data"), configuration.where("data"), tolerance);
    if (!configuration.is_given("validation")) {
        return {std::move(data), std::nullopt};
    }
    const std::string validation = configuration.text("validation");
    const std::optional<double> fraction = parse_number<double>(validation);
    if (!fraction) {
        return {std::move(data), open_data<Scalar>(validation, configuration.where("validation"), tolerance)};
    }
    if (!(*fraction > 0 && *fraction < 1)) {
        configuration.fail("validation", "a fraction of " + validation + ": expected more than 0 and less than 1");
    }
    if (data.samples() == nullptr) {
        configuration.fail("validation", configuration.where("data") +
                                             " is compressed and cannot be split: expected a data set of its own");
    }
    auto split = data.samples()->split(*fraction, configuration.count("seed", 0, UINT64_MAX));
    return {std::move(split.training), std::move(split.validation)};
}

/// Seconds before there is a chain to train: progress on the terminal.
template <class Scalar>
TrainingData<Scalar> compress_data(const Configuration& configuration, const TrainingData<Scalar>& data,
                                   const Execution& execution) {
    if (data.samples() == nullptr) {
        configuration.fail("compress", "has no effect: " + configuration.where("data") + " is compressed already");
    }
    CompressionSettings settings;
    settings.execution = execution;
    CompressionProgress progress(data.num_samples(), configuration.flag("quiet"));
    return CompressedData<Scalar>(compress_until_signal(*data.samples(), settings, progress),
                                  configuration.positive_number("tolerance"), *data.samples());
}

/// In the order of Sampling.
constexpr std::array<std::string_view, 4> kShuffleNames{"full", "with_replacement", "none", "blocks"};

/// Where the order of the samples is kept, more or less, sorted data give mini-batches that are all alike.
template <class Scalar>
void warn_of_order(const Configuration& configuration, const TrainingData<Scalar>& data, Sampling sampling) {
    const bool keeps_order = sampling == Sampling::sequential ||
                             (sampling == Sampling::shuffled_blocks && data.num_samples() > kBlockSamples);
    if (!keeps_order || data.samples() == nullptr || configuration.flag("quiet")) {
        return;
    }
    if (const std::optional<SampleOrder> order = apparent_order(*data.samples())) {
        const std::string found =
            order->is_of_neighbours
                ? "ordered: " + std::string(order->column) + " of neighbouring rows is alike (correlation "
                : sorted_in_words(order->column, order->correlation > 0.0) + " (correlation with the row ";
        write_warning("the data look " + found + rounded(order->correlation, 2) +
                      "): mini-batches will be all alike for a while; --shuffle full mixes them");
    }
}

template <class Scalar>
void read_shuffle(Configuration& configuration, const TrainingData<Scalar>& training, TrainingSettings& settings) {
    if (training.compressed() != nullptr) {
        if (configuration.is_given("shuffle")) {
            configuration.word<Sampling>("shuffle", kShuffleNames);  // a wrong word stays one
        }
        const std::string_view cause = configuration.flag("compress") ? "compress" : "data";
        configuration.drop_without_effect("shuffle", cause, "compressed data have no order, all batches are full");
        return;
    }
    if (!configuration.is_given("shuffle")) {
        configuration.resolve("shuffle", training.samples()->source().prefers_blocks() ? "blocks" : "full");
    }
    settings.sampling = configuration.word<Sampling>("shuffle", kShuffleNames);
}

template <class Scalar>
void read_batches(Configuration& configuration, const TrainingData<Scalar>& training, TrainingSettings& settings) {
    const std::uint64_t num_samples = training.num_samples();
    if (!configuration.is_given("batch")) {
        configuration.resolve("batch", num_samples <= kDefaultBatch ? "full" : std::to_string(kDefaultBatch));
    }
    if (configuration.text("batch") != "full") {
        if (!parse_count(configuration.text("batch"))) {
            configuration.fail("batch", "'" + configuration.text("batch") + "' is neither a whole number nor full");
        }
        settings.batch_size = configuration.count("batch", 1, kMaxCount);
        if (settings.batch_size > num_samples) {
            configuration.fail("batch", configuration.text("batch") + " samples, but the training data have " +
                                            std::to_string(num_samples) + ": expected at most that, or full");
        }
    }
    read_shuffle(configuration, training, settings);
    if (settings.batch_size != 0) {
        warn_of_order(configuration, training, settings.sampling);
    }
    if (settings.batch_size == 0 && settings.sampling == Sampling::with_replacement) {
        configuration.fail("shuffle",
                           "with_replacement has no effect, full batches have one order: expected --batch N");
    }
    settings.seed = configuration.count("seed", 0, UINT64_MAX);
}

void read_optimizer(Configuration& configuration, std::size_t num_layers, TrainingSettings& settings) {
    Optimizer& optimizer = settings.optimizer;
    optimizer.kind = configuration.word<Optimizer::Kind>("optimizer", kOptimizerNames);
    optimizer.momentum = configuration.number("momentum");
    optimizer.weight_decay = configuration.number("weight-decay");
    optimizer.beta1 = configuration.number("beta1");
    optimizer.beta2 = configuration.number("beta2");
    optimizer.epsilon = configuration.number("epsilon");
    if (!configuration.is_given("learning-rate")) {
        configuration.resolve("learning-rate", optimizer.kind == Optimizer::Kind::sgd ? "0.1" : "0.01");
    }
    settings.learning_rates = configuration.numbers("learning-rate");
    for (const double rate : settings.learning_rates) {
        if (!(rate > 0)) {
            configuration.fail("learning-rate", shortest(rate) + " is out of range: expected a positive number");
        }
    }
    if (settings.learning_rates.size() != 1 && settings.learning_rates.size() != num_layers) {
        configuration.fail("learning-rate", std::to_string(settings.learning_rates.size()) + " rates for " +
                                                std::to_string(num_layers) + " layers: expected one, or one per layer");
    }
    if (configuration.is_given("clip-norm")) {
        settings.clip_norm = configuration.positive_number("clip-norm");
    }
}

void read_stop_rules(Configuration& configuration, StopRules& stop) {
    if (configuration.is_given("epochs") && configuration.is_given("steps")) {
        configuration.fail("epochs", "has no place beside " + configuration.where("steps") + ": expected one of them");
    }
    if (!configuration.is_given("epochs") && !configuration.is_given("steps") &&
        !configuration.is_given("max-seconds")) {
        const bool has_target = configuration.is_given("target-loss") || configuration.is_given("gradient-norm");
        configuration.resolve("epochs", has_target ? "1000" : "10");  // a target alone might never be reached
    }
    if (configuration.is_given("epochs")) {
        stop.max_epochs = configuration.count("epochs", 0, kMaxCount);
    }
    if (configuration.is_given("steps")) {
        stop.max_steps = configuration.count("steps", 0, kMaxCount);
    }
    for (const char* name : {"target-loss", "gradient-norm", "max-seconds"}) {
        if (configuration.optional_number(name).value_or(0.0) < 0) {
            configuration.fail(name, configuration.text(name) + " is out of range: expected 0 or more");
        }
    }
    stop.target_loss = configuration.optional_number("target-loss");
    stop.gradient_norm = configuration.optional_number("gradient-norm");
    stop.max_seconds = configuration.optional_number("max-seconds");
}

/// A run's length, or nothing where only --max-seconds limits it.
std::optional<std::uint64_t> length_in_steps(const StopRules& stop, std::uint64_t steps_per_epoch) {
    if (stop.max_epochs) {
        return *stop.max_epochs > kMaxCount / steps_per_epoch ? kMaxCount : *stop.max_epochs * steps_per_epoch;
    }
    return stop.max_steps;
}

void read_schedule(const Configuration& configuration, std::optional<std::uint64_t> max_steps, Schedule& schedule) {
    schedule.kind = configuration.word<Schedule::Kind>("schedule", kScheduleNames);
    schedule.warm_up_steps = configuration.count("warm-up", 0, kMaxCount);
    schedule.decay = configuration.number("decay");
    schedule.every_steps = configuration.count("every", 1, kMaxCount);
    schedule.final_factor = configuration.number("final-factor");
    schedule.scale = configuration.positive_number("schedule-scale");
    schedule.total_steps = max_steps.value_or(0);
    if (schedule.kind != Schedule::Kind::cosine) {
        return;
    }
    if (!max_steps) {
        configuration.fail("schedule", "cosine needs the length of the run: expected --epochs or --steps");
    }
    if (schedule.total_steps <= schedule.warm_up_steps) {
        configuration.fail("warm-up", std::to_string(schedule.warm_up_steps) + " steps of a run of " +
                                          std::to_string(schedule.total_steps) + ": expected less than all of them");
    }
}

}  // namespace

template <class Scalar>
TrainJob<Scalar> make_train_job(Configuration& configuration) {
    Chain<Scalar> start = make_start<Scalar>(configuration);
    TrainingSettings settings;
    settings.execution.num_threads = static_cast<int>(configuration.count("threads", 0, kMaxThreads));
    read_optimizer(configuration, start.num_layers(), settings);
    read_stop_rules(configuration, settings.stop);
    auto [training, validation] = open_all_data<Scalar>(configuration);
    std::optional<double> compression_seconds;
    if (configuration.flag("compress")) {
        using Clock = std::chrono::steady_clock;
        const Clock::time_point compression_start = Clock::now();
        training = compress_data(configuration, training, settings.execution);
        compression_seconds = std::chrono::duration<double>(Clock::now() - compression_start).count();
    }
    const bool is_compressed = training.compressed() != nullptr;
    if (is_compressed && !configuration.is_given("batch")) {
        configuration.resolve("batch", "full");
    }
    read_batches(configuration, training, settings);
    const BatchOrder order(training.num_samples(), settings.batch_size, settings.sampling, settings.seed);
    const std::optional<std::uint64_t> max_steps = length_in_steps(settings.stop, order.steps_per_epoch());
    read_schedule(configuration, max_steps, settings.schedule);
    TrainJob<Scalar> job{std::move(start),        std::move(training), std::move(validation), std::move(settings),
                         order.steps_per_epoch(), max_steps,           compression_seconds};
    check_training(job.start, job.training, job.settings);  // before anything is written
    return job;
}
template TrainJob<float> make_train_job(Configuration&);
template TrainJob<double> make_train_job(Configuration&);

}  // namespace skein::app
