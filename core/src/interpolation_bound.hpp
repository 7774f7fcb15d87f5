// How far a chain's output f and its derivatives df/dw_k are from their interpolants on the panels of a compressed data
// set, at most, and which panels keep that within a tolerance. core/README.md derives it.
//
// A function that is analytic and at most M in the ellipse of foci -h, h and semi-axes h (rho +- 1 / rho) / 2 errs on
// [-h, h] from its interpolant at p Chebyshev points by at most 4 M rho^-(p-1) / (rho - 1) (L. N. Trefethen,
// Approximation Theory and Approximation Practice, theorem 8.2). M comes from rectangles around such ellipses
// (rectangle_bounds.hpp). The panels next to 0, the core, lie in the strip in which the chain is analytic; those of an
// octave farther out (panel_grid.hpp) may have ellipses nearly as far as 0 and as high.
#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <utility>
#include <vector>

#include "moment_level.hpp"
#include "rectangle_bounds.hpp"

namespace skein {

/// Bounds over all of the data, of f and each f_k = df/dw_k; E: of their distances from the interpolants. Sums and root
/// mean squares over samples n.
struct InterpolationErrors {
    std::vector<double> output_by_derivative;  ///< [layers]: mean(E_f |f_k|)
    std::vector<double> residual_by_error;     ///< [layers]: mean((|f| + |y| + E_f) E_k)
    std::vector<double> derivative_errors;     ///< [layers]: rms(E_k)
    std::vector<double> derivatives;           ///< [layers]: rms(f_k)
    double residual_by_output_error = 0.0;     ///< mean((|f| + |y|) E_f)
    double output_error = 0.0;                 ///< rms(E_f)
};

class InterpolationBound {
public:
    /// For chains of these activations, none of them relu.
    InterpolationBound(const CompressedDataset::Storage& data, std::span<const Activation> activations);

    /// Chooses panels for the chain of these weights, the widest whose bounds are within the tolerance, relative to
    /// gradient_scale and mean(y^2). Returns whether the bound of all is; if not, they are the finest.
    bool choose(std::span<const double> weights, double tolerance, double gradient_scale);

    /// Whether what was chosen is not what had been chosen before.
    bool has_changed() const noexcept { return has_changed_; }
    /// Of the panels that reach from 0 to 2^core_level cells on either side.
    int core_level() const noexcept { return core_level_; }
    /// Of those in an octave beyond.
    int level(bool is_negative, int octave) const noexcept {
        return levels_[is_negative][static_cast<std::size_t>(octave)];
    }

    /// The larger of the relative bounds of gradient and loss that follow from the weights alone.
    double relative_error() const noexcept { return relative_error_; }
    const InterpolationErrors& errors() const noexcept { return errors_; }

private:
    /// A rectangle that holds the ellipse of each panel of a part, if that is no higher and no wider than it reaches.
    struct Domain {
        std::size_t rectangle;
        double above, beside;  // how far it reaches from the panels
    };
    static constexpr std::size_t kNumDomains = 5;
    /// The core, or an octave on one side.
    struct Part {
        std::array<Domain, kNumDomains> domains;
        std::size_t real_line;                   // the rectangle of the part itself
        double share, residual;                  // residual: rms of |f| + |y|, at most
        std::array<double, kNumDomains> merits;  // relative error, by factor
    };

    double cells(double count) const noexcept { return count * cell_width_; }
    int num_octaves() const noexcept { return static_cast<int>(data_.octaves[0].size()); }
    void choose_core(std::span<const double> weights, double strip);
    void choose_octaves(std::span<const double> weights, double strip);
    void add_rectangles(Part& part, bool is_negative, int octave, double strip);
    void set_merits(Part& part, double rms_y);
    double factor(const Domain& domain, int level) const;
    std::pair<std::size_t, double> best_domain(const Part& part, int level) const;
    bool is_within_tolerance(const Part& part, int level) const;
    void add_errors(const Part& part, int level);
    void finish_errors();
    template <class Use>
    void for_each_derivative(std::size_t rectangle, Use use) const;

    const CompressedDataset::Storage& data_;
    std::span<const Activation> activations_;
    double cell_width_;
    bool is_linear_, is_odd_;
    double least_share_;  // of the tolerance, for a part: what is not shared out by samples
    RectangleBounds rectangles_;
    std::vector<double> weights_;  // absolute values
    double tolerance_ = 0.0, gradient_scale_ = 0.0;
    int core_level_ = -1;
    std::vector<int> levels_[2];
    std::vector<Part> parts_[2];            // [octaves]: scratch
    std::vector<double> part_derivatives_;  // [layers]: scratch
    bool has_changed_ = true;
    InterpolationErrors errors_;
    double relative_error_ = 0.0;
};

}  // namespace skein
