// skein sweep, through the program: arrays, presets, resuming.
#include "skein/sweep.hpp"

#include <doctest/doctest.h>
#include <signal.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "skein/files/array_file.hpp"
#include "support/run_program.hpp"
#include "support/sweep_program.hpp"
#include "support/temporary_directory.hpp"

namespace skein::test {

TEST_CASE("a bad axis in a file is named with its line") {
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

TEST_CASE("arrays have the first axis last, and axes their values") {
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

TEST_CASE("every preset runs") {
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

TEST_CASE("an interrupted sweep goes on to the same bytes") {
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

TEST_CASE("the median of two points is their mean") {
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
