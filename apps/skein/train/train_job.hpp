// What `skein train` is asked to do, checked and ready.
#pragma once

#include <optional>
#include <vector>

#include "skein/files/data_identity.hpp"
#include "skein/run_options.hpp"
#include "skein/trainer.hpp"

namespace skein::app {

/// The data of a run, opened.
template <class Scalar>
struct RunData {
    TrainingData<Scalar> training;
    std::optional<TrainingData<Scalar>> validation;
    /// --scale, which both have gone through.
    Scaling scaling = {};
    /// Rows of text files that --skip-bad-rows left out.
    std::uint64_t num_skipped_rows = 0;
    /// How long --compress took.
    std::optional<double> compression_seconds = {};
};

/// Opens the data, and scales and compresses them if asked to, with progress on the terminal. Throws std::invalid_argument and
/// FileError for what is wrong with them, Stopped if a signal came.
template <class Scalar>
RunData<Scalar> open_run_data(const Configuration& configuration, const RunSettings& settings, bool is_quiet);

/// Completes the settings (complete_run_settings()). Warns, unless quiet, of data in an order that mini-batches keep.
template <class Scalar>
RunLength complete_settings(Configuration& configuration, const TrainingData<Scalar>& training, RunSettings& settings,
                            bool is_quiet);

template <class Scalar>
struct TrainJob {
    Chain<Scalar> start;
    RunData<Scalar> data;
    TrainingSettings settings;
    RunLength length;
    std::optional<std::uint64_t> patience = {};
    std::vector<DataFile> data_files = {};  // of --data, as they were when they were opened
};

/// Reads the settings, opens the data and checks everything; writes the defaults that depend on other options into the
/// configuration. Throws std::invalid_argument or FileError for what is wrong.
template <class Scalar>
TrainJob<Scalar> make_train_job(Configuration& configuration, bool is_quiet);

}  // namespace skein::app
