// Many steps in one kernel call against the same steps one by one, to the bit.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <utility>
#include <vector>

#include "gradient/batch_gradient.hpp"
#include "kernels/kernel_table.hpp"
#include "samples/memory_source.hpp"
#include "skein/random.hpp"
#include "skein/trainer.hpp"
#include "training/optimizer_columns.hpp"

namespace skein::test {
namespace {

using internal::BatchGradient;

constexpr double kNone = -std::numeric_limits<double>::infinity();

/// A window of steps, and the chain that takes them.
template <class Scalar>
struct Window {
    Activation activation = Activation::tanh;
    Optimizer optimizer;
    std::vector<Scalar> weights;
    std::vector<Scalar> first_moment;  // of momentum and nesterov
    std::vector<double> learning_rates;
    std::size_t batch_size = 1;
    std::vector<double> factors;  // [steps]
    std::vector<Scalar> x, y;
    double watched_loss = kNone;
    double watched_norm = kNone;
};

/// What the steps made: those that were done.
template <class Scalar>
struct Made {
    std::vector<Scalar> weights, first_moment;
    std::vector<double> losses, norms;
    bool operator==(const Made&) const = default;
};

template <class Scalar>
Window<Scalar> make_window(Activation activation, std::size_t num_layers, std::size_t batch_size,
                           std::size_t num_steps) {
    Window<Scalar> window;
    window.activation = activation;
    window.batch_size = batch_size;
    for (std::size_t layer = 0; layer < num_layers; ++layer) {
        window.weights.push_back(static_cast<Scalar>(1.1 - 0.07 * static_cast<double>(layer % 8)));
        window.learning_rates.push_back(0.05 + 0.003 * static_cast<double>(layer));
    }
    for (std::size_t step = 0; step < num_steps; ++step) {
        window.factors.push_back(1.0 / (1.0 + 0.1 * static_cast<double>(step)));
    }
    for (std::size_t row = 0; row < batch_size * num_steps; ++row) {
        window.x.push_back(static_cast<Scalar>(4.0 * random::uniform(1, random::Stream::samples, row) - 2.0));
        window.y.push_back(static_cast<Scalar>(random::uniform(1, random::Stream::noise, row) - 0.5));
    }
    return window;
}

/// As train() makes steps one by one.
template <class Scalar>
Made<Scalar> steps_one_by_one(const Window<Scalar>& window) {
    TrainingSettings settings;
    settings.optimizer = window.optimizer;
    settings.learning_rates = window.learning_rates;
    TrainingState<Scalar> state{Chain<Scalar>(window.weights, window.activation)};
    state.first_moment = window.first_moment;
    internal::OptimizerColumns<Scalar> columns(settings, state);
    BatchGradient<Scalar> gradient(window.weights.size(), window.batch_size, {});
    const internal::MemorySource<Scalar> source(window.x, window.y, {});
    const BatchOrder order(window.x.size(), window.batch_size, Sampling::sequential, 0);
    internal::SampleFeed<Scalar> feed(source, order, 1, {});
    Made<Scalar> made;
    for (std::size_t step = 0; step < window.factors.size(); ++step) {
        gradient.compute(state.chain, feed, order.batch(step));
        const double norm = internal::gradient_norm(gradient.weight_gradients());
        if (!std::isfinite(gradient.loss()) || !std::isfinite(norm) || gradient.loss() <= window.watched_loss ||
            norm <= window.watched_norm) {
            break;
        }
        columns.update(gradient.weight_gradients(), norm, step, window.factors[step]);
        if (!columns.weights_are_finite()) {
            break;
        }
        columns.save(state);
        std::copy(columns.weights().begin(), columns.weights().end(), state.chain.weights().begin());
        made.losses.push_back(gradient.loss());
        made.norms.push_back(norm);
    }
    made.weights.assign(state.chain.weights().begin(), state.chain.weights().end());
    made.first_moment = state.first_moment;
    return made;
}

template <class Scalar>
Made<Scalar> small_steps(const Window<Scalar>& window) {
    const std::size_t num_steps = window.factors.size();
    const std::vector<Scalar> rates(window.learning_rates.begin(), window.learning_rates.end());
    Made<Scalar> made{window.weights, window.first_moment, std::vector<double>(num_steps),
                      std::vector<double>(num_steps)};
    const std::size_t num_done = internal::kernels::kernels<Scalar>().small_steps({
        .activation = window.activation,
        .kind = window.optimizer.kind,
        .momentum = static_cast<Scalar>(window.optimizer.momentum_or_default()),
        .weight_decay = static_cast<Scalar>(window.optimizer.weight_decay),
        .num_layers = window.weights.size(),
        .batch_size = window.batch_size,
        .num_steps = num_steps,
        .x = window.x.data(),
        .y = window.y.data(),
        .learning_rates = rates.data(),
        .learning_rate_factors = window.factors.data(),
        .watched_loss = window.watched_loss,
        .watched_norm = window.watched_norm,
        .weights = made.weights.data(),
        .first_moment = made.first_moment.data(),
        .losses = made.losses.data(),
        .gradient_norms = made.norms.data(),
    });
    made.losses.resize(num_done);
    made.norms.resize(num_done);
    return made;
}

constexpr std::size_t kBatchSizes[]{1, 5, 16, 17, 31, 32, 48, 63, 64};

}  // namespace

TEST_CASE_TEMPLATE("many steps in one call have the bits of steps one by one", Scalar, float, double) {
    for (const std::size_t num_layers : {1u, 2u, 3u, 4u, 5u, 6u, 7u, 8u, 9u, 32u}) {
        for (const std::size_t batch_size : kBatchSizes) {
            for (const std::size_t num_steps : {1u, 2u, 37u}) {
                CAPTURE(num_layers);
                CAPTURE(batch_size);
                CAPTURE(num_steps);
                const auto window = make_window<Scalar>(Activation::tanh, num_layers, batch_size, num_steps);
                const Made<Scalar> made = small_steps(window);
                CHECK(made.losses.size() == num_steps);
                CHECK(made.weights != window.weights);
                CHECK(made == steps_one_by_one(window));
            }
        }
    }
}

TEST_CASE_TEMPLATE("many steps in one call: every activation that has them", Scalar, float, double) {
    int num_activations = 0;
    for (const ActivationTraits& traits : kActivationTraits) {
        const Activation activation = parse_activation(traits.name);
        if (!internal::kernels::has_small_steps(activation)) {
            continue;
        }
        ++num_activations;
        for (const std::size_t batch_size : kBatchSizes) {
            CAPTURE(traits.name);
            CAPTURE(batch_size);
            const auto window = make_window<Scalar>(activation, 3, batch_size, 9);
            const Made<Scalar> made = small_steps(window);
            CHECK(made.losses.size() == 9);
            CHECK(made == steps_one_by_one(window));
        }
    }
    CHECK(num_activations == 4);
}

TEST_CASE_TEMPLATE("many steps in one call: momentum and weight decay", Scalar, float, double) {
    for (const Optimizer::Kind kind : {Optimizer::Kind::sgd, Optimizer::Kind::momentum, Optimizer::Kind::nesterov}) {
        for (const double weight_decay : {0.0, 0.01}) {
            CAPTURE(optimizer_traits(kind).name);
            CAPTURE(weight_decay);
            auto window = make_window<Scalar>(Activation::tanh, 4, 17, 37);
            window.optimizer.kind = kind;
            window.optimizer.weight_decay = weight_decay;
            if (kind != Optimizer::Kind::sgd) {
                window.first_moment.assign(4, Scalar(0.1));
            }
            const Made<Scalar> made = small_steps(window);
            CHECK(made.losses.size() == 37);
            CHECK(made == steps_one_by_one(window));
            window.y[20 * 17] = std::numeric_limits<Scalar>::infinity();
            CHECK(small_steps(window).losses.size() == 20);
            CHECK(small_steps(window) == steps_one_by_one(window));
        }
    }
}

TEST_CASE_TEMPLATE("a window ends before a step that needs a look", Scalar, float, double) {
    // One layer w = 0 stays where it is for samples (0, 0), until the sample that a step begins with.
    constexpr std::size_t kSteps = 37, kStop = 20;
    constexpr bool kIsFloat = sizeof(Scalar) == sizeof(float);
    struct Case {
        const char* cause;
        Scalar x, y;
        double learning_rate;
    };
    const Case cases[]{
        {"loss", Scalar(1), kIsFloat ? Scalar(1e25) : Scalar(1e200), 0.1},
        {"norm", kIsFloat ? Scalar(1e25) : Scalar(1e12), kIsFloat ? Scalar(1e16) : Scalar(1e150), 0.1},
        {"weight", kIsFloat ? Scalar(1e15) : Scalar(1e100), Scalar(1000), kIsFloat ? 1e30 : 1e250},
    };
    for (const Case& bad : cases) {
        for (const std::size_t batch_size : kBatchSizes) {
            CAPTURE(bad.cause);
            CAPTURE(batch_size);
            auto window = make_window<Scalar>(Activation::identity, 1, batch_size, kSteps);
            window.weights = {Scalar(0)};
            window.learning_rates = {bad.learning_rate};
            window.x.assign(window.x.size(), Scalar(0));
            window.y = window.x;
            window.x[kStop * batch_size] = bad.x;
            window.y[kStop * batch_size] = bad.y;
            const Made<Scalar> made = small_steps(window);
            CHECK(made.losses.size() == kStop);
            CHECK(made == steps_one_by_one(window));
        }
    }
}

TEST_CASE_TEMPLATE("a chain that diverges keeps the weights before the step that did it", Scalar, float, double) {
    auto window = make_window<Scalar>(Activation::identity, 3, 32, 37);
    window.learning_rates.assign(3, 5.0);
    const Made<Scalar> made = small_steps(window);
    CHECK(made.losses.size() > 1);
    CHECK(made.losses.size() < 20);
    CHECK(made == steps_one_by_one(window));
}

TEST_CASE_TEMPLATE("a watched loss or norm ends a window, and the rest of it goes on from there", Scalar, float,
                   double) {
    const auto whole = make_window<Scalar>(Activation::tanh, 4, 17, 37);
    const Made<Scalar> all = small_steps(whole);
    for (const auto& [watched, numbers] :
         {std::pair(&Window<Scalar>::watched_loss, &all.losses), {&Window<Scalar>::watched_norm, &all.norms}}) {
        auto window = whole;
        const auto smallest = std::ranges::min_element(*numbers);
        const auto first = static_cast<std::size_t>(smallest - numbers->begin());
        REQUIRE(first > 0);
        window.*watched = *smallest;
        const Made<Scalar> made = small_steps(window);
        CHECK(made.losses.size() == first);
        CHECK(made == steps_one_by_one(window));
        window.*watched = kNone;
        window.weights = made.weights;
        const auto num_samples = static_cast<std::ptrdiff_t>(first * window.batch_size);
        window.x.erase(window.x.begin(), window.x.begin() + num_samples);
        window.y.erase(window.y.begin(), window.y.begin() + num_samples);
        window.factors.erase(window.factors.begin(), window.factors.begin() + static_cast<std::ptrdiff_t>(first));
        CHECK(small_steps(window).weights == all.weights);
    }
}

TEST_CASE("an empty window does nothing") {
    auto window = make_window<double>(Activation::tanh, 2, 5, 0);
    CHECK(small_steps(window).weights == window.weights);
}

TEST_CASE("which runs have small steps") {
    const auto can_do = [](const std::vector<Activation>& activations, std::uint64_t batch_size,
                           const Optimizer& optimizer = {}, bool clips = false) {
        return internal::kernels::can_do_small_steps(activations.data(), activations.size(), batch_size, optimizer,
                                                     clips);
    };
    const std::vector<Activation> tanhs(4, Activation::tanh);
    CHECK(can_do(tanhs, 1));
    CHECK(can_do(std::vector(32, Activation::relu), 64));
    CHECK_FALSE(can_do({}, 1));
    CHECK_FALSE(can_do(std::vector(33, Activation::tanh), 1));
    CHECK_FALSE(can_do({Activation::tanh, Activation::relu}, 1));
    CHECK_FALSE(can_do({Activation::softplus}, 1));
    CHECK_FALSE(can_do(tanhs, 0));
    CHECK_FALSE(can_do(tanhs, 65));
    CHECK_FALSE(can_do(tanhs, 1, {}, true));
    for (const Optimizer::Kind kind : {Optimizer::Kind::momentum, Optimizer::Kind::nesterov}) {
        Optimizer optimizer;
        optimizer.kind = kind;
        CHECK(can_do(tanhs, 1, optimizer));
    }
    for (const Optimizer::Kind kind : {Optimizer::Kind::adamw, Optimizer::Kind::rmsprop}) {
        Optimizer optimizer;
        optimizer.kind = kind;
        CHECK_FALSE(can_do(tanhs, 1, optimizer));
    }
}

}  // namespace skein::test
