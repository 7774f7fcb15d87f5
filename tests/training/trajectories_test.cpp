// Ten-step training trajectories against 25-digit values: every optimizer, schedule, weight decay and clipping on and
// off (tests/fixtures/trajectories.json, made by make_trajectories.py, which lists the operations and their roundings).
// After each step each weight may be off by
//
//     (ULP bound + 1) x activation_sensitivity + rounding_sensitivity + 2 ULP of its value,
//
// the ULP bound being that of the chain's elementary functions, and one ULP 2^-52 (float: 2^-23, and the sensitivities
// 2^29 times what the file says). The + 1 and the + 2 ULP leave room for what is not of first order.
#include <doctest/doctest.h>

#include <bit>
#include <cstring>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "skein/trainer.hpp"
#include "support/reference.hpp"

using namespace skein;
using nlohmann::json;

namespace {

constexpr std::uint64_t kNumSteps = 10;

Optimizer read_optimizer(const json& values) {
    Optimizer optimizer;
    optimizer.kind = static_cast<Optimizer::Kind>(
        std::find(kOptimizerNames.begin(), kOptimizerNames.end(), values["kind"].get<std::string>()) -
        kOptimizerNames.begin());
    optimizer.momentum = values["momentum"].get<double>();
    optimizer.weight_decay = values["weight_decay"];
    optimizer.beta1 = values["beta1"];
    optimizer.beta2 = values["beta2"];
    optimizer.epsilon = values["epsilon"];
    optimizer.smoothing = values.value("smoothing", optimizer.smoothing);
    return optimizer;
}

Schedule read_schedule(const json& values) {
    Schedule schedule;
    schedule.kind = static_cast<Schedule::Kind>(
        std::find(kScheduleNames.begin(), kScheduleNames.end(), values["kind"].get<std::string>()) -
        kScheduleNames.begin());
    schedule.warm_up_steps = values["warm_up_steps"];
    schedule.decay = values["decay"];
    schedule.every_steps = values["every_steps"];
    schedule.total_steps = values["total_steps"];
    schedule.final_factor = values["final_factor"];
    return schedule;
}

/// The norms of the gradients, step by step.
template <class Scalar>
class Norms final : public Observer<Scalar> {
public:
    bool after_step(const StepReport<Scalar>& report) override {
        norms.push_back(report.gradient_norm);
        return true;
    }
    std::vector<double> norms;
};

template <class Scalar>
struct Trajectory {
    explicit Trajectory(const json& values)
        : numbers(values),
          start(values["weights"].get<std::vector<Scalar>>(),
                reference::parse_activations(values["activation"].get<std::vector<std::string>>())),
          data(values["x"].get<std::vector<Scalar>>(), values["y"].get<std::vector<Scalar>>(),
               values["sample_weight"].is_null() ? std::vector<Scalar>{}
                                                 : values["sample_weight"].get<std::vector<Scalar>>()) {
        settings.optimizer = read_optimizer(values["optimizer"]);
        settings.schedule = read_schedule(values["schedule"]);
        settings.learning_rates = values["learning_rates"].get<std::vector<double>>();
        if (!values["clip_norm"].is_null()) {
            settings.clip_norm = values["clip_norm"].get<double>();
        }
    }

    void check_weights(std::uint64_t step, std::span<const Scalar> weights) const {
        const double max_ulp = reference::max_ulp<Scalar>(start.activations());
        constexpr double kUlp = std::numeric_limits<Scalar>::epsilon();
        constexpr double kScale = kUlp / std::numeric_limits<double>::epsilon();
        for (std::size_t layer = 0; layer < weights.size(); ++layer) {
            const std::string digits = numbers["after_step"][step][layer];
            const double activation = numbers["activation_sensitivity"][step][layer];
            const double rounding = numbers["rounding_sensitivity"][step][layer];
            const double allowed =
                kScale * ((max_ulp + 1.0) * activation + rounding) + 2.0 * kUlp * double{std::fabs(weights[layer])};
            CAPTURE(step);
            CAPTURE(layer);
            CAPTURE(digits);
            CAPTURE(weights[layer]);
            CHECK(reference::distance(weights[layer], digits) <= static_cast<long double>(allowed));
        }
    }

    /// Trains from `state.step` up to `last_step` updates.
    void go_on(TrainingState<Scalar>& state, std::uint64_t last_step, Norms<Scalar>& norms) {
        settings.stop.max_steps = last_step;
        Observer<Scalar>* const observers[] = {&norms};
        const TrainingOutcome outcome = train(state, data, settings, std::span<Observer<Scalar>* const>(observers));
        CHECK(outcome.status == Status::reached_max_steps);
        CHECK(outcome.steps == last_step);
    }

    /// Step by step with the same state, and all ten at once: to the same bits.
    void check() {
        TrainingState<Scalar> stepwise(start);
        Norms<Scalar> norms;
        for (std::uint64_t step = 0; step < kNumSteps; ++step) {
            go_on(stepwise, step + 1, norms);
            check_weights(step, stepwise.chain.weights());
        }
        TrainingState<Scalar> at_once(start);
        Norms<Scalar> norms_at_once;
        go_on(at_once, kNumSteps, norms_at_once);
        const std::size_t bytes = start.num_layers() * sizeof(Scalar);
        CHECK(std::memcmp(at_once.chain.weights().data(), stepwise.chain.weights().data(), bytes) == 0);
        CHECK(at_once.first_moment == stepwise.first_moment);
        CHECK(at_once.second_moment == stepwise.second_moment);
        CHECK(norms_at_once.norms == norms.norms);
        check_clipping(norms.norms);
    }

    /// The steps that clip are those of the exact trajectory, and some do while others do not.
    void check_clipping(const std::vector<double>& norms) const {
        if (settings.clip_norm) {
            std::vector<bool> clipped;
            for (const double norm : norms) {
                clipped.push_back(norm > *settings.clip_norm);
            }
            CHECK(clipped == numbers["clipped"].get<std::vector<bool>>());
            CHECK(std::find(clipped.begin(), clipped.end(), true) != clipped.end());
            CHECK(std::find(clipped.begin(), clipped.end(), false) != clipped.end());
        }
    }

    const json& numbers;
    Chain<Scalar> start;
    Dataset<Scalar> data;
    TrainingSettings settings;
};

json read_trajectories() {
    json all = json::array();
    for (const char* const name : {"/trajectories.json", "/trajectories_rmsprop.json"}) {
        std::ifstream file(SKEIN_TEST_DATA + std::string(name));
        REQUIRE(file);
        const json runs = json::parse(file);
        all.insert(all.end(), runs.begin(), runs.end());
    }
    return all;
}

}  // namespace

TEST_CASE("trajectories: float64 training follows the exact one, step by step and all at once") {
    const json runs = read_trajectories();
    CHECK(runs.size() == 80);
    for (std::size_t index = 0; index < runs.size(); ++index) {
        CAPTURE(index);
        Trajectory<double>(runs[index]).check();
    }
}

TEST_CASE("trajectories: float32 training likewise, where the inputs are exact in float") {
    const json runs = read_trajectories();
    int checked = 0;
    for (std::size_t index = 0; index < runs.size(); ++index) {
        if (runs[index]["exact_in_float"].get<bool>()) {
            CAPTURE(index);
            Trajectory<float>(runs[index]).check();
            ++checked;
        }
    }
    CHECK(checked == 40);
}
