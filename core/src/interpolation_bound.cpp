#include "interpolation_bound.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "panel_grid.hpp"
#include "power.hpp"

namespace skein {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
/// Covers the rounding of the bounds themselves: a few hundred operations, of which powers of 63 are the worst.
constexpr double kSafety = 1.0 + 0x1p-30;
/// How high the core's rectangles are, of the strip: the nearer to the poles, the larger M and rho.
constexpr std::array<double, 5> kCoreHeights{0.5, 0.65, 0.8, 0.9, 0.95};
/// And an octave's, of its distance from 0. Beside its panels a rectangle reaches 0.8 times its height, as the ellipses of
/// its widest panels do, so that the highest leaves 4 % to 0. One more is as high as the strip lets it be.
constexpr std::array<double, 4> kOctaveHeights{0.3, 0.6, 0.9, 1.2};
constexpr double kOctaveStripHeight = 0.85, kBeside = 0.8;

bool bends(Activation activation) { return activation != Activation::identity; }
bool is_odd(Activation activation) { return activation == Activation::identity || activation == Activation::tanh; }

double relative(double error, double scale) { return error == 0.0 ? 0.0 : error / scale; }
/// A product of 0 and infinity says nothing.
double or_infinity(double bound) { return bound < kInfinity ? bound : kInfinity; }

}  // namespace

InterpolationBound::InterpolationBound(const CompressedDataset::Storage& data, std::span<const Activation> activations)
    : data_(data),
      activations_(activations),
      cell_width_(power_of_two(data.panel_exponent)),
      is_linear_(std::ranges::none_of(activations, bends)),
      is_odd_(std::ranges::all_of(activations, skein::is_odd)),
      rectangles_(activations, 2 * (kNumDomains + 1) * data.octaves[0].size()),
      weights_(activations.size()),
      part_derivatives_(activations.size()) {
    double num_parts = 0.0;
    for (const bool is_negative : {false, true}) {
        levels_[is_negative].resize(data.octaves[0].size());
        parts_[is_negative].resize(data.octaves[0].size());
        for (const OctaveShare& octave : data.octaves[is_negative]) {
            num_parts += octave.share > 0.0 ? 1.0 : 0.0;
        }
    }
    least_share_ = 1.0 / num_parts;
    for (std::vector<double>* const column : {&errors_.output_by_derivative, &errors_.residual_by_error,
                                              &errors_.derivative_errors, &errors_.derivatives}) {
        column->resize(activations.size());
    }
}

bool InterpolationBound::choose(std::span<const double> weights, double tolerance, double gradient_scale) {
    std::ranges::transform(weights, weights_.begin(), [](double weight) { return std::abs(weight); });
    tolerance_ = tolerance;
    gradient_scale_ = gradient_scale;
    has_changed_ = false;
    for (std::vector<double>* const column : {&errors_.output_by_derivative, &errors_.residual_by_error,
                                              &errors_.derivative_errors, &errors_.derivatives}) {
        std::ranges::fill(*column, 0.0);
    }
    errors_.residual_by_output_error = errors_.output_error = 0.0;

    const double strip = std::min(strip_half_width(activations_, weights), cells(power_of_two(num_octaves() + 1)));
    choose_core(weights, strip);
    choose_octaves(weights, strip);
    finish_errors();
    return relative_error_ <= tolerance;
}

/// Of both sides together. From panels four times as wide as the strip is high on, none would do.
void InterpolationBound::choose_core(std::span<const double> weights, double strip) {
    int coarsest = 0;
    while (coarsest + 1 < num_octaves() && cells(power_of_two(coarsest + 1)) <= 4.0 * strip) {
        ++coarsest;
    }
    const double end = cells(power_of_two(coarsest));
    Part part;
    rectangles_.clear();
    for (std::size_t domain = 0; domain < kNumDomains; ++domain) {
        const double height = kCoreHeights[domain] * strip;
        part.domains[domain] = {rectangles_.add(-end - height, end + height, height), height, height};
    }
    part.real_line = rectangles_.add(-end, end, 0.0);
    rectangles_.compute(weights);

    const auto set_samples = [&](int level) {
        double squares_y = 0.0;
        part.share = 0.0;
        for (const bool is_negative : {false, true}) {
            for (int octave = 0; octave <= level; ++octave) {
                const OctaveShare& samples = data_.octaves[is_negative][static_cast<std::size_t>(octave)];
                part.share += samples.share;
                squares_y += samples.share * samples.mean_square_y;
            }
        }
        set_merits(part, part.share > 0.0 ? std::sqrt(squares_y / part.share) : 0.0);
    };
    int level = coarsest;
    for (set_samples(level); level > 0 && !is_within_tolerance(part, level); set_samples(level)) {
        --level;
    }
    has_changed_ = has_changed_ || level != core_level_;
    core_level_ = level;
    add_errors(part, level);
}

