// skein train
#include <algorithm>
#include <chrono>
#include <limits>
#include <type_traits>

#include "cli/command_line.hpp"
#include "cli/config_file.hpp"
#include "commands.hpp"
#include "console/errors.hpp"
#include "console/json.hpp"
#include "console/machine.hpp"
#include "console/numbers.hpp"
#include "console/signals.hpp"
#include "console/streams.hpp"
#include "input/chain_options.hpp"
#include "input/data_spec.hpp"
#include "skein/files/chain_file.hpp"
#include "skein/files/file_error.hpp"
#include "skein/files/run_directory.hpp"
#include "skein/instruction_set.hpp"
#include "train/history.hpp"
#include "train/progress.hpp"
#include "train/train_job.hpp"
#include "train/train_options.hpp"
#include "train/train_report.hpp"

namespace skein::app {
namespace {

std::optional<RunDirectory> check_directory(const Configuration& configuration) {
    if (!configuration.is_given("out")) {
        return std::nullopt;
    }
    try {
        return RunDirectory(configuration.text("out"), configuration.flag("force"));
    } catch (const RunExists& error) {
        configuration.fail("out", configuration.text("out") + " already holds a run (" + std::string(error.found()) +
                                      "): expected a new directory, or --force");
    } catch (const FileError& error) {
        configuration.fail("out", error.what());
    }
}

template <class Scalar>
History<Scalar> make_history(const Configuration& configuration, const TrainJob<Scalar>& job) {
    std::optional<std::uint64_t> interval;
    if (configuration.is_given("history-every")) {
        interval = configuration.count("history-every", 1, UINT64_MAX / 2);
    }
    return History<Scalar>(interval, job.max_steps, job.steps_per_epoch, job.settings.learning_rates[0],
                           job.validation ? &*job.validation : nullptr, job.settings.execution);
}

template <class Scalar>
TrainReport make_report(const Configuration& configuration, const TrainJob<Scalar>& job, const Chain<Scalar>& chain) {
    constexpr std::size_t kMostWeightsShown = 8;
    TrainReport report{};
    report.stop = job.settings.stop;
    report.steps_per_epoch = job.steps_per_epoch;
    report.num_samples = job.training.num_samples();
    if (const CompressedData<Scalar>* const compressed = job.training.compressed()) {
        report.is_compressed = true;
        report.tolerance = compressed->tolerance();
    }
    report.compression_seconds = job.compression_seconds;
    if (job.validation) {
        report.num_validation_samples = job.validation->num_samples();
    }
    report.weights = exact_array(chain.weights());
    const auto shown = chain.weights().first(std::min(kMostWeightsShown, chain.num_layers()));
    report.shown_weights.assign(shown.begin(), shown.end());
    report.activations = activations_text(chain);
    report.precision = configuration.text("precision");
    report.data = configuration.text("data");
    report.seed = job.settings.seed;
    report.num_threads = num_threads(job.settings.execution);
    return report;
}

/// Draws the picture of the losses; says so in one line where that cannot be done, since the numbers are there.
bool draw_losses(const std::filesystem::path& path, const std::vector<HistoryRow>& rows, const std::string& title,
                 bool quiet) {
    if (!can_draw_figures()) {
        if (!quiet) {
            write_warning("loss.png is not drawn: gnuplot is not installed (Debian: gnuplot-nox)");
        }
        return false;
    }
    try {
        draw(path, loss_figure(rows, title));
        return true;
    } catch (const FileError& error) {
        write_warning(error.what());
        return false;
    }
}

/// Writes a file of the run by `write()`, and notes that it is there, before the others. Where that fails it keeps the
/// error: what the other files and the summary hold must not be lost with it.
template <class Write>
void write_one(const std::string& name, TrainReport& report, const Write& write) {
    report.files.insert(report.files.begin(), name);
    try {
        write();
    } catch (const FileError& error) {
        report.files.erase(report.files.begin());
        report.file_errors.push_back(error.what());
    }
}

/// run.json comes last, and names the files that are there.
template <class Scalar>
void write_run(const RunDirectory& directory, const Configuration& configuration, const Chain<Scalar>& chain,
               const std::vector<HistoryRow>& rows, TrainReport& report) {
    report.directory = directory.path().string();
    write_one("chain.json", report, [&] { write_chain(directory.file("chain.json"), chain); });
    write_one("history.csv", report, [&] { write_file(directory.file("history.csv"), history_csv(rows)); });
    if (draw_losses(directory.file("loss.png"), rows, "Training on " + report.data, configuration.flag("quiet"))) {
        report.files.push_back("loss.png");
    }
    write_one("run.json", report,
              [&] { write_file(directory.file("run.json"), run_json(report, stored_configuration(configuration))); });
}

/// One line about all that could not be written.
void throw_file_errors(const TrainReport& report) {
    if (report.file_errors.empty()) {
        return;
    }
    std::string text;
    for (const std::string& error : report.file_errors) {
        text += error + "; ";
    }
    throw Failure(text + "of this run " + report.directory + " holds " +
                  (report.files.empty() ? "nothing" : "only " + report.files_in_words()));
}

template <class Scalar>
TrainingOutcome run(const TrainJob<Scalar>& job, TrainingState<Scalar>& state, History<Scalar>& history, bool quiet) {
    Progress<Scalar> progress(job.settings, job.training.num_samples(), job.steps_per_epoch, job.max_steps, quiet);
    Observer<Scalar>* const observers[] = {&history, &progress};
    return train<Scalar>(state, job.training, job.settings, observers);
}

/// Samples x layers of the first `steps` steps, on data that are not compressed.
template <class Scalar>
std::uint64_t sample_layers_of(const TrainJob<Scalar>& job, std::uint64_t steps) {
    const TrainingSettings& settings = job.settings;
    const BatchOrder order(job.training.num_samples(), settings.batch_size, settings.sampling, settings.seed);
    const std::uint64_t whole_epochs = steps / order.steps_per_epoch(), rest = steps % order.steps_per_epoch();
    const std::uint64_t last_step = order.steps_per_epoch() - 1;
    const std::uint64_t samples_of_epoch = last_step * order.batch_size(0) + order.batch_size(last_step);
    return (whole_epochs * samples_of_epoch + rest * order.batch_size(0)) * job.start.num_layers();
}

/// What is known of a run when it is over.
struct EndOfRun {
    TrainingOutcome outcome;
    std::string data_error = {};  // that ended it, or empty
    bool is_work_known = true;
};

/// Trains. An error in data that are read as the run goes on ends it; then the time is that until the error came, the
/// work that of the steps before it, and how often the samples served in the place of compressed data is not known.
template <class Scalar>
EndOfRun run_to_end(const TrainJob<Scalar>& job, TrainingState<Scalar>& state, History<Scalar>& history, bool quiet) {
    using Clock = std::chrono::steady_clock;
    const Clock::time_point start = Clock::now();
    try {
        return {run(job, state, history, quiet)};
    } catch (const FileError& error) {
        const double seconds = std::chrono::duration<double>(Clock::now() - start).count();
        const bool is_work_known = job.training.compressed() == nullptr && state.step > 0;
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

/// The losses that a signal has kept train() from computing, where there is time for them.
template <class Scalar>
void add_losses(const TrainJob<Scalar>& job, const Chain<Scalar>& chain, TrainReport& report) {
    Execution execution = job.settings.execution;
    execution.stop_request = &summary_stop_request();
    if (job.validation) {
        report.validation_loss = std::numeric_limits<double>::quiet_NaN();
    }
    try {
        if (report.outcome.cause == Cause::stop_request) {
            report.outcome.loss = mean_loss(chain, job.training, execution).loss;
        }
        if (job.validation) {
            report.validation_loss = mean_loss(chain, *job.validation, execution).loss;
        }
    } catch (const FileError& error) {  // what has been trained must not be lost with it
        report.data_error = error.what();
    }
}

/// Checks all that can be checked, makes the directory, trains, writes, reports.
template <class Scalar>
int train_with(Configuration& configuration) {
    const std::optional<RunDirectory> directory = check_directory(configuration);
    TrainJob<Scalar> job = make_train_job<Scalar>(configuration);
    job.settings.execution.stop_request = &training_stop_request();
    History<Scalar> history = make_history(configuration, job);
    catch_stop_signals();  // before there is a directory: where there is one, it will be complete
    if (directory) {
        directory->create();
    }
    const std::string start_time = utc_now();
    TrainingState<Scalar> state(job.start);
    const EndOfRun end = run_to_end(job, state, history, configuration.flag("quiet"));

    TrainReport report = make_report(configuration, job, state.chain);
    report.outcome = end.outcome;
    report.data_error = end.data_error;
    report.is_work_known = end.is_work_known;
    report.signal = end.outcome.cause == Cause::stop_request && end.data_error.empty() ? stop_signal() : 0;
    report.start_time = start_time;
    if (end.data_error.empty()) {
        add_losses(job, state.chain, report);
    }
    history.finish(report.validation_loss.value_or(std::numeric_limits<double>::quiet_NaN()));
    if (directory) {
        write_run(*directory, configuration, state.chain, history.rows(), report);
    }
    write_output(configuration.flag("json") ? json_line(report_json(report))
                                            : report_text(report, output_has_colour()));
    throw_file_errors(report);
    if (!report.data_error.empty()) {
        throw Failure(report.data_error + " (after " + grouped(end.outcome.steps) + " steps" +
                      (directory ? ", whose weights are in " + report.directory : "") + ")");
    }
    return report.signal == 0 ? kDone : kSignalBase + report.signal;
}

}  // namespace

int train_command(const std::vector<std::string>& arguments) {
    std::optional<Configuration> configuration = read_command_line(kTrainCommand, arguments);
    if (!configuration) {
        write_output(help_text(kTrainCommand) + "\n" + std::string(kDataSpecHelp));
        return kDone;
    }
    if (configuration->is_given("config")) {
        add_config_file(*configuration, configuration->text("config"));
    }
    require_effect(*configuration);
    for (const std::string name : {"force", "history-every"}) {
        if (configuration->is_on_command_line(name) && !configuration->is_given("out")) {
            configuration->fail(name, "has no effect: nothing is written: expected --out");
        }
    }
    warn_without_hardware_fma(configuration->flag("quiet"));
    return configuration->word<Precision>("precision", kPrecisionNames) == Precision::float32
               ? train_with<float>(*configuration)
               : train_with<double>(*configuration);
}

}  // namespace skein::app
