// The directory of a run of skein train.
#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "skein/files/chain_file.hpp"
#include "skein/files/figure.hpp"
#include "skein/instruction_set.hpp"
#include "skein/trainer.hpp"
#include "skein/version.hpp"
#include "support/run_program.hpp"
#include "support/temporary_directory.hpp"
#include "support/train_program.hpp"

namespace skein::test {

namespace {

const Arguments kSettings{"train",
                          "--data=sine:samples=2000,frequency=0.1,noise=0.1",
                          "--validation=0.1",
                          "--batch=100",
                          "--optimizer=adamw",
                          "--schedule=cosine",
                          "--warm-up=5",
                          "--epochs=4",
                          "--seed=3",
                          "--activation=tanh,sigmoid,identity",
                          "--weights=1,-0.5,2"};

}  // namespace

TEST_CASE("a run directory is complete, and reproduces its run") {
    const TemporaryDirectory directory;
    const std::filesystem::path run = directory.file("runs") / "first";
    const Json printed = run_json(kSettings + Arguments{"--out", run.string()});
    const Json stored = Json::parse(content_of(run / "run.json"));
    CHECK(stored["outcome"]["weights"] == printed["weights"]);
    CHECK(stored["outcome"]["status"] == "reached_max_steps");
    CHECK(stored["seed"] == 3);
    CHECK(stored["numerics_version"] == kNumericsVersion);
    for (const char* key : {"cpu", "cores", "compiler", "instruction_set"}) {
        CHECK(stored["machine"].contains(key));
    }
    CHECK(std::filesystem::exists(run / "loss.png") == can_draw_figures());
    CHECK(std::ranges::equal(read_chain<double>(run / "chain.json").weights(),
                             printed["weights"].get<std::vector<double>>()));

    const auto rows = csv_rows(content_of(run / "history.csv"));
    CHECK(rows.front() == Arguments{"step", "epoch", "learning_rate", "loss", "gradient_norm", "validation_loss"});
    CHECK(rows.size() == 1 + 72);
    CHECK(rows.back()[0] == "72");
    CHECK(rows.back()[1] == "4");
    CHECK(std::stod(rows.back()[5]) == printed["validation_loss"].get<double>());
    CHECK(rows[18][5] != "");  // an epoch's end
    CHECK(rows[17][5] == "");

    const Json again = run_json({"train", "--config", (run / "run.json").string()});
    CHECK(again["weights"] == printed["weights"]);
    CHECK(again["validation_loss"] == printed["validation_loss"]);
}

TEST_CASE("without gnuplot a run has no picture, one line says so, and nothing fails") {
    const TemporaryDirectory directory;
    const Arguments arguments{"train", "--steps", "3", "--out", directory.file("run").string(), "--force"};
    const ProgramResult result = run_program(arguments, {.environment = {"PATH=/nowhere"}});
    CHECK(result.exit_code == 0);
    CHECK(without_findings(result.errors) ==
          "skein: warning: loss.png is not drawn: gnuplot is not installed (Debian: gnuplot-nox)\n");
    CHECK(std::filesystem::exists(directory.file("run") / "run.json"));
    CHECK(!std::filesystem::exists(directory.file("run") / "loss.png"));
    CHECK(run_program(arguments + Arguments{"--quiet"}, {.environment = {"PATH=/nowhere"}}).errors == "");
}

TEST_CASE("a long run has about 1,000 rows of history") {
    const TemporaryDirectory directory;
    run_json({"train", "--data", "sine:samples=50", "--batch", "10", "--epochs", "3000", "--validation",
              "sine:samples=20,seed=1", "--out", directory.file("run").string()});
    const auto rows = csv_rows(content_of(directory.file("run") / "history.csv"));
    CHECK(rows.size() >= 500);
    CHECK(rows.size() <= 2001);
    CHECK(rows.back()[0] == "15000");
    CHECK(rows[1][5] != "");
    run_json({"train", "--data", "sine:samples=50", "--batch", "10", "--epochs", "3", "--history-every", "2", "--out",
              directory.file("run"), "--force"});
    const auto every_second = csv_rows(content_of(directory.file("run") / "history.csv"));
    CHECK(every_second.size() == 1 + 9);
    CHECK(every_second[3][0] == "5");
}

}  // namespace skein::test
