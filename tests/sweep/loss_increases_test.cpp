// EnsembleOutcome::loss_increases: how many steps had a loss above that of the step before, as a plain loop counts it.
#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include "skein/files/array_file.hpp"
#include "skein/files/sweep_files.hpp"
#include "skein/instruction_set.hpp"
#include "skein/sweep.hpp"
#include "support/sweep_cases.hpp"
#include "support/temporary_directory.hpp"

namespace skein {
namespace {

/// The plain twin: compares the losses in the precision of the chain.
template <class Scalar>
class IncreaseCounter final : public Observer<Scalar> {
public:
    bool after_step(const StepReport<Scalar>& report) override {
        losses.push_back(static_cast<Scalar>(report.loss));
        return true;
    }
    std::uint64_t count() const {
        std::uint64_t increases = 0;
        for (std::size_t step = 1; step < losses.size(); ++step) {
            increases += losses[step] > losses[step - 1] ? 1 : 0;
        }
        return increases;
    }
    std::vector<Scalar> losses;
};

SweepSettings settings_of(std::vector<SweepAxis> axes) {
    SweepSettings settings;
    settings.axes = std::move(axes);
    settings.num_layers = 3;
    settings.initialization = {Initialization::Kind::normal, 1.2};
    settings.activations = {Activation::tanh};
    settings.training.learning_rates = {0.2};
    settings.training.stop.max_steps = 60;
    settings.generated.emplace();
    settings.generated->num_samples = 12;
    settings.generated->noise = 0.1;
    settings.generated->teacher_weights = {1.5, -1.2};
    settings.counts_loss_increases = true;
    return settings;
}

/// Single samples, mini-batches and full batches; chains that converge, that diverge and that do neither.
SweepSettings varied_settings() {
    SweepSettings settings = settings_of({{parse_sweep_parameter("learning_rate"), log10_values(0.03, 300, 9)},
                                          {parse_sweep_parameter("batch"), {1, 5, 12}},
                                          {parse_sweep_parameter("seed"), {1, 2, 3}}});
    settings.activations = {Activation::tanh, Activation::identity, Activation::identity};
    settings.training.sampling = Sampling::shuffled;
    settings.training.stop.target_loss = 0.1;
    return settings;
}

template <class Scalar>
std::vector<std::uint64_t> counts_alone(const Sweep<Scalar>& sweep) {
    const Dataset<Scalar> data = generate<Scalar>(*sweep.settings().generated);
    std::vector<std::uint64_t> counts;
    for (std::uint64_t index = 0; index < sweep.num_points(); ++index) {
        const SweepPoint<Scalar> point = sweep.point(sweep.coordinates(index));
        TrainingState<Scalar> state(Chain<Scalar>(point.weights, point.activations));
        IncreaseCounter<Scalar> counter;
        Observer<Scalar>* const observers[] = {&counter};
        train<Scalar>(state, data, point.training, observers);
        counts.push_back(counter.count());
    }
    return counts;
}

template <class Scalar>
void check_twin(const Execution& execution, std::size_t part, const std::vector<std::uint64_t>& expected) {
    SweepSettings settings = varied_settings();
    settings.training.execution = execution;
    const Sweep<Scalar> sweep = test::make_sweep<Scalar>(settings);
    std::vector<std::uint64_t> counts;
    for (std::size_t first = 0; first < expected.size(); first += part) {
        const SweepOutcome<Scalar> outcome = sweep.run(first, std::min(part, expected.size() - first));
        counts.insert(counts.end(), outcome.points.loss_increases.begin(), outcome.points.loss_increases.end());
    }
    CAPTURE(instruction_set());
    CAPTURE(execution.num_threads);
    CAPTURE(part);
    CHECK(counts == expected);
}

template <class Scalar>
void check_counts() {
    const Sweep<Scalar> sweep = test::make_sweep<Scalar>(varied_settings());
    const std::vector<std::uint64_t> expected = counts_alone(sweep);
    CHECK(std::ranges::count(expected, 0u) > 5);
    CHECK(std::ranges::max(expected) > 20);
    const EnsembleOutcome points = sweep.run(0, expected.size()).points;
    for (const Status status : {Status::converged, Status::diverged, Status::reached_max_steps}) {
        CAPTURE(kStatusNames[static_cast<std::size_t>(status)]);
        CHECK(std::ranges::count(points.status, status) > 2);
    }
    check_twin<Scalar>({1, 0}, expected.size(), expected);
    check_twin<Scalar>({3, 16}, 17, expected);
    check_twin<Scalar>({2, 48}, expected.size(), expected);
}

}  // namespace

TEST_CASE("loss_increases is what a plain loop counts, on any threads, tiles, instruction set and parts") {
    const std::string chosen(instruction_set());
    for (const std::string_view set : available_instruction_sets()) {
        force_instruction_set(set);
        check_counts<double>();
        check_counts<float>();
    }
    force_instruction_set(chosen);
}

TEST_CASE("gradient descent has no loss increases below the edge of stability, and one in every step above it") {
    // One linear layer on one sample: the loss is (1 - w)^2, its sharpness is 2, and the edge is at a rate of 1.
    SweepSettings settings = settings_of({{parse_sweep_parameter("learning_rate"), {0.1, 0.5, 0.9, 1.1, 1.5}}});
    settings.weights = {0.25};
    settings.activations = {Activation::identity};
    settings.generated.reset();
    const Sweep<double> sweep(settings, Dataset<double>({1.0}, {1.0}));
    CHECK(sweep.run(0, 5).points.loss_increases == std::vector<std::uint64_t>{0, 0, 0, 59, 59});
}

TEST_CASE("loss_increases is kept, in memory and on the disk, only if it is asked for") {
    const test::TemporaryDirectory directory;
    SweepSettings settings = varied_settings();
    settings.counts_loss_increases = false;
    const Sweep<double> without = test::make_sweep<double>(settings);
    CHECK(without.run(0, 9).points.loss_increases.empty());
    std::filesystem::create_directory(directory.file("s"));
    SweepFiles<double>::create(directory.file("s"), without).append(without.run(0, 9));
    CHECK(!std::filesystem::exists(directory.file("s") / "loss_increases.npy"));
    CHECK(is_sweep_file_name("loss_increases.npy"));
}

TEST_CASE("a resumed sweep has the same loss_increases.npy") {
    const test::TemporaryDirectory directory;
    const std::filesystem::path out = directory.file("s");
    std::filesystem::create_directory(out);
    const Sweep<double> sweep = test::make_sweep<double>(varied_settings());
    const std::vector<std::uint64_t> expected = counts_alone(sweep);
    {
        SweepFiles<double> files = SweepFiles<double>::create(out, sweep);
        files.append(sweep.run(0, 40), 31);
        files.sync();
        files.append(sweep.run(31, 10));  // is lost, as in a crash
    }
    SweepFiles<double> files = SweepFiles<double>::open(out, sweep);
    REQUIRE(files.points_done() == 31);
    files.append(sweep.run(31, 50));
    files.finish();
    const std::size_t shape[] = {3, 3, 9};
    std::vector<std::uint64_t> stored(81);
    ArrayFile::open(out / "loss_increases.npy", ElementType::uint64, shape).read(0, std::span<std::uint64_t>(stored));
    CHECK(stored == expected);
    CHECK(read_outcomes(out, "loss_increases", shape) == std::vector<double>(expected.begin(), expected.end()));
}

}  // namespace skein
