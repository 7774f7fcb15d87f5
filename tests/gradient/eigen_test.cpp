#include "skein/eigen.hpp"

#include <doctest/doctest.h>

#include <cstring>

#include "skein/back_propagation.hpp"
#include "skein/random.hpp"

namespace skein {
namespace {

template <class Scalar>
ColumnArray<Scalar> drawn(std::size_t count, std::uint64_t seed, Scalar scale) {
    ColumnArray<Scalar> column(static_cast<Eigen::Index>(count));
    for (std::size_t index = 0; index < count; ++index) {
        column[static_cast<Eigen::Index>(index)] =
            scale * static_cast<Scalar>(random::normal(seed, random::Stream::samples, index));
    }
    return column;
}

template <class Scalar>
bool same_bits(Scalar a, Scalar b) {
    return std::memcmp(&a, &b, sizeof(Scalar)) == 0;
}

}  // namespace

TEST_CASE_TEMPLATE("the column form equals back_propagate() to the bit", Scalar, float, double) {
    const std::vector<Activation> activations{Activation::tanh,     Activation::sigmoid,    Activation::relu,
                                              Activation::identity, Activation::softplus,   Activation::tanh,
                                              Activation::elu,      Activation::leaky_relu, Activation::tanh};
    const std::vector<Scalar> start{Scalar(1.25), Scalar(-0.75), Scalar(2),   Scalar(-1.5), Scalar(0.8),
                                    Scalar(1.1),  Scalar(-1.3),  Scalar(0.9), Scalar(1.4)};
    const Chain<Scalar> chain(start, activations);
    const ColumnArray<Scalar> x = drawn<Scalar>(203, 1, 2);
    const ColumnArray<Scalar> y = drawn<Scalar>(203, 2, 1);

    const ForwardColumns<Scalar> columns = forward(chain, x);
    const LayerArray<Scalar> deltas = backward(chain, columns.activations, y);
    int different = 0;
    for (Eigen::Index lane = 0; lane < x.size(); ++lane) {
        const BackPropagation<Scalar> sample = back_propagate(chain, x[lane], y[lane]);
        for (Eigen::Index layer = 0; layer < deltas.cols(); ++layer) {
            const std::size_t index = static_cast<std::size_t>(layer);
            different += !same_bits(columns.pre_activations(lane, layer), sample.pre_activations[index]);
            different += !same_bits(columns.activations(lane, layer), sample.activations[index]);
            different += !same_bits(deltas(lane, layer), sample.deltas[index]);
        }
    }
    CHECK(different == 0);
}

TEST_CASE_TEMPLATE("the column form's gradient agrees with the kernels'", Scalar, float, double) {
    const Chain<Scalar> chain = make_chain(Eigen::Vector4<Scalar>(Scalar(1.5), Scalar(-0.5), Scalar(0.7), Scalar(2)));
    const ColumnArray<Scalar> x = drawn<Scalar>(1000, 3, 1);
    const ColumnArray<Scalar> y = drawn<Scalar>(1000, 4, 1);
    const ForwardColumns<Scalar> columns = forward(chain, x);
    const LayerArray<Scalar> deltas = backward(chain, columns.activations, y);
    const ColumnArray<Scalar> readable = weight_gradients(x, columns.activations, deltas);
    const LossAndGradientColumn<Scalar> fast = loss_and_gradient(chain, x, y);

    // Two orders of adding n terms: each is within n units of roundoff of the sum of their sizes (Higham, Accuracy and
    // Stability of Numerical Algorithms, section 4.2), and the product before it adds one.
    for (Eigen::Index layer = 0; layer < 4; ++layer) {
        const ColumnArray<Scalar> input = layer == 0 ? x : ColumnArray<Scalar>(columns.activations.col(layer - 1));
        const Scalar size = (input * deltas.col(layer)).abs().mean();
        const Scalar bound = 2 * Scalar(1001) * std::numeric_limits<Scalar>::epsilon() / 2 * size;
        CHECK(std::abs(readable[layer] - fast.weight_gradients[layer]) <= bound);
    }
    const Scalar mean_square = (columns.activations.col(3) - y).square().mean();
    CHECK(fast.loss == doctest::Approx(static_cast<double>(mean_square)).epsilon(1e-4));
}

TEST_CASE("views share the chain's memory") {
    Chain<double> chain({1.0, 2.0, 3.0});
    weights(chain)[1] = 7.0;
    CHECK(chain.weights()[1] == 7.0);
    CHECK(weights(std::as_const(chain)).data() == chain.weights().data());
    const Chain<double> other = make_chain(Eigen::Array3d(weights(chain) * 2.0), Activation::relu);
    CHECK(other.weights()[1] == 14.0);
    CHECK(other.activations()[2] == Activation::relu);
}

}  // namespace skein
