/// Where the outcome of training changes along one axis of a sweep. (Over a plane: skein/box_counting.hpp.)
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

/// The property that divides chains into two classes.
enum class BoundaryOf : std::uint8_t {
    loss_decreased,  ///< EnsembleOutcome::loss_decreased
    converged,       ///< Status::converged
    diverged,        ///< Status::diverged
};
inline constexpr std::array<std::string_view, 3> kBoundaryOfNames{"loss_decreased", "converged", "diverged"};
static_assert(kBoundaryOfNames.size() == std::size_t(BoundaryOf::diverged) + 1);

/// The class of each point, [points]: 1 if it has the property, else 0.
[[nodiscard]] std::vector<std::uint8_t> classes_of(const EnsembleOutcome& outcome, BoundaryOf boundary);

/// Throws ToleranceError if a point has no class: its chain stopped because the error bound of the compressed data
/// exceeded the tolerance. The message names its coordinates, coordinates_of(number of the point).
template <class Scalar>
void require_classes(const Sweep<Scalar>& sweep, const EnsembleOutcome& points,
                     const std::function<std::vector<double>(std::size_t)>& coordinates_of);

struct BoundarySettings {
    std::size_t axis = 0;         ///< the axis to search along; its first and last values are the bracket
    bool is_logarithmic = false;  ///< scan and bisect in logarithms; the bracket must be positive
    BoundaryOf boundary = BoundaryOf::loss_decreased;
    std::size_t num_scanned = 64;  ///< values of the first scan, the ends of the bracket included
    double resolution = 1e-12;     ///< distance of the two ends of a change, relative to the larger of them
    bool keeps_classes = true;     ///< fill BoundaryOutcome::scanned_classes: a byte for every chain of the scan
};

/// Two values between which the class changes.
struct BoundaryChange {
    std::uint64_t point;  ///< its number in the grid of the other axes, the first of which varies fastest
    /// At most `resolution` apart, relatively, or neighbours in the sweep's precision.
    double below, above;
    std::uint8_t class_below, class_above;
    Status status_below, status_above;
};

struct BoundaryOutcome {
    std::vector<double> scanned;                   ///< [scanned] values
    std::vector<std::uint8_t> scanned_classes;     ///< [points x scanned], a point of the other axes after the other
    std::vector<BoundaryChange> changes;           ///< ordered by points, then by values
    std::uint64_t chains = 0;                      ///< how many were trained
    std::optional<CompressionRecord> compression;  ///< of all chains; empty unless the data are compressed
    bool is_complete = true;                       ///< false if a stop was requested; `changes` may then be too wide
};

/// For every point of the other axes: scans the bracket, then bisects each interval whose ends differ in class, all in
/// parallel; a change between two equal ends is missed.
/// Throws std::invalid_argument if the sweep does not have the axis, if the axis has whole numbers (they cannot be
/// halved), if the bracket does not run from a smaller number to a larger one, for fewer than 2 scanned values, or for
/// a resolution outside (0, 1). Throws also as require_classes() does.
template <class Scalar>
[[nodiscard]] BoundaryOutcome find_boundary(const Sweep<Scalar>& sweep, const BoundarySettings& settings,
                                            EnsembleObserver* observer = nullptr);

}  // namespace skein
