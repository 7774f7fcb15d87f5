// Loss and weight gradient over a compressed data set, and bounds of their errors.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "base/carry_tree.hpp"
#include "base/eigen_core.hpp"
#include "compression/compressed_storage.hpp"
#include "compression/moment_level.hpp"
#include "gradient/panel_choice.hpp"
#include "kernels/kernel_table.hpp"
#include "skein/compressed_dataset.hpp"

namespace skein::internal {

/// Bounds of the errors of a step's loss and gradient.
struct StepBound {
    double gradient = 0.0;  ///< of any component, absolute
    double loss = 0.0;      ///< absolute
    double rounding = 0.0;  ///< the part of `gradient` that is rounding
    /// The larger of gradient / (rms(y) max |df_L/dw|) and loss / mean(y^2). Finer panels reduce its part
    /// `interpolation`; the rest is rounding.
    double relative = 0.0;
    double interpolation = 0.0;
    /// The part of `relative` that is rounding of the sums over the samples, relative to scales that grow with the
    /// loss. (An exact pass has the rounding of the chain's values as well.)
    double sums = 0.0;
};

/// Rounding of sums up to this bound, six digits, is reported and never refused, whatever the tolerance. The bound
/// grows with the samples of a panel and of a segment, to 1e-9 or 1e-8 for many millions; the error itself stays near
/// 1e-16.
inline constexpr double kTolerableRounding = 1e-6;

/// For losses below kSmallLoss mean(y^2) we use finer panels, for a relative accuracy of kLossAccuracy, but never a
/// tolerance below kLeastTolerance: rounding dominates there.
inline constexpr double kSmallLoss = 1e-8, kLossAccuracy = 5e-7, kLeastTolerance = 1e-13;

/// Works in double, also for float chains.
class CompressedGradient {
public:
    /// For chains of these activations, all of them analytic. `data` and `activations` outlive this.
    CompressedGradient(const CompressedDataset& data, std::span<const Activation> activations, double tolerance);

    /// Uses the widest panels whose bound of interpolation is within the tolerance; then finer ones if the loss is
    /// small or rounding exceeds its bound. The result is a function of the weights alone.
    /// Returns false if no panels are fine enough, or if the rounding of sums exceeds both the tolerance and
    /// kTolerableRounding; then only bound() is meaningful.
    bool compute(std::span<const double> weights, bool with_gradient = true);

    double loss() const noexcept { return loss_; }
    std::span<const double> weight_gradients() const noexcept { return weight_gradients_; }
    const StepBound& bound() const noexcept { return bound_; }
    /// What StepBound::relative divides bounds of gradients by.
    double gradient_scale() const noexcept { return gradient_scale_; }
    std::size_t num_nodes() const noexcept { return x_.size(); }

private:
    double largest_derivative(std::span<const double> weights);
    /// On the panels that interpolation_ has chosen.
    void compute_on_panels(std::span<const double> weights, bool with_gradient);
    void take_panels();
    void sum_nodes(std::span<const double> weights, bool with_gradient);
    void bound_errors();

    const CompressedStorage& data_;
    std::span<const Activation> activations_;
    double tolerance_;
    double rms_y_, mean_square_y_;  // 1 if every y is 0
    std::vector<double> probes_;    // the x at which |df_L/dw| is computed
    std::size_t tile_lanes_;
    PanelChoice choice_;

    // The panels of a step.
    std::vector<PanelIndex> taken_;
    std::vector<double> x_;                                                // [nodes]
    std::vector<kernels::MomentPanel> panels_;                             // [panels]
    double squares_ = 0.0;                                                 // sum of S
    double gram_error_ = 0.0, moments_error_ = 0.0, squares_error_ = 0.0;  // over all panels

    Columns<double> activation_columns_;  // scratch [tile lanes x layers]
    Column<double> deltas_;               // scratch [tile lanes]
    Columns<double> slot_sums_;           // [slots x sums]
    Columns<double> probe_columns_;       // scratch [probes x (layers + 2)]
    TreeSum tree_;
    std::vector<double> sums_;
    double gradient_scale_ = 0.0;
    double loss_ = 0.0;
    std::vector<double> weight_gradients_;
    StepBound bound_;
};

}  // namespace skein::internal
