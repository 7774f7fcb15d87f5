/// Figures of pictures over axes: gnuplot draws the axes and the words, and we put the pixels in. gnuplot could draw
/// these too, but it needs about 90 bytes for each (25 GB for the largest picture), and only one of its PNG terminals
/// draws them exactly.
#pragma once

#include <filesystem>

#include "skein/files/figure.hpp"

namespace skein::internal::files {

/// Throws std::invalid_argument if draw() refuses the figure.
void require_drawable(const MapFigure& figure);

/// The pixels of the figure. Needs a temporary file in the directory of `target`, which FileErrors name.
Picture draw_map(const std::filesystem::path& target, const MapFigure& figure);

}  // namespace skein::internal::files
