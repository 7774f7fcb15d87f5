// Golden hashes: short runs whose final weights and loss must be the same bits for any number of threads, any tile size
// and every instruction set, on every machine, for as long as skein::kNumericsVersion is the same. A change of these
// hashes needs a new kNumericsVersion and a line in CHANGELOG.md. Where a hash differs, the message names the new one.
#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <initializer_list>
#include <iomanip>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "base/fnv1a.hpp"
#include "skein/skein.hpp"
#include "support/in_memory.hpp"

using namespace skein;
using internal::Fnv1a;

namespace {

using A = Activation;
using Sizes = std::initializer_list<std::size_t>;
using Kind = Optimizer::Kind;

struct GoldenRun {
    std::string_view name;
    std::uint64_t hash_of_double;
    std::uint64_t hash_of_float;
    std::vector<Activation> activations;
    Kind optimizer;
    Schedule::Kind schedule;
    std::uint64_t num_samples;
    std::uint64_t batch_size;  // 0: the full batch
    Sampling sampling;
    Target target;
    std::uint64_t steps;
};

using S = Schedule::Kind;

const std::vector<GoldenRun> kGoldenRuns{
    // Full batches of 9 to 12 chunks: with 8 layers enough work for several threads.
    {"tanh, sgd", 0x50fce037a54f63c8, 0x6078cc68bd728016, std::vector(8, A::tanh), Kind::sgd, S::constant, 9000, 0,
     Sampling::sequential, Target::teacher, 4},
    {"mixed, momentum",
     0x19a60473bcd3f824,
     0x8b492bf225d2c77e,
     {A::tanh, A::softplus, A::sigmoid, A::identity, A::tanh, A::relu, A::softplus, A::tanh},
     Kind::momentum,
     S::cosine,
     12'001,
     0,
     Sampling::sequential,
     Target::sine,
     4},
    {"softplus, adamw, shuffled", 0xd44981b5d810c2b3, 0x6e1010b3863b1ddc, std::vector(8, A::softplus), Kind::adamw,
     S::constant, 20'000, 9217, Sampling::shuffled, Target::teacher, 6},
    {"tanh, nesterov, with replacement", 0xf4d3358a2ed6d37a, 0xb429c7fe75806456, std::vector(16, A::tanh),
     Kind::nesterov, S::inverse_time, 30'000, 5121, Sampling::with_replacement, Target::step, 3},
    // Mini-batches with tails: of rows, tiles and epochs.
    {"sigmoid, sgd, shuffled", 0x47b05dd588698712, 0x13ff704ab4b02934, std::vector(3, A::sigmoid), Kind::sgd, S::step,
     1000, 37, Sampling::shuffled, Target::step, 60},
    {"identity, momentum, sequential", 0xe0aa70d2c8eddd30, 0x342aa8448b242609, std::vector(2, A::identity),
     Kind::momentum, S::constant, 500, 64, Sampling::sequential, Target::teacher, 50},
    {"relu, adamw, shuffled", 0x3995a5ce75397bf3, 0xd129741c1d998dd3, std::vector(4, A::relu), Kind::adamw, S::constant,
     777, 100, Sampling::shuffled, Target::sine, 50},
    {"tanh, adamw, with replacement", 0xab3657308ddd2150, 0x5b6c111b99daa3ce, std::vector(5, A::tanh), Kind::adamw,
     S::cosine, 2000, 1025, Sampling::with_replacement, Target::random_labels, 20},
    {"tanh, nesterov, one sample a step", 0x71c96c115f813761, 0xf4fc9e133e0a36f3, std::vector(2, A::tanh),
     Kind::nesterov, S::constant, 50, 1, Sampling::shuffled, Target::teacher, 120},
    {"mixed, sgd, with replacement",
     0x1b34972225a282cb,
     0x39c873b9005113fa,
     {A::sigmoid, A::tanh, A::softplus},
     Kind::sgd,
     S::inverse_time,
     300,
     17,
     Sampling::with_replacement,
     Target::sine,
     60},
    {"deep tanh, momentum, shuffled", 0x92fc359138b623a1, 0x2d2e8d29e10f76ca, std::vector(40, A::tanh), Kind::momentum,
     S::step, 3000, 2047, Sampling::shuffled, Target::teacher, 5},
    {"tanh, sgd, shuffled by blocks", 0xee15c557570c8d6b, 0xfd21f667dfcff73f, std::vector(3, A::tanh), Kind::sgd,
     S::constant, 150'001, 9217, Sampling::shuffled_blocks, Target::teacher, 9},
    {"tanh, sgd, shuffled, many samples", 0x7372504930ba14c6, 0x158090f609d454ef, std::vector(3, A::tanh), Kind::sgd,
     S::constant, 150'001, 9217, Sampling::shuffled, Target::teacher, 20},
    {"leaky_relu and elu, adamw, shuffled",
     0x1cec4b551edbf9e1,
     0x8ff7ee1b30eb4406,
     {A::leaky_relu, A::elu, A::leaky_relu, A::elu},
     Kind::adamw,
     S::constant,
     777,
     100,
     Sampling::shuffled,
     Target::sine,
     50},
    {"tanh, rmsprop, shuffled", 0xaf4b10109a962a30, 0xc5f14dad91da271d, std::vector(3, A::tanh), Kind::rmsprop,
     S::constant, 777, 100, Sampling::shuffled, Target::teacher, 50},
    {"one softplus, nesterov, full batch",
     0x56180e8c9e4ffe76,
     0x91c4df73f3cb62bc,
     {A::softplus},
     Kind::nesterov,
     S::cosine,
     1023,
     0,
     Sampling::sequential,
     Target::step,
     30},
};

template <class Scalar>
Dataset<Scalar> data_of(const GoldenRun& run) {
    GeneratedData data;
    data.target = run.target;
    data.num_samples = run.num_samples;
    data.seed = run.num_samples;
    data.input = run.target == Target::sine ? InputDistribution::uniform : InputDistribution::normal;
    data.noise = 0.125;
    data.teacher_weights = {1.5, -0.75, 1.25};
    return generate<Scalar>(data);
}

TrainingSettings settings_of(const GoldenRun& run, const Execution& execution) {
    TrainingSettings settings;
    settings.optimizer.kind = run.optimizer;
    settings.optimizer.weight_decay = 0.01;
    settings.learning_rates = {run.optimizer == Kind::adamw ? 0.01 : 0.05};
    settings.schedule.kind = run.schedule;
    settings.schedule.warm_up_steps = 2;
    settings.schedule.every_steps = 2;
    settings.schedule.final_factor = 0.1;
    settings.clip_norm = 0.5;
    settings.batch_size = run.batch_size;
    settings.sampling = run.sampling;
    settings.seed = 11;
    settings.stop.max_steps = run.steps;
    settings.execution = execution;
    return settings;
}

/// The run stops after `pause` steps, and goes on.
template <class Scalar>
std::uint64_t hash_of(const GoldenRun& run, const Execution& execution, const Dataset<Scalar>& data,
                      std::uint64_t pause = 0) {
    // All weights between 1/2 and 3/2, so that a relu chain of positive inputs is alive.
    const Initialization initialization{Initialization::Kind::uniform, 0.5};
    std::vector<Scalar> weights = initial_weights<Scalar>(run.activations.size(), initialization, 3);
    for (Scalar& weight : weights) {
        weight += 1;
    }
    TrainingState<Scalar> state{Chain<Scalar>(weights, run.activations)};
    TrainingSettings settings = settings_of(run, execution);
    settings.stop.max_steps = pause;
    settings.schedule.total_steps = run.steps;
    if (pause != 0) {
        CHECK(train(state, data, settings).steps == pause);
    }
    settings.stop.max_steps = run.steps;
    const TrainingOutcome outcome = train(state, data, settings);
    CHECK(outcome.steps == run.steps);
    Fnv1a hash;
    for (const Scalar weight : state.chain.weights()) {
        hash.add(weight);
    }
    hash.add(outcome.loss);
    return hash.hash();
}

template <class Scalar>
void check_hash(const GoldenRun& run, std::uint64_t expected, const Execution& execution) {
    const std::uint64_t hash = hash_of<Scalar>(run, execution, data_of<Scalar>(run));
    std::ostringstream message;
    message << "\"" << run.name << "\", " << (sizeof(Scalar) == sizeof(double) ? "double" : "float") << ": now 0x"
            << std::hex << std::setfill('0') << std::setw(16) << hash << ", expected 0x" << std::setw(16) << expected
            << std::dec << " (" << instruction_set() << ", " << execution.num_threads << " threads, tiles of "
            << execution.tile_lanes << ")";
    CHECK_MESSAGE(hash == expected, message.str());
}

void check_hashes(const Execution& execution) {
    for (const GoldenRun& run : kGoldenRuns) {
        check_hash<double>(run, run.hash_of_double, execution);
        check_hash<float>(run, run.hash_of_float, execution);
    }
}

}  // namespace

TEST_CASE("golden hashes: any number of threads") {
    for (const int num_threads : {1, 2, 3, 7}) {
        check_hashes({num_threads, 0});
    }
}

TEST_CASE("golden hashes: any tile size") {
    for (const std::size_t tile_lanes : Sizes{1, 48, 200, 1024}) {
        check_hashes({2, tile_lanes});
    }
}

TEST_CASE("golden hashes: every instruction set") {
    const std::string chosen(instruction_set());
    CHECK(available_instruction_sets().size() >= 1);
    for (const std::string_view set : available_instruction_sets()) {
        force_instruction_set(set);
        CHECK(instruction_set() == set);
        check_hashes({2, 0});
    }
    force_instruction_set(chosen);
}

TEST_CASE("golden hashes: samples in memory, partitioned or gathered, in one go or resumed") {
    for (const GoldenRun& run : kGoldenRuns) {
        const Dataset<double> of_double = test::in_memory(data_of<double>(run));
        const Dataset<float> of_float = test::in_memory(data_of<float>(run));
        for (const std::uint64_t scratch_bytes : {std::uint64_t{0}, std::uint64_t{1} << 30}) {
            for (const int num_threads : {1, 3}) {
                Execution execution{num_threads, 0};
                execution.scratch_bytes = scratch_bytes;
                CAPTURE(run.name);
                CAPTURE(scratch_bytes);
                for (const std::uint64_t pause : {std::uint64_t{0}, std::uint64_t{1}, run.steps / 2}) {
                    CHECK(hash_of(run, execution, of_double, pause) == run.hash_of_double);
                    CHECK(hash_of(run, execution, of_float, pause) == run.hash_of_float);
                }
            }
        }
    }
}

TEST_CASE("golden hashes are all different") {
    std::vector<std::uint64_t> hashes;
    for (const GoldenRun& run : kGoldenRuns) {
        hashes.push_back(run.hash_of_double);
        hashes.push_back(run.hash_of_float);
    }
    std::sort(hashes.begin(), hashes.end());
    CHECK(std::adjacent_find(hashes.begin(), hashes.end()) == hashes.end());
}
