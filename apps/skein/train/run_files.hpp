// The files of a run.
#pragma once

#include <vector>

#include "skein/chain.hpp"
#include "skein/configuration.hpp"
#include "skein/files/history.hpp"
#include "skein/files/run_directory.hpp"
#include "train/train_report.hpp"

namespace skein::app {

/// Writes chain, history, picture and, last, run.json, which names the files that were written. Notes files and failures
/// in the report; throws nothing for those, so that the summary still comes.
template <class Scalar>
void write_run(const RunDirectory& directory, const Configuration& configuration, bool is_quiet,
               const Chain<Scalar>& chain, const std::vector<HistoryRow>& rows, TrainReport& report);

/// Throws Failure, one line about all files that could not be written.
void throw_file_errors(const TrainReport& report);

}  // namespace skein::app
