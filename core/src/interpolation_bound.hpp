// How far a chain's output f and its derivatives df/dw_k are from their interpolants on the panels of a compressed data
// set, at most; and how far rounding may move what is computed of them. core/README.md derives both.
//
// A chain is analytic in the strip |Im x| < s. Going inward from a limit on the imaginary part of the last layer that
// bends, s_{i-1} = g^-1(s_i / |w_i|); in that strip every f_i and f'(z_i) is bounded, so f and df/dw_k = f_{k-1} f'(z_k)
// prod_{i>k} w_i f'(z_i) are by some M, and the interpolant at p Chebyshev points of a panel of half-width h errs by at
// most 4 M rho^-(p-1) / (rho - 1), rho = s/h + sqrt(1 + (s/h)^2) (L. N. Trefethen, Approximation Theory and
// Approximation Practice, theorem 8.2: an ellipse of foci -h, h inside the strip).
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "skein/activation.hpp"

namespace skein {

class InterpolationBound {
public:
    /// Scratch for chains with these activations, none of them relu.
    explicit InterpolationBound(std::span<const Activation> activations);

    /// For the chain of these weights, on data of this root mean square and largest |x|.
    void set_chain(std::span<const double> weights, double rms_x, double max_x);

    /// On panels of this half-width, computes output_error() and derivative_errors().
    void set_panels(double half_width, std::size_t num_nodes);
    /// Of f - q, root mean square over the data.
    double output_error() const noexcept { return output_error_; }
    /// [layers]: of df/dw_k - dq/dw_k, likewise.
    std::span<const double> derivative_errors() const noexcept { return derivative_errors_; }

    /// Root mean square of f over the data, at most.
    double rms_output() const noexcept { return rms_.back(); }
    /// [layers]: of df/dw_k, likewise.
    std::span<const double> rms_derivatives() const noexcept { return rms_derivatives_; }

    /// By how much rounding moves f as it is computed at a node, at most.
    double output_rounding() const noexcept { return output_rounding_; }
    /// [layers]: of df/dw_k, likewise.
    std::span<const double> derivative_rounding() const noexcept { return derivative_rounding_; }

private:
    /// One choice of the limit: how far the strip reaches, and what is bounded in it.
    struct Strip {
        double half_width;
        std::vector<double> bound_f;  // [layers]: |f_i| where that is bounded, else 0
        std::vector<double> slope;    // [layers]: |f'(z_i)|
    };
    void set_strip(double limit, std::span<const double> weights, Strip& strip) const;
    void bound_real_line(std::span<const double> weights, double rms_x, double max_x);
    void bound_rounding(std::span<const double> weights, double max_x);

    std::span<const Activation> activations_;
    std::vector<double> weights_;  // absolute values
    double rms_x_ = 0.0;
    bool is_linear_;
    std::vector<Strip> strips_;
    double output_error_ = 0.0, output_rounding_ = 0.0;
    std::vector<double> derivative_errors_, rms_, rms_derivatives_, max_, derivative_rounding_, moduli_;
};

}  // namespace skein
