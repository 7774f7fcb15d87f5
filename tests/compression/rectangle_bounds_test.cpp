// What a chain's values have at most in rectangles of the complex plane.
#include "gradient/rectangle_bounds.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <complex>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "skein/instruction_set.hpp"
#include "skein/random.hpp"

using namespace skein;
using namespace skein::internal;

namespace {

using Complex = std::complex<long double>;
constexpr double kUnbounded = std::numeric_limits<double>::infinity();

struct Value {
    Complex f, slope;
};

Value value_of(Activation activation, Complex z) {
    const Complex sigmoid = 0.5L * (1.0L + std::tanh(0.5L * z));
    switch (activation) {
        case Activation::tanh: return {std::tanh(z), 1.0L - std::tanh(z) * std::tanh(z)};
        case Activation::sigmoid: return {sigmoid, sigmoid * (1.0L - sigmoid)};
        case Activation::softplus:  // on either side of 0 the function of the real line, however far from that
            return {z.real() > 0 ? z + std::log(1.0L + std::exp(-z)) : std::log(1.0L + std::exp(z)), sigmoid};
        case Activation::identity:
        case Activation::relu:
        case Activation::leaky_relu:
        case Activation::elu: break;  // not analytic
    }
    return {z, 1.0L};
}

struct Rectangle {
    double re_min, re_max, im;
};

/// Rectangles on either side of 0, around it, flat and high, the imaginary part up to 3, of some up to 300.
std::vector<Rectangle> some_rectangles() {
    std::vector<Rectangle> rectangles;
    for (std::uint64_t index = 0; index < 203; ++index) {
        const auto draw = [&](std::uint64_t k) { return random::uniform(9, random::Stream::samples, 8 * index + k); };
        const double from = std::exp(6.0 * draw(0) - 4.0) * (draw(1) < 0.5 ? -1.0 : 1.0);
        const double width = std::exp(6.0 * draw(2) - 4.0);
        rectangles.push_back(
            {from, from + width, index % 7 == 0 ? 0.0 : (index % 7 == 1 ? 300.0 : 3.0) * draw(3) * draw(3)});
    }
    return rectangles;
}

/// The largest share of its bound that any value takes at points of the rectangle, or infinity where one is beyond it.
double largest_share(const RectangleBounds& bounds, std::size_t index, const Rectangle& rectangle,
                     const std::vector<Activation>& activations, const std::vector<double>& weights) {
    constexpr int kPoints = 12;
    double largest = 0.0;
    const auto note = [&](long double value, double bound) {
        largest = value <= bound ? std::max(largest, static_cast<double>(value / bound)) : kUnbounded;
    };
    for (int column = 0; column <= kPoints && largest <= 1.0; ++column) {
        for (int row = 0; row <= kPoints && largest <= 1.0; ++row) {
            const double re =
                std::min(rectangle.re_max, rectangle.re_min + (rectangle.re_max - rectangle.re_min) * column / kPoints);
            Complex f(re, rectangle.im * row / kPoints);
            note(std::abs(f), bounds.moduli(0)[index]);
            for (std::size_t layer = 0; layer < weights.size(); ++layer) {
                const Value value = value_of(activations[layer], static_cast<long double>(weights[layer]) * f);
                f = value.f;
                note(std::abs(value.slope), bounds.slopes(layer)[index]);
                note(std::abs(f), bounds.moduli(layer + 1)[index]);
            }
        }
    }
    return largest;
}

}  // namespace

TEST_CASE("no value in a rectangle is beyond its bound, and some are close to it") {
    using enum Activation;
    const std::vector<Rectangle> rectangles = some_rectangles();
    for (const std::vector<Activation>& activations :
         {std::vector{tanh}, std::vector{sigmoid}, std::vector{softplus}, std::vector{identity},
          std::vector{tanh, tanh, tanh}, std::vector{sigmoid, softplus, tanh}, std::vector{softplus, sigmoid, identity},
          std::vector{tanh, softplus, softplus, tanh}}) {
        for (const double size : {0.3, 1.0, 2.5}) {
            CAPTURE(size);
            std::vector<double> weights(activations.size(), size);
            weights[weights.size() / 2] *= -0.9;
            RectangleBounds bounds(activations, rectangles.size());
            for (const Rectangle& rectangle : rectangles) {
                bounds.add(rectangle.re_min, rectangle.re_max, rectangle.im);
            }
            bounds.compute(weights);
            std::size_t num_finite = 0;
            double closest = 0.0;
            for (std::size_t index = 0; index < rectangles.size(); ++index) {
                double largest_bound = 0.0;
                for (std::size_t layer = 0; layer < weights.size(); ++layer) {
                    largest_bound =
                        std::max({largest_bound, bounds.moduli(layer + 1)[index], bounds.slopes(layer)[index]});
                }
                if (largest_bound == kUnbounded) {
                    continue;
                }
                ++num_finite;
                const double share = largest_share(bounds, index, rectangles[index], activations, weights);
                CHECK_MESSAGE(share <= 1.0, "rectangle ", index, ", weights of ", size, ", ", activations.size(),
                              " layers, the first ", static_cast<int>(activations[0]));
                closest = std::max(closest, share);
            }
            CHECK(num_finite > 60);
            CHECK(closest > 1.0 - 1e-8);  // where the rounding that is covered is all that is between
        }
    }
}

