// skein train
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <limits>

#include "cli/command_line.hpp"
#include "cli/config_file.hpp"
#include "cli/precision.hpp"
#include "commands.hpp"
#include "console/exit_codes.hpp"
#include "console/json.hpp"
#include "console/machine.hpp"
#include "console/numbers.hpp"
#include "console/signals.hpp"
#include "console/streams.hpp"
#include "console/text.hpp"
#include "input/chain_options.hpp"
#include "skein/early_stopping.hpp"
#include "skein/files/file_error.hpp"
#include "skein/files/history.hpp"
#include "skein/files/run_directory.hpp"
#include "train/run_files.hpp"
#include "train/train_job.hpp"
#include "train/train_options.hpp"
#include "train/train_progress.hpp"
#include "train/train_report.hpp"

namespace skein::app {
namespace {

std::optional<RunDirectory> check_directory(const Configuration& configuration, const TrainOutput& output) {
    if (output.directory.empty() && !configuration.is_given("out")) {
        return std::nullopt;
    }
    try {
        return RunDirectory(output.directory, output.replaces_run);
    } catch (const RunExists& error) {
        configuration.fail("out", fmt::format("{} already holds a run ({}): expected a new directory, or --force",
                                              output.directory, error.found()));
    } catch (const FileError& error) {
        configuration.fail("out", error.what());
    }
}

template <class Scalar>
History<Scalar> make_history(const TrainOutput& output, const TrainJob<Scalar>& job) {
    return History<Scalar>(output.history_interval, job.length.steps_per_epoch, job.settings.learning_rates[0],
                           job.data.validation ? &*job.data.validation : nullptr, job.settings.execution,
                           job.data.scaling.loss_factor());
}

std::string start_in_words(const Configuration& configuration) {
    return configuration.is_given("weights")
               ? "from --weights"
               : fmt::format("{} weights, scale {}", configuration.text("init"), configuration.text("init-scale"));
}

/// The units of the weights.
void add_scaling(const Scaling& scaling, TrainReport& report) {
    if (scaling.is_none()) {
        return;
    }
    const auto json_of = [](const AffineMap& map) { return Json{{"offset", map.offset}, {"factor", map.factor}}; };
    report.scaling = Json{{"x", json_of(scaling.x)}, {"y", json_of(scaling.y)}};
    const auto in_words = [](char name, const AffineMap& map) {
        return fmt::format("{0} = {1} + {2} {0}'", name, rounded(map.offset, 4), rounded(map.factor, 4));
    };
    report.scaling_in_words =
        fmt::format("{}, {}: the chain sees x' and y'", in_words('x', scaling.x), in_words('y', scaling.y));
}

template <class Scalar>
TrainReport make_report(const Configuration& configuration, const TrainJob<Scalar>& job, const Chain<Scalar>& chain) {
    constexpr std::size_t kMostWeightsShown = 8;
    TrainReport report{};
    report.settings = job.settings;
    report.steps_per_epoch = job.length.steps_per_epoch;
    report.num_samples = job.data.training.num_samples();
    if (const CompressedData<Scalar>* const compressed = job.data.training.compressed()) {
        report.is_compressed = true;
        report.tolerance = compressed->tolerance();
    }
    report.compression_seconds = job.data.compression_seconds;
    if (job.data.validation) {
        report.num_validation_samples = job.data.validation->num_samples();
    }
    report.num_skipped_rows = job.data.num_skipped_rows;
    report.weights = chain.weights();
    const auto shown = chain.weights().first(std::min(kMostWeightsShown, chain.num_layers()));
    report.shown_weights.assign(shown.begin(), shown.end());
    report.activations = activations_text(chain);
    report.fit.scaling = job.data.scaling;
    add_scaling(job.data.scaling, report);
    report.data_files = job.data_files;
    report.precision = configuration.text("precision");
    report.data = configuration.text("data");
    report.start = start_in_words(configuration);
    report.num_threads = num_threads(job.settings.execution);
    return report;
}

/// What is known when a run has ended.
struct EndOfRun {
    TrainingOutcome outcome;
    std::string data_error = {};  // that ended it, or empty
    bool is_work_known = true;
    std::optional<std::uint64_t> patience = {};         // that ended it
    std::optional<std::uint64_t> step_of_weights = {};  // if they are not the last ones, or might not be
};

/// With --patience the weights become those with the lowest validation loss, and the loss that of these.
template <class Scalar>
void keep_best(const TrainJob<Scalar>& job, const EarlyStopping<Scalar>& early_stopping, TrainingState<Scalar>& state,
               EndOfRun& end) {
    const auto& best = early_stopping.best();
    if (!best) {
        return;
    }
    end.step_of_weights = best->step;
    if (best->step != state.step) {
        std::ranges::copy(best->weights, state.chain.weights().begin());
        end.outcome.loss = mean_loss(state.chain, job.data.training, job.settings.execution).loss;
    }
    if (end.outcome.cause == Cause::observer && early_stopping.has_stopped()) {
        end.patience = job.patience;
    }
}

template <class Scalar>
EndOfRun run(const TrainJob<Scalar>& job, TrainingState<Scalar>& state, History<Scalar>& history, bool quiet) {
    Progress<Scalar> progress(job.settings, job.data.training.num_samples(), job.length.steps_per_epoch,
                              job.length.max_steps, job.data.scaling.loss_factor(), quiet);
    std::vector<Observer<Scalar>*> observers{&history, &progress};
    std::optional<EarlyStopping<Scalar>> early_stopping;
    if (job.patience) {
        early_stopping.emplace(*job.patience, job.length.steps_per_epoch, *job.data.validation, state,
                               job.settings.execution);
        observers.push_back(&*early_stopping);
    }
    EndOfRun end{train<Scalar>(state, job.data.training, job.settings, observers)};
    if (early_stopping) {
        keep_best(job, *early_stopping, state, end);
    }
    return end;
}

/// Samples x layers of the first `steps` steps, on data that are not compressed.
template <class Scalar>
std::uint64_t sample_layers_of(const TrainJob<Scalar>& job, std::uint64_t steps) {
    const TrainingSettings& settings = job.settings;
    const BatchOrder order(job.data.training.num_samples(), settings.batch_size, settings.sampling, settings.seed);
    const std::uint64_t whole_epochs = steps / order.steps_per_epoch(), rest = steps % order.steps_per_epoch();
    const std::uint64_t last_step = order.steps_per_epoch() - 1;
    const std::uint64_t samples_of_epoch = last_step * order.batch_size(0) + order.batch_size(last_step);
    return (whole_epochs * samples_of_epoch + rest * order.batch_size(0)) * job.start.num_layers();
}

/// Trains. An error in data that are read during the run ends it. Then the time is that until the error, the work is
/// that of the steps before it, and it is not known how often samples were used instead of compressed data.
template <class Scalar>
EndOfRun run_to_end(const TrainJob<Scalar>& job, TrainingState<Scalar>& state, History<Scalar>& history, bool quiet) {
    using Clock = std::chrono::steady_clock;
    const Clock::time_point start = Clock::now();
    try {
        return run(job, state, history, quiet);
    } catch (const FileError& error) {
        const double seconds = std::chrono::duration<double>(Clock::now() - start).count();
        const bool is_work_known = job.data.training.compressed() == nullptr && state.step > 0;
        return {{Status::stopped,
                 Cause::stop_request,
                 state.step,
                 std::numeric_limits<double>::quiet_NaN(),
                 seconds,
                 is_work_known ? sample_layers_of(job, state.step) : 0,
                 {}},
                error.what(),
                is_work_known};
    }
}

/// Computes the losses that train() left out after a signal, if there is time, and how good the fit is.
template <class Scalar>
void add_losses(const TrainJob<Scalar>& job, const Chain<Scalar>& chain, TrainReport& report) {
    Execution execution = job.settings.execution;
    execution.stop_request = &summary_stop_request();
    const double loss_factor = job.data.scaling.loss_factor();
    if (job.data.validation) {
        report.validation_loss = std::numeric_limits<double>::quiet_NaN();
    }
    try {
        if (report.outcome.cause == Cause::stop_request) {
            report.outcome.loss = loss_factor * mean_loss(chain, job.data.training, execution).loss;
        }
        if (job.data.validation) {
            report.validation_loss = loss_factor * mean_loss(chain, *job.data.validation, execution).loss;
        }
        report.fit = measure_fit(job.start, chain, job.data, execution);
        report.fit.loss = report.outcome.loss;
        report.fit.validation_loss = report.validation_loss.value_or(std::numeric_limits<double>::quiet_NaN());
    } catch (const FileError& error) {  // the trained weights must not be lost with it
        report.data_error = error.what();
    }
}

template <class Scalar>
TrainReport finished_report(const Configuration& configuration, const TrainJob<Scalar>& job, const Chain<Scalar>& chain,
                            const EndOfRun& end) {
    TrainReport report = make_report(configuration, job, chain);
    report.outcome = end.outcome;
    report.outcome.loss *= job.data.scaling.loss_factor();
    report.data_error = end.data_error;
    report.is_work_known = end.is_work_known;
    report.patience = end.patience;
    report.step_of_weights = end.step_of_weights;
    report.signal = end.outcome.cause == Cause::stop_request && end.data_error.empty() ? stop_signal() : 0;
    if (end.data_error.empty()) {
        add_losses(job, chain, report);
    }
    return report;
}

/// Prints the summary, then throws what went wrong with files or data. Returns the exit code.
int conclude(const TrainReport& report, const TrainOutput& output) {
    write_output(output.prints_json ? json_line(report_json(report)) : report_text(report, output_has_colour()));
    for (const Finding& finding : report.findings) {
        if (!output.is_quiet) {
            write_finding(finding.text);
        }
    }
    throw_file_errors(report);
    if (!report.data_error.empty()) {
        throw Failure(fmt::format("{} (after {} steps{})", report.data_error, grouped(report.outcome.steps),
                                  report.directory.empty() ? "" : ", whose weights are in " + report.directory));
    }
    if (report.signal != 0) {
        return kSignalBase + report.signal;
    }
    return output.fails_on_divergence && report.outcome.status == Status::diverged ? kDiverged : kDone;
}

/// Checks everything, makes the directory, trains, writes, reports.
template <class Scalar>
int train_with(Configuration& configuration, const TrainOutput& output) {
    const std::optional<RunDirectory> directory = check_directory(configuration, output);
    TrainJob<Scalar> job = make_train_job<Scalar>(configuration, output.is_quiet);
    job.settings.execution.stop_request = &training_stop_request();
    History<Scalar> history = make_history(output, job);
    catch_stop_signals();  // before the directory is made: once it exists, it will be complete
    if (directory) {
        directory->create();
    }
    const std::string start_time = utc_now();
    TrainingState<Scalar> state(job.start);
    const EndOfRun end = run_to_end(job, state, history, output.is_quiet);
    TrainReport report = finished_report(configuration, job, state.chain, end);
    report.start_time = start_time;
    const bool is_of_last_step = report.step_of_weights.value_or(report.outcome.steps) == report.outcome.steps;
    history.finish(is_of_last_step && report.validation_loss ? *report.validation_loss
                                                             : std::numeric_limits<double>::quiet_NaN());
    // The history does not compute every validation loss of a long run; --patience does.
    report.fit.best = report.step_of_weights && report.validation_loss
                          ? BestLoss{*report.validation_loss, *report.step_of_weights}
                      : job.data.validation ? history.best_validation()
                                            : history.best_epoch();
    report.findings =
        find_faults({report.fit, report.outcome, job.settings, history.rows(), job.length.steps_per_epoch});
    if (directory) {
        write_run(*directory, configuration, output.is_quiet, state.chain, history.rows(), report);
    }
    return conclude(report, output);
}

}  // namespace

int train_command(const std::vector<std::string>& arguments) {
    const Command& command = train_command_options();
    std::optional<Configuration> configuration = read_command_line(command, arguments);
    if (!configuration) {
        write_output(help_text(command));
        return kDone;
    }
    if (configuration->is_given(kConfigOption.name)) {
        add_config_file(*configuration, configuration->text(kConfigOption.name));
    }
    const TrainOutput output = read_train_output(*configuration);
    warn_of_machine(output.is_quiet);
    return with_precision(read_precision(*configuration),
                          [&]<class Scalar>(Scalar) { return train_with<Scalar>(*configuration, output); });
}

}  // namespace skein::app
