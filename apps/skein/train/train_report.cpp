#include "train/train_report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>

#include "console/json.hpp"
#include "console/machine.hpp"
#include "console/numbers.hpp"
#include "console/signals.hpp"
#include "console/summary_table.hpp"
#include "console/text.hpp"
#include "input/compressed_summary.hpp"
#include "skein/instruction_set.hpp"
#include "skein/version.hpp"
#include "train/fit_report.hpp"

namespace skein::app {
namespace {

/// Red for a run that diverged, yellow for one that was stopped, green for the others.
std::string coloured(const std::string& text, Status status, bool colour) {
    const char* code = status == Status::diverged ? "31" : status == Status::stopped ? "33" : "32";
    return colour ? fmt::format("\x1b[{}m{}\x1b[0m", code, text) : text;
}

std::string diverged_in_words(const TrainReport& report, std::string_view what) {
    return fmt::format(
        "diverged at step {}: {} is no longer finite; a smaller --learning-rate, or --clip-norm, may help",
        grouped(report.outcome.steps + 1), what);
}

/// The first loss and gradient come before any update.
std::string overflow_in_words(const TrainReport& report, std::string_view what) {
    return report.outcome.steps != 0
               ? diverged_in_words(report, what)
               : fmt::format("diverged at step 1: {} of the start is not finite: expected smaller weights or data",
                             what);
}

/// What a run at its limit has not reached, and which limit that was: often a default.
std::string missed_in_words(const TrainReport& report) {
    if (!report.settings.stop.target_loss && !report.settings.stop.gradient_norm) {
        return "";
    }
    const std::string_view missed = !report.settings.stop.gradient_norm ? "the target loss is"
                                    : !report.settings.stop.target_loss ? "the gradient norm is"
                                                                        : "target loss and gradient norm are";
    const std::string limit =
        report.outcome.cause == Cause::max_epochs
            ? fmt::format(" ({} at most: see --epochs)", counted(*report.settings.stop.max_epochs, "epoch"))
            : "";
    return fmt::format(", and {} not reached{}", missed, limit);
}

std::string refused_in_words(const TrainReport& report) {
    if (std::isinf(report.outcome.compression->largest_refused_bound)) {
        return "with these weights the error on the compressed data has no bound: the panels are too coarse: expected "
               "finer ones (skein data compress --panel-width W), or the samples";
    }
    return fmt::format(
        "with these weights the error on the compressed data is bounded only by {} of its scale, beyond --tolerance {} "
        "(a "
        "larger tolerance, a smaller --panel-width, or the samples, with --compress, may help)",
        rounded(report.outcome.compression->largest_refused_bound, 2), rounded(report.tolerance, 2));
}

std::string status_in_words(const TrainReport& report) {
    const std::string steps = counted(report.outcome.steps, "step");
    switch (report.outcome.cause) {
        case Cause::target_loss: return "converged: the target loss is reached after " + steps;
        case Cause::gradient_norm: return "converged: the gradient norm is small enough after " + steps;
        case Cause::max_steps:
        case Cause::max_epochs: return "done: " + steps + missed_in_words(report);
        case Cause::loss_not_finite: return overflow_in_words(report, "the loss");
        case Cause::gradient_not_finite: return overflow_in_words(report, "the gradient");
        case Cause::weight_not_finite: return diverged_in_words(report, "a weight");
        case Cause::max_seconds: return "stopped: the time is up after " + steps;
        case Cause::compression_tolerance: return fmt::format("stopped after {}: {}", steps, refused_in_words(report));
        case Cause::observer:
            if (report.patience) {
                return fmt::format("stopped: no lower validation loss in {}, after {}",
                                   counted(*report.patience, "epoch"), steps);
            }
            [[fallthrough]];
        case Cause::stop_request: return fmt::format("stopped by {} after {}", report.cause(), steps);
    }
    return "";
}

/// After a signal, a loss that is NaN is one that there was no time for.
std::string loss_in_words(const TrainReport& report, double loss) {
    if (!report.data_error.empty() && std::isnan(loss)) {
        return "not computed: the data cannot be read";
    }
    return report.signal != 0 && std::isnan(loss) ? "not computed: it would take too long" : rounded(loss);
}

bool are_weights_lost(const TrainReport& report) {
    return !report.directory.empty() && std::ranges::find(report.files, "chain.json") == report.files.end();
}

std::string weights_in_words(const TrainReport& report) {
    std::vector<std::string> weights;
    if (are_weights_lost(report)) {
        std::ranges::transform(report.weights.items(), std::back_inserter(weights), &Json::dump);
        return joined(weights, "  ");
    }
    std::ranges::transform(report.shown_weights, std::back_inserter(weights),
                           [](double weight) { return rounded(weight); });
    const std::size_t rest = report.weights.items().size() - report.shown_weights.size();
    return joined(weights, "  ") + (rest == 0 ? "" : fmt::format("  ... ({} more)", grouped(rest)));
}

std::string epochs_in_words(const TrainReport& report) {
    const std::uint64_t whole = report.outcome.steps / report.steps_per_epoch;
    const double epochs = static_cast<double>(report.outcome.steps) / static_cast<double>(report.steps_per_epoch);
    return fmt::format("{} ({} {} of {})", grouped(report.outcome.steps),
                       whole < 100 ? rounded(epochs, 3) : grouped(whole), epochs == 1 ? "epoch" : "epochs",
                       grouped(report.steps_per_epoch));
}

std::string losses_in_words(const TrainReport& report) {
    const std::string loss = loss_in_words(report, report.outcome.loss);
    return std::isnan(report.fit.start_loss)
               ? loss
               : fmt::format("{} (at the start {})", loss, rounded(report.fit.start_loss));
}

std::uint64_t batch_size(const TrainReport& report) {
    return report.settings.batch_size == 0 ? report.num_samples : report.settings.batch_size;
}

std::string optimizer_in_words(const TrainReport& report) {
    const std::vector<double>& rates = report.settings.learning_rates;
    const auto [least, most] = std::ranges::minmax(rates);
    return fmt::format(
        "{}, learning rate {}, {}, seed {}", name_of(report.settings.optimizer.kind, kOptimizerNames),
        least == most ? rounded(least) : fmt::format("{} to {}", rounded(least), rounded(most)),
        report.settings.batch_size == 0 ? "full batches" : "batches of " + grouped(report.settings.batch_size),
        report.settings.seed);
}

std::string samples_in_words(const TrainReport& report) {
    std::string samples = counted(report.num_samples, "sample");
    if (report.fit.training && report.fit.training->is_weighted) {
        samples += " weighted by the third column";
    }
    if (report.num_validation_samples > 0) {
        samples += fmt::format(", {} for validation", grouped(report.num_validation_samples));
    }
    if (report.num_skipped_rows > 0) {
        samples += fmt::format(", {} left out", counted(report.num_skipped_rows, "bad row"));
    }
    return samples;
}

std::string time_in_words(const TrainReport& report) {
    const std::string rate =
        report.is_work_known ? fmt::format(", {} sample-layers/s", rounded(report.sample_layers_per_second(), 3)) : "";
    return fmt::format("{}{} ({}, {})", duration(report.outcome.seconds), rate, instruction_set(),
                       counted(static_cast<std::uint64_t>(report.num_threads), "thread"));
}

}  // namespace

double TrainReport::sample_layers_per_second() const {
    if (!is_work_known) {
        return std::numeric_limits<double>::quiet_NaN();
    }
    return outcome.seconds > 0 ? static_cast<double>(outcome.sample_layers) / outcome.seconds : 0.0;
}

std::string TrainReport::cause() const {
    if (signal != 0) {
        return std::string(signal_name(signal));
    }
    if (patience) {
        return "patience";
    }
    const bool is_ended_by_data = !data_error.empty() && outcome.cause == Cause::stop_request;
    return is_ended_by_data ? "data_error" : std::string(name_of(outcome.cause, kCauseNames));
}

Json report_json(const TrainReport& report) {
    Json json{{"status", name_of(report.outcome.status, kStatusNames)},
              {"cause", report.cause()},
              {"steps", report.outcome.steps},
              {"epochs", report.outcome.steps / report.steps_per_epoch},
              {"loss", report.outcome.loss},
              {"validation_loss", report.validation_loss ? Json(*report.validation_loss) : Json()}};
    add_fit(json, report.fit);
    json["findings"] = findings_json(report.findings);
    json["weights"] = report.weights;
    json["step_of_weights"] = report.step_of_weights ? Json(*report.step_of_weights) : Json(report.outcome.steps);
    json["samples"] = report.num_samples;
    json["skipped_rows"] = report.num_skipped_rows;
    json["optimizer"] = name_of(report.settings.optimizer.kind, kOptimizerNames);
    json["learning_rates"] = report.settings.learning_rates;
    json["batch"] = batch_size(report);
    json["start"] = report.start;
    json["activations"] = report.activations;
    json["scaling"] = report.scaling;
    json["data"] = report.data;
    json["seconds"] = report.outcome.seconds;
    json["sample_layers_per_second"] = report.sample_layers_per_second();
    json["precision"] = report.precision;
    json["seed"] = report.settings.seed;
    json["version"] = version();
    json["numerics_version"] = kNumericsVersion;
    json["instruction_set"] = instruction_set();
    json["threads"] = report.num_threads;
    if (report.is_compressed) {
        json["compression"] =
            report.is_work_known ? compression_json(*report.outcome.compression, report.tolerance) : Json();
    }
    if (report.compression_seconds) {
        json["compression_seconds"] = *report.compression_seconds;
    }
    if (!report.directory.empty()) {
        json["directory"] = report.directory;
        json["files"] = report.files;
    }
    return json;
}

std::string run_json(const TrainReport& report, const std::string& configuration) {
    Json outcome = report_json(report);
    for (const char* elsewhere :
         {"optimizer", "learning_rates", "batch", "start", "seed", "version", "numerics_version", "instruction_set",
          "threads", "directory", "activations", "scaling", "data"}) {
        outcome.erase(elsewhere);
    }
    const Json json{{"skein", "train"},
                    {"version", version()},
                    {"numerics_version", kNumericsVersion},
                    {"start_time", report.start_time},
                    {"seed", report.settings.seed},
                    {"configuration", Json::parse(configuration).value()},
                    {"data_files", Json::parse(data_files_json(report.data_files)).value()},
                    {"outcome", outcome},
                    {"machine", machine_json(report.num_threads)}};
    return json_text(json);
}

std::string report_text(const TrainReport& report, bool colour) {
    SummaryTable table;
    table.add("chain", fmt::format("{}, {}, {}, {}", counted(report.weights.items().size(), "layer"),
                                   report.activations, report.precision, report.start));
    table.add("data", report.data);
    table.add("", samples_in_words(report));
    if (!report.scaling_in_words.empty()) {
        table.add("scaled", report.scaling_in_words);
    }
    table.add("optimizer", optimizer_in_words(report));
    table.add("steps", epochs_in_words(report));
    table.add("loss", losses_in_words(report));
    if (report.is_compressed && report.is_work_known) {
        table.add("compressed", compression_in_words(*report.outcome.compression));
    }
    if (report.validation_loss) {
        table.add("validation loss", loss_in_words(report, *report.validation_loss));
    }
    add_fit_rows(table, report.fit, report.outcome.steps);
    table.add("weights", weights_in_words(report));
    if (report.step_of_weights) {
        table.add("", fmt::format("those after step {}, whose validation loss is the lowest",
                                  grouped(*report.step_of_weights)));
    }
    if (report.compression_seconds) {
        table.add("compression time", compression_time_in_words(*report.compression_seconds, report.num_samples));
    }
    table.add("time", time_in_words(report));
    if (!report.directory.empty()) {
        table.add("files",
                  fmt::format("{}: {}", report.directory, report.files.empty() ? "none" : joined(report.files)));
    }
    return fmt::format("{}\n\n{}", coloured(status_in_words(report), report.outcome.status, colour), table.text());
}

}  // namespace skein::app
