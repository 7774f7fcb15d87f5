// Gradients against finite differences of the loss.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "skein/chain.hpp"
#include "skein/dataset.hpp"
#include "skein/gradient.hpp"
#include "support/chain_cases.hpp"
#include "support/error_bounds.hpp"

using namespace skein;
using namespace skein::test;

namespace {

double central_difference(const Chain<double>& chain, const Dataset<double>& data, std::size_t layer, double step) {
    Chain<double> above = chain, below = chain;
    above.weights()[layer] += step;  // exact: weights are floats, steps powers of two
    below.weights()[layer] -= step;
    return (mean_loss(above, data).loss - mean_loss(below, data).loss) / (2.0 * step);
}

/// Central differences D(h) = g + c h^2 + O(h^4) + rounding, so |D(2h) - D(h)| = 3 |c| h^2 up to O(h^4) and rounding:
/// three times the truncation error of D(h), which leaves room for the O(h^4). Rounding moves a D(h) by at most (bound
/// of the loss)/h, twice that because the bounds at w +- h differ a little from the one at w; and the gradient itself
/// is off by its own bound.
void check_finite_differences(const Chain<double>& chain, const Samples<double>& samples) {
    constexpr double kStep = 0x1p-12;
    const Dataset<double> data = samples.dataset();
    const LossAndGradient<double> result = loss_and_gradient(chain, data);
    const reference::GradientBound bound = reference::gradient_bound<double>(chain, samples.view());
    for (std::size_t layer = 0; layer < chain.num_layers(); ++layer) {
        const double difference = central_difference(chain, data, layer, kStep);
        const double truncation = std::fabs(central_difference(chain, data, layer, 2 * kStep) - difference);
        const reference::MeanBound& gradient = bound.weight_gradients[layer];
        const double allowed = truncation + 2.0 * bound.loss.error / kStep + gradient.error;
        CAPTURE(layer);
        CAPTURE(difference);
        CAPTURE(result.weight_gradients[layer]);
        CHECK(std::fabs(difference - result.weight_gradients[layer]) <= allowed);
        CHECK(allowed <= 1e-4 * (gradient.size + bound.loss.size));  // else the line above would prove nothing
    }
}

}  // namespace

TEST_CASE("the gradient is the slope of the loss, by finite differences") {
    for (std::size_t index = 0; index < kChains.size(); ++index) {
        for (std::uint64_t seed = 0; seed < 20; ++seed) {
            CAPTURE(index);
            CAPTURE(seed);
            const Chain<double> chain = random_chain<double>(kChains[index], seed);
            check_finite_differences(chain, random_samples<double>(1, seed));
            check_finite_differences(chain, random_samples<double>(50, seed, seed % 2 == 0));
        }
    }
}

TEST_CASE("on both sides of a kink the gradient is the slope of that side") {
    // A relu in the first layer, in the middle, and last; its z is +-2^-8 (or about that): more than the 2 x 2^-12 that
    // finite differences move a weight by can undo. Below it nothing moves the loss, and all is exactly 0.
    constexpr double kNear = 0x1p-8;
    const Samples<double> sample{{1.0}, {0.75}, {}};
    const std::vector<std::vector<Activation>> chains{
        {A::relu, A::tanh, A::identity}, {A::softplus, A::relu, A::tanh}, {A::tanh, A::sigmoid, A::relu}};
    for (std::size_t position = 0; position < chains.size(); ++position) {
        for (const double side : {1.0, -1.0}) {
            CAPTURE(position);
            CAPTURE(side);
            std::vector<double> weights{0.875, 1.25, -0.625};
            weights[position] = side * kNear;
            const Chain<double> chain(weights, chains[position]);
            check_finite_differences(chain, sample);
            const std::vector<double> gradient = loss_and_gradient(chain, sample.view()).weight_gradients;
            CHECK((gradient[position] != 0.0) == (side > 0));
            CHECK((gradient[0] != 0.0) == (side > 0));
        }
    }
}

TEST_CASE("leaky_relu and elu: on both sides of 0 the gradient is the slope of that side") {
    const Samples<double> sample{{1.0}, {0.75}, {}};
    for (const Activation activation : {A::leaky_relu, A::elu}) {
        for (std::size_t position = 0; position < 3; ++position) {
            for (const double side : {1.0, -1.0}) {
                CAPTURE(activation_name(activation));
                CAPTURE(position);
                CAPTURE(side);
                std::vector<Activation> activations(3, A::tanh);
                std::vector<double> weights{0.875, 1.25, -0.625};
                activations[position] = activation;
                weights[position] = side * 0x1p-8;
                const Chain<double> chain(weights, activations);
                check_finite_differences(chain, sample);
                const std::vector<double> gradient = loss_and_gradient(chain, sample.view()).weight_gradients;
                CHECK(std::ranges::count(gradient, 0.0) == 0);
            }
        }
    }
}

TEST_CASE("leaky_relu and elu: at 0 itself the slope is that of the left side, 0.01 and 1") {
    const Dataset<double> data({1.0}, {0.75});
    const auto gradient_of = [&](Activation activation) {
        return loss_and_gradient(Chain<double>(std::vector{0.0, 2.0}, std::vector{activation, A::identity}), data)
            .weight_gradients;
    };
    CHECK(gradient_of(A::leaky_relu) == std::vector<double>{-3.0 * 0.01, 0.0});
    CHECK(gradient_of(A::elu) == std::vector<double>{-3.0, 0.0});
    CHECK(activation_slope(A::leaky_relu, -2.0f) == 0.01f);
    CHECK(activation_slope(A::leaky_relu, 0x1p-149f) == 1.0f);
    CHECK(activation_slope(A::elu, -0.25) == 0.75);
    CHECK(activation_slope(A::elu, -1.0) == 0.0);
    CHECK(activation_slope(A::elu, 3.0) == 1.0);
}

TEST_CASE("at the kink itself the slope is that of the left side, 0") {
    const Samples<double> sample{{1.0}, {0.75}, {}};
    const Dataset<double> data = sample.dataset();
    constexpr double kStep = 0x1p-12;
    const auto chain_of = [](double first_weight) {
        return Chain<double>(std::vector{first_weight, 2.0}, std::vector{A::relu, A::identity});
    };
    CHECK(loss_and_gradient(chain_of(0.0), data).weight_gradients == std::vector<double>{0.0, 0.0});
    CHECK(mean_loss(chain_of(0.0), data).loss - mean_loss(chain_of(-kStep), data).loss == 0.0);
    // To the right of it the loss is (2 w_1 - 0.75)^2 = 0.75^2 - 3 w_1 + 4 w_1^2, here without any rounding.
    CHECK((mean_loss(chain_of(kStep), data).loss - mean_loss(chain_of(0.0), data).loss) / kStep == -3.0 + 4.0 * kStep);
}
