// Training and evaluation on compressed data, through the program.
#include <doctest/doctest.h>

#include <cmath>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "skein/trainer.hpp"
#include "support/program_checks.hpp"
#include "support/run_program.hpp"
#include "support/temporary_directory.hpp"

namespace skein::test {

TEST_CASE("training on a compressed file, on compressed samples and on the samples agree") {
    const TemporaryDirectory directory;
    const std::string file = in(directory, "data.skc");
    const Json made = json_of(run_program({"data", "compress", kNoisyTeacher, "--out", file, "--json"}));
    CHECK(made["samples"] == 200'000);
    const Arguments train{"train", "--layers=3", "--steps=50", "--json", "--batch=full"};
    const auto with = [&](Arguments more) {
        more.insert(more.begin(), train.begin(), train.end());
        return json_of(run_program(more));
    };
    const Json from_file = with({"--data", file}), in_place = with({"--data", kNoisyTeacher, "--compress"}),
               exact = with({"--data", kNoisyTeacher});
    CHECK(from_file["weights"] == in_place["weights"]);
    CHECK(from_file["compression"]["compressed"] == 51);
    CHECK(from_file["compression"]["exact"] == 0);
    CHECK(!exact.contains("compression"));
    CHECK(in_place["compression_seconds"] > 0.0);
    CHECK(!from_file.contains("compression_seconds"));
    CHECK(!exact.contains("compression_seconds"));
    const std::string run = in(directory, "run");
    const std::string row = "\n  compression time  ";
    const std::string summary =
        run_program({"train", "--data", kNoisyTeacher, "--compress", "--steps=1", "--out", run}).output;
    CHECK(summary.find(row) < summary.find("\n  time "));
    CHECK(Json::parse(content_of(run + "/run.json"))["outcome"]["compression_seconds"] > 0.0);
    CHECK(run_program({"train", "--data", file, "--steps=1"}).output.find(row) == std::string::npos);
    const std::string sweep = in(directory, "sweep");
    const std::string told = run_program({"sweep", "--data", kNoisyTeacher, "--compress", "--steps=1", "--layers=2",
                                          "--out", sweep, "--axis=weight[1]=linear:1:2:2"})
                                 .output;
    CHECK(told.find(row) < told.find("\n  time "));
    CHECK(Json::parse(content_of(sweep + "/run.json"))["outcome"]["compression_seconds"] > 0.0);
    CHECK(std::abs(from_file["loss"].get<double>() - exact["loss"].get<double>()) < 1e-12);

    const Json evaluated = json_of(run_program({"gradient", "--weights=1,1,1", "--data", file, "--json"}));
    CHECK(evaluated["samples"] == 200'000);
}

TEST_CASE("evaluate and gradient tell the bound on compressed data") {
    const TemporaryDirectory directory;
    const std::string file = in(directory, "data.skc"), chain = in(directory, "run/chain.json");
    REQUIRE(run_program({"data", "compress", "sine:samples=1000", "--out", file}).exit_code == 0);
    REQUIRE(run_program({"train", "--data=sine:samples=10", "--steps=1", "--out", in(directory, "run")}).exit_code ==
            0);
    for (const std::string command : {"evaluate", "gradient"}) {
        const Arguments exact{command, "--chain", chain, "--data=sine:samples=1000"};
        const auto with = [](Arguments arguments, const std::string& more) {
            arguments.push_back(more);
            return arguments;
        };
        const Arguments compressed{command, "--chain", chain, "--tolerance=1e-9", "--data", file};
        const Json compression = json_of(run_program(with(compressed, "--json")))["compression"];
        CHECK(compression["compressed"] == 1);
        CHECK(compression["exact"] == 0);
        CHECK(compression["largest_bound"] > 0.0);
        CHECK(compression["largest_bound"] < 1e-8);
        CHECK(compression["largest_refused_bound"] == 0.0);
        CHECK(compression["tolerance"] == 1e-9);
        const std::string text = run_program(compressed).output;
        CHECK(text.find(command == "evaluate"
                            ? "\ncompressed                error at most "
                            : "Compressed data: loss and gradient with an error at most ") != std::string::npos);
        CHECK(text.find(", rounding included") != std::string::npos);
        CHECK(!json_of(run_program(with(exact, "--json"))).contains("compression"));
        CHECK(run_program(exact).output.find("rounding") == std::string::npos);
    }
}

}  // namespace skein::test
