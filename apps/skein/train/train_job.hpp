// What `skein train` is asked to do, checked and ready.
#pragma once

#include <optional>

#include "cli/configuration.hpp"
#include "skein/trainer.hpp"

namespace skein::app {

template <class Scalar>
struct TrainJob {
    Chain<Scalar> start;
    TrainingData<Scalar> training;
    std::optional<TrainingData<Scalar>> validation;
    TrainingSettings settings;
    std::uint64_t steps_per_epoch;
    /// The steps that --epochs or --steps allow, where they limit them.
    std::optional<std::uint64_t> max_steps;
    /// How long --compress took.
    std::optional<double> compression_seconds;
};

/// Reads the data and checks everything; writes the defaults that depend on other options into the configuration.
/// Throws BadInput, FileError or std::invalid_argument for what is wrong.
template <class Scalar>
TrainJob<Scalar> make_train_job(Configuration& configuration);

}  // namespace skein::app
