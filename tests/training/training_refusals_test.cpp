// Settings and data that training refuses.
#include <doctest/doctest.h>

#include <cmath>
#include <cstddef>
#include <limits>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "skein/chain.hpp"
#include "skein/dataset.hpp"
#include "skein/ensemble_trainer.hpp"
#include "skein/gradient.hpp"
#include "skein/schedule.hpp"
#include "skein/trainer.hpp"
#include "support/training_cases.hpp"

namespace skein::test {

namespace {

std::string refusal(const TrainingSettings& settings, std::vector<double> start = {0.5, 0.5}) {
    TrainingState<double> state{Chain<double>(start)};
    try {
        run(state, teacher_data(100), settings);
    } catch (const std::invalid_argument& error) {
        CHECK(weights_of(state) == start);
        return error.what();
    }
    return "accepted";
}

}  // namespace

TEST_CASE("settings that float32 cannot hold are refused for it, by name") {
    const auto refusal_of_float = [](auto change) -> std::string {
        TrainingSettings settings;
        settings.stop.max_steps = 1;
        change(settings);
        TrainingState<double> wide{Chain<double>({0.5})};
        CHECK_NOTHROW(train<double>(wide, Dataset<double>({1}, {1}), settings));
        TrainingState<float> state{Chain<float>({0.5f})};
        try {
            train<float>(state, Dataset<float>({1}, {1}), settings);
        } catch (const std::invalid_argument& error) {
            return error.what();
        }
        return "accepted";
    };
    CHECK(refusal_of_float([](auto& s) { s.learning_rates = {1e-46}; }) ==
          "the learning rate is 1e-46: expected a positive number, also when rounded to float32");
    CHECK(refusal_of_float([](auto& s) { s.learning_rates = {1e39}; }) ==
          "the learning rate is 1e+39: expected a positive number, also when rounded to float32");
    CHECK(refusal_of_float([](auto& s) { s.optimizer.epsilon = 1e-46; }) ==
          "epsilon is 1e-46: expected a positive number, also when rounded to float32");
    CHECK(refusal_of_float([](auto& s) { s.optimizer.momentum = 0.99999999; }) ==
          "the momentum is 0.99999999: expected at least 0 and less than 1, also when rounded to float32");
    CHECK(refusal_of_float([](auto& s) { s.optimizer.weight_decay = 1e-50; }) ==
          "the weight decay is 1e-50: expected 0 or more, also when rounded to float32");
    CHECK(refusal_of_float([](auto& s) { s.clip_norm = 1e-46; }) ==
          "the norm to clip gradients at is 1e-46: expected a positive number, also when rounded to float32");
    CHECK(refusal_of_float([](auto& s) { s.schedule.scale = 1e39; }) ==
          "the scale of the schedule is 1e+39: expected a positive number, also when rounded to float32");
    CHECK(refusal_of_float([](auto& s) { s.optimizer.weight_decay = 0.0; }) == "accepted");

    EnsembleSettings lanes;
    lanes.common.stop.max_steps = 1;
    lanes.learning_rates = {0.1, 1e-46};
    Ensemble<float> ensemble(2, 1, std::vector<float>{0.5f, 0.5f});
    CHECK_THROWS_WITH_AS(train(ensemble, Dataset<float>({1}, {1}), lanes),
                         "lane 1: the learning rate is 1e-46: expected a positive number, also when rounded to float32",
                         std::invalid_argument);
}

TEST_CASE("settings out of range are refused, and change nothing") {
    TrainingSettings settings;
    CHECK(refusal(settings) ==
          "no stop rule is set: expected max_steps, max_epochs, target_loss, gradient_norm or max_seconds");
    settings.stop.max_steps = 1;
    const auto with = [&](auto change) {
        TrainingSettings changed = settings;
        change(changed);
        return refusal(changed);
    };
    CHECK(with([](auto& s) { s.learning_rates = {0.0}; }) == "the learning rate is 0: expected a positive number");
    CHECK(with([](auto& s) {
              s.learning_rates = {0.1, -1.0};
          }) == "the learning rate is -1: expected a positive number");
    CHECK(with([](auto& s) {
              s.learning_rates = {0.1, 0.1, 0.1};
          }) == "3 learning rates for 2 layers: expected one, or one per layer");
    CHECK(with([](auto& s) { s.optimizer.momentum = 1.0; }) ==
          "the momentum is 1: expected at least 0 and less than 1");
    CHECK(with([](auto& s) { s.optimizer.weight_decay = -0.1; }) == "the weight decay is -0.1: expected 0 or more");
    CHECK(with([](auto& s) { s.optimizer.epsilon = 0.0; }) == "epsilon is 0: expected a positive number");
    CHECK(with([](auto& s) { s.clip_norm = 0.0; }) == "the norm to clip gradients at is 0: expected a positive number");
    CHECK(with([](auto& s) { s.stop.target_loss = NAN; }) == "the target loss is nan: expected 0 or more");
    CHECK(with([](auto& s) { s.optimizer.kind = static_cast<Optimizer::Kind>(9); }) ==
          "the kind of the optimizer is 9: expected one of its enumerators");
    CHECK(with([](auto& s) { s.batch_size = 101; }) ==
          "the batch size is 101: expected at most the 100 samples of the data set");
    CHECK(with([](auto& s) { s.execution.num_threads = -1; }) ==
          "the number of threads is -1: expected from 0 (as many as OpenMP takes) to 1024");
    CHECK(with([](auto& s) { s.execution.num_threads = 1'000'000; }) ==
          "the number of threads is 1000000: expected from 0 (as many as OpenMP takes) to 1024");
    CHECK(with([](auto& s) { s.schedule.kind = Schedule::Kind::step; }) ==
          "every_steps of the step schedule is 0: expected at least 1");
}

TEST_CASE("data that could not be trained on are refused") {
    const auto message = [](std::vector<double> x, std::vector<double> y, std::vector<double> m = {}) -> std::string {
        try {
            Dataset<double>(std::move(x), std::move(y), std::move(m));
        } catch (const std::invalid_argument& error) {
            return error.what();
        }
        return "accepted";
    };
    CHECK(message({}, {}) == "the data set has no samples");
    CHECK(message({1, 2}, {1}) == "y has 1 rows: expected 2, as x has");
    CHECK(message({1, NAN}, {1, 2}) == "x in row 2 is nan: expected a finite number");
    CHECK(message({1, 2}, {INFINITY, 2}) == "y in row 1 is inf: expected a finite number");
    CHECK(message({1, 2}, {1, 2}, {1, -1}) == "the sample weight in row 2 is -1: expected 0 or more");
    CHECK(message({1, 2}, {1, 2}, {0, 0}) == "the sample weights sum to 0: expected at least one that is positive");
    CHECK(message({1, 2}, {1, 2}, {1e308, 1e308}) == "accepted");
    CHECK(message({1, 2}, {1, 2}, {0, 1}) == "accepted");
    CHECK_THROWS_WITH_AS(Chain<double>(std::vector<double>{}), "a chain has no weights: expected at least one layer",
                         std::invalid_argument);
    CHECK_THROWS_WITH_AS(Chain<double>({1.0, NAN}), "weight 2 is nan: expected a finite number", std::invalid_argument);
    CHECK_THROWS_AS(Chain<double>({1.0}, static_cast<Activation>(77)), std::invalid_argument);
    CHECK_THROWS_AS((void)initial_weights<float>(1, {Initialization::Kind::equal, 1e300}, 0), std::invalid_argument);
    const Chain<double> chain({1.0});
    CHECK_THROWS_AS((void)loss_and_gradient(chain, MiniBatch<double>{nullptr, nullptr, nullptr, 4}),
                    std::invalid_argument);
    for (const int num_threads : {-1, 1025}) {
        CHECK_THROWS_AS((void)mean_loss(chain, Dataset<double>({1.0}, {0.0}), {num_threads, 0}), std::invalid_argument);
        std::vector<double> outputs{1.0};
        CHECK_THROWS_AS(predict<double>(chain, outputs, outputs, {num_threads, 0}), std::invalid_argument);
    }
    const Execution huge_tile{1, std::numeric_limits<std::size_t>::max()};
    CHECK(loss_and_gradient(chain, Dataset<double>({1.0}, {0.0}), huge_tile).loss ==
          mean_loss(chain, Dataset<double>({1.0}, {0.0})).loss);
    CHECK_THROWS_WITH_AS((void)initial_weights<double>(0, {}, 1), "the number of layers is 0: expected at least 1",
                         std::invalid_argument);
}

}  // namespace skein::test
