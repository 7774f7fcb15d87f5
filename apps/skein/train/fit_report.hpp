// A fit in the summary and in JSON.
#pragma once

#include <vector>

#include "console/json.hpp"
#include "console/summary_table.hpp"
#include "train/findings.hpp"
#include "train/fit.hpp"

namespace skein::app {

/// The rows "R^2", "validation R^2" and "best loss", as far as they are known. `steps`: updates done.
void add_fit_rows(SummaryTable& table, const Fit& fit, std::uint64_t steps);

/// Adds "start_loss", "baseline_loss", "line_loss", "r2", "validation_r2", "best_loss", "best_step", "weighted"; null for
/// what is not known.
void add_fit(Json& json, const Fit& fit);

/// [{"name", "text"}, ...]
Json findings_json(const std::vector<Finding>& findings);

}  // namespace skein::app
