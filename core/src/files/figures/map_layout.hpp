/// Where the parts of a map figure lie.
#pragma once

#include <cstddef>

#include "skein/files/figure.hpp"

namespace skein::internal::files {

/// In pixels, from the left bottom corner of the figure.
struct Box {
    std::size_t left = 0;
    std::size_t bottom = 0;
    std::size_t width = 0;
    std::size_t height = 0;

    std::size_t right() const { return left + width; }
    std::size_t top() const { return bottom + height; }
};

struct Layout {
    double size = 1.0;  // scales words, lines and margins; 1: words of 13 points
    std::size_t width = 0;
    std::size_t height = 0;
    Box map;
    Box bar;  // without width if there is no bar

    std::size_t pixels(double length) const { return static_cast<std::size_t>(size * length); }
};

/// Every pixel of the picture becomes a rectangle of whole pixels.
Layout layout_of(const MapFigure& figure);

}  // namespace skein::internal::files
