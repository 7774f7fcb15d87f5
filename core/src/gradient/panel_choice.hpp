// Which panels of a compressed data set keep the error of interpolation within a tolerance.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "compression/compressed_storage.hpp"
#include "compression/moment_level.hpp"
#include "gradient/ellipse_bound.hpp"
#include "gradient/rounding_bound.hpp"
#include "skein/activation.hpp"

namespace skein::internal {

/// Bounds over all of the data of f and f_k = df/dw_k, and E of their distances from the interpolants. Means are over
/// samples.
struct InterpolationErrors {
    std::vector<double> output_by_derivative;  ///< [layers]: mean(E_f |f_k|)
    std::vector<double> residual_by_error;     ///< [layers]: mean((|f| + |y| + E_f) E_k)
    std::vector<double> derivative_errors;     ///< [layers]: rms(E_k)
    std::vector<double> derivatives;           ///< [layers]: rms(f_k)
    double residual_by_output_error = 0.0;     ///< mean((|f| + |y|) E_f)
    double output_error = 0.0;                 ///< rms(E_f)
    /// How far rounding of f and f_k at the nodes moves their interpolants.
    double output_rounding = 0.0;
    std::vector<double> derivative_roundings;  ///< [layers]
};

/// A panel of CompressedStorage::levels.
struct PanelIndex {
    std::size_t level, panel;
    bool operator==(const PanelIndex&) const = default;
};

class PanelChoice {
public:
    /// For chains of these activations, all of them analytic.
    PanelChoice(const CompressedStorage& data, std::span<const Activation> activations);

    /// Chooses panels for the chain of these weights: wide ones first, halved until their bounds are within the
    /// tolerance relative to the scales, or there are no narrower ones. If `spread`, also until samples lie all over
    /// each panel. Returns whether the bound over all panels is within the tolerance.
    bool choose(std::span<const double> weights, double tolerance, bool spread, const ErrorScales& scales);
    std::span<const PanelIndex> panels() const noexcept { return panels_; }

    /// The larger of the relative bounds of gradient and loss, from the weights alone.
    double relative_error() const noexcept { return relative_error_; }
    const InterpolationErrors& errors() const noexcept { return errors_; }

private:
    /// A panel; for odd chains with its mirror image, which has the same bounds.
    struct Part {
        std::int64_t first_cell;
        int level;
        double least_share;                 // of the half of the tolerance that panels share, not samples
        double share, mean_square_y;        // of the samples
        std::array<std::size_t, 2> panels;  // MomentLevel::kNone if it has no samples; the mirror image
    };

    double cells(double count) const noexcept { return count * cell_width_; }
    void clear();
    void start(double strip);
    void add_part(std::int64_t first_cell, int level, double least_share);
    void compute_bounds(std::size_t first, std::size_t end, std::span<const double> weights, double strip);
    void take_or_halve(const Part& part, std::size_t index, double tolerance, bool spread, const ErrorScales& scales);
    bool has_both_halves(const Part& part) const;
    bool is_spread(const Part& part) const;
    bool can_be_halved(const Part& part) const;
    void take(const Part& part, std::size_t index, const PanelBounds& bounds);
    void finish(const ErrorScales& scales);

    const CompressedStorage& data_;
    std::span<const Activation> activations_;
    double cell_width_;
    EllipseBound ellipses_;
    RoundingBound rounding_;
    std::vector<double> weights_;  // absolute values
    std::vector<Part> parts_;      // to be examined
    std::vector<PanelIndex> panels_;
    InterpolationErrors errors_;
    double relative_error_ = 0.0;
};

}  // namespace skein::internal
