/// Figures of pictures over axes: gnuplot draws all but the pixels.
#pragma once

#include <filesystem>

#include "skein/files/figure.hpp"

namespace skein::internal::files {

/// Throws std::invalid_argument for a figure that draw() refuses.
void require_drawable(const MapFigure& figure);

/// The figure's pixels. Throws FileError about `target`, beside which it needs a temporary file.
Picture draw_map(const std::filesystem::path& target, const MapFigure& figure);

}  // namespace skein::internal::files
