// A lane of an ensemble is the chain trained alone, to the bit: weights, status, losses, and all that is measured.
#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>
#include <string>
#include <vector>

#include "ensemble/slot_visits.hpp"
#include "skein/ensemble_trainer.hpp"
#include "skein/generated_data.hpp"
#include "skein/instruction_set.hpp"
#include "skein/random.hpp"

namespace skein {

using namespace internal;
namespace {

/// What an ensemble's outcome says of a lane, found from its chain alone with an observer: the plain twin.
template <class Scalar>
class LossMeasures final : public Observer<Scalar> {
public:
    LossMeasures(std::optional<double> marked, std::vector<std::uint64_t> recorded)
        : marked_(marked), recorded_(std::move(recorded)), recorded_losses(recorded_.size(), std::nan("")) {}

    bool after_step(const StepReport<Scalar>& report) override {
        const auto loss = static_cast<Scalar>(report.loss);
        losses.push_back(static_cast<double>(loss));
        smallest = std::min(smallest, losses.back());
        add(sum_, error_, loss);
        add(inverse_sum_, inverse_error_, Scalar(1) / loss);
        if (marked_ && marked_step == kNever && report.loss <= *marked_) {
            marked_step = losses.size() - 1;
        }
        for (std::size_t record = 0; record < recorded_.size(); ++record) {
            if (recorded_[record] == losses.size() - 1) {
                recorded_losses[record] = losses.back();
            }
        }
        return true;
    }

    double normalised_sum() const { return finite(sum_, error_) / losses[0]; }
    double inverse_sum() const { return finite(inverse_sum_, inverse_error_) * losses[0]; }
    bool decreased() const {
        double last = 0.0;
        const std::size_t count = std::min<std::size_t>(20, losses.size());
        for (std::size_t step = losses.size() - count; step < losses.size(); ++step) {
            last += losses[step];
        }
        return last / static_cast<double>(count) < losses[0];
    }

private:
    std::optional<double> marked_;
    std::vector<std::uint64_t> recorded_;
    Scalar sum_ = 0, error_ = 0, inverse_sum_ = 0, inverse_error_ = 0;

