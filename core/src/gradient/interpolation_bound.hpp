// How far a chain's output f and its derivatives f_k = df/dw_k are from their interpolants on the panels of a compressed
// data set, at most, and which panels keep that within a tolerance. core/README.md derives it.
//
// A function that is analytic in the ellipse of foci -h, h and semi-axes h (rho +- 1 / rho) / 2, and M its root mean square
// over the ellipse's angle, errs on [-h, h] from its interpolant at p Chebyshev points by at most
// 4 M rho^-p / sqrt(1 - rho^-2). M is bounded by rectangles that cover the ellipse (rectangle_bounds.hpp).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "compression/compressed_storage.hpp"
#include "compression/moment_level.hpp"
#include "gradient/rectangle_bounds.hpp"
#include "gradient/rounding_bound.hpp"

namespace skein::internal {

/// Bounds over all of the data of f and f_k, and E of their distances from the interpolants. Means are over samples.
struct InterpolationErrors {
    std::vector<double> output_by_derivative;  ///< [layers]: mean(E_f |f_k|)
    std::vector<double> residual_by_error;     ///< [layers]: mean((|f| + |y| + E_f) E_k)
    std::vector<double> derivative_errors;     ///< [layers]: rms(E_k)
    std::vector<double> derivatives;           ///< [layers]: rms(f_k)
    double residual_by_output_error = 0.0;     ///< mean((|f| + |y|) E_f)
    double output_error = 0.0;                 ///< rms(E_f)
    /// What rounding does to the interpolants of f and f_k, by what it does to their values at the nodes.
    double output_rounding = 0.0;
    std::vector<double> derivative_roundings;  ///< [layers]
};

/// An error that is 0 is 0 of any scale.
inline double relative(double error, double scale) noexcept { return error == 0.0 ? 0.0 : error / scale; }
/// A product of 0 and infinity says nothing: it must not get lost in a maximum.
inline double or_infinity(double bound) noexcept {
    constexpr double kInfinity = std::numeric_limits<double>::infinity();
    return bound < kInfinity ? bound : kInfinity;
}

/// A panel of CompressedStorage::levels.
struct PanelIndex {
    std::size_t level, panel;
    bool operator==(const PanelIndex&) const = default;
};

class InterpolationBound {
public:
    /// For chains of these activations, none of them relu.
    InterpolationBound(const CompressedStorage& data, std::span<const Activation> activations);

    /// Chooses panels for the chain of these weights: from wide ones on, halved until their bounds are within the tolerance,
    /// relative to the scales, or there are no narrower ones; where `spread`, until samples lie all over each, too. Returns
    /// whether the bound of all is within the tolerance.
    bool choose(std::span<const double> weights, double tolerance, bool spread, double gradient_scale,
                double loss_scale);
    std::span<const PanelIndex> panels() const noexcept { return panels_; }

    /// The larger of the relative bounds of gradient and loss that follow from the weights alone.
    double relative_error() const noexcept { return relative_error_; }
    const InterpolationErrors& errors() const noexcept { return errors_; }

private:
    static constexpr std::size_t kMaxEllipses = 3, kArcs = 6;
    static constexpr std::size_t kBlock = 32;  // parts whose rectangles are computed together

    /// A panel, for odd chains with its mirror image: their bounds are the same.
    struct Part {
        std::int64_t first_cell;
        int level;
        double least_share;                 // of the tolerance: what is not shared out by samples
        double share, mean_square_y;        // of the samples
        std::array<std::size_t, 2> panels;  // MomentLevel::kNone where it has no samples; the mirror image
        std::array<double, kMaxEllipses> rho;
        std::size_t rectangles;  // kArcs of each ellipse, then the panel itself
        bool is_empty() const noexcept { return share == 0.0; }
    };
    /// Bounds of a part, as in InterpolationErrors.
    struct PartBounds {
        double output = 0.0, output_error = 0.0, relative_error = 0.0;
        std::vector<double> derivatives, derivative_errors;
    };

    std::size_t on_line(const Part& part) const noexcept { return part.rectangles + num_ellipses() * kArcs; }
    double cells(double count) const noexcept { return count * cell_width_; }
    std::size_t num_ellipses() const noexcept { return is_odd_ ? 2 : 3; }
    void start(double strip);
    void add_part(std::int64_t first_cell, int level, double least_share);
    bool has_both_halves(const Part& part) const;
    bool is_spread(const Part& part) const;
    void add_rectangles(Part& part, double strip);
    void bound(const Part& part);
    bool can_be_halved(const Part& part) const;
    void take(const Part& part);
    void finish();

    const CompressedStorage& data_;
    std::span<const Activation> activations_;
    double cell_width_;
    bool is_linear_, is_odd_;
    RectangleBounds rectangles_;
    RoundingBound rounding_;
    std::vector<double> weights_;  // absolute values
    double tolerance_ = 0.0, gradient_scale_ = 0.0, loss_scale_ = 0.0;
    std::vector<Part> parts_;  // to be looked at
    PartBounds best_, other_;
    std::vector<PanelIndex> panels_;
    InterpolationErrors errors_;
    double relative_error_ = 0.0;
};

}  // namespace skein::internal
