// Golden hashes of sweeps: all outcomes of every point, the same bits for any number of threads, tile size, instruction
// set, and whatever points are trained together. What golden_test.cpp says of a change of hashes holds here.
#include <doctest/doctest.h>

#include <algorithm>
#include <iomanip>
#include <sstream>
#include <string_view>
#include <vector>

#include "base/fnv1a.hpp"
#include "skein/instruction_set.hpp"
#include "skein/sweep.hpp"

using namespace skein;
using internal::Fnv1a;

namespace {

using Kind = Optimizer::Kind;

struct GoldenSweep {
    std::string_view name;
    std::uint64_t hash_of_double;
    std::uint64_t hash_of_float;
    Kind optimizer;
    Activation activation;
    std::uint64_t num_samples;
    std::uint64_t batch_size;
    Sampling sampling;
    std::vector<std::pair<std::string_view, std::vector<double>>> axes;
};

std::vector<GoldenSweep> sweeps_of_settings() {
    return {
        {"rates of two layers, full batches",
         0x8534450ebb7c2b81,
         0xc13788eb918df4f4,
         Kind::sgd,
         Activation::tanh,
         8,
         0,
         Sampling::sequential,
         {{"learning_rate[1]", log10_values(0.1, 1000, 13)}, {"learning_rate[3]", log10_values(0.1, 1000, 11)}}},
        {"seeds, single samples",
         0x3c80b7de6d8e370b,
         0x5ccc9c82b9aac79c,
         Kind::sgd,
         Activation::tanh,
         11,
         1,
         Sampling::shuffled,
         {{"seed", linear_values(1, 37, 37)}, {"learning_rate", {0.1, 1, 10}}}},
        {"depth and momentum, with replacement",
         0x0ee3c1c9e599a831,
         0xd8964b210f2e5839,
         Kind::momentum,
         Activation::softplus,
         20,
         3,
         Sampling::with_replacement,
         {{"layers", {1, 2, 3, 5, 8}}, {"momentum", {0.1, 0.9}}, {"seed", {1, 2, 3, 4}}}},
    };
}

std::vector<GoldenSweep> sweeps_of_data_and_batches() {
    return {
        {"data of their own, shuffled, adamw",
         0x61c436a9a8836657,
         0xb1efd924e493c2c7,
         Kind::adamw,
         Activation::sigmoid,
         9,
         4,
         Sampling::shuffled,
         {{"data_seed", linear_values(1, 19, 19)}, {"data_noise", {0, 0.5}}, {"schedule_scale", {0.5, 3}}}},
        {"batches and starts, nesterov",
         0xbe0bfe5590e9baa6,
         0x323a1b94398bf0bf,
         Kind::nesterov,
         Activation::identity,
         1100,
         0,
         Sampling::shuffled,
         {{"batch", {1, 7, 1025, 1100}}, {"weight_offset[2]", linear_values(-1, 1, 9)}}},
        {"momenta and starts, rmsprop",
         0x605731b96755490a,
         0x840675f1dd6d1ada,
         Kind::rmsprop,
         Activation::elu,
         20,
         3,
         Sampling::shuffled,
         {{"momentum", {0, 0.5, 0.9}}, {"weight_offset[2]", linear_values(-1, 1, 9)}}},
    };
}

// Not a global: log10_values() asks for the instruction set, which main() must find first.
const std::vector<GoldenSweep>& golden_sweeps() {
    static const std::vector<GoldenSweep> sweeps = [] {
        std::vector<GoldenSweep> all = sweeps_of_settings();
        for (const GoldenSweep& sweep : sweeps_of_data_and_batches()) {
            all.push_back(sweep);
        }
        return all;
    }();
    return sweeps;
}

template <class Scalar>
Sweep<Scalar> make_sweep(const GoldenSweep& golden, const Execution& execution) {
    SweepSettings settings;
    settings.num_layers = 3;
    settings.initialization = {Initialization::Kind::normal, 1.5};
    settings.activations = {golden.activation};
    settings.training.optimizer.kind = golden.optimizer;
    settings.training.learning_rates = {0.2};
    settings.training.batch_size = golden.batch_size;
    settings.training.sampling = golden.sampling;
    settings.training.stop.max_steps = 30;
    settings.training.stop.target_loss = 0.01;
    settings.training.execution = execution;
    settings.generated.emplace();
    settings.generated->num_samples = golden.num_samples;
    settings.generated->noise = 0.1;
    settings.generated->teacher_weights = {1.5, -1.2};
    settings.marked_loss = 0.2;
    settings.recorded_steps = {0, 7, 29};
    for (const auto& [name, values] : golden.axes) {
        settings.axes.push_back({parse_sweep_parameter(name), values});
    }
    return Sweep<Scalar>(settings, generate<Scalar>(*settings.generated));
}

/// Outcomes of points [first, first + count), each point's together, so that parts follow each other.
template <class Scalar>
void add_outcomes(const Sweep<Scalar>& sweep, std::uint64_t first, std::size_t count, Fnv1a& hash) {
    const SweepOutcome<Scalar> outcome = sweep.run(first, count);
    const EnsembleOutcome& points = outcome.points;
    for (std::size_t point = 0; point < count; ++point) {
        hash.add(points.status[point]);
        hash.add(points.cause[point]);
        hash.add(points.steps[point]);
        for (const double number : {points.loss[point], points.first_loss[point], points.smallest_loss[point],
                                    points.normalised_loss_sum[point], points.inverse_loss_sum[point]}) {
            hash.add(number);
        }
        hash.add(points.loss_decreased[point]);
        hash.add(points.marked_step[point]);
        for (std::size_t record = 0; record < 3; ++record) {
            hash.add(points.recorded_losses[record * count + point]);
        }
        for (std::size_t layer = 0; layer < sweep.max_layers(); ++layer) {
            hash.add(outcome.weights[point * sweep.max_layers() + layer]);
        }
    }
}

/// In parts of `part` points.
template <class Scalar>
void check(const GoldenSweep& golden, std::uint64_t expected, const Execution& execution, std::size_t part) {
    const Sweep<Scalar> sweep = make_sweep<Scalar>(golden, execution);
    Fnv1a hash;
    for (std::uint64_t first = 0; first < sweep.num_points(); first += part) {
        const std::uint64_t count = std::min<std::uint64_t>(part, sweep.num_points() - first);
        add_outcomes(sweep, first, static_cast<std::size_t>(count), hash);
    }
    std::ostringstream message;
    message << golden.name << ", " << 8 * sizeof(Scalar) << " bits: now 0x" << std::hex << hash.hash() << std::dec
            << " (" << instruction_set() << ", " << execution.num_threads << " threads, tiles of "
            << execution.tile_lanes << ", parts of " << part << ")";
    CHECK_MESSAGE(hash.hash() == expected, message.str());
}

void check_sweeps(const Execution& execution, std::size_t part) {
    for (const GoldenSweep& golden : golden_sweeps()) {
        check<double>(golden, golden.hash_of_double, execution, part);
        check<float>(golden, golden.hash_of_float, execution, part);
    }
}

}  // namespace

TEST_CASE("golden sweeps: every instruction set, threads, tiles and parts") {
    constexpr std::size_t kWhole = 100'000;
    const std::string chosen(instruction_set());
    for (const std::string_view set : available_instruction_sets()) {
        force_instruction_set(set);
        check_sweeps({1, 0}, kWhole);
        check_sweeps({3, 16}, 29);
#if !defined(__SANITIZE_ADDRESS__) && !defined(SKEIN_EMULATED)
        check_sweeps({2, 48}, kWhole);
        check_sweeps({7, 1}, 17);
        check_sweeps({1, 512}, 1000);
#endif
    }
    force_instruction_set(chosen);
}
