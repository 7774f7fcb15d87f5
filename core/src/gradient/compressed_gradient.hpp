// Loss and weight gradient over a compressed data set, and the bound of their errors.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "base/carry_tree.hpp"
#include "base/eigen_core.hpp"
#include "compression/compressed_storage.hpp"
#include "compression/moment_level.hpp"
#include "gradient/interpolation_bound.hpp"
#include "kernels/kernel_table.hpp"
#include "skein/compressed_dataset.hpp"

namespace skein::internal {

/// What a step's result may err by, at most.
struct StepBound {
    double gradient = 0.0;  ///< any component, absolute
    double loss = 0.0;      ///< absolute
    double rounding = 0.0;  ///< what is rounding in that of the gradient
    /// The larger of gradient / (rms(y) max |df_L/dw|) and loss / mean(y^2); `interpolation` is what finer panels make
    /// less of, the rest is rounding.
    double relative = 0.0;
    double interpolation = 0.0;
    /// What the rounding of sums over the samples is in `relative`, of scales that grow with the loss. (The rounding of
    /// the chain's values is in the exact pass as well.)
    double sums = 0.0;
};

/// Rounding of sums is told, not refused, whatever the tolerance, where it is bounded by this: six digits. Its bound
/// grows with the samples of a panel and of a run, 1e-9 to 1e-8 for many millions, while the error itself stays near
/// 1e-16.
inline constexpr double kTolerableRounding = 1e-6;

/// A loss below kSmallLoss mean(y^2) is kept to kLossAccuracy of itself: on finer panels than the tolerance asks for, down
/// to those of kLeastTolerance, below which rounding is what errs.
inline constexpr double kSmallLoss = 1e-8, kLossAccuracy = 5e-7, kLeastTolerance = 1e-13;

/// In double, whatever the chain's Scalar.
class CompressedGradient {
public:
    /// For chains of these activations, none of them relu.
    CompressedGradient(const CompressedDataset& data, std::span<const Activation> activations, double tolerance);

    /// On the widest panels whose bound of interpolation is within the tolerance; again on finer ones where the loss is
    /// small, and where rounding is not within bounds: a function of the weights alone.
    /// Returns false, and only bound() means anything, where there are none, or where the sums' rounding on the finer ones
    /// is neither within the tolerance nor kTolerableRounding.
    bool compute(std::span<const double> weights, bool with_gradient = true);

    double loss() const noexcept { return loss_; }
    std::span<const double> weight_gradients() const noexcept { return weight_gradients_; }
    const StepBound& bound() const noexcept { return bound_; }
    /// The scale that StepBound::relative has for gradients.
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
    double rms_y_, mean_square_y_;  // 1 where y is 0 throughout
    std::vector<double> probes_;    // where |df_L/dw| is looked at
    std::size_t tile_lanes_;
    InterpolationBound interpolation_;

    // The panels of a step.
    std::vector<PanelIndex> taken_;
    std::vector<double> x_;                                                // [nodes]
    std::vector<kernels::MomentPanel> panels_;                             // [panels]
    double squares_ = 0.0;                                                 // sum of S
    double gram_error_ = 0.0, moments_error_ = 0.0, squares_error_ = 0.0;  // as of a panel, of all

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
