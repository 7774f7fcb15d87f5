#include "gradient/interpolation_bound.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/power.hpp"
#include "compression/panel_grid.hpp"

namespace skein::internal {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
/// Covers the rounding of the bounds themselves: a few hundred operations, of which powers of 64 are the worst.
constexpr double kSafety = 1.0 + 0x1p-30;
/// Ellipses that are tried, as parts of the way from rho = 1 to the one that the nearest pole lies on: M grows on that way,
/// rho^-p falls. Rectangles reach farther than the ellipse, so the best is not as near to the pole as it might be.
constexpr double kReach[] = {0.62, 0.82};
/// And one within the strip in which the chain is analytic, for chains whose poles may lie elsewhere than above 0.
constexpr double kStripReach = 0.85;
constexpr double kMaxRatio = 0x1p20;
/// sup |q| <= kLebesgue max |q(t_j)| for Chebyshev points: 1 + 2 / pi log n (Trefethen, theorem 15.2), n up to 64.
constexpr double kLebesgue = 3.7;

/// Of the ellipse with the foci (centre - h, 0) and (centre + h, 0) through (0, height).
double rho_of_pole(double centre, double half_width, double height) {
    const double left = (centre - half_width) / half_width, right = (centre + half_width) / half_width;
    const double up = height / half_width;
    const double axis = 0.5 * (std::sqrt(left * left + up * up) + std::sqrt(right * right + up * up));
    return axis + std::sqrt(std::max(axis * axis - 1.0, 0.0));
}

}  // namespace

InterpolationBound::InterpolationBound(const CompressedStorage& data, std::span<const Activation> activations)
    : data_(data),
      activations_(activations),
      cell_width_(power_of_two(data.panel_exponent)),
      is_linear_(std::ranges::all_of(activations, &ActivationTraits::is_identity, activation_traits)),
      is_odd_(std::ranges::all_of(activations, &ActivationTraits::is_odd, activation_traits)),
      rectangles_(activations, kBlock * (kMaxEllipses * kArcs + 1)),
      rounding_(activations),
      weights_(activations.size()) {
    for (std::vector<double>* const column :
         {&errors_.output_by_derivative, &errors_.residual_by_error, &errors_.derivative_errors, &errors_.derivatives,
          &errors_.derivative_roundings, &best_.derivatives, &best_.derivative_errors, &other_.derivatives,
          &other_.derivative_errors}) {
        column->resize(activations.size());
    }
}

bool InterpolationBound::choose(std::span<const double> weights, double tolerance, bool spread, double gradient_scale,
                                double loss_scale) {
    std::ranges::transform(weights, weights_.begin(), [](double weight) { return std::abs(weight); });
    tolerance_ = tolerance;
    gradient_scale_ = gradient_scale;
    loss_scale_ = loss_scale;
    for (std::vector<double>* const column :
         {&errors_.output_by_derivative, &errors_.residual_by_error, &errors_.derivative_errors, &errors_.derivatives,
          &errors_.derivative_roundings}) {
        std::ranges::fill(*column, 0.0);
    }
    errors_.residual_by_output_error = errors_.output_error = errors_.output_rounding = 0.0;
    panels_.clear();
    parts_.clear();
    const double strip =
        std::min(strip_half_width(activations_, weights), cells(power_of_two(static_cast<int>(data_.levels.size()))));
    start(strip);
    for (std::size_t first = 0; first < parts_.size();) {
        const std::size_t end = std::min(parts_.size(), first + kBlock);
        rectangles_.clear();
        for (std::size_t index = first; index < end; ++index) {
            add_rectangles(parts_[index], strip);
        }
        rectangles_.compute(weights);
        for (; first < end; ++first) {
            const Part part = parts_[first];
            bound(part);
            // Half of the tolerance is shared out by samples, the other half by panels: one with few samples may err more.
            constexpr double kHalf = 0.5 - 0x1p-20;
            const bool is_within =
                best_.relative_error * part.share <= tolerance * kHalf * (part.share + part.least_share);
            if (!can_be_halved(part) || (is_within && has_both_halves(part) && (!spread || is_spread(part)))) {
                take(part);
            } else {
                const std::int64_t middle = part.first_cell + (std::int64_t{1} << (part.level - 1));
                const double least_share = has_both_halves(part) ? 0.5 * part.least_share : part.least_share;
                add_part(part.first_cell, part.level - 1, least_share);
                add_part(middle, part.level - 1, least_share);
            }
        }
    }
    finish();
    return relative_error_ <= tolerance;
}

