// Sweeps over compressed data, through the program.
#include <doctest/doctest.h>
#include <signal.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <filesystem>
#include <iomanip>
#include <map>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "skein/files/npy.hpp"
#include "skein/trainer.hpp"
#include "support/program_checks.hpp"
#include "support/run_program.hpp"
#include "support/temporary_directory.hpp"

namespace skein::test {

TEST_CASE("a sweep over compressed data has the outcomes of its points, those beyond the tolerance too") {
    const TemporaryDirectory directory;
    const std::string file = in(directory, "data.skc"), out = in(directory, "sweep");
    REQUIRE(run_program({"data", "compress", kNoisyTeacher, "--panel-width=2^-3", "--out", file}).exit_code == 0);
    const Arguments settings{"--layers=2", "--data", file, "--steps=20", "--axis=weight[1]=linear:0.5:9:4"};
    Arguments sweep{"sweep", "--out", out, "--quiet"};
    sweep.insert(sweep.end(), settings.begin(), settings.end());
    REQUIRE(run_program(sweep).exit_code == 0);
    const auto loss = read_npy<double>(directory.file("sweep") / "loss.npy").values;
    REQUIRE(loss.size() == 4);
    std::size_t num_beyond = 0;
    for (std::size_t point = 0; point < 4; ++point) {
        const std::string weight = std::to_string(0.5 + 8.5 / 3 * static_cast<double>(point));
        const double value = 0.5 + (9 - 0.5) * static_cast<double>(point) / 3;
        std::ostringstream text;
        text << std::setprecision(17) << value << ",1";
        const Json alone =
            json_of(run_program({"train", "--weights", text.str(), "--data", file, "--steps=20", "--json"}));
        CAPTURE(weight);
        if (alone["loss"].is_null()) {
            CHECK(alone["cause"] == "compression_tolerance");
            CHECK(std::isnan(loss[point]));
            ++num_beyond;
        } else {
            CHECK(alone["loss"].get<double>() == loss[point]);
        }
    }
    CHECK(num_beyond > 0);
    CHECK(num_beyond < 4);
}

TEST_CASE("chains of a sweep that end beyond the tolerance are told of, and have not learned") {
    const TemporaryDirectory directory;
    const std::string file = in(directory, "data.skc"), out = in(directory, "sweep");
    REQUIRE(run_program({"data", "compress", "teacher:samples=5000,noise=0.1", "--panel-width=2^-6", "--out", file})
                .exit_code == 0);
    const ProgramResult result = run_program({"sweep", "--data", file, "--steps=30", "--tolerance=1e-6", "--out", out,
                                              "--axis=learning_rate=log10:0.1:1000:16,weight=linear:-50:50:16"});
    REQUIRE(result.exit_code == 0);
    const Json run = Json::parse(content_of(directory.file("sweep") / "run.json"));
    const auto counts = run["outcome"]["counts"].get<std::map<std::string, std::size_t>>();
    CHECK(counts.at("converged") + counts.at("reached_max_steps") + counts.at("diverged") + counts.at("stopped") ==
          256);
    const auto bytes_of = [&](const std::string& name) {
        const std::string content = content_of(directory.file("sweep") / name);
        return content.substr(content.size() - 256);
    };
    const std::string status = bytes_of("status.npy"), learned = bytes_of("loss_decreased.npy");
    const auto num_stopped = static_cast<std::size_t>(std::ranges::count(status, '\3'));
    CHECK(counts.at("stopped") == num_stopped);
    CHECK(num_stopped > 0);
    CHECK(num_stopped < 256);
    CHECK(run["outcome"]["learned"] == std::ranges::count(learned, '\1'));
    for (std::size_t point = 0; point < 256; ++point) {
        CHECK((status[point] != '\3' || learned[point] == '\0'));
    }
    CHECK(result.output.find("\n  beyond the tolerance  " + std::to_string(num_stopped) + " (") != std::string::npos);
    CHECK(result.errors.find("warning: " + std::to_string(num_stopped) + " of 256 chains ended where the error") !=
          std::string::npos);
}

TEST_CASE("a sweep over compressed data tells what its points, each alone, tell together") {
    const TemporaryDirectory directory;
    const std::string file = in(directory, "data.skc"), samples = "teacher:samples=5000,noise=0.1";
    REQUIRE(run_program({"data", "compress", samples, "--out", file}).exit_code == 0);
    const auto sweep = [&](const std::string& out, const Arguments& more) {
        Arguments arguments{"sweep",  "--layers=2", "--steps=20", "--axis=weight[1]=linear:0.5:3:6",
                            "--json", "--quiet",    "--out",      in(directory, out)};
        arguments.insert(arguments.end(), more.begin(), more.end());
        const Json told = json_of(run_program(arguments));
        const Json kept = Json::parse(content_of(directory.file(out) / "run.json"))["outcome"];
        CHECK(told.contains("compression") == kept.contains("compression"));
        CHECK(told.value("compression", Json()) == kept.value("compression", Json()));
        return told.value("compression", Json());
    };
    const Json told = sweep("file", {"--data", file, "--threads=1"});
    CHECK(told["compressed"] == 6 * 21);
    CHECK(told["exact"] == 0);
    CHECK(told["largest_refused_bound"] == 0.0);
    CHECK(told["tolerance"] == 1e-10);
    double largest_bound = 0.0;
    for (int point = 0; point < 6; ++point) {
        const Json alone = json_of(run_program(
            {"train", "--weights", std::to_string(0.5 + 0.5 * point) + ",1", "--data", file, "--steps=20", "--json"}));
        largest_bound = std::max(largest_bound, alone["compression"]["largest_bound"].get<double>());
    }
    CHECK(largest_bound > 0);
    CHECK(told["largest_bound"] == largest_bound);
    CHECK(sweep("threads", {"--data", file, "--threads=3"}) == told);

    const Json exact = sweep("exact", {"--data", samples, "--compress", "--tolerance=1e-300"});
    CHECK(exact["compressed"] == 0);
    CHECK(exact["exact"] == 6 * 21);
    CHECK(exact["largest_bound"] == 0.0);
    CHECK(exact["largest_refused_bound"] > 1e-300);
    CHECK(exact["tolerance"] == 1e-300);
    CHECK(sweep("samples", {"--data", samples}).is_null());
}

TEST_CASE("a sweep over compressed data tells it in its summary") {
    const TemporaryDirectory directory;
    const std::string file = in(directory, "data.skc"), coarse = in(directory, "coarse.skc");
    const std::string samples = "teacher:samples=5000,noise=0.1";
    REQUIRE(run_program({"data", "compress", samples, "--out", file}).exit_code == 0);
    REQUIRE(run_program({"data", "compress", samples, "--panel-width=2^-3", "--out", coarse}).exit_code == 0);
    const auto summary = [&](const Arguments& more) {
        Arguments arguments{"sweep",   "--layers=2", "--steps=20", "--axis=weight[1]=linear:0.5:9:4",
                            "--quiet", "--force",    "--out",      in(directory, "sweep")};
        arguments.insert(arguments.end(), more.begin(), more.end());
        const ProgramResult result = run_program(arguments);
        REQUIRE(result.exit_code == 0);
        return result.output;
    };
    const auto has = [](const std::string& text, const std::string& part) {
        return text.find(part) != std::string::npos;
    };
    const std::string all = summary({"--data", file});
    CHECK(has(all, "\n  compressed        all 84 gradients and losses, error at most "));
    CHECK(has(all, " of their scales, rounding included\n  time "));
    const std::string some = summary({"--data", coarse});
    CHECK(has(some, " of their scales, rounding included\n                    beyond the tolerance bounded only by "));
    const std::string none = summary({"--data", file, "--tolerance=1e-300"});
    CHECK(has(none, "\n  compressed        beyond the tolerance bounded only by "));
    const std::string exact = summary({"--data", samples, "--compress", "--tolerance=1e-300"});
    CHECK(has(exact, "\n  compressed        none of 84 gradients and losses: their error is bounded only by "));
    CHECK(!has(summary({"--data", samples}), "compressed"));
}

TEST_CASE("a sweep over compressed data that is stopped and killed tells the same in the end") {
    const TemporaryDirectory directory;
    const std::string file = in(directory, "data.skc");
    REQUIRE(run_program({"data", "compress", "teacher:samples=5000,noise=0.1", "--panel-width=2^-6", "--out", file})
                .exit_code == 0);
    const auto with = [&](const std::string& out, const Arguments& more) {
        Arguments arguments{"sweep",        "--layers=2",
                            "--steps=2000", "--data",
                            file,           "--axis=weight[1]=linear:0.5:20:10,learning_rate=log10:0.01:10:10",
                            "--quiet",      "--json",
                            "--out",        in(directory, out)};
        arguments.insert(arguments.end(), more.begin(), more.end());
        return arguments;
    };
    const Json whole = json_of(run_program(with("whole", {})));
    CHECK(whole["compression"]["compressed"] > 0);
    CHECK(whole["compression"]["largest_refused_bound"] > 1e-10);
    const auto end_after = [&](std::chrono::milliseconds time, int signal) {
        RunningProgram running(with("parts", {"--threads=1"}));
        while (!std::filesystem::exists(directory.file("parts") / "checkpoint")) {
            std::this_thread::sleep_for(std::chrono::milliseconds(1));
        }
        std::this_thread::sleep_for(time);
        running.send(signal);
        const ProgramResult ended = running.wait();
        REQUIRE(ended.exit_code == 128 + signal);
        return ended.output;
    };
    Json part;
    std::chrono::milliseconds time(50);
    do {  // however fast the machine is: until some of the points are through
        part = Json::parse(end_after(time, SIGINT));
        time *= 2;
    } while (part["points_done"] == 0);
    CHECK(part["compression"]["compressed"] > 0);
    CHECK(part["compression"]["compressed"] < whole["compression"]["compressed"]);
    end_after(std::chrono::milliseconds(50), SIGKILL);
    const Json parts = json_of(run_program(with("parts", {"--threads=2"})));
    CHECK(parts["points_before"] > 0);
    CHECK(parts["compression"] == whole["compression"]);
    CHECK(Json::parse(content_of(directory.file("parts") / "run.json"))["outcome"]["compression"] ==
          whole["compression"]);
}

}  // namespace skein::test
