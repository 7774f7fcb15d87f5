/// The box-counting dimension of the boundary between two classes in a plane.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace skein {

/// How many boxes of one size hold a piece of the boundary.
struct BoxCount {
    std::size_t size;     ///< cells along an edge, a power of two
    std::uint64_t boxes;  ///< that hold a boundary cell
};

/// `classes` is [height x width], a row after the other. A boundary cell is one whose right or upper neighbour inside
/// the grid has another class. Boxes lie on multiples of their size; those at the far edges may be cut. Sizes run from
/// 1 up to the smaller side of the grid. Throws std::invalid_argument unless there are height x width classes, at least
/// one.
[[nodiscard]] std::vector<BoxCount> count_boundary_boxes(std::span<const std::uint8_t> classes, std::size_t width,
                                                         std::size_t height);

/// The box-counting dimension: the slope of log(boxes) over log(1 / size) (K. Falconer, "Fractal geometry", ch. 2).
/// Fitted by least squares over the sizes from 1 up to the largest with at least kMinBoxes boxes: smaller counts are
/// too coarse.
struct Dimension {
    double slope;              ///< NaN with fewer than two sizes
    double standard_error;     ///< of the fitted slope; NaN with fewer than three sizes
    double smallest, largest;  ///< slopes between neighbouring sizes; NaN with fewer than two sizes
    std::size_t num_sizes;     ///< that the fit uses
};
inline constexpr std::uint64_t kMinBoxes = 16;
[[nodiscard]] Dimension box_counting_dimension(std::span<const BoxCount> counts);

}  // namespace skein
