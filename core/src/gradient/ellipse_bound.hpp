// How far a chain's output f and its derivatives f_k = df/dw_k are from their interpolants on a panel, at most.
// core/docs/compressed-data.md has the proof (Lemmas 4 and 5).
//
// Let a function be analytic in the ellipse with foci -h, h and semi-axes h (rho +- 1 / rho) / 2, and M its root mean
// square over the ellipse's angle. On [-h, h] its interpolant at p Chebyshev points errs by at most
// 4 M rho^-p / sqrt(1 - rho^-2). M is bounded by rectangles that cover the ellipse (rectangle_bounds.hpp).
#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <vector>

#include "gradient/rectangle_bounds.hpp"
#include "skein/activation.hpp"

namespace skein::internal {

/// What the bounds of gradients and of losses are relative to.
struct ErrorScales {
    double gradient = 1.0, loss = 1.0;
};

/// Bounds on one panel of |f| and |f_k|, and of their distances from the interpolants.
struct PanelBounds {
    double output = 0.0, output_error = 0.0;
    std::vector<double> derivatives, derivative_errors;  ///< [layers]
    double relative_error = 0.0;                         ///< of gradient or loss, the larger one
};

/// For several panels at once.
class EllipseBound {
public:
    static constexpr std::size_t kMaxPanels = 32;

    /// For chains of these activations, all of them analytic, and panels of `num_nodes`.
    EllipseBound(std::span<const Activation> activations, std::size_t num_nodes);

    void clear() noexcept;
    /// Adds the panel [centre - half_width, centre + half_width]; the first one has index 0. The chain is analytic in
    /// the strip |Im x| < strip.
    void add(double centre, double half_width, double strip);
    /// Prepares the bounds of all panels added, for a chain of these weights.
    void compute(std::span<const double> weights);

    /// By the ellipse with the smallest relative error. The result is valid until the next call.
    const PanelBounds& bounds(std::size_t panel, double rms_y, const ErrorScales& scales);

    /// Identities only: the chain is a polynomial of degree 1, and nothing errs.
    bool is_linear() const noexcept { return is_linear_; }
    /// f(-x) = -f(x).
    bool is_odd() const noexcept { return is_odd_; }
    /// The rectangles, and the one that is the panel itself.
    const RectangleBounds& rectangles() const noexcept { return rectangles_; }
    std::size_t on_line(std::size_t panel) const noexcept { return first_rectangle(panel) + num_ellipses() * kArcs; }

private:
    static constexpr std::size_t kMaxEllipses = 3, kArcs = 6;
    using Arcs = std::array<double, kArcs>;

    std::size_t num_ellipses() const noexcept { return is_odd_ ? 2 : 3; }
    /// kArcs for each ellipse, then the panel itself.
    std::size_t first_rectangle(std::size_t panel) const noexcept { return panel * (num_ellipses() * kArcs + 1); }
    void add_ellipse(double centre, double half_width, double rho);
    void bound_values(std::size_t panel);
    void bound_errors(std::size_t panel, std::size_t ellipse, double rms_y, const ErrorScales& scales);

    std::size_t num_nodes_;
    bool is_linear_, is_odd_;
    RectangleBounds rectangles_;
    std::vector<std::array<double, kMaxEllipses>> rho_;  // [panels]
    std::vector<double> weights_;                        // absolute values
    PanelBounds best_, other_;
};

}  // namespace skein::internal
