// skein train, through the program.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "skein/back_propagation.hpp"
#include "skein/chain.hpp"
#include "skein/files/chain_file.hpp"
#include "skein/generated_data.hpp"
#include "skein/instruction_set.hpp"
#include "skein/trainer.hpp"
#include "skein/version.hpp"
#include "support/run_program.hpp"
#include "support/temporary_directory.hpp"
#include "support/train_program.hpp"

namespace skein::test {

namespace {

double output(const Json& run, Activation activation, double x) {
    const auto weights = run["weights"].get<std::vector<double>>();
    return back_propagate(Chain<double>(weights, activation), x, 0.0).activations.back();
}

double sum_of_inverse_squares(const Json& run) {
    double sum = 0.0;
    for (const double weight : run["weights"].get<std::vector<double>>()) {
        sum += 1.0 / (weight * weight);
    }
    return sum;
}

/// Those of the run above, as the library is asked for it.
template <class Scalar>
std::vector<Scalar> weights_by_the_library(std::uint64_t seed) {
    GeneratedData data;
    data.num_samples = 3000;
    data.noise = 0.1;
    data.teacher_weights.assign(4, 1.2);
    TrainingSettings settings;
    settings.learning_rates = {0.1};
    settings.batch_size = 1024;
    settings.seed = seed;
    settings.stop.max_epochs = 3;
    TrainingState<Scalar> state(Chain<Scalar>(initial_weights<Scalar>(4, {}, seed)));
    train(state, generate<Scalar>(data), settings);
    return {state.chain.weights().begin(), state.chain.weights().end()};
}

}  // namespace

// The expected values, as in published_runs_test.cpp, have ten decimals.
TEST_CASE("a sigmoid unit learns slowly from a bad start") {
    // M. Nielsen, Neural Networks and Deep Learning, ch. 3.
    const TemporaryDirectory directory;
    const std::string data = directory.file("one.csv", "x,y\n1,0\n");
    struct Run {
        std::string weight;
        double first_output, last_output;
    };
    for (const Run& run : {Run{"1.5", 0.8175744762, 0.0939556949}, Run{"4.0", 0.9820137900, 0.2028484243}}) {
        const Arguments arguments{"train", "--weights", run.weight, "--activation",    "sigmoid", "--data",
                                  data,    "--batch",   "full",     "--learning-rate", "0.15",    "--steps"};
        const Json start = run_json(arguments + Arguments{"0"});
        const Json end = run_json(arguments + Arguments{"300"});
        CHECK(std::abs(output(start, Activation::sigmoid, 1.0) - run.first_output) <= 1e-10);
        CHECK(std::abs(output(end, Activation::sigmoid, 1.0) - run.last_output) <= 1e-10);
        CHECK(std::abs(std::sqrt(end["loss"].get<double>()) - run.last_output) <= 1e-10);
        CHECK(end["steps"] == 300);
        CHECK(end["status"] == "reached_max_steps");
    }
}

TEST_CASE("gradient descent at the edge of stability converges below it") {
    // X. Zhu et al., ICLR 2023, arXiv 2210.03294, theorem 3.1 and figure 2.
    const TemporaryDirectory directory;
    const Json run = run_json({"train", "--weights", "2.6,0.5,2.6,0.5", "--activation", "identity", "--data",
                               directory.file("one.csv", "1,1\n"), "--learning-rate", "0.1", "--steps", "100000"});
    CHECK(std::abs(sum_of_inverse_squares(run) - 9.9273602178) <= 1e-10);
    CHECK(run["loss"].get<double>() < 1e-20);
}

TEST_CASE("convergence to a minimum of known sharpness") {
    // L. MacDonald et al., Convergence Rates for Gradient Descent on the Edge of Stability.
    const TemporaryDirectory directory;
    const Json run = run_json({"train", "--weights=1.05,0.98,1,1.01,0.97", "--activation", "identity", "--data",
                               directory.file("one.csv", "1,1\n"), "--learning-rate", "0.19", "--steps", "100000"});
    CHECK(std::abs(sum_of_inverse_squares(run) - 5.0075729275574) <= 1e-12);
}

TEST_CASE("train --json has everything, and weights to the bit") {
    const Json run = run_json(kShortRun + Arguments{"--seed", "5"});
    CHECK(run["weights"].get<std::vector<double>>() == weights_by_the_library<double>(5));
    CHECK(run["status"] == "reached_max_steps");
    CHECK(run["cause"] == "max_epochs");
    CHECK(run["steps"] == 9);
    CHECK(run["loss"].is_number());
    CHECK(run["validation_loss"].is_null());
    CHECK(run["seconds"].get<double>() > 0);
    CHECK(run["sample_layers_per_second"].get<double>() > 0);
    CHECK(run["precision"] == "float64");
    CHECK(run["seed"] == 5);
    CHECK(run["version"] == std::string(version()));
    CHECK(run["numerics_version"] == kNumericsVersion);
    CHECK(run["instruction_set"].is_string());
    CHECK(run["threads"].get<int>() >= 1);
}

TEST_CASE("float32 weights to the bit, printed and stored") {
    const TemporaryDirectory directory;
    const Json run = run_json(kShortRun + Arguments{"--precision", "float32", "--out", directory.file("run").string()});
    const std::vector<float> expected = weights_by_the_library<float>(0);
    CHECK(run["weights"].get<std::vector<float>>() == expected);
    const auto stored = read_chain<float>(directory.file("run") / "chain.json");
    CHECK(std::ranges::equal(stored.weights(), expected));
    CHECK(read_chain_precision(directory.file("run") / "chain.json") == "float32");
}

TEST_CASE("the number of threads and the instruction set change no bit") {
    const Arguments arguments{"train", "--data", "teacher:samples=50000,layers=8", "--layers", "8", "--batch",
                              "20000", "--json"};
    const Json one = Json::parse(run_program(arguments + Arguments{"--threads", "1"}).output);
    const Json two = Json::parse(run_program(arguments + Arguments{"--threads", "2"}).output);
    const Json portable =
        Json::parse(run_program(arguments, {.environment = {"SKEIN_INSTRUCTION_SET=portable"}}).output);
    CHECK(one["weights"] == two["weights"]);
    CHECK(one["loss"] == two["loss"]);
    CHECK(portable["instruction_set"] == "portable");
    CHECK(one["weights"] == portable["weights"]);
    CHECK(one["threads"] == 1);
    CHECK(two["threads"] == 2);
}

TEST_CASE("negative weights with and without an equals sign") {
    for (const Arguments& weights : {Arguments{"--weights=-1e-3,2"}, Arguments{"--weights", "-1e-3,2"}}) {
        CHECK(run_json(Arguments{"train", "--steps", "0"} + weights)["weights"] == Json{-1e-3, 2.0});
    }
}

TEST_CASE("without --out nothing is written") {
    const TemporaryDirectory directory;
    const ProgramResult result =
        run_program({"train", "--data", "teacher:samples=3000,noise=0.1", "--batch", "1024", "--epochs", "3"},
                    {.directory = directory.path()});
    CHECK(result.exit_code == 0);
    CHECK(result.output.starts_with("done: 9 steps\n"));
    CHECK(without_findings(result.errors) == "");
    CHECK(directory.num_entries() == 0);
}

TEST_CASE("the command line wins over a configuration file") {
    const TemporaryDirectory directory;
    const std::string file = directory.file("run.toml",
                                            "# a run\n"
                                            "layers = 3\n"
                                            "activation = [\"tanh\", \"sigmoid\", \"identity\"]\n"
                                            "learning_rate = [0.1, 0.2, 1e-2]\n"
                                            "data = \"sine:samples=100\"\n"
                                            "batch = \"full\"\n"
                                            "steps = 5\n"
                                            "seed = 7\n"
                                            "clip-norm = 1\n");
    const Json by_file = run_json({"train", "--config", file});
    const Json by_flags =
        run_json({"train", "--layers", "3", "--activation", "tanh,sigmoid,identity", "--learning-rate", "0.1,0.2,0.01",
                  "--data", "sine:samples=100", "--batch", "full", "--steps", "5", "--seed", "7", "--clip-norm", "1"});
    CHECK(by_file["weights"] == by_flags["weights"]);
    CHECK(by_file["steps"] == 5);
    const Json overruled = run_json({"train", "--config", file, "--epochs", "2", "--seed", "8", "--weights", "1,2,3"});
    CHECK(overruled["steps"] == 2);
    CHECK(overruled["seed"] == 8);
}

}  // namespace skein::test
