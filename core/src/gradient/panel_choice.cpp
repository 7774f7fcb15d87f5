#include "gradient/panel_choice.hpp"

#include <algorithm>
#include <cmath>

#include "base/power.hpp"
#include "compression/panel_grid.hpp"
#include "gradient/bound_arithmetic.hpp"
#include "gradient/rectangle_bounds.hpp"

namespace skein::internal {
namespace {

/// sup |q| <= kLebesgue max |q(t_j)| for Chebyshev points: 1 + 2 / pi log n (Trefethen, theorem 15.2), n up to 64.
constexpr double kLebesgue = 3.7;

double square(double value) { return value * value; }

}  // namespace

PanelChoice::PanelChoice(const CompressedStorage& data, std::span<const Activation> activations)
    : data_(data),
      activations_(activations),
      cell_width_(power_of_two(data.panel_exponent)),
      ellipses_(activations, data.num_nodes),
      rounding_(activations),
      weights_(activations.size()) {}

bool PanelChoice::choose(std::span<const double> weights, double tolerance, bool spread, const ErrorScales& scales) {
    std::ranges::transform(weights, weights_.begin(), [](double weight) { return std::abs(weight); });
    clear();
    const double strip =
        std::min(strip_half_width(activations_, weights), cells(power_of_two(static_cast<int>(data_.levels.size()))));
    start(strip);
    for (std::size_t first = 0; first < parts_.size();) {
        const std::size_t end = std::min(parts_.size(), first + EllipseBound::kMaxPanels);
        compute_bounds(first, end, weights, strip);
        for (std::size_t index = 0; first < end; ++first, ++index) {
            const Part part = parts_[first];  // parts_ may grow
            take_or_halve(part, index, tolerance, spread, scales);
        }
    }
    finish(scales);
    return relative_error_ <= tolerance;
}

void PanelChoice::clear() {
    for (std::vector<double>* const column :
         {&errors_.output_by_derivative, &errors_.residual_by_error, &errors_.derivative_errors, &errors_.derivatives,
          &errors_.derivative_roundings}) {
        column->assign(weights_.size(), 0.0);
    }
    errors_.residual_by_output_error = errors_.output_error = errors_.output_rounding = 0.0;
    panels_.clear();
    parts_.clear();
}

/// Starts with the octaves (panel_grid.hpp), and with the core: the cells up to a fraction of the strip that grows with
/// the number of nodes.
void PanelChoice::start(double strip) {
    const int num_octaves = static_cast<int>(data_.levels.size());
    const double reach = strip * static_cast<double>(data_.num_nodes) / 32.0;
    int core = 0;
    while (core + 1 < num_octaves && cells(power_of_two(core + 1)) <= reach) {
        ++core;
    }
    const double least_share = 0.5 / static_cast<double>(num_octaves - core);
    for (const bool is_negative : {false, true}) {
        if (is_negative && ellipses_.is_odd()) {
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
void PanelChoice::add_part(std::int64_t first_cell, int level, double least_share) {
    const MomentLevel& panels = data_.levels[static_cast<std::size_t>(level)];
    Part part{first_cell, level, least_share, 0.0, 0.0, {panels.index_of(first_cell), MomentLevel::kNone}};
    if (ellipses_.is_odd()) {
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

void PanelChoice::compute_bounds(std::size_t first, std::size_t end, std::span<const double> weights, double strip) {
    ellipses_.clear();
    for (; first < end; ++first) {
        const double half_width = 0.5 * cells(power_of_two(parts_[first].level));
        ellipses_.add(cells(static_cast<double>(parts_[first].first_cell)) + half_width, half_width, strip);
    }
    ellipses_.compute(weights);
}

/// `index`: of the part in ellipses_. Samples share out half of the tolerance, panels the other half: a panel with few
/// samples may err more.
void PanelChoice::take_or_halve(const Part& part, std::size_t index, double tolerance, bool spread,
                                const ErrorScales& scales) {
    constexpr double kHalf = 0.5 - 0x1p-20;
    const PanelBounds& bounds = ellipses_.bounds(index, std::sqrt(part.mean_square_y), scales);
    const bool is_within = bounds.relative_error * part.share <= tolerance * kHalf * (part.share + part.least_share);
    if (!can_be_halved(part) || (is_within && has_both_halves(part) && (!spread || is_spread(part)))) {
        return take(part, index, bounds);
    }
    const double least_share = has_both_halves(part) ? 0.5 * part.least_share : part.least_share;
    add_part(part.first_cell, part.level - 1, least_share);
    add_part(part.first_cell + (std::int64_t{1} << (part.level - 1)), part.level - 1, least_share);
}

/// If one half is empty, the other half alone costs nothing more. (The mirror image of a left half is a right one.)
bool PanelChoice::has_both_halves(const Part& part) const {
    const MomentLevel& level = data_.levels[static_cast<std::size_t>(part.level)];
    const auto [panel, mirrored] = part.panels;
    const bool left = (panel != MomentLevel::kNone && level.has_left[panel]) ||
                      (mirrored != MomentLevel::kNone && level.has_right[mirrored]);
    const bool right = (panel != MomentLevel::kNone && level.has_right[panel]) ||
                       (mirrored != MomentLevel::kNone && level.has_left[mirrored]);
    return left && right;
}

bool PanelChoice::is_spread(const Part& part) const {
    const MomentLevel& level = data_.levels[static_cast<std::size_t>(part.level)];
    return std::ranges::all_of(
        part.panels, [&](std::size_t panel) { return panel == MomentLevel::kNone || level.is_spread[panel]; });
}

bool PanelChoice::can_be_halved(const Part& part) const {
    const std::int64_t next_to_zero =
        part.first_cell < 0 ? part.first_cell + (std::int64_t{1} << part.level) - 1 : part.first_cell;
    return part.level > finest_level(next_to_zero);
}

/// Adds a part's panels, and its bounds to errors_.
void PanelChoice::take(const Part& part, std::size_t index, const PanelBounds& bounds) {
    for (const std::size_t panel : part.panels) {
        if (panel != MomentLevel::kNone) {
            panels_.push_back({static_cast<std::size_t>(part.level), panel});
        }
    }
    const double residual = bounds.output + std::sqrt(part.mean_square_y), error = bounds.output_error;
    rounding_.set_panel(weights_, ellipses_.rectangles(), ellipses_.on_line(index));
    for (std::size_t k = 0; k < weights_.size(); ++k) {
        const double derivative_error = bounds.derivative_errors[k];
        errors_.output_by_derivative[k] += part.share * error * bounds.derivatives[k];
        errors_.derivatives[k] += part.share * bounds.derivatives[k] * bounds.derivatives[k];
        errors_.residual_by_error[k] += part.share * (residual + error) * derivative_error;
        errors_.derivative_errors[k] += part.share * derivative_error * derivative_error;
        errors_.derivative_roundings[k] += part.share * square(kLebesgue * rounding_.of_derivatives()[k]);
    }
    errors_.residual_by_output_error += part.share * residual * error;
    errors_.output_error += part.share * error * error;
    errors_.output_rounding += part.share * square(kLebesgue * rounding_.of_output());
}

/// Means of squares become root mean squares. A linear chain has no error, even if a bound is infinite.
void PanelChoice::finish(const ErrorScales& scales) {
    double gradient = 0.0;
    for (std::size_t k = 0; k < weights_.size(); ++k) {
        if (ellipses_.is_linear()) {
            errors_.output_by_derivative[k] = errors_.residual_by_error[k] = errors_.derivative_errors[k] = 0.0;
        }
        gradient =
            std::max(gradient, or_infinity(2.0 * (errors_.output_by_derivative[k] + errors_.residual_by_error[k])));
        errors_.derivative_errors[k] = std::sqrt(errors_.derivative_errors[k]);
        errors_.derivatives[k] = std::sqrt(errors_.derivatives[k]);
        errors_.derivative_roundings[k] = std::sqrt(errors_.derivative_roundings[k]);
    }
    if (ellipses_.is_linear()) {
        errors_.residual_by_output_error = errors_.output_error = 0.0;
    }
    const double loss = or_infinity(2.0 * errors_.residual_by_output_error + errors_.output_error);
    errors_.output_error = std::sqrt(errors_.output_error);
    errors_.output_rounding = std::sqrt(errors_.output_rounding);
    relative_error_ =
        std::max(or_infinity(relative(gradient, scales.gradient)), or_infinity(relative(loss, scales.loss)));
}

}  // namespace skein::internal
