// What `skein sweep` and `skein boundary` are asked to do, checked and ready.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "skein/axis.hpp"
#include "skein/configuration.hpp"
#include "skein/sweep.hpp"
#include "sweep/sweep_options.hpp"

namespace skein::app {

template <class Scalar>
struct SweepJob {
    std::vector<Axis> axes;
    Sweep<Scalar> sweep;
    Quantity quantity;
    std::string column;                         // its name, for Quantity::column
    std::optional<double> compression_seconds;  // if the data were compressed here
};

/// Reads the settings, opens the data and checks everything; writes the defaults that depend on other options into the
/// configuration. Throws std::invalid_argument or FileError for what is wrong.
template <class Scalar>
SweepJob<Scalar> make_sweep_job(Configuration& configuration, const SweepOutput& output);

}  // namespace skein::app
