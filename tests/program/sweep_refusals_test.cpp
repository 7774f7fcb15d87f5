// What skein sweep refuses.
#include <doctest/doctest.h>

#include <filesystem>
#include <string>

#include "skein/trainer.hpp"
#include "support/run_program.hpp"
#include "support/sweep_program.hpp"
#include "support/temporary_directory.hpp"

namespace skein::test {

namespace {

/// The error of a sweep over `axis` of chains of three layers.
std::string axis_error(const std::string& axis) {
    const TemporaryDirectory directory;
    const std::string error = error_of({"--layers=3", "--axis=" + axis, "--out=" + directory.file("s").string()});
    CHECK(!fs::exists(directory.file("s")));
    return error;
}

const std::string begin = "--axis: axis '";

}  // namespace

TEST_CASE("bad sweeps are refused in one line: axes that cannot be read") {
    CHECK(axis_error("learning_rat=linear:1:2:3") ==
          begin + "learning_rat=linear:1:2:3': unknown parameter 'learning_rat': did you mean 'learning_rate'?");
    CHECK(axis_error("momentum=lin:0:0.5:3") ==
          begin + "momentum=lin:0:0.5:3': unknown scale 'lin': expected linear, log10 or values");
    CHECK(axis_error("weight[1]=linear:2:1:3") ==
          begin + "weight[1]=linear:2:1:3': reversed, from 2 to 1: expected the smaller bound first");
    CHECK(axis_error("weight[1]=linear:1:1:3") ==
          begin + "weight[1]=linear:1:1:3': empty, from 1 to itself: expected two different bounds");
    CHECK(axis_error("weight[1]=linear:1:2:1") ==
          begin + "weight[1]=linear:1:2:1': 1 point: expected at least 2 from two different bounds");
    CHECK(axis_error("weight[1]=linear:0:inf:3") == begin + "weight[1]=linear:0:inf:3': 'inf' is not a number");
    CHECK(axis_error("learning_rate=log10:-1:1:3") ==
          begin + "learning_rate=log10:-1:1:3': logarithmic from -1: expected positive bounds");
    CHECK(axis_error("learning_rate=values:1e-400") ==
          begin +
              "learning_rate=values:1e-400': '1e-400' is out of the range of float64: expected 0, or a size from "
              "4.9e-324 to 1.8e+308");
    CHECK(axis_error("learning_rate=values:1:inf") == begin + "learning_rate=values:1:inf': 'inf' is not a number");
    CHECK(axis_error("learning_rate=values:1:means") ==
          begin + "learning_rate=values:1:means': unknown reduction 'means': did you mean 'mean'?");
}

TEST_CASE("bad sweeps are refused in one line: axes without a sense") {
    CHECK(axis_error("layers=log10:1:100:5") ==
          "--axis: layers: 3.162277660168379 is no whole number: expected a list of them, as in "
          "layers=values:1:3:10:32:100");
    CHECK(axis_error("weight[1]=values:1:2:mean,weight[2]=values:1:2:median") ==
          "--axis: mean of weight[1] cannot be combined with median of weight[2]: expected one reduction for all axes");
    CHECK(axis_error("learning_rate=log10:1e-3:1:4294967296,weight[1]=linear:0:1:4294967296") ==
          "--axis: a grid of 4,294,967,296 x 4,294,967,296 points: 1.84e+19 chains, whose outcomes take 1.01e+21 bytes "
          "or more: expected less than 2^60 chains");
    CHECK(axis_error("weight[1]=linear:0:1:4294967296") ==
          "--axis: a grid of 4,294,967,296 points: 4.29e+09 chains, whose outcomes take 2.36e+11 bytes or more: "
          "expected at most 268,435,456 values of axes");
    CHECK(axis_error("weight[1]=values:") == begin + "weight[1]=values:': '' is not a number");
    CHECK(axis_error("weight[4]=linear:0:1:3") == "axis weight[4]: a chain has 3 layers");
    CHECK(axis_error("seed=linear:0:1:4") ==
          "axis seed: a value is 0.3333333333333333: expected a whole number from 0 to 2^53");
    CHECK(axis_error("seed=linear:0:4:5") ==
          "axis seed: has no effect on these initial weights and batches: expected weights of init normal or uniform, "
          "or shuffled mini-batches");
    CHECK(axis_error("learning_rate[1]=values:1:2,learning_rate=values:1:2") ==
          "axis learning_rate[1]: axis learning_rate varies the same layer: expected every layer on one of them alone");
    CHECK(contains(axis_error("weight[1]=linear:0:1:60000,weight[2]=linear:0:1:60000,weight[3]=linear:0:1:60000"),
                   "the arrays of 216,000,000,000,000 points take "));
}

TEST_CASE("bad sweeps are refused in one line: tables of axes") {
    const auto table_error = [](const std::string& keys, const std::string& head = "[[axis]]") {
        const TemporaryDirectory directory;
        const std::string file = directory.file("s.toml", head + "\nparameter = \"momentum\"\n" + keys);
        const std::string error = error_of({"--layers=2", "--optimizer=momentum", "--point=0", file});
        REQUIRE(error.starts_with(file + ", "));
        return error.substr(file.size() + 2);
    };
    const std::string bounds = "from = 0\nto = 0.5\npoints = 2\n", values = "values = [0, 0.5]\n";
    CHECK(table_error(bounds, "[axis]") == "line 1: found [axis]: expected [[axis]]");
    CHECK(table_error(values + "to = 0.5\n") == "line 4: to has no effect with values: expected one of the two");
    CHECK(table_error(values + "scale = \"linear\"\n") ==
          "line 4: scale has no effect with values: expected one of the two");
    CHECK(table_error("scale = \"values\"\n" + bounds) == "line 1: an axis has no 'values'");
    CHECK(table_error("scale = \"lin\"\n" + bounds) == "line 3: unknown scale 'lin': expected linear, log10 or values");
    CHECK(table_error("values = [0, \"mean\"]\n") == "line 3: values: expected an array of numbers");
    CHECK(table_error("values = [\"0\", \"mean\"]\n") == "line 3: values: expected an array of numbers");
    CHECK(table_error("values = []\n") == "line 3: values: expected an array of numbers");
    CHECK(table_error("from = \"0\"\n") == "line 3: from: expected a number");
    CHECK(table_error(values + "reduction = \"0.25\"\n") ==
          "line 4: unknown reduction '0.25': expected none, mean or median");
}

TEST_CASE("bad sweeps are refused in one line: presets, points, pictures") {
    const TemporaryDirectory directory;
    const std::string out = "--out=" + directory.file("s").string();
    CHECK(error_of({out}) ==
          "no axis is given: expected --axis, [[axis]] in a file, or --preset (see skein sweep --help)");
    CHECK(error_of({"--preset=trainabilty", out}) ==
          "--preset: unknown preset 'trainabilty': did you mean 'trainability'?");
    CHECK(error_of({"--preset=trainability"}) == "--out is missing: expected the directory of the sweep");
    CHECK(error_of({"--preset=trainability", "--point=512,0"}) ==
          "--point: learning_rate[1]: '512' is out of range: expected from 0 to 511");
    CHECK(error_of({"--preset=trainability", "--point=1,1", out}) ==
          "--out: has no effect with --point: nothing is written");
    CHECK(error_of({"--preset=trainability", "--point=1"}) == "--point: 1 given: expected 2, one index per axis");
    CHECK(error_of({"--preset=trainability", "--zoom=0.01,1,2,3", out}) ==
          "--zoom: 0.01 is not on the axis learning_rate[1]=log10:0.1:1000:512");
    CHECK(error_of({"--preset=trainability", "--window=learning_rate=1:2", out}) ==
          "--window: unknown axis of a window 'learning_rate': expected learning_rate[1] or learning_rate[3]");
    CHECK(error_of({"--preset=bifurcation", "--record-last=5000", out}) ==
          "--record-last: 5000 losses of a run of 4000 steps: expected at most that");
    CHECK(error_of({"--layers=2", "--axis=seed=linear:1:2:2:mean", "--picture=trainability", out}) ==
          "--picture: trainability has two sides, which have no mean: expected learned, loss or steps with an axis "
          "that has a reduction");
    CHECK(!fs::exists(directory.file("s")));
    REQUIRE(run_program({"train", "--layers=1", "--epochs=1", "--out", directory.file("t").string()}).exit_code == 0);
    CHECK(contains(error_of({"--layers=2", "--axis=weight[1]=linear:1:2:2", "--out", directory.file("t").string()}),
                   "already holds a run: expected a new directory, or --force"));
}

}  // namespace skein::test
