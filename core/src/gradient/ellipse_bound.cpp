#include "gradient/ellipse_bound.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "base/power.hpp"
#include "gradient/bound_arithmetic.hpp"

namespace skein::internal {
namespace {

/// Covers the rounding of the bounds themselves: a few hundred operations, of which powers of 64 are the worst.
constexpr double kSafety = 1.0 + 0x1p-30;
/// The ellipses to try, as fractions of the way from rho = 1 to the ellipse through the nearest pole: on that way M
/// grows and rho^-p falls. Rectangles reach farther than the ellipse, so the best one keeps some distance from the
/// pole.
constexpr double kReach[] = {0.62, 0.82};
/// And one within the strip in which the chain is analytic, for chains whose poles need not lie above 0.
constexpr double kStripReach = 0.85;
constexpr double kMaxRatio = 0x1p20;

/// rho of the ellipse with the foci (centre - h, 0) and (centre + h, 0) through (0, height).
double rho_of_pole(double centre, double half_width, double height) {
    const double left = (centre - half_width) / half_width, right = (centre + half_width) / half_width;
    const double up = height / half_width;
    const double axis = 0.5 * (std::sqrt(left * left + up * up) + std::sqrt(right * right + up * up));
    return axis + std::sqrt(std::max(axis * axis - 1.0, 0.0));
}

}  // namespace

EllipseBound::EllipseBound(std::span<const Activation> activations, std::size_t num_nodes)
    : num_nodes_(num_nodes),
      is_linear_(std::ranges::all_of(activations, &ActivationTraits::is_identity, activation_traits)),
      is_odd_(std::ranges::all_of(activations, &ActivationTraits::is_odd, activation_traits)),
      rectangles_(activations, kMaxPanels * (kMaxEllipses * kArcs + 1)),
      weights_(activations.size()) {
    rho_.reserve(kMaxPanels);
    for (PanelBounds* const bounds : {&best_, &other_}) {
        bounds->derivatives.resize(activations.size());
        bounds->derivative_errors.resize(activations.size());
    }
}

void EllipseBound::clear() noexcept {
    rectangles_.clear();
    rho_.clear();
}

void EllipseBound::add(double centre, double half_width, double strip) {
    const double of_pole = std::min(rho_of_pole(centre, half_width, strip), kMaxRatio);
    const double height_in_strip = std::min(kStripReach * strip / half_width, kMaxRatio);
    const std::array<double, kMaxEllipses> rho{1.0 + kReach[0] * (of_pole - 1.0), 1.0 + kReach[1] * (of_pole - 1.0),
                                               height_in_strip + std::sqrt(1.0 + height_in_strip * height_in_strip)};
    rho_.push_back(rho);
    for (std::size_t ellipse = 0; ellipse < num_ellipses(); ++ellipse) {
        add_ellipse(centre, half_width, rho[ellipse]);
    }
    rectangles_.add(centre - half_width, centre + half_width, 0.0);
}

/// A rectangle for each arc of 30 degrees in the upper right quarter, and its mirror image on the left. Rectangles are
/// symmetric about the real line.
void EllipseBound::add_ellipse(double centre, double half_width, double rho) {
    constexpr double kOutward = 1.0 + 0x1p-40;
    // Of 0, 30, 60 and 90 degrees.
    constexpr std::array<double, kArcs / 2 + 1> kCosine{1.0, 0.8660254037844387, 0.5, 0.0};
    const double size = kOutward * 0.5 * half_width;
    const double width = size * (rho + 1.0 / rho), height = size * (rho - 1.0 / rho);
    for (std::size_t arc = 0; arc < kArcs / 2; ++arc) {
        const double inner = kCosine[arc + 1] * width / kOutward, outer = kCosine[arc] * width;
        const double top = kCosine[kArcs / 2 - arc - 1] * height;  // the sine of its end
        rectangles_.add(centre + inner, centre + outer, top);
        rectangles_.add(centre - outer, centre - inner, top);
    }
}

void EllipseBound::compute(std::span<const double> weights) {
    std::ranges::transform(weights, weights_.begin(), [](double weight) { return std::abs(weight); });
    rectangles_.compute(weights);
}

const PanelBounds& EllipseBound::bounds(std::size_t panel, double rms_y, const ErrorScales& scales) {
    bound_values(panel);
    for (std::size_t ellipse = 0; ellipse < num_ellipses(); ++ellipse) {
        bound_errors(panel, ellipse, rms_y, scales);
        if (ellipse == 0 || other_.relative_error < best_.relative_error) {
            std::swap(best_, other_);
        }
    }
    return best_;
}

/// On the panel itself, in best_ and other_.
void EllipseBound::bound_values(std::size_t panel) {
    const std::size_t num_layers = weights_.size(), line = on_line(panel);
    best_.output = other_.output = rectangles_.moduli(num_layers)[line];
    double slopes = kSafety;
    for (std::size_t layer = num_layers; layer-- > 0;) {
        slopes *= rectangles_.slopes(layer)[line];
        best_.derivatives[layer] = other_.derivatives[layer] = or_infinity(rectangles_.moduli(layer)[line] * slopes);
        slopes *= weights_[layer];
    }
}

/// The errors in other_, by one ellipse.
void EllipseBound::bound_errors(std::size_t panel, std::size_t ellipse, double rms_y, const ErrorScales& scales) {
    const std::size_t num_layers = weights_.size(), first = first_rectangle(panel) + ellipse * kArcs;
    const double rho = rho_[panel][ellipse], residual = other_.output + rms_y;
    const double factor = is_linear_ ? 0.0
                                     : kSafety * 4.0 / std::sqrt(static_cast<double>(kArcs)) / power(rho, num_nodes_) /
                                           std::sqrt(1.0 - 1.0 / (rho * rho));
    const auto error_of = [factor](const Arcs& bounds) {  // 4 rms rho^-p / sqrt(1 - rho^-2)
        double squares = 0.0;
        for (const double bound : bounds) {
            squares += bound * bound;
        }
        return factor == 0.0 ? 0.0 : or_infinity(factor * std::sqrt(squares));
    };
    Arcs bounds, slopes;
    std::copy_n(rectangles_.moduli(num_layers) + first, kArcs, bounds.begin());
    other_.output_error = error_of(bounds);
    slopes.fill(1.0);
    double gradient = 0.0;
    for (std::size_t layer = num_layers; layer-- > 0;) {
        for (std::size_t arc = 0; arc < kArcs; ++arc) {
            slopes[arc] *= rectangles_.slopes(layer)[first + arc];
            bounds[arc] = rectangles_.moduli(layer)[first + arc] * slopes[arc];
            slopes[arc] *= weights_[layer];
        }
        const double error = other_.derivative_errors[layer] = error_of(bounds);
        gradient = std::max(gradient, or_infinity(other_.output_error * other_.derivatives[layer] +
                                                  (residual + other_.output_error) * error));
    }
    const double loss = or_infinity(other_.output_error * (2.0 * residual + other_.output_error));
    other_.relative_error = std::max(relative(2.0 * gradient, scales.gradient), relative(loss, scales.loss));
}

}  // namespace skein::internal