    static void add(Scalar& sum, Scalar& error, Scalar a) {
        const Scalar corrected = a - error;
        const Scalar next = sum + corrected;
        error = (next - sum) - corrected;
        sum = next;
    }
    static double finite(Scalar sum, Scalar error) {
        const double value = static_cast<double>(sum) - static_cast<double>(error);
        return std::isfinite(value) ? value : std::numeric_limits<double>::infinity();
    }

public:
    std::vector<double> losses;
    double smallest = std::numeric_limits<double>::infinity();
    std::uint64_t marked_step = kNever;
    std::vector<double> recorded_losses;
};

bool same(double a, double b) { return std::bit_cast<std::uint64_t>(a) == std::bit_cast<std::uint64_t>(b); }

/// Random choices, all functions of (seed, how many were made).
class Choices {
public:
    explicit Choices(std::uint64_t seed) : seed_(seed) {}
    std::size_t below(std::size_t bound) {
        return random::integer(seed_, random::Stream::replacement, count_++, bound);
    }
    bool odds(std::size_t one_in) { return below(one_in) == 0; }
    double uniform_in(double low, double high) {
        return low + (high - low) * skein::random::uniform(seed_, random::Stream::noise, count_++);
    }
    template <class Value>
    Value one_of(std::initializer_list<Value> values) {
        return values.begin()[below(values.size())];
    }

private:
    std::uint64_t seed_;
    std::uint64_t count_ = 0;
};

template <class Scalar>
struct Case {
    std::vector<Scalar> weights;  // [lanes x layers]
    std::vector<Activation> activations;
    std::vector<Dataset<Scalar>> data;
    EnsembleSettings settings;
    std::size_t num_lanes;
};

template <class Scalar>
Dataset<Scalar> random_data(Choices& choose, std::uint64_t num_samples, bool weighted) {
    GeneratedData settings;
    settings.num_samples = num_samples;
    settings.seed = choose.below(1000);
    settings.noise = choose.odds(2) ? 0.0 : 0.3;
    settings.teacher_weights = {choose.uniform_in(-2, 2), choose.uniform_in(-2, 2)};
    if (!weighted) {
        return generate<Scalar>(settings);
    }
    std::vector<Scalar> x(num_samples), y(num_samples), m(num_samples);
    for (std::size_t sample = 0; sample < num_samples; ++sample) {
        x[sample] = static_cast<Scalar>(choose.uniform_in(-2, 2));
        y[sample] = static_cast<Scalar>(choose.uniform_in(-1, 1));
        m[sample] = static_cast<Scalar>(choose.uniform_in(0, 3));
    }
    return Dataset<Scalar>(x, y, m);
}

std::vector<double> random_column(Choices& choose, std::size_t size, double low, double high) {
    std::vector<double> column(size);
    std::ranges::generate(column, [&] { return std::exp2(choose.uniform_in(low, high)); });
    return column;
}

/// Learning rates up to 2^4: many lanes diverge, in every way there is.
template <class Scalar>
Case<Scalar> random_case(std::uint64_t seed) {
    Choices choose(seed);
    Case<Scalar> c;
    c.num_lanes = 1 + choose.below(choose.one_of<std::size_t>({5, 40, 150}));
    const std::size_t num_layers = 1 + choose.below(choose.one_of<std::size_t>({3, 6, 12}));
    const std::uint64_t num_samples = 1 + choose.below(choose.one_of<std::size_t>({4, 20, 70, 1100, 2100}));
    c.activations.assign(num_layers, static_cast<Activation>(choose.below(kActivationNames.size())));
    for (Activation& activation : c.activations) {
        if (choose.odds(5)) {
            activation = static_cast<Activation>(choose.below(kActivationNames.size()));
        }
    }
    for (std::size_t index = 0; index < c.num_lanes * num_layers; ++index) {
        const bool is_zero = choose.odds(40);
        c.weights.push_back(static_cast<Scalar>(is_zero ? (choose.odds(2) ? 0.0 : -0.0) : choose.uniform_in(-3, 3)));
    }
    const bool weighted = choose.odds(4);
    const std::size_t num_data = choose.odds(3) ? c.num_lanes : 1;
    for (std::size_t index = 0; index < num_data; ++index) {
        c.data.push_back(random_data<Scalar>(choose, num_samples, weighted && choose.odds(2)));
    }

    EnsembleSettings& settings = c.settings;
    TrainingSettings& common = settings.common;
    common.optimizer.kind = static_cast<Optimizer::Kind>(choose.below(kOptimizerNames.size()));
    common.optimizer.weight_decay = choose.odds(3) ? 0.01 : 0.0;
    common.learning_rates = random_column(choose, choose.odds(2) ? 1 : num_layers, -5, 4);
    common.schedule.kind = static_cast<Schedule::Kind>(choose.below(kScheduleNames.size()));
    common.schedule.every_steps = 3;
    common.schedule.warm_up_steps = choose.below(3);
    common.batch_size = choose.odds(2) ? 0 : 1 + choose.below(num_samples);
    common.sampling = static_cast<Sampling>(choose.below(kSamplingNames.size()));
    common.seed = choose.below(100);
    common.stop.max_steps = num_samples > 1000 ? 4 + choose.below(4) : 4 + choose.below(60);
    if (choose.odds(4)) {
        common.stop.max_epochs = 3;
    }
    if (choose.odds(2)) {
        common.stop.target_loss = choose.uniform_in(0, 0.5);
    }
    if (choose.odds(4)) {
        common.stop.gradient_norm = choose.uniform_in(0, 0.1);
    }
    if (choose.odds(4)) {
        common.clip_norm = choose.uniform_in(0.1, 2);
    }
    common.execution = {1 + static_cast<int>(choose.below(3)), choose.one_of<std::size_t>({0, 1, 16, 48, 256})};
    if (choose.odds(2)) {
        settings.learning_rates = random_column(choose, c.num_lanes * (choose.odds(2) ? 1 : num_layers), -5, 4);
    }
    if (choose.odds(3)) {
        settings.momentum = random_column(choose, c.num_lanes, -4, -0.1);
    }
    if (choose.odds(3)) {
        settings.weight_decay = random_column(choose, c.num_lanes, -9, -2);
    }
    if (choose.odds(3)) {
        settings.schedule_scale = random_column(choose, c.num_lanes, -2, 2);
    }
    if (choose.odds(3)) {
        for (std::size_t lane = 0; lane < c.num_lanes; ++lane) {
            settings.seeds.push_back(choose.below(50));
        }
    }
    if (choose.odds(2)) {
        settings.marked_loss = choose.uniform_in(0, 1);
    }
    if (choose.odds(2)) {
        settings.recorded_steps = {0, 2, 5, 30};
    }
    return c;
}

template <class Scalar>
void check_lane(const Case<Scalar>& c, std::size_t lane, const Ensemble<Scalar>& start, const Ensemble<Scalar>& end,
                const EnsembleOutcome& outcome) {
    LossMeasures<Scalar> measures(c.settings.marked_loss, c.settings.recorded_steps);
    Observer<Scalar>* const observers[] = {&measures};
    TrainingState<Scalar> alone(start.chain(lane));
    const TrainingOutcome expected = train<Scalar>(alone, c.data[c.data.size() == 1 ? 0 : lane],
                                                   lane_settings(c.settings, lane, c.num_lanes), observers);
    CAPTURE(lane);
    for (std::size_t layer = 0; layer < start.num_layers(); ++layer) {
        CHECK(same(static_cast<double>(end.layer(layer)[lane]), static_cast<double>(alone.chain.weights()[layer])));
    }
    CHECK(outcome.status[lane] == expected.status);
    CHECK(outcome.cause[lane] == expected.cause);
    CHECK(outcome.steps[lane] == expected.steps);
    CHECK(same(outcome.loss[lane], expected.loss));
    // A mark set in the step that ends a lane is seen by no observer.
    REQUIRE(outcome.marked_step.size() == (c.settings.marked_loss ? c.num_lanes : 0));
    if (c.settings.marked_loss) {
        CHECK((outcome.marked_step[lane] == measures.marked_step || outcome.marked_step[lane] == expected.steps));
    }
    for (std::size_t record = 0; record < c.settings.recorded_steps.size(); ++record) {
        CHECK(same(outcome.recorded_losses[record * c.num_lanes + lane], measures.recorded_losses[record]));
    }
    if (measures.losses.empty()) {
        CHECK(std::isnan(outcome.first_loss[lane]));
        return;
    }
    CHECK(same(outcome.first_loss[lane], measures.losses[0]));
    CHECK(same(outcome.smallest_loss[lane], measures.smallest));
    CHECK((same(outcome.normalised_loss_sum[lane], measures.normalised_sum()) || measures.losses[0] == 0));
    CHECK((same(outcome.inverse_loss_sum[lane], measures.inverse_sum()) || measures.losses[0] == 0));
    CHECK((outcome.loss_decreased[lane] == 1) == (measures.decreased() && expected.status != Status::diverged));
}

struct Seen {
    std::size_t converged = 0, reached = 0, diverged = 0;
};

template <class Scalar>
void check_case(std::uint64_t seed, Seen& seen) {
    CAPTURE(seed);
    const Case<Scalar> c = random_case<Scalar>(seed);
    const Ensemble<Scalar> start(c.num_lanes, c.weights, c.activations);
    Ensemble<Scalar> end = start;
    const EnsembleOutcome outcome = train<Scalar>(end, std::span<const Dataset<Scalar>>(c.data), c.settings);
    for (std::size_t lane = 0; lane < c.num_lanes; ++lane) {
        check_lane(c, lane, start, end, outcome);
        seen.converged += outcome.status[lane] == Status::converged ? 1 : 0;
        seen.reached += outcome.status[lane] == Status::reached_max_steps ? 1 : 0;
        seen.diverged += outcome.status[lane] == Status::diverged ? 1 : 0;
    }
}

TEST_CASE("slots are visited so that log2 partial sums give the fixed tree") {
    for (std::size_t count = 1; count <= 70; ++count) {
        CAPTURE(count);
        const std::vector<SlotVisit> visits = slot_visits(count);
        REQUIRE(visits.size() == count);
        std::vector<std::string> levels(kNumSumLevels);
        for (const SlotVisit& visit : visits) {
            REQUIRE(visit.level < kNumSumLevels);
            std::string& slot = levels[visit.level];
            slot = (visit.is_first ? "" : slot + " ") + std::to_string(visit.sample);
            for (std::size_t merge = 1; merge <= visit.num_merges; ++merge) {
                levels[visit.level - merge] =
                    "(" + levels[visit.level - merge] + "+" + levels[visit.level - merge + 1] + ")";
            }
        }
        // The tree of skein/gradient.hpp: pairs (s, s + 8), then (s, s + 4), ...
        std::vector<std::string> slots(16);
        for (std::size_t sample = 0; sample < count; ++sample) {
            slots[sample % 16] += (slots[sample % 16].empty() ? "" : " ") + std::to_string(sample);
        }
        for (std::size_t half = 8; half != 0; half /= 2) {
            for (std::size_t slot = 0; slot < half; ++slot) {
                if (!slots[slot + half].empty()) {
                    slots[slot] = "(" + slots[slot] + "+" + slots[slot + half] + ")";
                }
            }
        }
        CHECK(levels[0] == slots[0]);
    }
}

/// Fewer where a step takes a hundred times as long: software fma, sanitizers, emulation.
std::uint64_t num_cases() {
#if defined(__SANITIZE_ADDRESS__) || defined(SKEIN_EMULATED)
    return 30;
#else
    return instruction_set() == "portable" ? 60 : 300;
#endif
}

TEST_CASE("a lane equals its chain alone, whatever the settings") {
    Seen seen;
    for (std::uint64_t seed = 0; seed < num_cases(); ++seed) {
        check_case<float>(seed, seen);
        check_case<double>(seed + 1000, seen);
    }
    // The property is worth little unless lanes end in every way.
    CHECK(seen.converged > num_cases());
    CHECK(seen.reached > num_cases());
    CHECK(seen.diverged > num_cases());
}

/// How its lanes are placed: another place in another tile, on other threads.
TEST_CASE("loss_decreased looks at the last 20 losses of steps done, not at the loss that ended the lane") {
    // A deep product that leaps to its target in the 22nd step, and whose loss was above the first in most before.
    const std::vector<double> weights{
        0.34018685472114685, 0.9369608872415595,    1.676754285559431,    1.2171037465919181,   -0.7566583211015527,
        1.7109456501144056,  0.6221069216248551,    2.2737541403459964,   -0.40440529330741726, 1.5700861102116024,
        -1.0944076697279188, -0.038163515155401416, -2.215275501553513,   3.1069600882664075,   2.5100624560698535,
        4.061677940774773,   1.466930959810899,     -0.7719382328641965,  -2.3936736394048506,  -0.939284180045981,
        0.9266111892844874,  2.618315356811055,     -0.02142844301830596, -1.7135222135807358,  -0.42155681102733666,
        1.04553812082108,    0.3143778672790465,    -1.4245912995777015,  2.04700448870539,     0.48026317929749196,
        0.06718671424384975, 0.6721663734295723,    -1.1033427585694549,  2.0799549434492057,   3.361459024232373,
        -1.402323400072871};
    constexpr std::size_t kLanes = 1, kLayers = 36;
    const Ensemble<double> start(kLanes, kLayers, weights, Activation::identity);
    Ensemble<double> chains = start;
    const std::vector<double> one{1.0};
    const Dataset<double> data(one, one);
    EnsembleSettings settings;
    settings.common.batch_size = 0;
    settings.common.learning_rates = {0.01};
    settings.common.stop.max_steps = 200;
    settings.common.stop.target_loss = 0.01;
    const EnsembleOutcome outcome = train(chains, data, settings);
    for (std::size_t lane = 0; lane < kLanes; ++lane) {
        CAPTURE(lane);
        LossMeasures<double> measures(std::nullopt, {});
        Observer<double>* const observers[] = {&measures};
        TrainingState<double> alone(start.chain(lane));
        const TrainingOutcome expected = train<double>(alone, data, lane_settings(settings, lane, kLanes), observers);
        CHECK(expected.status == Status::converged);
        CHECK(expected.steps == 21);
        CHECK_FALSE(measures.decreased());
        CHECK(outcome.loss_decreased[lane] == 0);
    }
}

/// Lane by lane another layer's step is too large for its weight, or its gradient for the norm (float64); the loss and
/// the other layers are fine.
TEST_CASE_TEMPLATE("a lane ends where a weight or a gradient of any layer is not finite", Scalar, float, double) {
    constexpr std::size_t kNumLayers = 4;
    const double largest = static_cast<double>(std::numeric_limits<Scalar>::max());
    for (const std::uint64_t batch_size : {std::uint64_t{1}, std::uint64_t{0}}) {
        CAPTURE(batch_size);
        Case<Scalar> c{};
        c.num_lanes = 2 * kNumLayers;
        c.activations.assign(kNumLayers, Activation::identity);
        c.weights.assign(c.num_lanes * kNumLayers, Scalar(1));
        c.data.emplace_back(std::vector<Scalar>{Scalar(1), Scalar(2)}, std::vector<Scalar>{Scalar(9), Scalar(11)});
        c.settings.common.batch_size = batch_size;
        c.settings.common.stop.max_steps = 3;
        c.settings.learning_rates.assign(c.num_lanes * kNumLayers, 1e-3);
        for (std::size_t layer = 0; layer < kNumLayers; ++layer) {
            c.settings.learning_rates[layer * c.num_lanes + layer] = 0.9 * largest;
            // A gradient that is large in one layer alone: w_i small, the next one's delta large.
            const std::size_t lane = kNumLayers + layer;
            c.weights[layer * c.num_lanes + lane] = static_cast<Scalar>(1e-30);
            c.weights[(layer + 1) % kNumLayers * c.num_lanes + lane] = static_cast<Scalar>(1e30);
        }
        const Ensemble<Scalar> start(c.num_lanes, c.weights, c.activations);
        Ensemble<Scalar> end = start;
        const EnsembleOutcome outcome = train<Scalar>(end, std::span<const Dataset<Scalar>>(c.data), c.settings);
        for (std::size_t lane = 0; lane < c.num_lanes; ++lane) {
            check_lane(c, lane, start, end, outcome);
        }
        for (std::size_t lane = 0; lane < kNumLayers; ++lane) {
            CHECK(outcome.cause[lane] == Cause::weight_not_finite);
            CHECK(outcome.steps[lane] == 0);
        }
    }
}

TEST_CASE("a lane is the same at every place") {
    Choices choose(7);
    const Dataset<float> data = random_data<float>(choose, 9, false);
    constexpr std::size_t kNumLanes = 131, kNumLayers = 3;
    std::vector<float> weights(kNumLanes * kNumLayers);
    std::ranges::generate(weights, [&] { return static_cast<float>(choose.uniform_in(-3, 3)); });
    EnsembleSettings settings;
    settings.common.batch_size = 1;
    settings.common.stop.max_steps = 40;
    settings.learning_rates = random_column(choose, kNumLanes, -4, 5);
    const Ensemble<float> start(kNumLanes, kNumLayers, weights);
    Ensemble<float> expected = start;
    const EnsembleOutcome outcome = train(expected, data, settings);
    for (const Execution execution : {Execution{1, 16}, Execution{2, 48}, Execution{7, 0}, Execution{3, 512}}) {
        Ensemble<float> end = start;
        settings.common.execution = execution;
        CHECK(train(end, data, settings).loss == outcome.loss);
        CHECK(std::ranges::equal(end.weights(), expected.weights()));
    }
    const std::size_t shift = 5;  // each lane five places on
    std::vector<float> shifted = weights;
    std::vector<double> rates = settings.learning_rates;
    std::ranges::rotate(rates, rates.end() - shift);
    for (std::size_t layer = 0; layer < kNumLayers; ++layer) {
        const auto begin = shifted.begin() + static_cast<std::ptrdiff_t>(layer * kNumLanes);
        std::rotate(begin, begin + static_cast<std::ptrdiff_t>(kNumLanes - shift), begin + kNumLanes);
    }
    settings.learning_rates = rates;
    Ensemble<float> moved(kNumLanes, kNumLayers, shifted);
    const EnsembleOutcome moved_outcome = train(moved, data, settings);
    for (std::size_t lane = 0; lane < kNumLanes; ++lane) {
        CHECK(same(moved_outcome.loss[(lane + shift) % kNumLanes], outcome.loss[lane]));
    }
}

TEST_CASE("a stop request leaves unfinished lanes as they were") {
    const Dataset<double> data({1.0}, {0.5});
    std::vector<double> weights(40, 0.5);
    Ensemble<double> chains(20, 2, weights);
    EnsembleSettings settings;
    settings.common.stop.max_steps = 1'000'000'000;
    const std::atomic<bool> stop{true};
    settings.common.execution.stop_request = &stop;
    const EnsembleOutcome outcome = train(chains, data, settings);
    CHECK(std::ranges::count(outcome.status, Status::stopped) == 20);
    CHECK(std::ranges::count(outcome.cause, Cause::stop_request) == 20);
    CHECK(std::ranges::count(outcome.steps, 0u) == 20);
    CHECK(std::ranges::all_of(outcome.loss, [](double loss) { return std::isnan(loss); }));
    CHECK(std::ranges::equal(chains.weights(), weights));
}

TEST_CASE("a stop request in the middle leaves no trace of a tile, nor of its lanes that had ended") {
    struct Stopper final : EnsembleObserver {
        std::atomic<bool> stop{false};
        void after_tile(std::size_t) override {}
        void after_work(std::uint64_t) override { stop = true; }
    };
    constexpr std::size_t kNumLanes = 20;
    const Dataset<double> data({1.0}, {0.5});
    const std::vector<double> weights(2 * kNumLanes, 0.75);
    Ensemble<double> chains(kNumLanes, 2, weights, Activation::identity);
    Stopper observer;
    EnsembleSettings settings;
    settings.common.stop.max_steps = 1'000'000'000;
    settings.common.execution = {1, 32};
    settings.common.execution.stop_request = &observer.stop;
    settings.learning_rates.assign(kNumLanes, 1e-3);
    settings.learning_rates[3] = 100.0;  // diverges at once
    settings.marked_loss = 1e-3;
    settings.recorded_steps = {0, 1, 2};
    const EnsembleOutcome outcome = train(chains, data, settings, &observer);
    CHECK(std::ranges::count(outcome.status, Status::stopped) == kNumLanes);
    CHECK(std::ranges::count(outcome.cause, Cause::stop_request) == kNumLanes);
    CHECK(std::ranges::count(outcome.marked_step, kNever) == kNumLanes);
    for_each_column(settings, [&](const auto& column) {
        CAPTURE(column.name);
        const auto& values = outcome.*column.values;
        CHECK(values.size() == column.per_lane * kNumLanes);
        CHECK(std::memcmp(values.data(), std::vector(values.size(), column.untrained).data(),
                          values.size() * sizeof(values[0])) == 0);
    });
    CHECK(outcome.recorded_losses.size() == 3 * kNumLanes);
    CHECK(std::ranges::equal(chains.weights(), weights));
}

TEST_CASE("bad ensembles are refused, naming the lane") {
    const std::vector<double> weights(12, 0.5);
    const Dataset<double> data({1.0, 2.0}, {0.5, 0.1});
    CHECK_THROWS_WITH((Ensemble<double>(0, 3, weights)),
                      "an ensemble of 0 lanes and 3 layers: expected at least one of each");
    CHECK_THROWS_WITH((Ensemble<double>(5, 3, weights)),
                      "an ensemble of 5 lanes and 3 layers has 12 weights: expected lanes x layers");
    std::vector<double> infinite = weights;
    infinite[5] = INFINITY;
    CHECK_THROWS_WITH((Ensemble<double>(4, 3, infinite)), "lane 1: weight 2 is inf: expected a finite number");
    Ensemble<double> chains(4, 3, weights);
    CHECK_THROWS_WITH(chains.chain(4), "lane 4 of an ensemble of 4: lanes are counted from 0");
    const auto error_of = [&](const auto& change) -> std::string {
        EnsembleSettings settings;
        settings.common.stop.max_steps = 1;
        change(settings);
        try {
            train(chains, data, settings);
        } catch (const std::invalid_argument& error) {
            return error.what();
        }
        return "";
    };
    CHECK(error_of([](EnsembleSettings& s) {
              s.learning_rates = {0.1, 0.2, -1, 0.1};
          }) == "lane 2: the learning rate is -1: expected a positive number");
    CHECK(error_of([](EnsembleSettings& s) { s.learning_rates = {0.1}; }) ==
          "the number of the lanes' learning rates is 1: expected one per lane, or one per lane and layer, or none");
    CHECK(error_of([](EnsembleSettings& s) { s.momentum = {0.1}; }) ==
          "the number of the lanes' momenta is 1: expected one per lane, 4, or none");
    CHECK(error_of([](EnsembleSettings& s) { s.common.stop.max_seconds = 1; }) ==
          "max_seconds is set: expected none for an ensemble, whose lanes would depend on each other");
    CHECK(error_of([](EnsembleSettings& s) {
              s.recorded_steps = {2, 1};
          }) == "the number of recorded steps is 2: expected steps in ascending order");
    EnsembleSettings endless;
    endless.common.stop.target_loss = 0.1;
    CHECK_THROWS_WITH(train(chains, data, endless),
                      "the number of stop rules that end every lane is 0: expected max_steps or max_epochs");
    const std::vector<Dataset<double>> two{data, data};
    CHECK_THROWS_WITH(train<double>(chains, std::span<const Dataset<double>>(two), endless),
                      "the number of data sets is 2: expected one, or one per lane");
}

}  // namespace
}  // namespace skein
