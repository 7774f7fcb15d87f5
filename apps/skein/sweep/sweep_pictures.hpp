// The pictures of a sweep, from its arrays.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "sweep/sweep_job.hpp"

namespace skein::app {

/// Draws picture.png, one pixel a chain, and, if gnuplot is installed, figure.png with axes and a colour bar. With more
/// than two axes that are not reduced it draws picture_000.png, ... for each point of the others. Returns the names.
/// Warns in one line of what cannot be drawn, unless `quiet`: the numbers are written.
template <class Scalar>
std::vector<std::string> draw_sweep(const std::filesystem::path& directory, const SweepJob<Scalar>& job,
                                    const std::string& title, bool quiet);

}  // namespace skein::app
