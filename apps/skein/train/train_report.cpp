#include "train/train_report.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "console/json.hpp"
#include "console/machine.hpp"
#include "console/numbers.hpp"
#include "console/signals.hpp"
#include "input/compressed_summary.hpp"
#include "skein/instruction_set.hpp"
#include "skein/version.hpp"

namespace skein::app {
namespace {

using Json = nlohmann::ordered_json;

std::string_view status_name(Status status) { return kStatusNames[static_cast<std::size_t>(status)]; }

/// Red for a run that diverged, yellow for one that was stopped, green for the others.
std::string coloured(const std::string& text, Status status, bool colour) {
    const char* code = status == Status::diverged ? "31" : status == Status::stopped ? "33" : "32";
    return colour ? "\x1b[" + std::string(code) + "m" + text + "\x1b[0m" : text;
}

std::string diverged_in_words(const TrainReport& report, const std::string& what) {
    return "diverged at step " + grouped(report.outcome.steps + 1) + ": " + what +
           "; a smaller --learning-rate or --clip-norm may help";
}

/// What a run that has come to its limit has not reached, and which limit that was; often that is a default.
std::string missed_in_words(const TrainReport& report) {
    if (!report.stop.target_loss && !report.stop.gradient_norm) {
        return "";
    }
    const std::string missed = !report.stop.gradient_norm ? "the target loss is"
                               : !report.stop.target_loss ? "the gradient norm is"
                                                          : "target loss and gradient norm are";
    return ", and " + missed + " not reached" +
           (report.outcome.cause == Cause::max_epochs
                ? " (" + grouped(*report.stop.max_epochs) + " epochs at most: see --epochs)"
                : "");
}

std::string status_in_words(const TrainReport& report) {
    const std::string steps = grouped(report.outcome.steps) + (report.outcome.steps == 1 ? " step" : " steps");
    switch (report.outcome.cause) {
        case Cause::target_loss: return "converged: the target loss is reached after " + steps;
        case Cause::gradient_norm: return "converged: the gradient norm is small enough after " + steps;
        case Cause::max_steps:
        case Cause::max_epochs: return "done: " + steps + missed_in_words(report);
        case Cause::loss_not_finite: return diverged_in_words(report, "the loss is no longer finite");
        case Cause::gradient_not_finite: return diverged_in_words(report, "the gradient is no longer finite");
        case Cause::weight_not_finite: return diverged_in_words(report, "a weight would no longer be finite");
        case Cause::max_seconds: return "stopped: the time is up after " + steps;
        case Cause::compression_tolerance:
            return "stopped after " + steps +
                   ": with these weights the error on the compressed data is bounded only by " +
                   rounded(report.outcome.compression->largest_refused_bound, 2) +
                   " of its scale, beyond --tolerance " + rounded(report.tolerance, 2) +
                   " (a larger tolerance, a smaller --panel-width, or the samples, with --compress, may do)";
        case Cause::observer:
        case Cause::stop_request: return "stopped by " + report.cause() + " after " + steps;
    }
    return "";
}

/// Of a run that a signal has stopped, a loss that is not a number is one that there was no time for.
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
    std::string text;
    if (are_weights_lost(report)) {
        for (const Json& weight : report.weights) {
            text += (text.empty() ? "" : "  ") + weight.dump();
        }
        return text;
    }
    for (const double weight : report.shown_weights) {
        text += (text.empty() ? "" : "  ") + rounded(weight);
    }
    const std::size_t rest = report.weights.size() - report.shown_weights.size();
    return rest == 0 ? text : text + "  ... (" + grouped(rest) + " more)";
}

std::string epochs_in_words(const TrainReport& report) {
    const std::uint64_t whole = report.outcome.steps / report.steps_per_epoch;
    const double epochs = static_cast<double>(report.outcome.steps) / static_cast<double>(report.steps_per_epoch);
    return grouped(report.outcome.steps) + " (" + (whole < 100 ? rounded(epochs, 3) : grouped(whole)) +
           (epochs == 1 ? " epoch of " : " epochs of ") + grouped(report.steps_per_epoch) + ")";
}

std::string samples_in_words(const TrainReport& report) {
    std::string text = grouped(report.num_samples) + " samples";
    if (report.num_validation_samples > 0) {
        text += ", " + grouped(report.num_validation_samples) + " for validation";
    }
    return text;
}

std::string time_in_words(const TrainReport& report) {
    const std::string rate =
        report.is_work_known ? ", " + rounded(report.sample_layers_per_second(), 3) + " sample-layers/s" : "";
    return duration(report.outcome.seconds) + rate + " (" + std::string(instruction_set()) + ", " +
           std::to_string(report.num_threads) + (report.num_threads == 1 ? " thread)" : " threads)");
}

std::string row(const std::string& name, const std::string& value) {
    constexpr std::size_t kColumn = 18;
    return "  " + name + std::string(kColumn - name.size(), ' ') + value + "\n";
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
    const bool is_ended_by_data = !data_error.empty() && outcome.cause == Cause::stop_request;
    return is_ended_by_data ? "data_error" : std::string(kCauseNames[static_cast<std::size_t>(outcome.cause)]);
}

std::string TrainReport::files_in_words() const {
    std::string text;
    for (const std::string& file : files) {
        text += (text.empty() ? "" : ", ") + file;
    }
    return text;
}

Json report_json(const TrainReport& report) {
    Json json{{"status", status_name(report.outcome.status)},
              {"cause", report.cause()},
              {"steps", report.outcome.steps},
              {"epochs", report.outcome.steps / report.steps_per_epoch},
              {"loss", exact_json(report.outcome.loss)},
              {"validation_loss", report.validation_loss ? exact_json(*report.validation_loss) : Json(nullptr)},
              {"weights", report.weights},
              {"samples", report.num_samples},
              {"seconds", report.outcome.seconds},
              {"sample_layers_per_second", exact_json(report.sample_layers_per_second())},
              {"precision", report.precision},
              {"seed", report.seed},
              {"version", version()},
              {"numerics_version", kNumericsVersion},
              {"instruction_set", instruction_set()},
              {"threads", report.num_threads}};
    if (report.is_compressed) {
        json["compression"] =
            report.is_work_known ? compression_json(*report.outcome.compression, report.tolerance) : Json(nullptr);
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

std::string run_json(const TrainReport& report, const Json& configuration) {
    Json outcome = report_json(report);
    for (const char* elsewhere : {"seed", "version", "numerics_version", "instruction_set", "threads", "directory"}) {
        outcome.erase(elsewhere);
    }
    const Json json{{"skein", "train"},
                    {"version", version()},
                    {"numerics_version", kNumericsVersion},
                    {"start_time", report.start_time},
                    {"seed", report.seed},
                    {"configuration", configuration},
                    {"outcome", outcome},
                    {"machine",
                     {{"cpu", cpu_model()},
                      {"cores", num_cores()},
                      {"threads", report.num_threads},
                      {"instruction_set", instruction_set()},
                      {"compiler", compiler()}}}};
    return json_text(json);
}

std::string report_text(const TrainReport& report, bool colour) {
    std::string text = coloured(status_in_words(report), report.outcome.status, colour) + "\n\n";
    text += row("chain", grouped(report.weights.size()) + (report.weights.size() == 1 ? " layer, " : " layers, ") +
                             report.activations + ", " + report.precision);
    text += row("data", report.data) + row("", samples_in_words(report));
    text += row("steps", epochs_in_words(report));
    text += row("loss", loss_in_words(report, report.outcome.loss));
    if (report.is_compressed && report.is_work_known) {
        text += row("compressed", compression_in_words(*report.outcome.compression));
    }
    if (report.validation_loss) {
        text += row("validation loss", loss_in_words(report, *report.validation_loss));
    }
    text += row("weights", weights_in_words(report));
    if (report.compression_seconds) {
        text += row("compression time", compression_time_in_words(*report.compression_seconds, report.num_samples));
    }
    text += row("time", time_in_words(report));
    if (!report.directory.empty()) {
        text += row("files", report.directory + ": " + (report.files.empty() ? "none" : report.files_in_words()));
    }
    return text;
}

}  // namespace skein::app
