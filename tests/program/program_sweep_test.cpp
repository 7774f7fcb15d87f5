// skein sweep, through the program: points are runs of skein train, arrays, resuming, what is refused.
#include <doctest/doctest.h>
#include <signal.h>

#include <algorithm>
#include <bit>
#include <chrono>
#include <cmath>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "skein/files.hpp"
#include "skein/trainer.hpp"
#include "support/run_program.hpp"

namespace skein::test {
namespace {

using Json = nlohmann::json;
using Arguments = std::vector<std::string>;
namespace fs = std::filesystem;

const std::string kPlane = "--axis=learning_rate[1]=log10:0.1:1000:16,learning_rate[3]=log10:0.1:1000:16";

ProgramResult sweep(const Arguments& more) {
    Arguments arguments{"sweep"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return run_program(arguments);
}

std::string error_of(const Arguments& more) {
    const ProgramResult result = sweep(more);
    CHECK(result.exit_code == 2);
    CHECK(std::ranges::count(result.errors, '\n') == 1);
    CHECK(result.errors.starts_with("skein: error: "));
    return result.errors.substr(14, result.errors.size() - 15);
}

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

template <class T>
std::vector<T> read_array(const fs::path& path, ElementType type, const std::vector<std::size_t>& shape) {
    const ArrayFile file = ArrayFile::open(path, type, shape);
    std::vector<T> values(static_cast<std::size_t>(file.num_elements()));
    file.template read<T>(0, std::span<T>(values));
    return values;
}

/// The words of a command that --point prints, which quotes nothing here.
Arguments words_of(const std::string& command) {
    Arguments words;
    for (std::size_t begin = 0; begin < command.size();) {
        const std::size_t end = std::min(command.find_first_of(" \n", begin), command.size());
        words.push_back(command.substr(begin, end - begin));
        begin = end + 1;
    }
    return words;
}

/// Every file of a sweep that outcomes are in.
std::vector<std::pair<std::string, std::string>> arrays_of(const fs::path& directory) {
    std::vector<std::pair<std::string, std::string>> arrays;
    for (const auto& entry : fs::directory_iterator(directory)) {
        if (entry.path().extension() == ".npy") {
            arrays.emplace_back(entry.path().filename().string(), content_of(entry.path()));
        }
    }
    std::ranges::sort(arrays);
    return arrays;
}

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

TEST_CASE("program: the outcomes of a 16 x 16 sweep are those of 256 runs of train") {
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

TEST_CASE("program: a bad axis in a file is named with its line") {
    const TemporaryDirectory directory;
    const fs::path file = directory.file("sweep.toml", R"(layers = 2
steps = 20
data = "teacher:samples=5"
[[axis]]
parameter = "learning_rate"
scale = "log10"
from = 0.1
to = 10
points = 6
[[axis]]
parameter = "init_scale"
values = [0.5, 1]
)");
    CHECK(error_of({file.string()}) ==
          file.string() +
              ", line 4: axis: axis 'init_scale=values:0.5:1': unknown parameter 'init_scale': expected "
              "learning_rate, weight, weight_offset, weight_scale, momentum, weight_decay, schedule_scale, "
              "layers, batch, seed, data_seed, data_noise or teacher_weight");
}

TEST_CASE("program: arrays have the first axis last, and axes their values") {
    const TemporaryDirectory directory;
    const fs::path file = directory.file("sweep.toml", R"(layers = 2
init = "normal"
steps = 20
data = "teacher:samples=5"
[[axis]]
parameter = "learning_rate"
scale = "log10"
from = 0.1
to = 10
points = 6
[[axis]]
parameter = "weight_scale"
values = [0.5, 1]
[[axis]]
parameter = "seed"
from = 1
to = 3
points = 3
reduction = "mean"
)");
    const std::string out = directory.file("a").string();
    REQUIRE(sweep({file.string(), "--out", out}).exit_code == 0);
    CHECK(read_array<double>(out + "/axis_1.npy", ElementType::float64, {6}) == log10_values(0.1, 10, 6));
    CHECK(read_array<double>(out + "/axis_2.npy", ElementType::float64, {2}) == std::vector<double>{0.5, 1});
    const auto steps = read_array<std::uint64_t>(out + "/steps.npy", ElementType::uint64, {3, 2, 6});
    CHECK(std::ranges::count(steps, 20u) > 0);
    const Json run = Json::parse(content_of(out + "/run.json"));
    CHECK(run["status"] == "finished");
    CHECK(run["codes"]["status"][2] == "diverged");
    CHECK(fs::exists(out + "/picture.png"));
    // The same by its run.json, and by flags; a window narrows an axis.
    REQUIRE(sweep({out + "/run.json", "--out", directory.file("b").string()}).exit_code == 0);
    CHECK(arrays_of(directory.file("b")) == arrays_of(out));
    REQUIRE(sweep({"--layers=2", "--init=normal", "--steps=20", "--data=teacher:samples=5", "--out",
                   directory.file("c").string(),
                   "--axis=learning_rate=log10:0.1:10:6,weight_scale=values:0.5:1,seed=linear:1:3:3:mean"})
                .exit_code == 0);
    CHECK(arrays_of(directory.file("c")) == arrays_of(out));
    REQUIRE(sweep({file.string(), "--window=learning_rate=1:2", "--out", directory.file("d").string()}).exit_code == 0);
    CHECK(read_array<double>(directory.file("d") / "axis_1.npy", ElementType::float64, {6}) == log10_values(1, 2, 6));
}

TEST_CASE("program: frames of a zoom") {
    const TemporaryDirectory directory;
    const std::string out = directory.file("film").string();
    const Arguments settings{"--layers=3", "--steps=10", "--data=teacher:samples=4", kPlane};
    Arguments zoom = settings;
    zoom.insert(zoom.end(), {"--zoom=10,20,10,3", "--out=" + out, "--quiet"});
    REQUIRE(sweep(zoom).exit_code == 0);
    double width = 0;
    for (const std::string frame : {"frame_000", "frame_001", "frame_002"}) {
        const auto x = read_array<double>(out + "/" + frame + "/axis_1.npy", ElementType::float64, {16});
        const double ratio = std::log10(x.back() / x.front());
        if (width != 0) CHECK(ratio == doctest::Approx(width / 10).epsilon(1e-6));
        width = ratio;
        CHECK(std::sqrt(x.front() * x.back()) == doctest::Approx(10).epsilon(1e-6));
        CHECK(fs::exists(out + "/" + frame + "/picture.png"));
    }
    CHECK(width == doctest::Approx(0.04).epsilon(1e-6));  // 4 decades, 100 times narrower

    // The same command goes on: finished frames stay, of other settings they are refused, --force makes them anew.
    const auto first = arrays_of(out + "/frame_000"), last = arrays_of(out + "/frame_002");
    fs::remove_all(out + "/frame_002");
    fs::remove(out + "/frame_000/picture.png");
    const ProgramResult again = sweep(zoom);
    CHECK(again.exit_code == 0);
    CHECK(again.output.starts_with(out + "/frame_000: done before\n" + out + "/frame_001: done before\ndone: 256"));
    CHECK(!fs::exists(out + "/frame_000/picture.png"));
    CHECK(arrays_of(out + "/frame_002") == last);
    zoom.push_back("--json");
    const std::string lines = sweep(zoom).output;
    CHECK(std::ranges::count(lines, '\n') == 3);
    const Json report = Json::parse(lines.substr(0, lines.find('\n')));
    CHECK(report["status"] == "finished");
    CHECK(report["directory"] == out + "/frame_000");
    zoom.back() = "--seed=7";
    CHECK(contains(error_of(zoom), "frame_000 holds a sweep of other settings (seed: "));
    zoom.back() = "--force";
    CHECK(sweep(zoom).exit_code == 0);
    CHECK(fs::exists(out + "/frame_000/picture.png"));
    CHECK(arrays_of(out + "/frame_000") == first);

    // With --force, too, what comes after the frame that ends it is gone on with.
    fs::remove(out + "/frame_001/loss.npy");
    fs::create_directory(out + "/frame_001/loss.npy");
    zoom.push_back("--seed=7");
    CHECK(sweep(zoom).exit_code == 1);
    fs::remove(out + "/frame_001/loss.npy");
    std::erase(zoom, "--force");
    const ProgramResult rest = sweep(zoom);
    CHECK(rest.exit_code == 0);
    CHECK(rest.output.starts_with(out + "/frame_000: done before\ndone: 256"));
}

TEST_CASE("program: frames of a zoom that cannot be trained are refused before any is") {
    const TemporaryDirectory directory;
    const std::string out = "--out=" + directory.file("film").string();
    CHECK(error_of({"--steps=5", "--axis=learning_rate=linear:0.01:1:8,weight[1]=linear:0:1:8", "--layers=2", out,
                    "--zoom=0.0625,0.5,2,2"}) ==
          "--zoom: frame_000, with learning_rate=-0.4325:0.5575 and weight[1]=0:1 around the point: axis "
          "learning_rate: a value is -0.4325: expected a positive number");
    const Arguments deep{"--steps=5", "--axis=weight[2]=linear:0:1:8,weight[1]=linear:0:1:8", "--layers=2", out};
    const auto deep_error = [&](const Arguments& more) {
        Arguments all = deep;
        all.insert(all.end(), more.begin(), more.end());
        return error_of(all);
    };
    CHECK(deep_error({"--zoom=0.3,0.5,1e9,3"}) ==
          "--zoom: frame_002, with weight[2]=0.3:0.3 and weight[1]=0.5:0.5 around the point: axis "
          "'weight[2]=0.3:0.3': empty, from 0.3 to itself: expected two different bounds");
    CHECK(contains(deep_error({"--zoom=0.3,0.5,1e8,3"}),
                   "axis weight[2]: two points are the same number, 0.29999999999999993: expected fewer frames, or a "
                   "smaller factor"));
    CHECK(contains(deep_error({"--zoom=0.3,0.5,1e4,3", "--precision=float32"}),
                   "axis weight[2]: two points are the same number, 0.29999998: expected fewer frames, or a smaller "
                   "factor"));
    CHECK(!fs::exists(directory.file("film")));
}

TEST_CASE("program: every preset runs") {
    const TemporaryDirectory directory;
    const std::string names = sweep({"--list-presets"}).output;
    const std::pair<std::string, std::string> presets[] = {
        {"trainability", "learning_rate[1]=log10:0.1:1000:8,learning_rate[3]=log10:0.1:1000:8"},
        {"scalar_product", "weight[1+3]=linear:0:4:8,weight[2+4]=linear:0:4:8"},
        {"bifurcation", "learning_rate=linear:0.48:0.71:8"},
        {"depth", "layers=linear:1:8:8,weight_scale=linear:0.1:3:4,seed=linear:1:4:4:mean"}};
    for (const auto& [name, axes] : presets) {
        CAPTURE(name);
        CHECK(contains(names, name + "\n"));
        const ProgramResult result =
            sweep({"--preset", name, "--axis", axes, "--out", directory.file(name).string(), "--json"});
        CHECK(result.exit_code == 0);
        const Json report = Json::parse(result.output);
        CHECK(report["status"] == "finished");
        CHECK(fs::exists(directory.file(name) / "picture.png"));
    }
}

TEST_CASE("program: an interrupted sweep goes on to the same bytes") {
    const TemporaryDirectory directory;
    const Arguments settings{"sweep", "--preset=trainability",
                             "--axis=learning_rate[1]=log10:0.1:1000:300,learning_rate[3]=log10:0.1:1000:200"};
    const auto with = [&](const std::string& name, const Arguments& more) {
        Arguments all = settings;
        all.push_back("--out=" + directory.file(name).string());
        all.insert(all.end(), more.begin(), more.end());
        return all;
    };
    REQUIRE(run_program(with("whole", {})).exit_code == 0);
    RunningProgram running(with("parts", {"--threads=1"}));
    while (!fs::exists(directory.file("parts") / "checkpoint")) {
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    running.send(SIGINT);
    const ProgramResult stopped = running.wait();
    if (stopped.exit_code == 130) {  // else it was through before the signal came
        CHECK(stopped.output.starts_with("stopped by SIGINT after "));
        CHECK(Json::parse(content_of(directory.file("parts") / "run.json"))["status"] == "running");
        CHECK(contains(run_program(with("parts", {"--steps=499"})).errors,
                       "holds a sweep of other settings (steps: there 500, now 499): expected the same, another "
                       "directory, or --force"));
        REQUIRE(run_program(with("parts", {"--threads=2"})).exit_code == 0);
    }
    CHECK(arrays_of(directory.file("parts")) == arrays_of(directory.file("whole")));
    CHECK(!fs::exists(directory.file("parts") / "checkpoint"));
    CHECK(contains(run_program(with("parts", {})).errors,
                   "holds a finished sweep: expected a new directory, or --force"));
}

TEST_CASE("program: a point of a stored sweep is a command that train takes") {
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

TEST_CASE("program: a point with a batch of its own has the schedule that train gives it") {
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
          "--record-last: the points of axis batch have different last steps beside --epochs: "
          "expected --steps in its place");
    run = settings;
    run.insert(run.end(), {"--batch=1", "--warm-up=10", "--out=" + directory.file("w").string()});
    CHECK(contains(error_of(run), "total_steps of the cosine schedule is 10: expected more than its warm-up"));
}

TEST_CASE("program: figures have no axis where there is none, and ticks that differ") {
    const TemporaryDirectory directory;
    const fs::path script = directory.file("script");
    fs::create_directory(directory.file("bin"));
    const fs::path gnuplot = directory.file("bin/gnuplot", "#!/bin/sh\n/bin/cat > '" + script.string() + "'\nexit 1\n");
    fs::permissions(gnuplot, fs::perms::owner_all);
    const auto script_of = [&](const Arguments& more) {
        Arguments arguments{"sweep",      "--force",   "--out=" + directory.file("s").string(),
                            "--layers=1", "--steps=5", "--data=teacher:samples=4"};
        arguments.insert(arguments.end(), more.begin(), more.end());
        CHECK(run_program(arguments, {{"PATH=" + directory.file("bin").string()}}).exit_code == 0);
        return content_of(script);
    };
    const auto count = [](const std::string& text, const std::string& part) {
        std::size_t found = 0;
        for (auto at = text.find(part); at != text.npos; at = text.find(part, at + 1)) ++found;
        return found;
    };
    const std::string line = script_of({"--axis=learning_rate=log10:0.01:1:8", "--picture=steps"});
    CHECK(contains(line, "unset ytics\n"));
    CHECK(count(line, "set label \"\\065\"") == 1);  // 5, of the bar: all chains made as many steps
    const std::string plane =
        script_of({"--axis=learning_rate=linear:0.1:0.100001:8,weight[1]=linear:1:1.000001:8", "--picture=loss"});
    CHECK(!contains(plane, "unset ytics\n"));
    std::set<std::string> labels;
    std::size_t num_labels = 0;
    for (auto at = plane.find("set label \""); at != plane.npos; at = plane.find("set label \"", at + 1)) {
        labels.insert(plane.substr(at + 11, plane.find('"', at + 11) - at - 11));
        ++num_labels;
    }
    CHECK(num_labels == 6);  // five ticks and the name
    CHECK(labels.size() == num_labels);
}

TEST_CASE("program: bad sweeps are refused in one line") {
    const TemporaryDirectory directory;
    const std::string out = "--out=" + directory.file("s").string();
    const auto axis_error = [&](const std::string& axis) { return error_of({"--layers=3", "--axis=" + axis, out}); };
    const std::string begin = "--axis: axis '";
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
    CHECK(axis_error("layers=log10:1:100:5") ==
          "--axis: layers: 3.162277660168379 is no whole number: expected a list of them, as in "
          "layers=values:1:3:10:32:100");
    CHECK(axis_error("weight[1]=values:1:2:mean,weight[2]=values:1:2:median") ==
          "--axis: mean of weight[1] beside median of weight[2]: expected one reduction for all axes");
    CHECK(axis_error("learning_rate=log10:1e-3:1:4294967296,weight[1]=linear:0:1:4294967296") ==
          "--axis: a grid of 4,294,967,296 x 4,294,967,296 points: 1.84e+19 chains, whose outcomes take 1.01e+21 bytes "
          "or more: expected less than 2^60 chains");
    CHECK(axis_error("weight[1]=linear:0:1:4294967296") ==
          "--axis: a grid of 4,294,967,296 points: 4.29e+09 chains, whose outcomes take 2.36e+11 bytes or more: "
          "expected at most 268,435,456 values of axes");
    CHECK(axis_error("weight[1]=values:") == begin + "weight[1]=values:': '' is not a number");
    CHECK(axis_error("weight[4]=linear:0:1:3") == "axis weight[4]: a chain has 3 layers");
    CHECK(axis_error("seed=linear:0:1:4") == "axis seed: a value is 0.333333: expected a whole number from 0 to 2^53");
    CHECK(axis_error("seed=linear:0:4:5") ==
          "axis seed: has no effect on these initial weights and batches: expected weights of init normal or uniform, "
          "or shuffled mini-batches");
    CHECK(axis_error("learning_rate[1]=values:1:2,learning_rate=values:1:2") ==
          "axis learning_rate[1]: axis learning_rate varies the same layer: expected every layer on one of them alone");
    CHECK(contains(axis_error("weight[1]=linear:0:1:60000,weight[2]=linear:0:1:60000,weight[3]=linear:0:1:60000"),
                   "the arrays of 216,000,000,000,000 points take "));
    CHECK(error_of({out}) ==
          "no axis is given: expected --axis, [[axis]] in a file, or --preset (see skein sweep --help)");
    CHECK(error_of({"--preset=trainabilty", out}) ==
          "--preset: unknown preset 'trainabilty': did you mean 'trainability'?");
    CHECK(error_of({"--preset=trainability"}) == "--out is missing: expected the directory of the sweep");
    CHECK(error_of({"--preset=trainability", "--point=512,0"}) ==
          "--point: learning_rate[1]: '512' is out of range: expected from 0 to 511");
    CHECK(error_of({"--preset=trainability", "--point=1"}) == "--point: 1 given: expected 2, one index per axis");
    CHECK(error_of({"--preset=trainability", "--zoom=0.01,1,2,3", out}) ==
          "--zoom: 0.01 is not on the axis learning_rate[1]=log10:0.1:1000:512");
    CHECK(error_of({"--preset=trainability", "--window=learning_rate=1:2", out}) ==
          "--window: unknown axis of a window 'learning_rate': expected learning_rate[1] or learning_rate[3]");
    CHECK(error_of({"--preset=bifurcation", "--record-last=5000", out}) ==
          "--record-last: 5000 losses of a run of 4000 steps: expected at most that");
    CHECK(error_of({"--layers=2", "--axis=seed=linear:1:2:2:mean", "--picture=trainability", out}) ==
          "--picture: trainability has two sides, which have no mean: expected learned, loss or steps beside an axis "
          "with a reduction");
    CHECK(!fs::exists(directory.file("s")));
    REQUIRE(run_program({"train", "--layers=1", "--epochs=1", "--out", directory.file("t").string()}).exit_code == 0);
    CHECK(contains(error_of({"--layers=2", "--axis=weight[1]=linear:1:2:2", "--out", directory.file("t").string()}),
                   "already holds a run: expected a new directory, or --force"));
}

TEST_CASE("program: the median of two points is their mean") {
    const TemporaryDirectory directory;
    const auto picture = [&](const std::string& reduction) {
        const fs::path out = directory.file(reduction);
        // Of each pair, the chain with the larger learning rate does not learn.
        const ProgramResult result =
            sweep({"--layers=1", "--activation=identity", "--steps=30", "--quiet", "--data=sine:samples=10",
                   "--picture=learned", "--out", out.string(),
                   "--axis=weight[1]=linear:1:2:8,learning_rate=values:0.01:10000:" + reduction});
        REQUIRE(result.exit_code == 0);
        const Json counts = Json::parse(content_of(out / "run.json"))["outcome"];
        CHECK(counts["learned"] == 8);
        return content_of(out / "picture.png");
    };
    CHECK(picture("median") == picture("mean"));
}

}  // namespace skein::test
