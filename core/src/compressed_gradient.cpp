#include "compressed_gradient.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "kernels/kernel_table.hpp"
#include "kernels/row_lanes.hpp"

namespace skein {
namespace {

/// sup |q| <= kLebesgue max |q(t_j)| for Chebyshev points: 1 + 2 / pi log n (Trefethen, theorem 15.2), n up to 64.
constexpr double kLebesgue = 3.7;
constexpr double kEpsilon = std::numeric_limits<double>::epsilon() / 2;
constexpr std::size_t kMaxProbes = 256;

std::uint64_t num_lanes_of(const MomentLevel& level) { return level.x.size(); }

/// Middles of panels of the finest grid, evenly chosen, and all nodes of the one nearest to 0, where chains with large
/// weights change most.
std::vector<double> choose_probes(const MomentLevel& finest, std::size_t num_nodes) {
    std::vector<double> probes;
    std::size_t nearest = 0;
    const std::size_t distance = finest.num_panels / kMaxProbes + 1;
    for (std::size_t panel = 0; panel < finest.num_panels; ++panel) {
        const double middle = finest.x[panel * num_nodes + num_nodes / 2];
        if (std::abs(middle) < std::abs(finest.x[nearest * num_nodes + num_nodes / 2])) {
            nearest = panel;
        }
        if (panel % distance == 0) {
            probes.push_back(middle);
        }
    }
    probes.insert(probes.end(), finest.x.begin() + static_cast<std::ptrdiff_t>(nearest * num_nodes),
                  finest.x.begin() + static_cast<std::ptrdiff_t>((nearest + 1) * num_nodes));
    return probes;
}

}  // namespace

CompressedGradient::CompressedGradient(const CompressedDataset& data, std::span<const Activation> activations,
                                       double tolerance)
    : data_(data.storage()),
      activations_(activations),
      tolerance_(tolerance),
      rms_x_(std::sqrt(data_.mean_square_x)),
      rms_y_(std::sqrt(data_.mean_square_y)),
      max_x_(std::max(std::abs(data_.x_min), std::abs(data_.x_max))),
      probes_(choose_probes(data_.levels.back(), data_.num_nodes)),
      tile_lanes_(std::max<std::size_t>(1, 256 / data_.num_nodes) * data_.num_nodes),
      errors_(activations),
      activation_columns_(static_cast<Eigen::Index>(tile_lanes_), static_cast<Eigen::Index>(activations.size())),
      deltas_(static_cast<Eigen::Index>(tile_lanes_)),
      slot_sums_(static_cast<Eigen::Index>(kNumSlots),
                 static_cast<Eigen::Index>(activations.size() + kernels::kFirstGradientSum)),
      probe_columns_(static_cast<Eigen::Index>(probes_.size()), static_cast<Eigen::Index>(activations.size() + 2)),
      tree_(activations.size() + kernels::kFirstGradientSum, 1 + num_lanes_of(data_.levels.back()) / kChunkSamples),
      sums_(activations.size() + kernels::kFirstGradientSum),
      weight_gradients_(activations.size()) {}

/// max |df_L/dw_k| over the probes and layers: no more than over all of the data, so that the tolerance is rather too
/// strict than too lax.
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

/// The larger of the relative bounds of gradient and loss that follow from the weights alone: with rms(f - y) at most
/// rms(f) + rms(y).
double CompressedGradient::interpolation_error(const MomentLevel& level) {
    errors_.set_panels(0.5 * level.panel_width, data_.num_nodes);
    const double residual = errors_.rms_output() + rms_y_ + errors_.output_error();
    double gradient = 0.0;
    for (std::size_t layer = 0; layer < activations_.size(); ++layer) {
        gradient = std::max(gradient, 2.0 * (errors_.output_error() * errors_.rms_derivatives()[layer] +
                                             residual * errors_.derivative_errors()[layer]));
    }
    const double loss = errors_.output_error() * (2.0 * residual + errors_.output_error());
    const auto relative = [](double error, double scale) { return error == 0.0 ? 0.0 : error / scale; };
    return std::max(relative(gradient, gradient_scale_), relative(loss, data_.mean_square_y));
}

bool CompressedGradient::choose_level(std::span<const double> weights) {
    errors_.set_chain(weights, rms_x_, max_x_);
    gradient_scale_ = rms_y_ * largest_derivative(weights);
    for (level_ = 0; level_ < data_.levels.size(); ++level_) {
        bound_.interpolation = interpolation_error(data_.levels[level_]);
        if (bound_.interpolation <= tolerance_) {
            return true;
        }
    }
    bound_.relative = bound_.interpolation;
    return false;
}

void CompressedGradient::sum_nodes(const MomentLevel& level, std::span<const double> weights, bool with_gradient) {
    const kernels::KernelTable& kernels = kernels::kernel_table();
    const std::size_t chunk_lanes = std::max(tile_lanes_, kChunkSamples / tile_lanes_ * tile_lanes_);
    num_lanes_ = level.x.size();
    tree_.clear();
    for (std::size_t chunk = 0; chunk < num_lanes_; chunk += chunk_lanes) {
        slot_sums_.setZero();
        const std::size_t end = std::min(num_lanes_, chunk + chunk_lanes);
        for (std::size_t lane = chunk; lane < end; lane += tile_lanes_) {
            kernels.accumulate_moments({{weights.data(), activations_.data(), activations_.size()},
                                        level.x.data() + lane,
                                        level.fit.data() + lane,
                                        level.residual_moments.data() + lane,
                                        level.gram.data() + lane * data_.num_nodes,
                                        level.panel_shares.data() + lane / data_.num_nodes,
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

/// With the loss that has been computed, rms(q - y) is known.
void CompressedGradient::bound_errors(const MomentLevel& level) {
    const double differences = std::sqrt(std::max(sums_[kernels::kDifferenceSum], 0.0));
    const double residual = std::sqrt(std::max(loss_, 0.0));
    const double p = static_cast<double>(data_.num_nodes), root_p = std::sqrt(p);
    const double output_rounding = kLebesgue * errors_.output_rounding();
    const double output = errors_.output_error() + output_rounding;
    // H d, as computed: p products and sums for each of p rows, |H|_F <= 2 of the samples' weight (trace H = sum_n sum_j
    // l_j(x_n)^2 <= 2 for Lagrange polynomials of Chebyshev points).
    const double product_error = level.gram_error + 2.0 * p * kEpsilon;
    const double moments = product_error * differences + level.moments_error;
    // Of the nodes: they are no farther from a sample than a panel is wide, and |f| <= c |x| becomes no more than that.
    const double nodes_factor = root_p * (rms_x_ > 0.0 ? 1.0 + level.panel_width / rms_x_ : 1.0);
    double gradient = 0.0;
    bound_.rounding = 0.0;
    for (std::size_t layer = 0; layer < activations_.size(); ++layer) {
        const double interpolation =
            output * errors_.rms_derivatives()[layer] + (residual + output) * errors_.derivative_errors()[layer];
        const double rounding =
            kLebesgue * (residual + output) * errors_.derivative_rounding()[layer] +
            moments * nodes_factor * (errors_.rms_derivatives()[layer] + errors_.derivative_rounding()[layer]);
        bound_.rounding = std::max(bound_.rounding, 2.0 * rounding);
        gradient =
            std::max(gradient, 2.0 * (interpolation + rounding) + 64.0 * kEpsilon * std::abs(weight_gradients_[layer]));
    }
    bound_.gradient = gradient;
    bound_.loss = output * (2.0 * residual + output) +
                  differences * (product_error * differences + 2.0 * level.moments_error) + level.squares_error +
                  64.0 * kEpsilon * std::abs(loss_);
    bound_.relative = std::max(gradient / gradient_scale_, bound_.loss / data_.mean_square_y);
}

bool CompressedGradient::compute(std::span<const double> weights, bool with_gradient) {
    if (!choose_level(weights)) {
        return false;
    }
    const MomentLevel& level = data_.levels[level_];
    sum_nodes(level, weights, with_gradient);
    const double reciprocal = 1.0 / data_.sample_weight_sum;
    loss_ = (sums_[kernels::kLossSum] + level.squares) * reciprocal;
    for (std::size_t layer = 0; with_gradient && layer < activations_.size(); ++layer) {
        weight_gradients_[layer] = sums_[kernels::kFirstGradientSum + layer] * reciprocal;
    }
    bound_errors(level);
    return true;
}

}  // namespace skein