/// The octaves (panel_grid.hpp), and the core: the cells up to a part of the strip, the farther the more nodes a panel has.
void InterpolationBound::start(double strip) {
    const int num_octaves = static_cast<int>(data_.levels.size());
    const double reach = strip * static_cast<double>(data_.num_nodes) / 32.0;
    int core = 0;
    while (core + 1 < num_octaves && cells(power_of_two(core + 1)) <= reach) {
        ++core;
    }
    const double least_share = 0.5 / static_cast<double>(num_octaves - core);
    for (const bool is_negative : {false, true}) {
        if (is_negative && is_odd_) {
            break;
        }
        add_part(is_negative ? -(std::int64_t{1} << core) : 0, core, least_share);
        for (int octave = core + 1; octave < num_octaves; ++octave) {
            const std::int64_t near = std::int64_t{1} << (octave - 1);
            add_part(is_negative ? -2 * near : near, octave - 1, least_share);
        }
    }
}

/// Unless it has no samples.
void InterpolationBound::add_part(std::int64_t first_cell, int level, double least_share) {
    const MomentLevel& panels = data_.levels[static_cast<std::size_t>(level)];
    Part part{first_cell, level, least_share, 0.0, 0.0, {panels.index_of(first_cell), MomentLevel::kNone}, {}, 0};
    if (is_odd_) {
        part.panels[1] = panels.index_of(-first_cell - (std::int64_t{1} << level));
    }
    for (const std::size_t panel : part.panels) {
        if (panel != MomentLevel::kNone) {
            part.share += panels.shares[panel];
            part.mean_square_y += panels.shares[panel] * panels.mean_squares_y[panel];
        }
    }
    if (part.share > 0.0) {
        part.mean_square_y /= part.share;
        parts_.push_back(part);
    }
}

/// A narrower panel costs nothing where the other half is empty. (The mirror image of a left half is a right one.)
bool InterpolationBound::has_both_halves(const Part& part) const {
    const MomentLevel& level = data_.levels[static_cast<std::size_t>(part.level)];
    const auto [panel, mirrored] = part.panels;
    const bool left = (panel != MomentLevel::kNone && level.has_left[panel]) ||
                      (mirrored != MomentLevel::kNone && level.has_right[mirrored]);
    const bool right = (panel != MomentLevel::kNone && level.has_right[panel]) ||
                       (mirrored != MomentLevel::kNone && level.has_left[mirrored]);
    return left && right;
}

bool InterpolationBound::is_spread(const Part& part) const {
    const MomentLevel& level = data_.levels[static_cast<std::size_t>(part.level)];
    return std::ranges::all_of(
        part.panels, [&](std::size_t panel) { return panel == MomentLevel::kNone || level.is_spread[panel]; });
}

void InterpolationBound::add_rectangles(Part& part, double strip) {
    constexpr double kOutward = 1.0 + 0x1p-40;
    // Of 0, 30, 60 and 90 degrees.
    constexpr std::array<double, kArcs / 2 + 1> kCosine{1.0, 0.8660254037844387, 0.5, 0.0};
    const double half_width = 0.5 * cells(power_of_two(part.level));
    const double centre = cells(static_cast<double>(part.first_cell)) + half_width;
    const double of_pole = std::min(rho_of_pole(centre, half_width, strip), kMaxRatio);
    part.rho[0] = 1.0 + kReach[0] * (of_pole - 1.0);
    part.rho[1] = 1.0 + kReach[1] * (of_pole - 1.0);
    const double height_in_strip = std::min(kStripReach * strip / half_width, kMaxRatio);
    part.rho[2] = height_in_strip + std::sqrt(1.0 + height_in_strip * height_in_strip);
    for (std::size_t ellipse = 0; ellipse < num_ellipses(); ++ellipse) {
        const double rho = part.rho[ellipse], size = kOutward * 0.5 * half_width;
        const double width = size * (rho + 1.0 / rho), height = size * (rho - 1.0 / rho);
        for (std::size_t arc = 0; arc < kArcs / 2; ++arc) {
            const double inner = kCosine[arc + 1] * width / kOutward, outer = kCosine[arc] * width;
            const double top = kCosine[kArcs / 2 - arc - 1] * height;  // the sine of its end
            const std::size_t right = rectangles_.add(centre + inner, centre + outer, top);
            rectangles_.add(centre - outer, centre - inner, top);
            if (ellipse == 0 && arc == 0) {
                part.rectangles = right;
            }
        }
    }
    rectangles_.add(centre - half_width, centre + half_width, 0.0);
}

