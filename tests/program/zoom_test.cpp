// Frames of a zoom of skein sweep.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "skein/files/array_file.hpp"
#include "support/run_program.hpp"
#include "support/sweep_program.hpp"
#include "support/temporary_directory.hpp"

namespace skein::test {

namespace {

Arguments zoom_into(const std::string& out) {
    return {"--layers=3",   "--steps=10", "--data=teacher:samples=4", kPlane, "--zoom=10,20,10,3",
            "--out=" + out, "--quiet"};
}

}  // namespace

TEST_CASE("each frame of a zoom is narrower than the one before by the factor") {
    const TemporaryDirectory directory;
    const std::string out = directory.file("film").string();
    REQUIRE(sweep(zoom_into(out)).exit_code == 0);
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
}

TEST_CASE("a zoom goes on where it ended: finished frames stay, unless --force makes them anew") {
    const TemporaryDirectory directory;
    const std::string out = directory.file("film").string();
    Arguments zoom = zoom_into(out);
    REQUIRE(sweep(zoom).exit_code == 0);
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

    // A zoom with --force that fails in a frame goes on from there.
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

TEST_CASE("frames of a zoom that cannot be trained are refused before any is") {
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

}  // namespace skein::test
