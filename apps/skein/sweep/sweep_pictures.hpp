// The pictures of a sweep, from its arrays.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "sweep/sweep_job.hpp"

namespace skein::app {

/// Draws picture.png, one pixel a chain, and figure.png with axes and a colour bar, where gnuplot is installed; with
/// more axes than two that are not reduced, picture_000.png, ... for each point of the others. Returns the names.
/// Says in one line what cannot be drawn, unless `quiet`: the numbers are there.
template <class Scalar>
std::vector<std::string> draw_sweep(const std::filesystem::path& directory, const SweepJob<Scalar>& job,
                                    const std::string& title, bool quiet);

}  // namespace skein::app
