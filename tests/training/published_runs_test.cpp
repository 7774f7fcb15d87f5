// Published runs and closed forms, through the library. Each test case names its source.
// Sources that use the loss 1/2 (y - f)^2 are converted to skein's (y - f)^2: learning rates halved, sharpness doubled.
#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <cstdint>
#include <numbers>
#include <vector>

#include "skein/skein.hpp"

using namespace skein;

namespace {

TrainingSettings gradient_descent(double learning_rate, std::uint64_t steps) {
    TrainingSettings settings;
    settings.optimizer.kind = Optimizer::Kind::sgd;
    settings.learning_rates = {learning_rate};
    settings.stop.max_steps = steps;
    return settings;
}

double output(const Chain<double>& chain, double x) { return back_propagate(chain, x, 0.0).activations.back(); }

double sum_of_inverse_squares(const Chain<double>& chain) {
    double sum = 0.0;
    for (const double w : chain.weights()) {
        sum += 1.0 / (w * w);
    }
    return sum;
}

}  // namespace

// The expected values have ten decimals.
constexpr double kPrintedDigits = 1e-10;

TEST_CASE("a sigmoid unit learns slowly from a bad start") {
    // M. Nielsen, Neural Networks and Deep Learning, ch. 3: his w + b moves as one weight; he prints 0.82 -> 0.09 for
    // the first start, 0.98 -> 0.20 for the second, with learning rate 0.15 on 1/2 (y - f)^2 for w and for b.
    struct Run {
        double weight, first_output, last_output;
    };
    for (const Run& run : {Run{1.5, 0.8175744762, 0.0939556949}, Run{4.0, 0.9820137900, 0.2028484243}}) {
        TrainingState<double> state(Chain<double>({run.weight}, Activation::sigmoid));
        CHECK(std::fabs(output(state.chain, 1.0) - run.first_output) <= kPrintedDigits);
        const TrainingOutcome outcome = train(state, Dataset<double>({1.0}, {0.0}), gradient_descent(0.15, 300));
        CHECK(outcome.status == Status::reached_max_steps);
        CHECK(outcome.steps == 300);
        CHECK(std::fabs(output(state.chain, 1.0) - run.last_output) <= kPrintedDigits);
    }
}

