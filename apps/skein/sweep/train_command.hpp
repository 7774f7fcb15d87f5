// The `skein train` command that repeats one point of a sweep.
#pragma once

#include <string>
#include <vector>

#include "sweep/sweep_job.hpp"

namespace skein::app {

/// Trains the point alone, to the same bits. `coordinates` are the values of the axes.
template <class Scalar>
std::string train_command_of(const Configuration& configuration, const SweepJob<Scalar>& job,
                             const std::vector<double>& coordinates);

}  // namespace skein::app