/// Makes best_ the bounds of the ellipse whose bounds are least.
void InterpolationBound::bound(const Part& part) {
    const std::size_t num_layers = weights_.size(), on_line = this->on_line(part);
    const double rms_y = std::sqrt(part.mean_square_y);
    best_.relative_error = kInfinity;
    best_.output = other_.output = rectangles_.moduli(num_layers)[on_line];
    double slopes = kSafety;
    for (std::size_t layer = num_layers; layer-- > 0;) {
        slopes *= rectangles_.slopes(layer)[on_line];
        best_.derivatives[layer] = other_.derivatives[layer] = or_infinity(rectangles_.moduli(layer)[on_line] * slopes);
        slopes *= weights_[layer];
    }
    const double residual = best_.output + rms_y;
    for (std::size_t ellipse = 0; ellipse < num_ellipses(); ++ellipse) {
        const double rho = part.rho[ellipse];
        const std::size_t first = part.rectangles + ellipse * kArcs;
        const double factor = is_linear_ ? 0.0
                                         : kSafety * 4.0 / std::sqrt(static_cast<double>(kArcs)) /
                                               power(rho, data_.num_nodes) / std::sqrt(1.0 - 1.0 / (rho * rho));
        const auto error_of = [factor](const std::array<double, kArcs>& bounds) {  // 4 rms rho^-p / sqrt(1 - rho^-2)
            double squares = 0.0;
            for (const double bound : bounds) {
                squares += bound * bound;
            }
            return factor == 0.0 ? 0.0 : or_infinity(factor * std::sqrt(squares));
        };
        std::array<double, kArcs> bounds, arc_slopes;
        std::copy_n(rectangles_.moduli(num_layers) + first, kArcs, bounds.begin());
        other_.output_error = error_of(bounds);
        arc_slopes.fill(1.0);
        double gradient = 0.0;
        for (std::size_t layer = num_layers; layer-- > 0;) {
            const double* const moduli = rectangles_.moduli(layer) + first;
            const double* const slopes_here = rectangles_.slopes(layer) + first;
            for (std::size_t arc = 0; arc < kArcs; ++arc) {
                arc_slopes[arc] *= slopes_here[arc];
                bounds[arc] = moduli[arc] * arc_slopes[arc];
                arc_slopes[arc] *= weights_[layer];
            }
            const double error = other_.derivative_errors[layer] = error_of(bounds);
            gradient = std::max(gradient, or_infinity(other_.output_error * other_.derivatives[layer] +
                                                      (residual + other_.output_error) * error));
        }
        const double loss = or_infinity(other_.output_error * (2.0 * residual + other_.output_error));
        other_.relative_error = std::max(relative(2.0 * gradient, gradient_scale_), relative(loss, loss_scale_));
        if (ellipse == 0 || other_.relative_error < best_.relative_error) {
            std::swap(best_, other_);
        }
    }
}

bool InterpolationBound::can_be_halved(const Part& part) const {
    const std::int64_t next_to_zero =
        part.first_cell < 0 ? part.first_cell + (std::int64_t{1} << part.level) - 1 : part.first_cell;
    return part.level > finest_level(next_to_zero);
}

/// best_ are the part's bounds.
void InterpolationBound::take(const Part& part) {
    for (const std::size_t panel : part.panels) {
        if (panel != MomentLevel::kNone) {
            panels_.push_back({static_cast<std::size_t>(part.level), panel});
        }
    }
    const double residual = best_.output + std::sqrt(part.mean_square_y), error = best_.output_error;
    rounding_.set_panel(weights_, rectangles_, on_line(part));
    const auto square = [](double value) { return value * value; };
    for (std::size_t k = 0; k < weights_.size(); ++k) {
        const double derivative_error = best_.derivative_errors[k];
        errors_.output_by_derivative[k] += part.share * error * best_.derivatives[k];
        errors_.derivatives[k] += part.share * best_.derivatives[k] * best_.derivatives[k];
        errors_.residual_by_error[k] += part.share * (residual + error) * derivative_error;
        errors_.derivative_errors[k] += part.share * derivative_error * derivative_error;
        errors_.derivative_roundings[k] += part.share * square(kLebesgue * rounding_.of_derivatives()[k]);
    }
    errors_.residual_by_output_error += part.share * residual * error;
    errors_.output_error += part.share * error * error;
    errors_.output_rounding += part.share * square(kLebesgue * rounding_.of_output());
}

/// Chains of identities are polynomials of degree 1: nothing errs, and no infinite value says otherwise.
void InterpolationBound::finish() {
    double gradient = 0.0;
    for (std::size_t k = 0; k < weights_.size(); ++k) {
        if (is_linear_) {
            errors_.output_by_derivative[k] = errors_.residual_by_error[k] = errors_.derivative_errors[k] = 0.0;
        }
        gradient =
            std::max(gradient, or_infinity(2.0 * (errors_.output_by_derivative[k] + errors_.residual_by_error[k])));
        errors_.derivative_errors[k] = std::sqrt(errors_.derivative_errors[k]);
        errors_.derivatives[k] = std::sqrt(errors_.derivatives[k]);
        errors_.derivative_roundings[k] = std::sqrt(errors_.derivative_roundings[k]);
    }
    if (is_linear_) {
        errors_.residual_by_output_error = errors_.output_error = 0.0;
    }
    const double loss = or_infinity(2.0 * errors_.residual_by_output_error + errors_.output_error);
    errors_.output_error = std::sqrt(errors_.output_error);
    errors_.output_rounding = std::sqrt(errors_.output_rounding);
    relative_error_ =
        std::max(or_infinity(relative(gradient, gradient_scale_)), or_infinity(relative(loss, loss_scale_)));
}

}  // namespace skein::internal
