// skein boundary, through the program.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "support/run_program.hpp"

namespace skein::test {
namespace {

using Json = nlohmann::json;
using Arguments = std::vector<std::string>;

const Arguments kProduct{"--layers=2", "--activation=identity", "--steps=300",
                         "--data=teacher:samples=1,input=constant,weights=1,activation=identity"};

ProgramResult run(const std::string& command, const Arguments& more) {
    Arguments arguments{command};
    arguments.insert(arguments.end(), kProduct.begin(), kProduct.end());
    arguments.insert(arguments.end(), more.begin(), more.end());
    return run_program(arguments);
}

std::string exact(double value) { return Json(value).dump(); }

bool diverges(const std::string& weights, double learning_rate) {
    const ProgramResult result =
        run("train", {"--weights=" + weights, "--learning-rate=" + exact(learning_rate), "--json", "--quiet"});
    REQUIRE(result.exit_code == 0);
    return Json::parse(result.output)["status"] == "diverged";
}

}  // namespace

TEST_CASE("boundary finds the critical learning rates that bisecting train by hand finds") {
    for (const std::string weights : {"1.5,0.5", "0.75,-1.25", "2,0.125"}) {
        CAPTURE(weights);
        const ProgramResult result = run("boundary", {"--weights=" + weights, "--axis=learning_rate=linear:0.25:4:2",
                                                      "--between=diverged", "--scan=9", "--json"});
        REQUIRE(result.exit_code == 0);
        const Json found = Json::parse(result.output);
        REQUIRE(!found["changes"].empty());
        const Json& change = found["changes"][0];
        const std::vector<double> scanned = found["scanned"];
        REQUIRE(scanned.size() == 9);
        // From the two scanned values around the first change, exactly as stated: until 1e-12 apart.
        const auto above_at = std::ranges::upper_bound(scanned, change["below"].get<double>());
        double above = *above_at, below = *(above_at - 1);
        REQUIRE(diverges(weights, above) != diverges(weights, below));
        const bool diverges_below = diverges(weights, below);
        while (above - below > 1e-12 * above) {
            const double middle = below / 2 + above / 2;
            (diverges(weights, middle) == diverges_below ? below : above) = middle;
        }
        CHECK(change["below"] == below);
        CHECK(change["above"] == above);
        CHECK(change["class_below"] == (diverges_below ? "diverged" : "not diverged"));
        CHECK(change["class_above"] == (diverges_below ? "not diverged" : "diverged"));
    }
}

TEST_CASE("boundary in words, and the dimension of a plane") {
    const ProgramResult words = run(
        "boundary", {"--weights=1.5,0.5", "--axis=learning_rate=linear:0.25:4:2", "--between=diverged", "--scan=9"});
    CHECK(words.exit_code == 0);
    CHECK(words.output.starts_with("along learning_rate from 0.25 to 4: 1 change between 9 values scanned; "));
    const TemporaryDirectory directory;
    const std::string file = directory.file("sweep.toml", "picture = \"loss\"\nmark-loss = 0.5\n");
    CHECK(run("boundary",
              {file, "--weights=1.5,0.5", "--axis=learning_rate=linear:0.25:4:2", "--between=diverged", "--scan=9"})
              .output == words.output);
    const ProgramResult plane =
        run_program({"boundary", "--preset", "trainability", "--axis",
                     "learning_rate[1]=log10:0.1:1000:64,learning_rate[3]=log10:0.1:1000:64", "--json"});
    REQUIRE(plane.exit_code == 0);
    const Json found = Json::parse(plane.output);
    CHECK(found["points"] == 64 * 64);
    CHECK(found["boxes"].size() == 7);
    CHECK(found["boxes"][6]["boxes"] == 1);
    CHECK(found["dimension"].get<double>() > 1);
    CHECK(found["dimension"].get<double>() < 2);
}

TEST_CASE("bad boundaries are refused") {
    const auto error_of = [](const Arguments& more) {
        const ProgramResult result = run("boundary", more);
        CHECK(result.exit_code == 2);
        CHECK(std::ranges::count(result.errors, '\n') == 1);
        return result.errors;
    };
    const std::string two = "--axis=learning_rate=linear:0.25:4:2,weight[1]=linear:0:1:3";
    CHECK(error_of({two, "--along=learning-rates"}) ==
          "skein: error: --along: unknown axis 'learning-rates': did you mean 'learning_rate'?\n");
    CHECK(error_of({two + ",weight[2]=linear:1:2:2"}) ==
          "skein: error: --along is missing: expected the axis to look along (or two axes, for the dimension)\n");
    CHECK(error_of({two, "--along=weight[1]", "--between=divergd"}) ==
          "skein: error: --between: unknown class 'divergd': did you mean 'diverged'?\n");
    CHECK(error_of({"--axis=seed=linear:1:9:9", "--init=normal"}) ==
          "skein: error: axis seed: its values are whole numbers, between which nothing can be bisected\n");
    CHECK(error_of({"--axis=learning_rate=values:1:10000:3"}) ==
          "skein: error: axis 'learning_rate=values:1:10000:3': a list of values cannot be bisected: "
          "expected linear or log10 bounds\n");
    CHECK(error_of({}) ==
          "skein: error: no axis is given: expected --axis, [[axis]] in a file, or --preset (see skein "
          "boundary --help)\n");
    CHECK(error_of({two, "--scan=9"}) ==
          "skein: error: --scan: has no effect on a plane: expected --along, or one axis\n");
    CHECK(error_of({two, "--resolution=1e-3"}).starts_with("skein: error: --resolution: has no effect on a plane"));
    CHECK(error_of({two, "--picture=loss"}) ==
          "skein: error: --picture has no effect on skein boundary (a file may have it, for other commands)\n");
    CHECK(error_of({two, "--pictur=loss"}) == "skein: error: unknown option '--pictur' (see skein boundary --help)\n");
    CHECK(error_of({two, "--along=weight[1]", "--resolution=2"}) ==
          "skein: error: the resolution is 2: expected more than 0 and less than 1\n");
}

}  // namespace skein::test
