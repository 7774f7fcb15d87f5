/// skein with Eigen: views of its arrays, calls with Eigen's, and the readable column form of forward and
/// backward. Everything here is compiled by you, with your Eigen and your flags: no Eigen object crosses into the
/// library.
#pragma once

#include <Eigen/Core>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

#include "skein/activation.hpp"
#include "skein/chain.hpp"
#include "skein/gradient.hpp"

namespace skein {

/// One number per lane (or per layer).
template <class Scalar>
using ColumnArray = Eigen::Array<Scalar, Eigen::Dynamic, 1>;
/// [lanes x layers], column-major: a layer is one contiguous run.
template <class Scalar>
using LayerArray = Eigen::Array<Scalar, Eigen::Dynamic, Eigen::Dynamic>;

/// Any Eigen column of Scalar as an argument; Scalar itself is deduced from the chain or the arrays beside it.
template <class Scalar>
using ColumnArgument = std::type_identity_t<Eigen::Ref<const ColumnArray<Scalar>>>;

/// A span as an Eigen column, without a copy.
template <class Scalar>
Eigen::Map<const ColumnArray<Scalar>> as_column(std::span<const Scalar> values) {
    return {values.data(), static_cast<Eigen::Index>(values.size())};
}
template <class Scalar>
Eigen::Map<ColumnArray<Scalar>> as_column(std::span<Scalar> values) {
    return {values.data(), static_cast<Eigen::Index>(values.size())};
}

/// The weights w_1..w_L of a chain, without a copy: valid as long as the chain is.
template <class Scalar>
Eigen::Map<const ColumnArray<Scalar>> weights(const Chain<Scalar>& chain) {
    return as_column(chain.weights());
}
template <class Scalar>
Eigen::Map<ColumnArray<Scalar>> weights(Chain<Scalar>& chain) {
    return as_column(chain.weights());
}

/// A chain with these weights, from any Eigen vector or column expression.
template <class Derived>
Chain<typename Derived::Scalar> make_chain(const Eigen::DenseBase<Derived>& weights,
                                           Activation activation = Activation::tanh) {
    using Scalar = typename Derived::Scalar;
    const ColumnArray<Scalar> column = weights.derived();
    return Chain<Scalar>(std::span<const Scalar>(column.data(), static_cast<std::size_t>(column.size())), activation);
}

/// The mean loss of the samples (x_i, y_i), and its gradient [layers], by the kernels.
template <class Scalar>
struct LossAndGradientColumn {
    double loss;
    ColumnArray<Scalar> weight_gradients;
};
template <class Scalar>
LossAndGradientColumn<Scalar> loss_and_gradient(const Chain<Scalar>& chain, const ColumnArgument<Scalar>& x,
                                                const ColumnArgument<Scalar>& y, const Execution& execution = {}) {
    eigen_assert(x.size() == y.size());
    const MiniBatch<Scalar> batch{x.data(), y.data(), nullptr, static_cast<std::size_t>(x.size())};
    const LossAndGradient<Scalar> result = loss_and_gradient(chain, batch, execution);
    return {result.loss, as_column(std::span<const Scalar>(result.weight_gradients))};
}

// ---- The column form ------------------------------------------------------------------------------------------------
// The mathematics of a mini-batch, a line a formula: rows are samples, columns are layers. It calls the library's own
// elementary functions, so its activations and deltas equal the kernels' to the bit, whatever you compile it with but
// -ffast-math.

template <class Scalar>
struct ForwardColumns {
    LayerArray<Scalar> pre_activations;  // z_i
    LayerArray<Scalar> activations;      // f_i
};

/// z_i = w_i f_{i-1},  f_i = f(z_i),  f_0 = x.
template <class Scalar>
ForwardColumns<Scalar> forward(const Chain<Scalar>& chain, const ColumnArgument<Scalar>& x) {
    const Eigen::Index num_layers = static_cast<Eigen::Index>(chain.num_layers());
    ForwardColumns<Scalar> columns{{x.size(), num_layers}, {x.size(), num_layers}};
    ColumnArray<Scalar> f = x;
    for (Eigen::Index layer = 0; layer < num_layers; ++layer) {
        const Activation activation = chain.activations()[static_cast<std::size_t>(layer)];
        const ColumnArray<Scalar> z = weights(chain)[layer] * f;
        f = z.unaryExpr([activation](Scalar value) { return activate(activation, value); });
        columns.pre_activations.col(layer) = z;
        columns.activations.col(layer) = f;
    }
    return columns;
}

/// delta_L = 2 (f_L - y) f'(z_L),  delta_i = f'(z_i) w_{i+1} delta_{i+1}: of each sample's own loss (y - f_L)^2.
template <class Scalar>
LayerArray<Scalar> backward(const Chain<Scalar>& chain, const LayerArray<Scalar>& activations,
                            const ColumnArgument<Scalar>& y) {
    const Eigen::Index last = activations.cols() - 1;
    LayerArray<Scalar> deltas(activations.rows(), activations.cols());
    ColumnArray<Scalar> upstream = Scalar(2) * (activations.col(last) - y);
    for (Eigen::Index layer = last; layer >= 0; --layer) {
        const Activation activation = chain.activations()[static_cast<std::size_t>(layer)];
        const ColumnArray<Scalar> slopes =
            activations.col(layer).unaryExpr([activation](Scalar f) { return activation_slope(activation, f); });
        deltas.col(layer) = upstream * slopes;
        upstream = weights(chain)[layer] * deltas.col(layer);
    }
    return deltas;
}

/// dloss/dw_i = the mean over the samples of f_{i-1} delta_i. (Eigen sums in an order of its own: equal to
/// loss_and_gradient() up to rounding.)
template <class Scalar>
ColumnArray<Scalar> weight_gradients(const ColumnArgument<Scalar>& x, const LayerArray<Scalar>& activations,
                                     const LayerArray<Scalar>& deltas) {
    ColumnArray<Scalar> gradients(deltas.cols());
    gradients[0] = (x * deltas.col(0)).mean();
    for (Eigen::Index layer = 1; layer < deltas.cols(); ++layer) {
        gradients[layer] = (activations.col(layer - 1) * deltas.col(layer)).mean();
    }
    return gradients;
}

}  // namespace skein
