// skein predict, and skein evaluate on the rows of a run.
#include <doctest/doctest.h>

#include <cmath>
#include <cstddef>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "skein/files/chain_file.hpp"
#include "skein/files/npy.hpp"
#include "skein/gradient.hpp"
#include "support/train_program.hpp"

namespace skein::test {
namespace {

/// A run on scaled data, with a fifth of the rows held out.
struct StoredRun {
    TemporaryDirectory directory;
    std::string data = directory.file("data.csv", rows());
    std::string run = in(directory, "run");
    Json trained = run_json({"train", "--data", data, "--scale", "standard", "--validation", "0.2", "--layers", "2",
                             "--seed", "5", "--epochs", "30", "--out", run});

    static std::string rows() {
        std::string text = "x,y\n";
        for (int row = 0; row < 500; ++row) {
            const double x = 40.0 + 0.125 * (row * 37 % 501);
            text += std::to_string(x) + "," + std::to_string(200.0 - 3.0 * x + (row % 7)) + "\n";
        }
        return text;
    }
};

TEST_CASE("predict: x and what the chain says, in the units of the data") {
    const StoredRun stored;
    const std::string inputs = stored.directory.file("x.csv", "when\n40\n55.5\n100\n");
    const auto chain = read_scaled_chain<double>(stored.run + "/chain.json");
    std::vector<double> x{40, 55.5, 100}, outputs(3);
    predict<double>(chain, x, outputs);
    const ProgramResult printed = run_program({"predict", "--chain", stored.run, "--data", inputs});
    CHECK(printed.exit_code == 0);
    CHECK(printed.errors.empty());
    const auto rows = csv_rows(printed.output);
    REQUIRE(rows.size() == 4);
    CHECK(rows[0] == Arguments{"x", "prediction"});
    for (std::size_t row = 0; row < 3; ++row) {
        CHECK(std::stod(rows[row + 1][0]) == x[row]);
        CHECK(std::stod(rows[row + 1][1]) == outputs[row]);
    }
    const std::string chain_json = stored.run + "/chain.json", out = in(stored.directory, "p.npy");
    const Json written = run_json({"predict", "--chain", chain_json, "--data", inputs, "--out", out});
    CHECK(written["samples"] == 3);
    CHECK(read_npy<double>(out).shape == std::vector<std::size_t>{3, 2});
    CHECK(read_npy<double>(out).values == std::vector<double>{x[0], outputs[0], x[1], outputs[1], x[2], outputs[2]});
    write_npy<double>(in(stored.directory, "x.npy"), x, std::vector<std::size_t>{3});
    CHECK(run_program({"predict", "--chain", stored.run, "--data", in(stored.directory, "x.npy")}).output ==
          printed.output);
    CHECK(run_program({"predict", "--chain", stored.run, "--data", "-"}, {.input_path = inputs}).output ==
          printed.output);
    CHECK(csv_rows(run_program({"predict", "--chain", stored.run, "--data", "sine:samples=70001"}).output).size() ==
          70'002);
}

TEST_CASE("predict refuses what it cannot do, and writes nothing then") {
    const StoredRun stored;
    const auto error = [&](const Arguments& more) {
        const ProgramResult result = run_program(Arguments{"predict"} + more, {.directory = stored.directory.path()});
        CHECK(result.exit_code == 2);
        CHECK(result.output.empty());
        return result.errors;
    };
    const Arguments good{"--chain", "run", "--data", "data.csv"};
    CHECK(error({"--data", "data.csv"}) == "skein: error: --chain is missing (see skein predict --help)\n");
    CHECK(error({"--chain", "run"}) == "skein: error: --data is missing (see skein predict --help)\n");
    CHECK(error({"--chain", ".", "--data", "data.csv"}) ==
          "skein: error: --chain: . is a directory without a chain.json: expected that of a run of skein train\n");
    CHECK(error(good + Arguments{"--json"}) ==
          "skein: error: --json: has no effect: predictions go to standard output: expected --out\n");
    CHECK(error(good + Arguments{"--out", "data.csv", "--force"}) ==
          "skein: error: --out: data.csv is read by this command: expected another name\n");
    CHECK(error(good + Arguments{"--out", "p.txt"}) ==
          "skein: error: --out: 'p.txt': expected a name that ends in .csv or .npy\n");
    stored.directory.file("bad.csv", "1\nx\n");
    CHECK(error({"--chain", "run", "--data", "bad.csv", "--out", "p.csv"}) ==
          "skein: error: bad.csv: row 2, column 1: 'x' is not a number (--skip-bad-rows leaves such rows out)\n");
    CHECK(!fs::exists(stored.directory.path() / "p.csv"));
}

TEST_CASE("evaluate takes the directory of a run, and its data, split as the run did") {
    const StoredRun stored;
    const Arguments evaluate{"evaluate", "--chain", stored.run};
    const Json training = run_json(evaluate + Arguments{"--rows", "training"});
    const Json validation = run_json(evaluate + Arguments{"--rows", "validation"});
    const Json all = run_json(evaluate);
    CHECK(training["loss"] == stored.trained["loss"]);
    CHECK(validation["loss"] == stored.trained["validation_loss"]);
    CHECK(training["samples"] == 400);
    CHECK(validation["samples"] == 100);
    CHECK(all["samples"] == 500);
    CHECK(all == run_json(evaluate + Arguments{"--data", stored.data}));
    CHECK(validation["mean_absolute_error"].get<double>() <= validation["root_mean_square_error"].get<double>());
    CHECK(validation["mean_absolute_error"].get<double>() > 0);
    const double mean =
        0.8 * training["mean_absolute_error"].get<double>() + 0.2 * validation["mean_absolute_error"].get<double>();
    CHECK(std::abs(all["mean_absolute_error"].get<double>() - mean) <= 1e-12 * mean);  // three sums of 500 terms
    const ProgramResult text = run_program(evaluate + Arguments{"--rows", "validation"});
    CHECK(contains(text.output, "validation rows of " + stored.data + " (100 samples)"));
    CHECK(contains(text.output, "mean absolute error"));
}

TEST_CASE("evaluate: rows that a run does not have are refused") {
    const StoredRun stored;
    const auto error = [&](const Arguments& more) {
        const ProgramResult result = run_program(Arguments{"evaluate"} + more, {.directory = stored.directory.path()});
        CHECK(result.exit_code == 2);
        return result.errors;
    };
    fs::create_directory(stored.directory.path() / "bare");
    fs::copy(stored.run + "/chain.json", stored.directory.path() / "bare");
    CHECK(error({"--chain", "bare"}) ==
          "skein: error: --data is missing, and bare/chain.json has no run.json beside it: expected --data, or the "
          "directory of a run\n");
    CHECK(error({"--chain", "bare", "--data", "data.csv", "--rows", "training"}) ==
          "skein: error: --rows: bare/chain.json has no run.json beside it: expected the directory of a run\n");
    run_json({"train", "--data", stored.data, "--steps", "2", "--out", in(stored.directory, "whole")});
    CHECK(error({"--chain", "whole", "--rows", "validation"}) ==
          "skein: error: --rows: validation: the run had no --validation: expected all\n");
    run_json({"train", "--data", stored.data, "--validation", "sine:samples=50", "--steps", "2", "--out",
              in(stored.directory, "other")});
    CHECK(error({"--chain", "other", "--data", "data.csv", "--rows", "validation"}) ==
          "skein: error: --data: has no effect: the validation data of the run are sine:samples=50\n");
    CHECK(run_json({"evaluate", "--chain", in(stored.directory, "other"), "--rows", "validation"})["samples"] == 50);
    const std::string copy = stored.directory.file("copy.csv", StoredRun::rows());
    CHECK(run_json({"evaluate", "--chain", stored.run, "--data", copy, "--rows", "validation"})["samples"] == 100);
    const std::string longer = stored.directory.file("longer.csv", StoredRun::rows() + "1,2\n");
    CHECK(error({"--chain", "run", "--data", longer, "--rows", "validation"}) ==
          "skein: error: " + longer +
              ": is not what the run was trained on: its size or content differ, so its validation "
              "rows are not known\n");
    fs::remove(stored.data);
    CHECK(error({"--chain", "run"}) == "skein: error: " + stored.data +
                                           ": cannot be opened: No such file or directory "
                                           "(named in the run.json of the run: --data names another file)\n");
}

}  // namespace
}  // namespace skein::test
