// What `skein sweep` and `skein boundary` are asked to do, checked and ready.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/configuration.hpp"
#include "input/axis.hpp"
#include "skein/sweep.hpp"

namespace skein::app {

/// What a picture of a sweep shows; `column`: one of the outcome columns (skein/ensemble_outcome.hpp).
enum class Quantity : std::uint8_t { trainability, learned, converged, recorded, column };
inline constexpr std::array<std::string_view, 4> kQuantityNames{"trainability", "learned", "converged", "recorded"};

template <class Scalar>
struct SweepJob {
    std::vector<Axis> axes;
    Sweep<Scalar> sweep;
    Quantity quantity;
    std::string column;                         // its name, for Quantity::column
    std::optional<double> compression_seconds;  // where the data have been compressed here
};

/// The axes that the configuration has, windows applied; they are written back into it. Throws BadInput.
std::vector<Axis> read_axes(Configuration& configuration);

/// Reads the data and checks everything; writes the defaults that depend on other options into the configuration.
/// Throws BadInput, FileError or std::invalid_argument for what is wrong.
template <class Scalar>
SweepJob<Scalar> make_sweep_job(Configuration& configuration);

/// The `skein train` command that trains one point alone, to the same bits. `coordinates` are the values of the axes.
template <class Scalar>
std::string train_command_of(const Configuration& configuration, const SweepJob<Scalar>& job,
                             const std::vector<double>& coordinates);

}  // namespace skein::app
