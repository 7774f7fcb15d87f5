#include "gradient/data_gradient.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

#include "base/require.hpp"

namespace skein::internal {

template <class Scalar>
void check_compressed(const Dataset<Scalar>& data, std::span<const Activation> activations, std::uint64_t max_samples) {
    if (data.compressed() == nullptr) {
        return;
    }
    require(max_samples == data.num_samples(), "the batch size", max_samples,
            "the full batch: the data set is compressed, and its samples have no order any more");
    const auto found = std::ranges::find(
        activations, false, [](Activation activation) { return activation_traits(activation).is_analytic; });
    if (found != activations.end()) {
        refuse("the activation of layer " + std::to_string(found - activations.begin() + 1), activation_name(*found),
               "an analytic one: for compressed data polynomials take its place");
    }
}

template <class Scalar>
DataGradient<Scalar>::DataGradient(const Dataset<Scalar>& data, std::span<const Activation> activations,
                                   std::uint64_t max_samples, const Execution& execution)
    : data_(data), weights_(activations.size()), weight_gradients_(activations.size()) {
    check_compressed(data, activations, max_samples);
    if (data.compressed() != nullptr) {
        compressed_.emplace(*data.compressed(), activations, data.compression_tolerance());
    }
    if (data.has_samples()) {
        exact_.emplace(activations.size(), max_samples, execution);
    }
}

template <class Scalar>
void DataGradient<Scalar>::take(double loss, std::span<const Scalar> gradients) {
    loss_ = loss;
    std::ranges::copy(gradients, weight_gradients_.begin());
}

template <class Scalar>
bool DataGradient<Scalar>::compute_compressed(const Chain<Scalar>& chain, bool with_gradient) {
    std::ranges::copy(chain.weights(), weights_.begin());
    if (!compressed_->compute(weights_, with_gradient)) {
        record_.largest_refused_bound = std::max(record_.largest_refused_bound, compressed_->bound().relative);
        return false;
    }
    loss_ = compressed_->loss();
    double rounding = 0.0, largest = 0.0;  // of the gradient to Scalar; its largest component
    for (std::size_t layer = 0; with_gradient && layer < weight_gradients_.size(); ++layer) {
        const double gradient = compressed_->weight_gradients()[layer];
        weight_gradients_[layer] = static_cast<Scalar>(gradient);
        rounding = std::max(rounding, std::abs(static_cast<double>(weight_gradients_[layer]) - gradient));
        largest = std::max(largest, std::abs(gradient));
    }
    num_evaluated_ = compressed_->num_nodes();
    ++record_.num_compressed;
    if (std::isfinite(loss_)) {
        const StepBound& bound = compressed_->bound();
        record_.largest_bound =
            std::max(record_.largest_bound, bound.relative + relative(rounding, compressed_->gradient_scale()));
        const double of_gradient = with_gradient ? relative(bound.gradient + rounding, largest) : 0.0;
        record_.largest_bound_of_value =
            std::max({record_.largest_bound_of_value, relative(bound.loss, loss_), of_gradient});
    }
    return true;
}

template <class Scalar>
Computed DataGradient<Scalar>::compute(const Chain<Scalar>& chain, const BatchOrder::Batch& batch, bool with_gradient) {
    if (compressed_) {
        if (compute_compressed(chain, with_gradient)) {
            return Computed::done;
        }
        if (!exact_) {
            constexpr Scalar kNan = std::numeric_limits<Scalar>::quiet_NaN();
            loss_ = std::numeric_limits<double>::quiet_NaN();
            std::ranges::fill(weight_gradients_, kNan);
            num_evaluated_ = 0;
            return Computed::beyond_tolerance;
        }
        ++record_.num_exact;
    }
    const bool is_done = exact_->compute(chain, data_.source(), batch, with_gradient);
    take(exact_->loss(), exact_->weight_gradients());
    num_evaluated_ = batch.num_samples();
    return is_done ? Computed::done : Computed::given_up;
}

template void check_compressed(const Dataset<float>&, std::span<const Activation>, std::uint64_t);
template void check_compressed(const Dataset<double>&, std::span<const Activation>, std::uint64_t);
template class DataGradient<float>;
template class DataGradient<double>;

}  // namespace skein::internal