void InterpolationBound::choose_octaves(std::span<const double> weights, double strip) {
    rectangles_.clear();
    for (int octave = core_level_ + 1; octave < num_octaves(); ++octave) {
        const auto index = static_cast<std::size_t>(octave);
        for (const bool is_negative : {false, true}) {
            Part& part = parts_[is_negative][index];
            part.share = data_.octaves[is_negative][index].share;
            if (is_negative && is_odd_ && parts_[0][index].share > 0.0) {
                part.domains = parts_[0][index].domains;
                part.real_line = parts_[0][index].real_line;
            } else if (part.share > 0.0) {
                add_rectangles(part, is_negative, octave, strip);
            }
        }
    }
    rectangles_.compute(weights);
    for (const bool is_negative : {false, true}) {
        for (int octave = core_level_ + 1; octave < num_octaves(); ++octave) {
            const auto index = static_cast<std::size_t>(octave);
            Part& part = parts_[is_negative][index];
            int level = octave - 1;  // all of the octave
            if (part.share > 0.0) {
                set_merits(part, std::sqrt(data_.octaves[is_negative][index].mean_square_y));
                while (level > finest_level_of_octave(octave) && !is_within_tolerance(part, level)) {
                    --level;
                }
                add_errors(part, level);
            }
            has_changed_ = has_changed_ || level != levels_[is_negative][index];
            levels_[is_negative][index] = level;
        }
    }
}

void InterpolationBound::add_rectangles(Part& part, bool is_negative, int octave, double strip) {
    const double near = cells(power_of_two(octave - 1)), far = 2.0 * near;
    const auto add = [&](double above, double beside) {
        const std::size_t rectangle = is_negative ? rectangles_.add(-far - beside, beside - near, above)
                                                  : rectangles_.add(near - beside, far + beside, above);
        return Domain{rectangle, above, beside};
    };
    for (std::size_t domain = 0; domain < kOctaveHeights.size(); ++domain) {
        const double height = kOctaveHeights[domain] * near;
        part.domains[domain] = add(height, kBeside * height);
    }
    part.domains[kNumDomains - 1] = add(kOctaveStripHeight * strip, kBeside * kOctaveStripHeight * strip);
    part.real_line = add(0.0, 0.0).rectangle;
}

/// use(layer, bound of |f_k| in the rectangle).
template <class Use>
void InterpolationBound::for_each_derivative(std::size_t rectangle, Use use) const {
    double slopes = kSafety;
    for (std::size_t layer = weights_.size(); layer-- > 0;) {
        slopes *= rectangles_.slope(layer, rectangle);
        use(layer, or_infinity(rectangles_.modulus(layer, rectangle) * slopes));
        slopes *= weights_[layer];
    }
}

void InterpolationBound::set_merits(Part& part, double rms_y) {
    const std::size_t num_layers = weights_.size();
    part.residual = rectangles_.modulus(num_layers, part.real_line) + rms_y;
    for_each_derivative(part.real_line, [this](std::size_t k, double bound) { part_derivatives_[k] = bound; });
    for (std::size_t domain = 0; domain < kNumDomains; ++domain) {
        const std::size_t rectangle = part.domains[domain].rectangle;
        const double output = or_infinity(rectangles_.modulus(num_layers, rectangle));
        double gradient = 0.0;
        for_each_derivative(rectangle, [&](std::size_t k, double derivative) {
            gradient = std::max(gradient, or_infinity(output * part_derivatives_[k] + part.residual * derivative));
        });
        part.merits[domain] = 2.0 * or_infinity(std::max(relative(gradient, gradient_scale_),
                                                         relative(output * part.residual, data_.mean_square_y)));
    }
}

