// --zoom: a film of sweeps, each of a narrower window.
#pragma once

#include "sweep/sweep_job.hpp"

namespace skein::app {

/// Runs the frames of --zoom X,Y,F,N: sweeps of their own, each with its own window, in their own directories. Finished
/// frames stay as they are. Prints the summary of each; returns the exit code.
template <class Scalar>
int run_zoom(const Configuration& configuration, const SweepOutput& output);

}  // namespace skein::app
