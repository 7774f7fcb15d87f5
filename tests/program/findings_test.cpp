// What skein train says of a fit: the truth about bad runs, and nothing about good ones.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <string>
#include <vector>

#include "skein/random.hpp"
#include "support/run_program.hpp"
#include "support/temporary_directory.hpp"
#include "support/train_program.hpp"

namespace skein::test {
namespace {

/// y = scale tanh(1.5 x) + noise, x normal times `spread`; rows of a CSV file.
std::string samples_csv(std::size_t count, double spread, double scale, double noise) {
    std::string text = "x,y\n";
    for (std::size_t i = 0; i < count; ++i) {
        const double x = random::normal(1, random::Stream::samples, i);
        const double y = scale * std::tanh(1.5 * x) + noise * random::normal(1, random::Stream::noise, i);
        text += std::to_string(spread * x) + "," + std::to_string(y) + "\n";
    }
    return text;
}

std::vector<std::string> names_of(const Json& run) {
    std::vector<std::string> names;
    for (const Json& finding : run["findings"]) {
        names.push_back(finding["name"]);
        CHECK(finding["text"].get<std::string>().find("--") != std::string::npos);  // an option to type
    }
    return names;
}

struct BadRun {
    std::string name;
    Arguments arguments;
};

}  // namespace

TEST_CASE("each bad run is named") {
    const TemporaryDirectory directory;
    const std::string raw = directory.file("raw.csv", samples_csv(1000, 1.0, 5.0, 0.1));
    const std::string small = directory.file("small.csv", samples_csv(1000, 1.0, 0.8, 0.1));
    const BadRun runs[] = {
        {"output_range", {"--data", raw}},
        {"saturated_units", {"--data", small, "--weights", "20,20,20"}},
        {"no_better_than_mean", {"--data", small, "--layers", "30", "--init", "normal"}},
        {"still_weights", {"--data", small, "--layers", "30", "--init", "uniform", "--init-scale", "0.1"}},
        {"dead_units", {"--data", small, "--weights", "1,-1,1", "--activation", "relu", "--batch", "100"}},
        {"worse_than_start", {"--data", small, "--weights", "1,1,1", "--learning-rate", "40", "--batch", "10"}},
        {"still_falling", {"--data", small, "--init-scale", "0.6", "--epochs", "20", "--batch", "full"}},
        {"worse_than_line", {"--data", small, "--weights", "0.3,0.3", "--epochs", "15", "--batch", "full"}},
        {"few_updates", {"--data", small, "--init-scale", "0.5", "--epochs", "10", "--batch", "full"}},
        {"few_updates", {"--data", "teacher:samples=1000", "--batch", "full", "--epochs", "10"}},
        {"still_weights", {"--learning-rate", "1e-12"}},
        {"worse_than_start", {"--weight-decay", "0.1"}},
        {"worse_on_validation", {"--data", small, "--validation", raw}},
        {"output_range", {"--data", directory.file("high.csv", "0,50\n1,50\n2,50\n-1,50\n")}},
        {"constant_y", {"--data", directory.file("half.csv", "0,0.5\n1,0.5\n2,0.5\n-1,0.5\n")}},
    };
    for (const BadRun& run : runs) {
        CAPTURE(run.name);
        const Json json = run_json(Arguments{"train"} + run.arguments);
        const std::vector<std::string> names = names_of(json);
        CAPTURE(json.dump());
        CHECK(std::ranges::count(names, run.name) == 1);
    }
}

TEST_CASE("no good run is accused") {
    const TemporaryDirectory directory;
    const std::string small = directory.file("small.csv", samples_csv(3000, 1.0, 0.8, 0.1));
    const std::string noisy = directory.file("noisy.csv", samples_csv(3000, 1.0, 0.8, 0.5));
    const Arguments runs[] = {
        {},
        {"--precision", "float32"},
        {"--optimizer", "adamw"},
        {"--compress", "--learning-rate", "0.5", "--epochs", "300"},
        {"--data", small, "--layers", "2", "--batch", "32"},
        {"--data", small, "--layers", "1", "--batch", "32"},
        {"--data", noisy, "--layers", "2", "--batch", "32", "--epochs", "30"},
        {"--data", noisy, "--layers", "2", "--batch", "full", "--epochs", "500"},
        {"--data", noisy, "--layers", "2", "--batch", "1", "--learning-rate", "0.01"},
        {"--data", "teacher:samples=20000,layers=2,noise=0.3", "--layers", "2", "--batch", "64", "--validation", "0.2"},
    };
    for (const Arguments& run : runs) {
        const Json json = run_json(Arguments{"train"} + run);
        CAPTURE(json.dump());
        CHECK(names_of(json).empty());
        CHECK(json["r2"] > 0.3);
    }
}

TEST_CASE("a fit is judged by the mean of y, by the best line, by its start and by its best epoch") {
    const TemporaryDirectory directory;
    const std::string data = directory.file("four.csv", "x,y,m\n1,2,1\n2,4,1\n3,5,2\n-1,-1,0\n");
    const Json run =
        run_json({"train", "--data", data, "--weights", "1.5", "--activation", "identity", "--steps", "0"});
    // Weighted: mean y = 4, mean (y - 4)^2 = 1.5, mean xy = 10, mean x^2 = 23/4, mean y^2 = 17.5.
    CHECK(run["baseline_loss"] == 1.5);
    CHECK(std::abs(run["line_loss"].get<double>() - (17.5 - 10.0 * 10.0 / 5.75)) <= 1e-14);
    CHECK(run["start_loss"] == 0.4375);
    CHECK(run["loss"] == 0.4375);
    CHECK(run["r2"] == 1.0 - 0.4375 / 1.5);
    CHECK(run["weighted"] == true);
    CHECK(run["best_loss"].is_null());
    CHECK(run["findings"].empty());

    const Json longer = run_json({"train", "--data", data, "--weights", "1.5", "--activation", "identity", "--epochs",
                                  "3", "--learning-rate", "0.3"});
    CHECK(longer["best_loss"] == 0.4375);  // the first step's
    CHECK(longer["best_step"] == 1);
    CHECK(longer["start_loss"] == 0.4375);
    CHECK(longer["loss"] > 0.4375);
}

TEST_CASE("the summary tells of the fit, and findings are on standard error") {
    const ProgramResult good = run_program({"train"});
    CHECK(good.output.find("(at the start 0.0346405)") != std::string::npos);
    CHECK(good.output.find("R^2               0.9997") != std::string::npos);
    CHECK(good.output.find("sgd, learning rate 0.1, batches of 1,024, seed 0") != std::string::npos);
    CHECK(good.errors.empty());
    const ProgramResult bad = run_program({"train", "--weights", "20,20,20"});
    CHECK(bad.errors.starts_with("skein: finding: layer "));
    CHECK(run_program({"train", "--weights", "20,20,20", "--quiet"}).errors.empty());
}

TEST_CASE("--patience keeps the weights with the lowest validation loss") {
    const TemporaryDirectory directory;
    const std::string data = directory.file("train.csv", "x,y\n1,1\n1,1\n");
    const std::string validation = directory.file("validation.csv", "x,y\n1,0.5\n");
    const std::string run = directory.file("run");
    const Arguments arguments{"train",    "--data",          data,      "--weights", "0.1", "--activation",
                              "identity", "--learning-rate", "0.01",    "--batch",   "1",   "--epochs",
                              "500",      "--validation",    validation};
    const Json json = run_json(arguments + Arguments{"--patience", "3", "--out", run});
    CHECK(json["status"] == "stopped");
    CHECK(json["cause"] == "patience");
    CHECK(json["steps"].get<int>() == json["step_of_weights"].get<int>() + 3 * 2);
    CHECK(json["best_step"] == json["step_of_weights"]);
    CHECK(json["best_loss"] == json["validation_loss"]);
    CHECK(std::abs(json["weights"][0].get<double>() - 0.5) < 0.02);
    CHECK(std::abs(json["loss"].get<double>() - std::pow(1.0 - json["weights"][0].get<double>(), 2)) < 1e-15);
    const auto history = csv_rows(content_of(run + "/history.csv"));
    CHECK(std::stod(history.back()[5]) > json["validation_loss"].get<double>());  // of the last step
    const ProgramResult text = run_program(arguments + Arguments{"--patience", "3"});
    CHECK(text.output.starts_with("stopped: no lower validation loss in 3 epochs, after "));
    CHECK(contains(text.output, "whose validation loss is the lowest"));
    // So many epochs that the history leaves out most validation losses.
    const Json slow =
        run_json({"train", "--data", data, "--weights", "0.1", "--activation", "identity", "--learning-rate", "0.00002",
                  "--batch", "1", "--epochs", "20000", "--validation", validation, "--patience", "3"});
    CHECK(slow["cause"] == "patience");
    CHECK(slow["best_step"] == slow["step_of_weights"]);
    CHECK(slow["best_loss"] == slow["validation_loss"]);
    const ProgramResult alone = run_program({"train", "--patience", "3"});
    CHECK(alone.exit_code == 2);
    CHECK(contains(alone.errors, "--patience: has no effect without validation data: expected --validation"));
}

TEST_CASE("--fail-on-divergence makes a divergence an exit code") {
    const Arguments diverges{"train",   "--layers", "1",       "--activation", "identity", "--learning-rate", "3",
                             "--steps", "3000",     "--batch", "full",         "--data",   "sine:samples=100"};
    CHECK(run_program(diverges).exit_code == 0);
    const ProgramResult result = run_program(diverges + Arguments{"--fail-on-divergence"});
    CHECK(result.exit_code == 3);
    CHECK(result.output.starts_with("diverged at step 218"));
    CHECK(run_program({"train", "--steps", "3", "--fail-on-divergence"}).exit_code == 0);
}

TEST_CASE("generated validation data with the seed of the training data are other samples") {
    const Json own = run_json({"train", "--data", "teacher:samples=1000,noise=0.5", "--validation",
                               "teacher:samples=1000,noise=0.5", "--steps", "0"});
    CHECK(own["validation_loss"] != own["loss"]);
    const Json other = run_json({"train", "--data", "teacher:samples=1000,noise=0.5", "--validation",
                                 "teacher:samples=1000,noise=0.5,seed=9223372036854775808", "--steps", "0"});
    CHECK(other["validation_loss"] == own["validation_loss"]);
}

TEST_CASE("--scale trains in other units, and losses, files and predictions are in those of the data") {
    const TemporaryDirectory directory;
    const std::string raw = directory.file("raw.csv", samples_csv(2000, 40.0, 25.0, 0.5));
    const auto train = [&](const Arguments& arguments) {
        return run_json(Arguments{"train", "--data", raw, "--batch", "32", "--layers", "2"} + arguments);
    };
    CHECK(train({})["r2"] < 0.2);
    for (const char* kind : {"range", "standard"}) {
        CAPTURE(kind);
        const std::string run = directory.file(kind);
        const Arguments identity_last{"--activation", "tanh,identity"};
        const Json json = train(Arguments{"--scale", kind, "--validation", "0.1", "--out", run} + identity_last);
        CHECK(json["r2"] > 0.9);
        CHECK(json["validation_r2"] > 0.9);
        CHECK(names_of(json).empty());
        const std::string chain = run + "/chain.json", predictions = directory.file("predictions.csv");
        const Json again =
            run_json({"evaluate", "--chain", chain, "--data", raw, "--predictions", predictions, "--force"});
        CHECK(std::abs(again["r2"].get<double>() - json["r2"].get<double>()) < 0.02);
        double sum = 0.0;
        const auto rows = csv_rows(content_of(predictions));
        for (std::size_t row = 1; row < rows.size(); ++row) {
            sum += std::pow(std::stod(rows[row][1]) - std::stod(rows[row][2]), 2);
        }
        CHECK(std::abs(sum / 2000 / again["loss"].get<double>() - 1.0) < 1e-9);
        const auto history = csv_rows(content_of(run + "/history.csv"));
        CHECK(std::stod(history.back()[3]) < 3.0 * json["loss"].get<double>());
        CHECK(std::stod(history.back()[5]) == json["validation_loss"].get<double>());
        CHECK(contains(run_program({"gradient", "--chain", chain, "--data", raw}).errors, "trained on scaled data"));
    }
    CHECK(train({"--scale", "range", "--target-loss", "100"})["status"] == "converged");

    const std::string compressed = directory.file("raw.skc");
    REQUIRE(run_program({"data", "compress", raw, "--out", compressed}).exit_code == 0);
    const ProgramResult refused = run_program({"train", "--data", compressed, "--scale", "range"});
    CHECK(refused.exit_code == 2);
    CHECK(contains(refused.errors, "--scale: --data is compressed, in the units it had then"));
    CHECK(contains(run_program({"sweep", "--scale", "range"}).errors, "unknown option '--scale'"));
}

}  // namespace skein::test
