// Runs a sweep some points at a time, into its directory.
#pragma once

#include "sweep/sweep_job.hpp"
#include "sweep/sweep_report.hpp"

namespace skein::app {

/// Trains what is not done yet, and draws the pictures. Throws std::invalid_argument for a directory that holds
/// something else, or a sweep of other settings (naming them); Failure if writing fails.
template <class Scalar>
SweepReport run_sweep(const Configuration& configuration, const SweepOutput& output, const SweepJob<Scalar>& job);

/// The same after signals are caught; prints the summary. Returns the exit code.
template <class Scalar>
int run_and_print(const Configuration& configuration, const SweepOutput& output, const SweepJob<Scalar>& job);

/// With --force: from here on a directory that exists holds this sweep, of which nothing is done, and no other. To be
/// called before any of several sweeps is run, so that they can be continued without --force. Throws as run_sweep().
template <class Scalar>
void replace_sweep(const Configuration& configuration, const SweepOutput& output, const SweepJob<Scalar>& job);

}  // namespace skein::app
