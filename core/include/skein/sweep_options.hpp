/// The options of sweeps and boundary searches: their rows, and from their text to settings.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "skein/axis.hpp"
#include "skein/boundary.hpp"
#include "skein/option_row.hpp"
#include "skein/run_options.hpp"
#include "skein/sweep.hpp"

namespace skein {

/// What the options of a sweep say, beyond those of a run. `recorded_steps` of the base follow from num_recorded.
struct SweepOptions : OutcomeSelection {
    std::vector<Axis> axes;
    std::optional<std::uint64_t> num_recorded;  ///< how many last steps have their losses recorded
};

[[nodiscard]] std::span<const OptionRow<SweepOptions>> sweep_options();
[[nodiscard]] std::span<const OptionRow<BoundarySettings>> boundary_options();

/// The options of a run that sweeps take too, with the defaults of sweeps.
[[nodiscard]] std::vector<Option> run_options_of_sweeps();

/// Reads the axes, windows applied, and the outcomes; writes the axes, and the default length of the runs, into the
/// configuration. Comes before read_run_settings(). Throws std::invalid_argument naming option, value and expectation,
/// with the nearest right word.
[[nodiscard]] SweepOptions read_sweep_options(Configuration& configuration);

/// The settings of the sweep, once those of its runs are complete. Throws as read_sweep_options().
[[nodiscard]] SweepSettings make_sweep_settings(const Configuration& configuration, const SweepOptions& options,
                                                const RunSettings& run, const RunLength& length);

}  // namespace skein
