// What `skein train` reports when a run has ended.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "console/json.hpp"
#include "skein/files/data_identity.hpp"
#include "skein/trainer.hpp"
#include "train/findings.hpp"
#include "train/fit.hpp"

namespace skein::app {

struct TrainReport {
    TrainingOutcome outcome;
    int signal = 0;          // that stopped the run, or 0
    std::string data_error;  // that ended the run, or came after it; or empty
    /// Whether outcome.sample_layers and outcome.compression are known. After an error in the data they may not be.
    bool is_work_known = true;
    TrainingSettings settings = {};
    std::uint64_t steps_per_epoch = 1;
    std::uint64_t num_samples = 0;
    std::uint64_t num_validation_samples = 0;
    std::uint64_t num_skipped_rows = 0;
    bool is_compressed = false;
    double tolerance = 0.0;                     // of compressed data
    std::optional<double> compression_seconds;  // if this run compressed them
    std::optional<double> validation_loss;
    std::optional<std::uint64_t> patience = {};         // that ended the run
    std::optional<std::uint64_t> step_of_weights = {};  // the step after which they were best, with --patience
    Fit fit = {};
    std::vector<Finding> findings = {};
    Json weights;  // an array that round-trips
    std::vector<double> shown_weights;
    std::string activations;
    std::string start;  // how the weights started, in words
    std::string precision;
    std::string data;
    std::vector<DataFile> data_files = {};  // of --data
    Json scaling = {};                      // null: none
    std::string scaling_in_words = {};
    int num_threads = 1;
    std::string start_time;
    std::string directory;           // empty: nothing was written
    std::vector<std::string> files;  // in it
    std::vector<std::string> file_errors;

    /// NaN if it is not known.
    double sample_layers_per_second() const;
    /// A name of kCauseNames, or "SIGINT", "SIGTERM", "data_error".
    std::string cause() const;
};

/// The object that --json prints.
Json report_json(const TrainReport& report);

/// The content of run.json. `configuration` is a JSON object (configuration_json()).
std::string run_json(const TrainReport& report, const std::string& configuration);

/// The summary for people.
std::string report_text(const TrainReport& report, bool colour);

}  // namespace skein::app