TEST_CASE("gradient descent at the edge of stability converges below it") {
    // X. Zhu et al., Understanding Edge-of-Stability Training Dynamics with a Minimalist Example, ICLR 2023
    // (arXiv 2210.03294), theorem 3.1 and figure 2. Half the sharpness of our loss at a minimum is the sum of 1/w_i^2.
    constexpr double kLearningRate = 0.1;
    TrainingState<double> state(Chain<double>({2.6, 0.5, 2.6, 0.5}, Activation::identity));
    const Dataset<double> data({1.0}, {1.0});
    const TrainingOutcome outcome = train(state, data, gradient_descent(kLearningRate, 100'000));
    CHECK(outcome.steps == 100'000);
    CHECK(std::fabs(sum_of_inverse_squares(state.chain) - 9.9273602178) <= kPrintedDigits);
    CHECK(std::fabs(output(state.chain, 1.0) - 1.0) <= kPrintedDigits);  // at a minimum
    // The theorem's interval: wherever it starts, it ends less than 4/3 below the edge, 1 / learning rate = 10. (Not at
    // every step: the first one here takes a weight to 0.02 and the sum to 1,776.)
    CHECK(sum_of_inverse_squares(state.chain) < 1.0 / kLearningRate);
    CHECK(sum_of_inverse_squares(state.chain) > 1.0 / kLearningRate - 4.0 / 3.0);
}

TEST_CASE("gradient descent on the edge of stability converges to a known minimum") {
    // L. E. MacDonald et al., Convergence Rates for Gradient Descent on the Edge of Stability: an identity chain of
    // five layers. Tolerance 1e-12, as stated with the value.
    TrainingState<double> state(Chain<double>({1.05, 0.98, 1.0, 1.01, 0.97}, Activation::identity));
    train(state, Dataset<double>({1.0}, {1.0}), gradient_descent(0.19, 100'000));
    CHECK(std::fabs(sum_of_inverse_squares(state.chain) - 5.0075729275574) <= 1e-12);
    CHECK(std::fabs(output(state.chain, 1.0) - 1.0) <= 1e-12);
}

namespace {

/// Where gradient descent from weights (a, a) is after `steps` steps, less where the gradient flow is by then. The flow
/// of u = a^2 towards s = 1, du/dt = 2 u (1 - u), is solved for u: u(t) = 1 / (1 + (1/u0 - 1) exp(-2 t)); a step of
/// our loss is 2 x learning rate of its time.
double distance_from_flow(double a, double learning_rate, std::uint64_t steps) {
    TrainingState<double> state(Chain<double>({a, a}, Activation::identity));
    train(state, Dataset<double>({1.0}, {1.0}), gradient_descent(learning_rate, steps));
    const double time = 2.0 * learning_rate * static_cast<double>(steps);
    const double u = 1.0 / (1.0 + (1.0 / (a * a) - 1.0) * std::exp(-2.0 * time));
    return state.chain.weights()[0] - std::sqrt(u);
}

}  // namespace

TEST_CASE("small steps follow the gradient flow of a linear chain") {
    // A. M. Saxe, J. L. McClelland, S. Ganguli, Exact solutions to the nonlinear dynamics of learning in deep linear
    // neural networks, arXiv 1312.6120. Here from a = 0.1 for a flow time of 3, in which u goes from 0.01 to 0.80.
    //
    // Bound: a step is Euler's with h = 2 x learning rate for a' = g(a) = (1 - a^2) a. On (0, 1) the slope
    // g' = 1 - 3 a^2 is at most 1, and a'' = g' g is at most 0.2762 in size. Each step adds at most h^2/2 max|a''| and
    // multiplies what there is by at most 1 + h, so the error stays below h/2 max|a''| (exp(t) - 1).
    constexpr double kLargestSecondDerivative = 0.2762;
    constexpr double kTime = 3.0;
    double previous = 0.0;
    for (const std::uint64_t steps : {1'000u, 2'000u, 4'000u}) {
        const double learning_rate = kTime / (2.0 * static_cast<double>(steps));
        const double h = 2.0 * learning_rate;
        const double error = distance_from_flow(0.1, learning_rate, steps);
        CHECK(std::fabs(error) <= h / 2.0 * kLargestSecondDerivative * (std::exp(kTime) - 1.0));
        // First order: halving the step halves the error, up to O(h) of it.
        if (previous != 0.0) {
            CHECK(previous / error == doctest::Approx(2.0).epsilon(0.01));
        }
        previous = error;
    }
}

namespace {

struct Moments {
    double mean, variance;
};

/// Of ln|w| over initial weights, in long double so that summing adds no error to speak of.
Moments moments_of_log(const std::vector<double>& weights) {
    long double sum = 0.0L, sum_of_squares = 0.0L;
    for (const double w : weights) {
        const long double value = std::log(std::fabs(static_cast<long double>(w)));
        sum += value;
        sum_of_squares += value * value;
    }
    const long double count = static_cast<long double>(weights.size());
    const long double mean = sum / count;
    return {static_cast<double>(mean), static_cast<double>(sum_of_squares / count - mean * mean)};
}

}  // namespace

TEST_CASE("the logarithms of initial weights have their closed-form moments") {
    // O. Shamir, Exponential Convergence Time of Gradient Descent for One-Dimensional Deep Linear Neural Networks, COLT
    // 2019, rests on these. N(0, 1): mean -(gamma + ln 2)/2 = -0.63518, variance pi^2/8 = 1.23370, fourth central
    // moment less variance^2: pi^4/16 + 2 (pi^2/8)^2 = 3 pi^4/32. Uniform on (-sqrt 3, sqrt 3): ln|w| = ln sqrt 3 less
    // an exponential variable, mean -0.45069, variance 1, and 9 - 1 = 8.
    // Of n draws the mean has standard error sqrt(variance / n), the variance sqrt(3 pi^4/32 / n) or sqrt(8 / n). The
    // test allows 4 of them (odds against a right generator: 1 in 16,000 for each of the four), and the printed digits.
    constexpr std::size_t kDraws = 1'000'000;
    constexpr double kStandardErrors = 4.0;
    constexpr double kHalfDigit = 5e-6;
    const double pi_squared = std::numbers::pi * std::numbers::pi;
    struct Expected {
        Initialization initialization;
        Moments moments;
        double fourth;
    };
    const double normal_fourth = 3.0 * pi_squared * pi_squared / 32.0;
    const Expected normal{{Initialization::Kind::normal, 1.0}, {-0.63518, 1.23370}, normal_fourth};
    const Expected uniform{{Initialization::Kind::uniform, std::numbers::sqrt3}, {-0.45069, 1.0}, 8.0};
    for (const Expected& expected : {normal, uniform}) {
        const Moments moments = moments_of_log(initial_weights<double>(kDraws, expected.initialization, 6));
        const double mean_error = std::sqrt(expected.moments.variance / static_cast<double>(kDraws));
        const double variance_error = std::sqrt(expected.fourth / static_cast<double>(kDraws));
        CHECK(std::fabs(moments.mean - expected.moments.mean) <= kStandardErrors * mean_error + kHalfDigit);
        CHECK(std::fabs(moments.variance - expected.moments.variance) <= kStandardErrors * variance_error + kHalfDigit);
    }
}

namespace {

using Matrix = std::vector<std::vector<double>>;

/// By central differences of the gradient, symmetrised.
Matrix hessian(const Chain<double>& chain, const Dataset<double>& data, double step) {
    const std::size_t n = chain.num_layers();
    Matrix result(n, std::vector<double>(n));
    for (std::size_t column = 0; column < n; ++column) {
        Chain<double> above = chain, below = chain;
        above.weights()[column] += step;
        below.weights()[column] -= step;
        const std::vector<double> up = loss_and_gradient(above, data).weight_gradients;
        const std::vector<double> down = loss_and_gradient(below, data).weight_gradients;
        const double width = above.weights()[column] - below.weights()[column];
        for (std::size_t row = 0; row < n; ++row) {
            result[row][column] += (up[row] - down[row]) / width / 2.0;
            result[column][row] += (up[row] - down[row]) / width / 2.0;
        }
    }
    return result;
}

/// By power iteration from `start`; the other eigenvalues here are next to 0, so it ends at once.
double largest_eigenvalue(const Matrix& matrix, std::vector<double> vector) {
    double norm = 0.0;
    for (int iteration = 0; iteration < 50; ++iteration) {
        std::vector<double> next(vector.size(), 0.0);
        double squares = 0.0;
        for (std::size_t row = 0; row < matrix.size(); ++row) {
            for (std::size_t column = 0; column < matrix.size(); ++column) {
                next[row] += matrix[row][column] * vector[column];
            }
            squares += next[row] * next[row];
        }
        norm = std::sqrt(squares);
        for (double& entry : next) {
            entry /= norm;
        }
        vector = next;
    }
    return norm;
}

}  // namespace

TEST_CASE("the sharpness of a balanced minimum") {
    // Yoo et al. 2025 (their upper and lower bounds coincide in one dimension): with beta = sum(xy) / sum(x^2), our
    // sharpness at the balanced minimum of an identity chain of depth D is 2 D mean(x^2) |beta|^(2 - 2/D).
    // Tolerance 1e-6 as stated: central differences of step h err by h^2/6 of a fourth derivative and 2^-53/h of the
    // gradient's own size, for h = 1e-5 both far below.
    const std::vector<double> x{0.5, -1.25, 2.0, 0.75, -0.3}, y{0.2, -0.9, 1.1, 0.8, 0.1};
    double xy = 0.0, xx = 0.0;
    for (std::size_t sample = 0; sample < x.size(); ++sample) {
        xy += x[sample] * y[sample];
        xx += x[sample] * x[sample];
    }
    const double beta = xy / xx;
    const double mean_xx = xx / static_cast<double>(x.size());
    for (const int depth : {1, 2, 3, 5, 8}) {
        const double size = std::pow(std::fabs(beta), 1.0 / depth);
        std::vector<double> weights(static_cast<std::size_t>(depth), size);
        weights.back() = beta < 0 ? -size : size;
        std::vector<double> start = weights;
        for (double& entry : start) {
            entry = 1.0 / entry;  // the direction of the gradient of the product
        }
        const Matrix matrix = hessian(Chain<double>(weights, Activation::identity), Dataset<double>(x, y), 1e-5);
        const double expected = 2.0 * depth * mean_xx * std::pow(std::fabs(beta), 2.0 - 2.0 / depth);
        CHECK(std::fabs(largest_eigenvalue(matrix, start) - expected) <= 1e-6);
    }
}

TEST_CASE("Philox 4x32-10 gives Random123's known answers") {
    // Random123, tests/kat_vectors, the three lines "philox4x32 10".
    struct KnownAnswer {
        random::Block counter;
        std::array<std::uint32_t, 2> key;
        random::Block block;
    };
    const KnownAnswer answers[] = {
        {{0, 0, 0, 0}, {0, 0}, {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}},
        {{0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff},
         {0xffffffff, 0xffffffff},
         {0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}},
        {{0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344},
         {0xa4093822, 0x299f31d0},
         {0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}},
    };
    for (const KnownAnswer& answer : answers) {
        CHECK(random::philox(answer.counter, answer.key) == answer.block);
    }
}
