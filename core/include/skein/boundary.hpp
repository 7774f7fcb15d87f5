/// Where the outcome of training changes: along one axis of a sweep, and over a plane.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "skein/sweep.hpp"

namespace skein {

/// What divides chains into two classes.
enum class BoundaryOf : std::uint8_t {
    loss_decreased,  ///< EnsembleOutcome::loss_decreased
    converged,       ///< Status::converged
    diverged,        ///< Status::diverged
};
inline constexpr std::array<std::string_view, 3> kBoundaryOfNames{"loss_decreased", "converged", "diverged"};

/// The class of each point: 1 or 0.
std::vector<std::uint8_t> classes_of(const EnsembleOutcome& outcome, BoundaryOf boundary);

/// Throws ToleranceError for a point that has no class, since its chain ended where the bound of compressed data is
/// beyond the tolerance; names its coordinates, which coordinates_of(its number in `points`) tells.
template <class Scalar>
void require_classes(const Sweep<Scalar>& sweep, const EnsembleOutcome& points,
                     const std::function<std::vector<double>(std::size_t)>& coordinates_of);

struct BoundarySettings {
    std::size_t axis = 0;         ///< along which it is looked for; its first and last value are the bracket
    bool is_logarithmic = false;  ///< scan and middles in the sense of the logarithm: the bracket must be positive
    BoundaryOf boundary = BoundaryOf::loss_decreased;
    std::size_t num_scanned = 64;  ///< values, the ends of the bracket among them, that first tell how often it changes
    double resolution = 1e-12;     ///< of the two ends of a change, relative to the larger of them
    bool keeps_classes = true;     ///< in BoundaryOutcome::scanned_classes, a byte for every chain of the scan
};

/// Two values between which the class changes.
struct BoundaryChange {
    std::uint64_t point;  ///< which point of the grid of the other axes, the first of them running fastest
    double below,
        above;  ///< at most `resolution` apart, relatively, or with no number of the sweep's precision between
    std::uint8_t class_below, class_above;
    Status status_below, status_above;
};

struct BoundaryOutcome {
    std::vector<double> scanned;                   ///< [scanned] values
    std::vector<std::uint8_t> scanned_classes;     ///< [points x scanned], a point of the other axes after the other
    std::vector<BoundaryChange> changes;           ///< by points, then by values
    std::uint64_t chains = 0;                      ///< trained
    std::optional<CompressionRecord> compression;  ///< of all of them; empty unless the data are compressed
    bool is_complete = true;  ///< false where a stop was requested: then `changes` may be unfinished
};

/// For every point of the other axes: scans the bracket, and bisects every change of class between neighbouring values of
/// the scan, all of them side by side, a round of bisection an ensemble. What lies between two values of the scan with the same
/// class is not seen.
/// Throws std::invalid_argument for an axis that the sweep does not have or whose values are whole numbers (they cannot be
/// halved), a bracket that does not run from one number to a larger one, less than 2 values, a resolution not in
/// (0, 1); as require_classes() does.
template <class Scalar>
BoundaryOutcome find_boundary(const Sweep<Scalar>& sweep, const BoundarySettings& settings,
                              EnsembleObserver* observer = nullptr);

/// How many boxes of a grid meet the boundary between two classes, at one size.
struct BoxCount {
    std::size_t size;     ///< cells along an edge, a power of two
    std::uint64_t boxes;  ///< that hold a boundary cell
};

/// `classes` is [height x width]. A boundary cell is one whose neighbour to the right or above, inside the grid, has
/// another class; boxes lie on multiples of their size, those at the far edges may be cut. Sizes run from 1 up to the smaller side
/// of the grid. Throws std::invalid_argument when there are not height x width classes, or none.
std::vector<BoxCount> count_boundary_boxes(std::span<const std::uint8_t> classes, std::size_t width,
                                           std::size_t height);

/// The box-counting dimension: the slope of log(boxes) over log(1 / size) (K. Falconer, "Fractal geometry", ch. 2), by
/// least squares over the sizes from 1 up to the largest with at least kMinBoxes boxes (in fewer the count's own steps weigh).
struct Dimension {
    double slope;              ///< NaN with less than two sizes
    double standard_error;     ///< of the fit; NaN with less than three
    double smallest, largest;  ///< slope between neighbouring sizes
    std::size_t num_sizes;
};
inline constexpr std::uint64_t kMinBoxes = 16;
Dimension box_counting_dimension(std::span<const BoxCount> counts);

}  // namespace skein
