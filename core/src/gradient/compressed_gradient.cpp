#include "gradient/compressed_gradient.hpp"

#include <algorithm>
#include <cmath>

#include "compression/panel_grid.hpp"
#include "gradient/bound_arithmetic.hpp"
#include "gradient/rounding_bound.hpp"
#include "kernels/kernel_table.hpp"
#include "kernels/row_lanes.hpp"
#include "skein/gradient.hpp"

namespace skein::internal {
namespace {

/// The most nodes of a step: those of all finest panels.
std::uint64_t max_nodes(const CompressedStorage& data) { return data.num_panels * data.num_nodes; }

/// The mean x of four panels in each octave on either side, evenly chosen.
std::vector<double> choose_probes(const CompressedStorage& data) {
    constexpr std::size_t kProbes = 4;
    std::vector<double> probes;
    for (int octave = 0; octave < static_cast<int>(data.levels.size()); ++octave) {
        const MomentLevel& level = data.levels[static_cast<std::size_t>(finest_level_of_octave(octave))];
        for (const bool is_negative : {false, true}) {
            std::vector<std::size_t> inside;
            for (std::size_t panel = 0; panel < level.panels.size(); ++panel) {
                if (octave_of(level.panels[panel]) == octave && (level.panels[panel] < 0) == is_negative &&
                    level.shares[panel] > 0.0) {
                    inside.push_back(panel);
                }
            }
            for (std::size_t probe = 0; probe < std::min(kProbes, inside.size()); ++probe) {
                const std::size_t panel = inside[probe * inside.size() / std::min(kProbes, inside.size())];
                probes.push_back(level.mean_x[panel]);
            }
        }
    }
    return probes;
}

}  // namespace

CompressedGradient::CompressedGradient(const CompressedDataset& data, std::span<const Activation> activations,
                                       double tolerance)
    : data_(CompressedAccess::storage(data)),
      activations_(activations),
      tolerance_(tolerance),
      rms_y_(data_.mean_square_y > 0.0 ? std::sqrt(data_.mean_square_y) : 1.0),
      mean_square_y_(data_.mean_square_y > 0.0 ? data_.mean_square_y : 1.0),
      probes_(choose_probes(data_)),
      tile_lanes_(std::max<std::size_t>(1, 256 / data_.num_nodes) * data_.num_nodes),
      choice_(data_, activations),
      activation_columns_(static_cast<Eigen::Index>(tile_lanes_), static_cast<Eigen::Index>(activations.size())),
      deltas_(static_cast<Eigen::Index>(tile_lanes_)),
      slot_sums_(static_cast<Eigen::Index>(kNumSlots),
                 static_cast<Eigen::Index>(activations.size() + kernels::kFirstGradientSum)),
      probe_columns_(static_cast<Eigen::Index>(probes_.size()), static_cast<Eigen::Index>(activations.size() + 2)),
      tree_(activations.size() + kernels::kFirstGradientSum, 1 + max_nodes(data_) / kChunkSamples),
      sums_(activations.size() + kernels::kFirstGradientSum),
      weight_gradients_(activations.size()) {}

/// max |df_L/dw_k| over the probes and layers. A probe lies among the samples of its panel, but need not be a sample:
/// on narrow panels the difference is negligible.
double CompressedGradient::largest_derivative(std::span<const double> weights) {
    const kernels::Kernels<double>& kernels = kernels::kernels<double>();
    const std::size_t num_layers = weights.size(), count = probes_.size();
    const auto column = [this](std::size_t index) {
        return probe_columns_.col(static_cast<Eigen::Index>(index)).data();
    };
    double* const product = column(num_layers);
    double* const slope = column(num_layers + 1);
    for (std::size_t layer = 0; layer < num_layers; ++layer) {
        const double* const input = layer == 0 ? probes_.data() : column(layer - 1);
        double* const output = column(layer);
        for (std::size_t probe = 0; probe < count; ++probe) {
            output[probe] = weights[layer] * input[probe];
        }
        kernels.activate(activations_[layer], output, output, count);
    }
    double largest = 0.0;
    std::fill_n(product, count, 1.0);
    for (std::size_t layer = num_layers; layer-- > 0;) {
        const double* const input = layer == 0 ? probes_.data() : column(layer - 1);
        kernels.slope(activations_[layer], column(layer), slope, count);
        for (std::size_t probe = 0; probe < count; ++probe) {
            product[probe] *= slope[probe];
            largest = std::max(largest, std::abs(product[probe] * input[probe]));
            product[probe] *= weights[layer];
        }
    }
    return largest;
}

void CompressedGradient::take_panels() {
    if (std::ranges::equal(taken_, choice_.panels())) {
        return;
    }
    taken_.assign(choice_.panels().begin(), choice_.panels().end());
    x_.clear();
    panels_.clear();
    squares_ = gram_error_ = moments_error_ = squares_error_ = 0.0;
    for (const auto& [level, panel] : taken_) {
        const MomentLevel& all = data_.levels[level];
        const std::size_t num_nodes = data_.num_nodes, node = panel * num_nodes;
        x_.insert(x_.end(), all.x.begin() + static_cast<std::ptrdiff_t>(node),
                  all.x.begin() + static_cast<std::ptrdiff_t>(node + num_nodes));
        panels_.push_back({all.fit.data() + node, all.residual_moments.data() + node,
                           all.gram.data() + node * num_nodes, all.shares[panel]});
        squares_ += all.squares[panel];
        gram_error_ = std::max(gram_error_, all.gram_errors[panel]);
        moments_error_ += all.shares[panel] * all.moments_errors[panel] * all.moments_errors[panel];
        squares_error_ += all.shares[panel] * all.squares_errors[panel];
    }
    moments_error_ = std::sqrt(moments_error_);
}

void CompressedGradient::sum_nodes(std::span<const double> weights, bool with_gradient) {
    const kernels::KernelTable& kernels = kernels::kernel_table();
    const std::size_t chunk_lanes = std::max(tile_lanes_, kChunkSamples / tile_lanes_ * tile_lanes_);
    tree_.clear();
    for (std::size_t chunk = 0; chunk < x_.size(); chunk += chunk_lanes) {
        slot_sums_.setZero();
        const std::size_t end = std::min(x_.size(), chunk + chunk_lanes);
        for (std::size_t lane = chunk; lane < end; lane += tile_lanes_) {
            kernels.accumulate_moments({{weights.data(), activations_.data(), activations_.size()},
                                        x_.data() + lane,
                                        panels_.data() + lane / data_.num_nodes,
                                        std::min(tile_lanes_, end - lane),
                                        data_.num_nodes,
                                        activation_columns_.data(),
                                        deltas_.data(),
                                        slot_sums_.data(),
                                        with_gradient});
        }
        kernels.of_double.combine_slots(slot_sums_.data(), sums_.size(), tree_.next_leaf().data());
        tree_.add_leaf();
    }
    tree_.total(sums_);
}

/// The loss is rms(q - y)^2, except for rounding.
void CompressedGradient::bound_errors() {
    const InterpolationErrors& errors = choice_.errors();
    const double differences = std::sqrt(std::max(sums_[kernels::kDifferenceSum], 0.0));
    const double p = static_cast<double>(data_.num_nodes), root_p = std::sqrt(p);
    const double output = errors.output_error + errors.output_rounding;
    // H d, as computed: p products and sums for each of p rows, |H|_F <= 2 of the samples' weight (trace H = sum_n
    // sum_j l_j(x_n)^2 <= 2 for Lagrange polynomials of Chebyshev points).
    const double product_error = gram_error_ + 2.0 * p * kUnitRoundoff;
    const double moments = product_error * differences + moments_error_;
    const double loss_of_values = differences * (product_error * differences + 2.0 * moments_error_) + squares_error_ +
                                  64.0 * kUnitRoundoff * loss_;
    const double residual = std::sqrt(loss_ + loss_of_values) + output;
    double gradient = 0.0, of_sums = 0.0;
    bound_.rounding = 0.0;
    for (std::size_t layer = 0; layer < activations_.size(); ++layer) {
        const double interpolation =
            errors.output_by_derivative[layer] +
            std::min(errors.residual_by_error[layer], residual * errors.derivative_errors[layer]);
        const double derivative_rounding = errors.derivative_roundings[layer];
        const double rounding_of_sums = moments * root_p * (errors.derivatives[layer] + derivative_rounding);
        const double rounding = errors.output_rounding * (errors.derivatives[layer] + errors.derivative_errors[layer]) +
                                residual * derivative_rounding + rounding_of_sums;
        of_sums = std::max(of_sums, or_infinity(2.0 * rounding_of_sums));
        bound_.rounding = std::max(bound_.rounding, or_infinity(2.0 * rounding));
        gradient = std::max(gradient, or_infinity(2.0 * (interpolation + rounding) +
                                                  64.0 * kUnitRoundoff * std::abs(weight_gradients_[layer])));
    }
    bound_.gradient = gradient;
    const double squared_error = errors.output_error * errors.output_error;
    bound_.loss = or_infinity(2.0 * std::min(errors.residual_by_output_error, residual * errors.output_error) +
                              squared_error + errors.output_rounding * (2.0 * residual + output) + loss_of_values);
    bound_.relative =
        std::max(or_infinity(relative(gradient, gradient_scale_)), or_infinity(relative(bound_.loss, mean_square_y_)));
    // If a chain diverges, the loss outgrows mean(y^2), and so does its rounding.
    const double growth = std::max(1.0, std::sqrt(loss_ / mean_square_y_));
    bound_.sums = std::max(or_infinity(relative(of_sums / growth, gradient_scale_)),
                           or_infinity(relative(loss_of_values / growth / growth, mean_square_y_)));
}

void CompressedGradient::compute_on_panels(std::span<const double> weights, bool with_gradient) {
    bound_.interpolation = choice_.relative_error();
    take_panels();
    sum_nodes(weights, with_gradient);
    const double reciprocal = 1.0 / data_.sample_weight_sum;
    loss_ = std::max((sums_[kernels::kLossSum] + squares_) * reciprocal, 0.0);  // below 0 by rounding only
    // Without a gradient 0, so that the bound depends on these weights only, not on an earlier gradient.
    for (std::size_t layer = 0; layer < activations_.size(); ++layer) {
        weight_gradients_[layer] = with_gradient ? sums_[kernels::kFirstGradientSum + layer] * reciprocal : 0.0;
    }
    bound_errors();
}

bool CompressedGradient::compute(std::span<const double> weights, bool with_gradient) {
    const double derivative = largest_derivative(weights);
    gradient_scale_ = rms_y_ * (derivative > 0.0 ? derivative : 1.0);
    const auto choose = [&](double tolerance, bool spread) {
        choice_.choose(weights, tolerance, spread, {gradient_scale_, mean_square_y_});
        return choice_.relative_error() <= tolerance_;
    };
    if (!choose(tolerance_, false)) {
        bound_.relative = bound_.interpolation = choice_.relative_error();
        return false;
    }
    compute_on_panels(weights, with_gradient);
    if (!std::isfinite(loss_)) {
        return true;  // an overflow is a result: the chain diverges
    }
    // Panels were chosen for an error of the loss of 4 rms(y) E_f; of a small loss it is 2 rms(q - y) E_f. Rounding is
    // proportional to |d|, which is large if a panel has nodes far from its samples.
    const double relative_loss = loss_ / mean_square_y_, most = std::max(tolerance_, kTolerableRounding);
    const double finer =
        std::min(tolerance_, std::max(kLeastTolerance, 2.0 * kLossAccuracy * std::sqrt(relative_loss)));
    if ((relative_loss < kSmallLoss || bound_.sums > most) && choose(finer, true)) {
        compute_on_panels(weights, with_gradient);
    }
    if (bound_.sums <= most) {
        return true;
    }
    bound_.relative = std::max(bound_.relative, bound_.sums);
    return false;
}

}  // namespace skein::internal
