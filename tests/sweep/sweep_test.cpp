// A point of a sweep is its chain trained alone, to the bit; axes and their errors.
#include "skein/sweep.hpp"

#include <doctest/doctest.h>

#include <bit>
#include <cmath>
#include <string>
#include <vector>

#include "support/sweep_cases.hpp"

namespace skein {
namespace {

SweepSettings tanh_sweep() {
    SweepSettings settings;
    settings.weights = {0.5, -0.8, 1.1};
    settings.training.stop.max_steps = 30;
    settings.training.learning_rates = {0.3};
    settings.generated.emplace();
    settings.generated->num_samples = 9;
    settings.generated->teacher_weights = {1.2, 0.7};
    return settings;
}

SweepAxis axis(const std::string& name, std::vector<double> values) {
    return {parse_sweep_parameter(name), std::move(values)};
}

bool same(double a, double b) { return std::bit_cast<std::uint64_t>(a) == std::bit_cast<std::uint64_t>(b); }

/// Every point of the sweep against train() of its chain.
template <class Scalar>
void check_points(const SweepSettings& settings) {
    const Sweep<Scalar> sweep = test::make_sweep<Scalar>(settings);
    const std::size_t num_points = static_cast<std::size_t>(sweep.num_points());
    const SweepOutcome<Scalar> outcome = sweep.run(0, num_points);
    for (std::size_t index = 0; index < num_points; ++index) {
        const SweepPoint<Scalar> point = sweep.point(sweep.coordinates(index));
        TrainingState<Scalar> alone(Chain<Scalar>(point.weights, point.activations));
        const TrainingOutcome expected = train(alone, generate<Scalar>(*point.generated), point.training);
        CAPTURE(index);
        CHECK(outcome.points.status[index] == expected.status);
        CHECK(outcome.points.cause[index] == expected.cause);
        CHECK(outcome.points.steps[index] == expected.steps);
        CHECK(same(outcome.points.loss[index], expected.loss));
        for (std::size_t layer = 0; layer < sweep.max_layers(); ++layer) {
            const double weight = static_cast<double>(outcome.weights[index * sweep.max_layers() + layer]);
            if (layer < point.weights.size()) {
                CHECK(same(weight, static_cast<double>(alone.chain.weights()[layer])));
            } else {
                CHECK(std::isnan(weight));
            }
        }
    }
    // Whatever points are trained together.
    const SweepOutcome<Scalar> part = sweep.run(num_points / 3, num_points / 2);
    for (std::size_t index = 0; index < num_points / 2; ++index) {
        CHECK(same(part.points.loss[index], outcome.points.loss[num_points / 3 + index]));
        CHECK(part.points.status[index] == outcome.points.status[num_points / 3 + index]);
    }
}

std::string settings_error_of(const SweepSettings& settings) {
    try {
        test::make_sweep<double>(settings);
    } catch (const std::invalid_argument& error) {
        return error.what();
    }
    return "";
}

std::string parse_error(const std::string& name) {
    try {
        (void)parse_sweep_parameter(name);
    } catch (const std::invalid_argument& error) {
        return error.what();
    }
    return "";
}

TEST_CASE_TEMPLATE("points of a sweep are their chains alone", Scalar, float, double) {
    SweepSettings settings = tanh_sweep();
    SUBCASE("learning rates of two layers") {
        settings.axes = {axis("learning_rate[1]", log10_values(0.01, 300, 7)),
                         axis("learning_rate[3]", log10_values(0.1, 30, 5))};
    }
    SUBCASE("depth, scale and seed, in mini-batches") {
        settings.weights.clear();
        settings.num_layers = 4;
        settings.initialization.kind = Initialization::Kind::normal;
        settings.training.batch_size = 2;
        settings.axes = {axis("layers", {1, 2, 5, 9}), axis("weight_scale", {0.5, 2}), axis("seed", {1, 2, 3})};
    }
    SUBCASE("batch, momentum and weight decay") {
        settings.training.optimizer.kind = Optimizer::Kind::momentum;
        settings.axes = {axis("batch", {1, 3, 9}), axis("momentum", {0, 0.5, 0.95}), axis("weight_decay", {0, 0.1})};
    }
    SUBCASE("weights, offsets and the schedule's scale") {
        settings.training.schedule.kind = Schedule::Kind::cosine;
        settings.axes = {axis("weight[2]", {-1, 0, 2}), axis("weight_offset", {0, 0.25}),
                         axis("schedule_scale", {0.5, 4})};
    }
    SUBCASE("data") {
        settings.training.learning_rates = {0.3, 0.1, 0.2};
        settings.axes = {axis("data_seed", {1, 2}), axis("data_noise", {0, 1}), axis("teacher_weight[2]", {-2, 3}),
                         axis("learning_rate", {0.1, 1})};
    }
    check_points<Scalar>(settings);
}

// run() and point() have one source, so what a point is stands here by hand.
TEST_CASE("what axes change of a point") {
    SweepSettings settings = tanh_sweep();
    settings.training.optimizer.kind = Optimizer::Kind::adamw;
    settings.training.learning_rates = {0.3, 0.2, 0.1};
    settings.axes = {axis("learning_rate[2+3]", {5}), axis("weight_decay", {0.25}),  axis("teacher_weight[1]", {9}),
                     axis("data_noise", {0.5}),       axis("data_seed", {77}),       axis("weight[1]", {4}),
                     axis("weight_offset", {0.5}),    axis("schedule_scale", {1.5}), axis("batch", {3})};
    const Sweep<double> sweep = test::make_sweep<double>(settings);
    const SweepPoint<double> point = sweep.point(sweep.coordinates(0));
    CHECK(point.training.learning_rates == std::vector<double>{0.3, 5, 5});
    CHECK(point.training.optimizer.weight_decay == 0.25);
    CHECK(point.training.schedule.scale == 1.5);
    CHECK(point.training.batch_size == 3);
    CHECK(point.weights == std::vector<double>{4 + 0.5, -0.8 + 0.5, 1.1 + 0.5});
    CHECK(point.activations == std::vector<Activation>(3, Activation::tanh));
    CHECK(point.generated->teacher_weights == std::vector<double>{9, 0.7});
    CHECK(point.generated->noise == 0.5);
    CHECK(point.generated->seed == 77);

    settings = tanh_sweep();
    settings.weights.clear();
    settings.initialization.kind = Initialization::Kind::normal;
    settings.training.optimizer.kind = Optimizer::Kind::nesterov;
    settings.axes = {axis("layers", {2, 4}), axis("weight_scale", {0.5, 2}), axis("seed", {6, 7}),
                     axis("momentum", {0.1, 0.2}), axis("learning_rate", {0.7})};
    const Sweep<double> drawn = test::make_sweep<double>(settings);
    const SweepPoint<double> last = drawn.point(std::vector<double>{4, 2, 7, 0.2, 0.7});
    CHECK(last.weights == initial_weights<double>(4, {Initialization::Kind::normal, 2}, 7));
    CHECK(last.training.seed == 7);
    CHECK(last.training.optimizer.momentum == 0.2);
    CHECK(last.training.learning_rates == std::vector<double>{0.7});
    // A start in the middle of axes.
    CHECK(drawn.coordinates(13) == std::vector<double>{4, 0.5, 7, 0.2, 0.7});
    CHECK(same(drawn.run(13, 1).points.loss[0], drawn.run(0, 16).points.loss[13]));
    CHECK(drawn.run(5, 0).points.status.empty());
    CHECK_THROWS_WITH_AS((void)drawn.point(std::vector<double>{4, 2}), doctest::Contains("coordinates"),
                         std::invalid_argument);
    CHECK_THROWS_WITH_AS((void)drawn.point(std::vector<double>(10, 1.0)), doctest::Contains("coordinates"),
                         std::invalid_argument);
}

TEST_CASE("values of axes") {
    CHECK(linear_values(-1, 1, 5) == std::vector<double>{-1, -0.5, 0, 0.5, 1});
    CHECK(linear_values(2, 2, 1) == std::vector<double>{2});
    CHECK(linear_values(-1.5e308, 1.5e308, 3) == std::vector<double>{-1.5e308, 0, 1.5e308});
    for (std::size_t count = 2; count < 200; ++count) {
        const std::vector<double> whole = linear_values(1, static_cast<double>(count), count);
        for (std::size_t index = 0; index < count; ++index) CHECK(whole[index] == static_cast<double>(index + 1));
    }
    const std::vector<double> values = log10_values(1e-3, 1e5, 9);
    CHECK(values == std::vector<double>{1e-3, 1e-2, 1e-1, 1, 1e1, 1e2, 1e3, 1e4, 1e5});
    CHECK(log10_values(0.01, 1000, 6) == std::vector<double>{0.01, 0.1, 1, 10, 100, 1000});
    CHECK(log10_values(1, 16, 5) == std::vector<double>{1, 2, 4, 8, 16});
    CHECK(log10_values(1e-300, 1e300, 3) == std::vector<double>{1e-300, 1, 1e300});
    const std::vector<double> others = log10_values(0.1, 3, 7);
    for (std::size_t index = 0; index < others.size(); ++index) {
        // 2 ULP of exp10 and log, whose argument's error of 3 x 2^-53 is multiplied by log 10 = 2.3.
        CHECK(std::abs(others[index] / (0.1 * std::pow(30.0, static_cast<double>(index) / 6.0)) - 1) < 3e-15);
    }
    CHECK_THROWS_WITH((void)log10_values(0, 1, 3),
                      "the first value of a logarithmic axis is 0: expected a positive number");
    CHECK_THROWS_WITH((void)linear_values(0, 1, 1),
                      "the number of values is 1: expected at least 2 from two different bounds");
    CHECK_THROWS_WITH((void)linear_values(0, 1, 0), "the number of values is 0: expected at least 1");
    CHECK_THROWS_WITH((void)linear_values(INFINITY, 1, 2), "the first value is inf: expected a finite number");
}

TEST_CASE("names of parameters") {
    for (const std::string name :
         {"learning_rate", "learning_rate[1]", "weight[12]", "weight[1+3]", "teacher_weight", "seed"}) {
        CHECK(parse_sweep_parameter(name).name() == name);
    }
    CHECK(parse_sweep_parameter("weight[2]").layers == std::vector<std::size_t>{1});
    CHECK(parse_error("learning-rates").find("did you mean 'learning_rate'") != std::string::npos);
    CHECK(parse_error("weight[0]") ==
          "the parameter 'weight[0]' has no layer number: expected [1], [2], ..., as in w_1, w_2, or [1+3]");
    CHECK(parse_error("weight[x]") ==
          "the parameter 'weight[x]' has no layer number: expected [1], [2], ..., as in w_1, w_2, or [1+3]");
    CHECK(parse_error("momentum[1]") == "the parameter 'momentum[1]' has no layers: expected 'momentum'");
}

TEST_CASE("an axis of seeds is one where seeds matter") {
    const std::string no_effect =
        "axis seed: has no effect on these initial weights and batches: expected weights of init normal or uniform, or "
        "shuffled mini-batches";
    SweepSettings settings = tanh_sweep();
    settings.axes = {axis("seed", {1, 2})};
    CHECK(settings_error_of(settings) == no_effect);
    settings.training.batch_size = 2;
    CHECK(settings_error_of(settings) == "");
    settings.training.sampling = Sampling::sequential;
    CHECK(settings_error_of(settings) == no_effect);
    settings.weights.clear();
    CHECK(settings_error_of(settings) == "");
    settings.axes.push_back(axis("weight", {1}));
    CHECK(settings_error_of(settings) == no_effect);
    settings.axes.pop_back();
    settings.initialization.kind = Initialization::Kind::equal;
    CHECK(settings_error_of(settings) == no_effect);
    settings.training.sampling = Sampling::shuffled;
    settings.training.batch_size = 0;
    CHECK(settings_error_of(settings) == no_effect);
    settings.axes.push_back(axis("batch", {2}));
    CHECK(settings_error_of(settings) == "");
}

TEST_CASE("bad sweeps are refused, naming the axis") {
    const auto error_with = [](const std::string& name, std::vector<double> values) {
        SweepSettings settings = tanh_sweep();
        settings.axes = {axis(name, std::move(values))};
        return settings_error_of(settings);
    };
    CHECK(error_with("learning_rate", {}) == "axis learning_rate: the number of values is 0: expected at least 1");
    CHECK(error_with("learning_rate", {1, -1}) == "axis learning_rate: a value is -1: expected a positive number");
    CHECK(error_with("weight[2]", {NAN}) == "axis weight[2]: a value is nan: expected a finite number");
    CHECK(error_with("weight[4]", {1}) == "axis weight[4]: a chain has 3 layers");
    CHECK(error_with("teacher_weight[3]", {1}) == "axis teacher_weight[3]: the teacher has 2 layers");
    CHECK(error_with("momentum", {0.5}) ==
          "axis momentum: has no effect on this optimizer: expected momentum, nesterov or rmsprop");
    CHECK(error_with("layers", {2}) == "axis layers: cannot be combined with weights to start from");
    CHECK(error_with("batch", {10}) ==
          "axis batch: a value is 10: expected a whole number from 1 to the number of samples");
    CHECK(error_with("seed", {0.5}) == "axis seed: a value is 0.5: expected a whole number from 0 to 2^53");
    SweepSettings twice = tanh_sweep();
    twice.axes = {axis("weight[1]", {1}), axis("weight[1]", {2})};
    CHECK(settings_error_of(twice) == "axis weight[1]: is given twice");
    twice.axes = {axis("weight[1]", {1}), axis("weight[1+2]", {2})};
    CHECK(settings_error_of(twice) ==
          "axis weight[1]: axis weight[1+2] varies the same layer: expected every layer on one of them alone");
    twice.axes = {axis("weight[1]", {1}), axis("weight[2+3]", {2}), axis("weight_offset", {3})};
    CHECK(settings_error_of(twice) == "");
    SweepSettings large = tanh_sweep();
    for (const char* name : {"weight[1]", "weight[2]", "weight[3]", "seed"}) {
        large.axes.push_back(axis(name, linear_values(0, 65535, 65536)));
    }
    CHECK(settings_error_of(large) == "the sweep has too many points: expected less than 2^60");
}

}  // namespace
}  // namespace skein
