// The points of skein sweep are runs of skein train.
#include <doctest/doctest.h>

#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

#include "skein/files/array_file.hpp"
#include "skein/trainer.hpp"
#include "support/run_program.hpp"
#include "support/sweep_program.hpp"
#include "support/temporary_directory.hpp"

namespace skein::test {

namespace {

double as_number(const Json& json, double otherwise) { return json.is_null() ? otherwise : json.get<double>(); }

/// All of a sweep's outcomes against those of `skein train`, point by point.
template <class Scalar>
void check_against_train(const Arguments& settings, const fs::path& directory, std::size_t side,
                         std::size_t num_layers) {
    const std::vector<std::size_t> grid{side, side}, deep{side, side, num_layers};
    const auto status = read_array<std::uint8_t>(directory / "status.npy", ElementType::uint8, grid);
    const auto cause = read_array<std::uint8_t>(directory / "cause.npy", ElementType::uint8, grid);
    const auto steps = read_array<std::uint64_t>(directory / "steps.npy", ElementType::uint64, grid);
    const auto loss = read_array<double>(directory / "loss.npy", ElementType::float64, grid);
    const auto weights = read_array<Scalar>(directory / "weights.npy",
                                            sizeof(Scalar) == 4 ? ElementType::float32 : ElementType::float64, deep);
    std::set<std::uint8_t> seen;
    for (std::size_t j = 0; j < side; ++j) {
        for (std::size_t i = 0; i < side; ++i) {
            CAPTURE(i);
            CAPTURE(j);
            Arguments point = settings;
            point.push_back("--point=" + std::to_string(i) + "," + std::to_string(j));
            const ProgramResult command = sweep(point);
            REQUIRE(command.exit_code == 0);
            Arguments train = words_of(command.output);
            REQUIRE(train.size() > 2);
            REQUIRE(train[0] == "skein");
            train.erase(train.begin());
            train.insert(train.end(), {"--json", "--quiet"});
            const ProgramResult alone = run_program(train);
            REQUIRE(alone.exit_code == 0);
            const Json expected = Json::parse(alone.output);
            const std::size_t at = j * side + i;
            CHECK(kStatusNames[status[at]] == expected["status"].get<std::string>());
            CHECK(kCauseNames[cause[at]] == expected["cause"].get<std::string>());
            CHECK(steps[at] == expected["steps"].get<std::uint64_t>());
            const double final_loss = as_number(expected["loss"], loss[at]);
            CHECK(std::bit_cast<std::uint64_t>(loss[at]) == std::bit_cast<std::uint64_t>(final_loss));
            CHECK(std::isfinite(loss[at]) == !expected["loss"].is_null());
            for (std::size_t layer = 0; layer < num_layers; ++layer) {
                CHECK(weights[at * num_layers + layer] ==
                      static_cast<Scalar>(expected["weights"][layer].get<double>()));
            }
            seen.insert(status[at]);
        }
    }
    CHECK(seen.size() >= 2);
}

}  // namespace

TEST_CASE("the outcomes of a 16 x 16 sweep are those of 256 runs of train") {
    const TemporaryDirectory directory;
    Arguments settings{"--layers=3",
                       "--init-scale=0.8",
                       "--steps=40",
                       "--target-loss=0.05",
                       "--data=teacher:samples=8,seed=3,weights=1.5:-1.2:0.9,noise=0.2",
                       kPlane};
    SUBCASE("float64, full batches") {
        Arguments run = settings;
        run.push_back("--out=" + directory.file("s").string());
        REQUIRE(sweep(run).exit_code == 0);
        check_against_train<double>(settings, directory.file("s"), 16, 3);
    }
    SUBCASE("float32, shuffled mini-batches of 3, momentum, over weights and seeds") {
        settings = {"--weights=0.5,-0.7",   "--activation=identity,identity",
                    "--precision=float32",  "--batch=3",
                    "--optimizer=momentum", "--epochs=5",
                    "--learning-rate=0.1",  "--axis=weight[2]=linear:-4:4:16,seed=linear:1:16:16"};
        Arguments run = settings;
        run.push_back("--out=" + directory.file("s").string());
        REQUIRE(sweep(run).exit_code == 0);
        check_against_train<float>(settings, directory.file("s"), 16, 2);
    }
}

TEST_CASE("a point of a stored sweep is a command that train takes") {
    for (const std::string optimizer : {"sgd", "momentum", "nesterov", "adamw"}) {
        const TemporaryDirectory directory;
        const Arguments settings{"--axis=learning_rate=linear:0.1:0.4:2", "--layers=2", "--data=sine:samples=20",
                                 "--steps=3", "--optimizer=" + optimizer};
        Arguments run = settings, given = settings;
        run.push_back("--out=" + directory.file("sweep").string());
        given.push_back("--point=1");
        REQUIRE(sweep(run).exit_code == 0);
        const ProgramResult stored =
            sweep({"--config=" + (directory.file("sweep") / "run.json").string(), "--point=1"});
        REQUIRE(stored.exit_code == 0);
        std::vector<Json> weights;
        for (const std::string& command : {stored.output, sweep(given).output}) {
            Arguments train = words_of(command);
            train.erase(train.begin());
            train.insert(train.end(), {"--json", "--quiet"});
            const ProgramResult alone = run_program(train);
            REQUIRE(alone.errors == "");
            weights.push_back(Json::parse(alone.output)["weights"]);
        }
        CHECK(weights[0].size() == 2);
        CHECK(weights[0] == weights[1]);
    }
}

TEST_CASE("a point with a batch of its own has the schedule that train gives it") {
    const TemporaryDirectory directory;
    const Arguments settings{"--data=teacher:samples=16,layers=3,weight=1.2", "--layers=3", "--epochs=10",
                             "--schedule=cosine", "--axis=batch=values:1:4:16"};
    Arguments run = settings;
    run.push_back("--out=" + directory.file("s").string());
    REQUIRE(sweep(run).exit_code == 0);
    const auto loss = read_array<double>(directory.file("s") / "loss.npy", ElementType::float64, {3});
    for (std::size_t index = 0; index < loss.size(); ++index) {
        Arguments point = settings;
        point.push_back("--point=" + std::to_string(index));
        Arguments train = words_of(sweep(point).output);
        train.erase(train.begin());
        train.insert(train.end(), {"--json", "--quiet"});
        CHECK(Json::parse(run_program(train).output)["loss"].get<double>() == loss[index]);
    }
    Arguments recorded = settings;
    recorded.insert(recorded.end(), {"--record-last=3", "--out=" + directory.file("r").string()});
    CHECK(error_of(recorded) ==
          "--record-last: the points of axis batch have different last steps with --epochs: "
          "expected --steps instead");
    run = settings;
    run.insert(run.end(), {"--batch=1", "--warm-up=10", "--out=" + directory.file("w").string()});
    CHECK(contains(error_of(run), "total_steps of the cosine schedule is 10: expected more than its warm-up"));
}

}  // namespace skein::test
