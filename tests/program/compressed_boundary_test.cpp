// skein boundary on compressed data, through the program.
#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "support/program_checks.hpp"
#include "support/run_program.hpp"
#include "support/temporary_directory.hpp"

namespace skein::test {

TEST_CASE("boundary on compressed data tells what its chains met") {
    const TemporaryDirectory directory;
    const std::string file = in(directory, "data.skc"), samples = "teacher:samples=5000,noise=0.1";
    REQUIRE(run_program({"data", "compress", samples, "--out", file}).exit_code == 0);
    for (const bool is_along : {true, false}) {
        const auto boundary = [&](const Arguments& more) {
            Arguments arguments{"boundary", "--layers=2", "--steps=10",
                                "--axis=learning_rate=log10:0.1:1:8,weight[2]=linear:0.5:1.5:3"};
            if (is_along) arguments.insert(arguments.end(), {"--along=learning_rate", "--scan=8"});
            arguments.insert(arguments.end(), more.begin(), more.end());
            return run_program(arguments);
        };
        const Json from_file = json_of(boundary({"--data", file, "--json", "--threads=1"}));
        const Json exactly =
            json_of(boundary({"--data", samples, "--compress", "--tolerance=1e-300", "--json", "--threads=2"}));
        const std::size_t num_chains = from_file[is_along ? "chains" : "points"].get<std::size_t>();
        const Json& told = from_file["compression"];
        CHECK(told["compressed"] == num_chains * 11);
        CHECK(told["exact"] == 0);
        CHECK(told["largest_bound"] > 0.0);
        CHECK(told["largest_refused_bound"] == 0.0);
        CHECK(told["tolerance"] == 1e-10);
        CHECK(json_of(boundary({"--data", file, "--json", "--threads=3"}))["compression"] == told);
        CHECK(exactly["compression"]["compressed"] == 0);
        CHECK(exactly["compression"]["exact"] == exactly[is_along ? "chains" : "points"].get<std::size_t>() * 11);
        CHECK(exactly["compression"]["largest_refused_bound"] > 0.0);
        CHECK(boundary({"--data", file})
                  .output.find("\ncompressed: all " + std::to_string(num_chains * 11) +
                               " gradients and losses, error at most ") != std::string::npos);
        CHECK(!json_of(boundary({"--data", samples, "--json"})).contains("compression"));
        CHECK(boundary({"--data", samples}).output.find("compressed") == std::string::npos);
    }
}

TEST_CASE("boundary takes no point beyond the tolerance for one of a class") {
    const TemporaryDirectory directory;
    const std::string file = in(directory, "data.skc");
    REQUIRE(run_program({"data", "compress", "teacher:samples=5000,noise=0.1", "--panel-width=2^-3", "--out", file})
                .exit_code == 0);
    const Arguments settings{"boundary",
                             "--data",
                             file,
                             "--layers=2",
                             "--steps=30",
                             "--learning-rate=0.01",
                             "--axis=weight[1]=linear:0.5:64:8,weight[2]=linear:1:1.5:2"};
    for (const bool is_along : {true, false}) {
        Arguments arguments = settings;
        if (is_along) arguments.emplace_back("--along=weight[1]");
        const ProgramResult result = run_program(arguments);
        CAPTURE(result.errors);
        CHECK(result.exit_code == 1);
        CHECK(result.output.empty());
        CHECK(std::ranges::count(result.errors, '\n') == 1);
        CHECK(result.errors.starts_with("skein: error: weight[1] = "));
        CHECK(result.errors.find(", weight[2] = 1: the bound of the error on the compressed data exceeds the "
                                 "tolerance, 1e-10, so this point has no class (a larger tolerance, ") !=
              std::string::npos);
    }
}

}  // namespace skein::test