/// 4 rho^-(p-1) / (rho - 1), for the largest ellipse in a domain: its semi-axes are h sqrt(1 + (above/h)^2) and `above`, or
/// as wide as it reaches.
double InterpolationBound::factor(const Domain& domain, int level) const {
    constexpr double kMaxRatio = 0x1p20;
    if (is_linear_) {
        return 0.0;
    }
    const double half_width = 0.5 * cells(power_of_two(level));
    const double height = std::min(domain.above / half_width, kMaxRatio);
    const double width = std::min(1.0 + domain.beside / half_width, kMaxRatio);
    const double rho = std::min(height + std::sqrt(1.0 + height * height), width + std::sqrt(width * width - 1.0));
    return kSafety * 4.0 / power(rho, data_.num_nodes - 1) / (rho - 1.0);
}

/// The domain of the least error, and its factor. The error that is quadratic in the factor is left to the sums.
std::pair<std::size_t, double> InterpolationBound::best_domain(const Part& part, int level) const {
    std::size_t best = 0;
    double best_factor = kInfinity, least = kInfinity;
    for (std::size_t domain = 0; domain < kNumDomains; ++domain) {
        const double of_domain = factor(part.domains[domain], level);
        const double error = or_infinity(of_domain * part.merits[domain]);
        if (domain == 0 || error < least) {
            best = domain;
            best_factor = of_domain;
            least = error;
        }
    }
    return {best, best_factor};
}

/// Half of the tolerance is shared out by samples, the other half part by part: a part with few samples may err more.
bool InterpolationBound::is_within_tolerance(const Part& part, int level) const {
    constexpr double kHalf = 0.5 - 0x1p-20;
    if (part.share == 0.0) {
        return true;
    }
    const auto [domain, of_domain] = best_domain(part, level);
    const double output_error = of_domain * rectangles_.modulus(weights_.size(), part.domains[domain].rectangle);
    const double error = part.merits[domain] * of_domain * (1.0 + relative(output_error, part.residual));
    return error * part.share <= tolerance_ * kHalf * (part.share + least_share_);
}

void InterpolationBound::add_errors(const Part& part, int level) {
    const auto [domain, of_domain] = best_domain(part, level);
    const std::size_t rectangle = part.domains[domain].rectangle;
    const auto times = [](double factor, double bound) { return factor == 0.0 ? 0.0 : or_infinity(factor * bound); };
    const double output_error = times(of_domain, rectangles_.modulus(weights_.size(), rectangle));
    const double residual = part.residual + output_error;
    for_each_derivative(part.real_line, [&](std::size_t k, double derivative) {
        errors_.output_by_derivative[k] += part.share * output_error * derivative;
        errors_.derivatives[k] += part.share * derivative * derivative;
    });
    for_each_derivative(rectangle, [&](std::size_t k, double derivative) {
        const double error = times(of_domain, derivative);
        errors_.residual_by_error[k] += part.share * residual * error;
        errors_.derivative_errors[k] += part.share * error * error;
    });
    errors_.residual_by_output_error += part.share * part.residual * output_error;
    errors_.output_error += part.share * output_error * output_error;
}

void InterpolationBound::finish_errors() {
    double gradient = 0.0;
    for (std::size_t k = 0; k < weights_.size(); ++k) {
        gradient =
            std::max(gradient, or_infinity(2.0 * (errors_.output_by_derivative[k] + errors_.residual_by_error[k])));
        errors_.derivative_errors[k] = std::sqrt(errors_.derivative_errors[k]);
        errors_.derivatives[k] = std::sqrt(errors_.derivatives[k]);
    }
    const double loss = or_infinity(2.0 * errors_.residual_by_output_error + errors_.output_error);
    errors_.output_error = std::sqrt(errors_.output_error);
    relative_error_ = std::max(relative(gradient, gradient_scale_), relative(loss, data_.mean_square_y));
}

}  // namespace skein
