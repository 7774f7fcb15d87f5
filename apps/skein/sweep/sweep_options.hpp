// The options of `skein sweep` and `skein boundary`.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/options.hpp"
#include "skein/configuration.hpp"

namespace skein::app {

/// What a picture of a sweep shows; `column`: one of the outcome columns (skein/ensemble_outcome.hpp).
enum class Quantity : std::uint8_t { trainability, learned, converged, recorded, column };
inline constexpr std::array<std::string_view, 4> kQuantityNames{"trainability", "learned", "converged", "recorded"};

const Command& sweep_command_options();
const Command& boundary_command_options();

/// What the options say about presets, pictures, zooms and files.
struct SweepOutput {
    std::string preset;
    std::optional<Quantity> picture;
    std::string column;              // that the picture shows, for Quantity::column
    std::string along;               // of boundary
    std::vector<double> zoom;        // X, Y, factor, frames; or empty
    std::vector<std::string> point;  // an index per axis, or empty
    std::string directory;
    bool replaces_sweep = false;
    bool prints_json = false;
    bool is_quiet = false;
};

/// What the arguments say, files and presets read in; nothing if they asked for help or for the presets, which were
/// printed. Throws BadInput and std::invalid_argument.
std::optional<Configuration> read_sweep_configuration(const Command& command,
                                                      const std::vector<std::string>& arguments);

SweepOutput read_sweep_output(const Configuration& configuration);

}  // namespace skein::app
