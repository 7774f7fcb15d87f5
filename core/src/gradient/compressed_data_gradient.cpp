#include "gradient/compressed_data_gradient.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/text.hpp"
#include "gradient/bound_arithmetic.hpp"
#include "skein/error.hpp"

namespace skein::internal {

template <class Scalar>
CompressedDataGradient<Scalar>::CompressedDataGradient(const CompressedData<Scalar>& data,
                                                       std::span<const Activation> activations,
                                                       const Execution& execution)
    : tolerance_(data.tolerance()),
      compressed_(data.sums(), activations, data.tolerance()),
      weights_(activations.size()),
      gradients_(activations.size()) {
    this->weight_gradients_ = gradients_;
    if (data.samples()) {
        exact_.emplace(data.samples()->source(), activations.size(), BatchOrder::all(data.num_samples()), 1, execution);
    }
}

/// Adds a finite result to the record. `rounding` is that of the gradient to Scalar.
template <class Scalar>
void CompressedDataGradient<Scalar>::note_bound(double largest_gradient, double rounding, bool with_gradient) {
    const StepBound& bound = compressed_.bound();
    record_.largest_bound =
        std::max(record_.largest_bound, bound.relative + relative(rounding, compressed_.gradient_scale()));
    const double of_gradient = with_gradient ? relative(bound.gradient + rounding, largest_gradient) : 0.0;
    record_.largest_bound_of_value =
        std::max({record_.largest_bound_of_value, relative(bound.loss, this->loss_), of_gradient});
}

/// Returns whether the error is within the tolerance.
template <class Scalar>
bool CompressedDataGradient<Scalar>::compute_compressed(const Chain<Scalar>& chain, bool with_gradient) {
    std::ranges::copy(chain.weights(), weights_.begin());
    if (!compressed_.compute(weights_, with_gradient)) {
        record_.largest_refused_bound = std::max(record_.largest_refused_bound, compressed_.bound().relative);
        return false;
    }
    this->loss_ = compressed_.loss();
    double rounding = 0.0, largest = 0.0;
    for (std::size_t layer = 0; with_gradient && layer < gradients_.size(); ++layer) {
        const double gradient = compressed_.weight_gradients()[layer];
        gradients_[layer] = static_cast<Scalar>(gradient);
        rounding = std::max(rounding, std::abs(static_cast<double>(gradients_[layer]) - gradient));
        largest = std::max(largest, std::abs(gradient));
    }
    this->num_evaluated_ = compressed_.num_nodes();
    ++record_.num_compressed;
    if (std::isfinite(this->loss_)) {
        note_bound(largest, rounding, with_gradient);
    }
    return true;
}

template <class Scalar>
Computed CompressedDataGradient<Scalar>::compute(const Chain<Scalar>& chain, const BatchOrder::Batch& batch,
                                                 bool with_gradient) {
    is_beyond_tolerance_ = false;
    if (compute_compressed(chain, with_gradient)) {
        return Computed::done;
    }
    if (!exact_) {
        is_beyond_tolerance_ = true;
        this->loss_ = std::numeric_limits<double>::quiet_NaN();
        std::ranges::fill(gradients_, std::numeric_limits<Scalar>::quiet_NaN());
        this->num_evaluated_ = 0;
        return Computed::beyond_tolerance;
    }
    ++record_.num_exact;
    const Computed computed = exact_->compute(chain, batch, with_gradient);
    this->loss_ = exact_->loss();
    std::ranges::copy(exact_->weight_gradients(), gradients_.begin());
    this->num_evaluated_ = exact_->num_evaluated();
    return computed;
}

template <class Scalar>
void CompressedDataGradient<Scalar>::require_within_tolerance() const {
    if (!is_beyond_tolerance_) {
        return;
    }
    const StepBound& bound = compressed_.bound();
    const char* const remedy =
        bound.interpolation <= tolerance_ ? "it is rounding: compress with fewer nodes" : "compress with finer panels";
    throw ToleranceError(to_text("the error on the compressed data is bounded by ", rounded(bound.relative),
                                 " with these weights: expected at most the tolerance, ", tolerance_, " (", remedy,
                                 ", or use the samples)"));
}

template class CompressedDataGradient<float>;
template class CompressedDataGradient<double>;

}  // namespace skein::internal