TEST_CASE("rectangles with a pole have no bound, those beside one have") {
    const std::vector<Activation> activations{Activation::tanh};
    RectangleBounds bounds(activations, 5);
    bounds.add(-0.5, 0.5, 1.6);  // i pi / 2 is inside
    bounds.add(0.0, 0.5, 1.6);
    bounds.add(0.1, 0.5, 1.6);
    bounds.add(0.1, 0.5, 1e300);
    bounds.add(-0.5, 0.5, 1.5);
    bounds.compute(std::vector{1.0});
    CHECK(bounds.slopes(0)[0] == kUnbounded);
    CHECK(bounds.slopes(0)[1] == kUnbounded);
    const double at_pole = 1.0 / std::tanh(0.1);
    CHECK(bounds.moduli(1)[2] == doctest::Approx(at_pole).epsilon(1e-9));
    CHECK(bounds.moduli(1)[3] == doctest::Approx(at_pole).epsilon(1e-9));
    CHECK(bounds.moduli(1)[4] == doctest::Approx(std::tan(1.5)).epsilon(1e-7));  // steep
    const std::vector<Activation> softplus{Activation::softplus};
    RectangleBounds of_softplus(softplus, 3);
    of_softplus.add(-0.5, 0.5, 3.2);  // i pi is inside
    of_softplus.add(20.0, 30.0, 40.0);
    of_softplus.add(-30.0, -20.0, 40.0);
    of_softplus.compute(std::vector{1.0});
    CHECK(of_softplus.slopes(0)[0] == kUnbounded);
    CHECK(of_softplus.moduli(1)[1] == doctest::Approx(50.0).epsilon(1e-9));
    CHECK(of_softplus.slopes(0)[1] == doctest::Approx(1.0).epsilon(1e-8));
    CHECK(of_softplus.moduli(1)[2] < 1.5 * std::exp(-20.0));
    CHECK(of_softplus.slopes(0)[2] < 1.1 * std::exp(-20.0));
}

TEST_CASE("bounds are the same bits on every instruction set") {
    const std::vector<Activation> activations{Activation::softplus, Activation::tanh, Activation::sigmoid};
    const std::vector<Rectangle> rectangles = some_rectangles();
    const std::string before(instruction_set());
    std::vector<std::vector<double>> all;
    for (const std::string_view name : available_instruction_sets()) {
        force_instruction_set(name);
        RectangleBounds bounds(activations, rectangles.size());
        for (const Rectangle& rectangle : rectangles) {
            bounds.add(rectangle.re_min, rectangle.re_max, rectangle.im);
        }
        bounds.compute(std::vector{1.1, -0.7, 2.0});
        all.emplace_back();
        for (std::size_t layer = 0; layer < activations.size(); ++layer) {
            all.back().insert(all.back().end(), bounds.slopes(layer), bounds.slopes(layer) + rectangles.size());
            all.back().insert(all.back().end(), bounds.moduli(layer + 1), bounds.moduli(layer + 1) + rectangles.size());
        }
    }
    force_instruction_set(before);
    for (const std::vector<double>& bounds : all) {
        CHECK(bounds == all[0]);
    }
}

TEST_CASE("the strip reaches to the chain's nearest pole") {
    // tanh(w_2 tanh(w_1 x)) has it where w_1 x = i atan(pi / (2 w_2)).
    using enum Activation;
    CHECK(strip_half_width(std::vector{tanh, tanh}, std::vector{2.0, -3.0}) ==
          doctest::Approx(0.5 * std::atan(0.5 * 3.14159265358979 / 3.0)).epsilon(1e-9));
    CHECK(strip_half_width(std::vector{sigmoid}, std::vector{0.5}) == doctest::Approx(2 * 3.14159265358979));
    CHECK(strip_half_width(std::vector{softplus, identity}, std::vector{-2.0, 5.0}) ==
          doctest::Approx(0.5 * 3.14159265358979));
    CHECK(strip_half_width(std::vector{identity}, std::vector{3.0}) == kUnbounded);
    CHECK(strip_half_width(std::vector{tanh, tanh}, std::vector{1.0, 0.0}) ==
          doctest::Approx(0.5 * 3.14159265358979));  // that of df/dw_2
}
