// Compressed data sets through the program: made, merged, trained on, refused.
#include <doctest/doctest.h>
#include <signal.h>
#include <sys/stat.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <iomanip>
#include <map>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "skein/files/npy.hpp"
#include "support/run_program.hpp"

namespace skein::test {
namespace {

using Json = nlohmann::json;
using Arguments = std::vector<std::string>;

const std::string kSamples = "teacher:samples=200000,layers=3,noise=0.05";

std::string in(const TemporaryDirectory& directory, const std::string& name) { return directory.file(name).string(); }

Json json_of(const ProgramResult& result) {
    CAPTURE(result.errors);
    REQUIRE(result.exit_code == 0);
    return Json::parse(result.output);
}

}  // namespace

TEST_CASE("program: training on a compressed file, on compressed samples and on the samples agree") {
    const TemporaryDirectory directory;
    const std::string file = in(directory, "data.skc");
    const Json made = json_of(run_program({"data", "compress", kSamples, "--out", file, "--json"}));
    CHECK(made["samples"] == 200'000);
    const Arguments train{"train", "--layers=3", "--steps=50", "--json", "--batch=full"};
    const auto with = [&](Arguments more) {
        more.insert(more.begin(), train.begin(), train.end());
        return json_of(run_program(more));
    };
    const Json from_file = with({"--data", file}), in_place = with({"--data", kSamples, "--compress"}),
               exact = with({"--data", kSamples});
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
        run_program({"train", "--data", kSamples, "--compress", "--steps=1", "--out", run}).output;
    CHECK(summary.find(row) < summary.find("\n  time "));
    CHECK(Json::parse(content_of(run + "/run.json"))["outcome"]["compression_seconds"] > 0.0);
    CHECK(run_program({"train", "--data", file, "--steps=1"}).output.find(row) == std::string::npos);
    const std::string sweep = in(directory, "sweep");
    const std::string told = run_program({"sweep", "--data", kSamples, "--compress", "--steps=1", "--layers=2", "--out",
                                          sweep, "--axis=weight[1]=linear:1:2:2"})
                                 .output;
    CHECK(told.find(row) < told.find("\n  time "));
    CHECK(Json::parse(content_of(sweep + "/run.json"))["outcome"]["compression_seconds"] > 0.0);
    CHECK(std::abs(from_file["loss"].get<double>() - exact["loss"].get<double>()) < 1e-12);

    const Json evaluated = json_of(run_program({"gradient", "--weights=1,1,1", "--data", file, "--json"}));
    CHECK(evaluated["samples"] == 200'000);
}

TEST_CASE("program: a sweep over compressed data has the outcomes of its points, those beyond the tolerance too") {
    const TemporaryDirectory directory;
    const std::string file = in(directory, "data.skc"), out = in(directory, "sweep");
    REQUIRE(run_program({"data", "compress", kSamples, "--panel-width=2^-3", "--out", file}).exit_code == 0);
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

TEST_CASE("program: chains of a sweep that end beyond the tolerance are told of, and have not learned") {
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

TEST_CASE("program: a sweep over compressed data tells what its points, each alone, tell together") {
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

TEST_CASE("program: a sweep over compressed data tells it in its summary") {
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

TEST_CASE("program: a sweep over compressed data that is stopped and killed tells the same in the end") {
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

TEST_CASE("program: boundary on compressed data tells what its chains met") {
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

TEST_CASE("program: boundary takes no point beyond the tolerance for one of a class") {
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

TEST_CASE("program: evaluate and gradient tell the bound on compressed data") {
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

TEST_CASE("program: parts that are merged are the whole") {
    const TemporaryDirectory directory;
    const std::string all = in(directory, "all.npy");
    REQUIRE(run_program({"data", "make", kSamples, "--out", all}).exit_code == 0);
    REQUIRE(
        run_program({"data", "compress", all, "--panel-width", "2^-5", "--out", in(directory, "all.skc")}).exit_code ==
        0);
    REQUIRE(run_program({"data", "compress", all, all, "--panel-width", "0.03125", "--out", in(directory, "both.skc")})
                .exit_code == 0);
    REQUIRE(run_program({"data", "compress", "teacher:samples=65536,layers=3,noise=0.05", "--panel-width", "2^-5",
                         "--out", in(directory, "first.skc")})
                .exit_code == 0);
    const ProgramResult again = run_program(
        {"data", "merge", in(directory, "first.skc"), in(directory, "first.skc"), "--out", in(directory, "twice.skc")});
    CHECK(again.exit_code == 2);
    const std::string first = in(directory, "first.skc");
    CHECK(again.errors == "skein: error: " + first + ": begins at index 0, but " + first +
                              ", the part before, ends later, at 65536: expected --first-index 65536\n");
    const ProgramResult merged =
        run_program({"data", "merge", in(directory, "first.skc"), "--out", in(directory, "merged.skc"), "--json"});
    CHECK(json_of(merged)["samples"] == 65'536);
}

TEST_CASE("program: text, numbers, several files and pipes compress to the same bytes") {
    const TemporaryDirectory directory;
    const std::string text = in(directory, "all.csv"), numbers = in(directory, "all.npy");
    const std::string spec = "teacher:samples=150000,noise=0.1";
    REQUIRE(run_program({"data", "make", spec, "--out", text}).exit_code == 0);
    REQUIRE(run_program({"data", "make", spec, "--out", numbers}).exit_code == 0);
    const auto read = [](const std::string& file) { return content_of(file); };
    const std::string content = read(text);
    const std::size_t middle = content.find('\n', content.size() / 3) + 1;
    const std::string first = content.substr(0, middle), second = content.substr(middle);
    directory.file("1.csv", first);
    directory.file("2.csv", second);
    const auto compressed = [&](const Arguments& from) {
        Arguments arguments{"data", "compress", "--out", in(directory, "out.skc"), "--force"};
        arguments.insert(arguments.end(), from.begin(), from.end());
        const ProgramResult result = run_program(arguments);
        CHECK(result.errors == "");
        return read(in(directory, "out.skc"));
    };
    const std::string expected = compressed({spec});
    CHECK(compressed({numbers}) == expected);
    CHECK(compressed({text}) == expected);
    CHECK(compressed({in(directory, "1.csv"), in(directory, "2.csv")}) == expected);
    for (const char* name : {"a.csv", "b.csv"}) {
        REQUIRE(::mkfifo(in(directory, name).c_str(), 0600) == 0);
    }
    std::thread writer([&] {
        std::ofstream(in(directory, "a.csv")) << first;
        std::ofstream(in(directory, "b.csv")) << second;
    });
    CHECK(compressed({in(directory, "a.csv"), in(directory, "b.csv")}) == expected);
    writer.join();

    directory.file("weighted.csv", "x,y,m\n0.5,1,2\n0.25,3,0\n");
    directory.file("plain.csv", "x,y\n0.75,1\n");
    const ProgramResult mixed = run_program({"data", "compress", in(directory, "weighted.csv"),
                                             in(directory, "plain.csv"), "--json", "--out", in(directory, "w.skc")});
    CHECK(json_of(mixed)["samples"] == 3);
    CHECK(json_of(mixed)["sample_weight_sum"] == 3.0);
    directory.file("nothing.csv", "x,y,m\n0.5,1,0\n");
    const ProgramResult nothing =
        run_program({"data", "compress", in(directory, "nothing.csv"), "--out", in(directory, "n.skc")});
    CHECK(nothing.exit_code == 2);
    CHECK(nothing.errors.find("nothing.csv: column 3: the sample weights sum to zero") != std::string::npos);
    directory.file("late.csv", "0.5,1\n0.25,inf\n");
    const ProgramResult late =
        run_program({"data", "compress", numbers, in(directory, "late.csv"), "--out", in(directory, "late.skc")});
    CHECK(late.exit_code == 2);
    CHECK(late.errors.find("late.csv: row 2, column 2: 'inf'") != std::string::npos);
    CHECK(!std::filesystem::exists(in(directory, "late.skc")));
}

TEST_CASE("program: parts that do not fit together are named") {
    const TemporaryDirectory directory;
    const auto make = [&](const std::string& name, Arguments more) {
        const std::string file = in(directory, name);
        Arguments arguments{"data", "compress", "--out", file};
        arguments.insert(arguments.end(), more.begin(), more.end());
        REQUIRE(run_program(arguments).exit_code == 0);
        return file;
    };
    const auto error_of = [&](const Arguments& files) {
        Arguments arguments{"data", "merge", "--out", in(directory, "merged.skc")};
        arguments.insert(arguments.end(), files.begin(), files.end());
        const ProgramResult result = run_program(arguments);
        CHECK(result.exit_code == 2);
        return result.errors;
    };
    const std::string a = make("a.skc", {"sine:samples=65536", "--panel-width=2^-6"}),
                      b = make("b.skc", {"sine:samples=10", "--panel-width=2^-5", "--first-index=65536"}),
                      c = make("c.skc", {"sine:samples=10", "--panel-width=2^-6", "--first-index=131072"}),
                      d = make("d.skc", {"sine:samples=10", "--panel-width=2^-6", "--nodes=32"}),
                      e = make("e.skc", {"sine:samples=10", "--panel-width=2^-6"});
    CHECK(error_of({a, b}) == "skein: error: " + b + ": its finest panels are 2^-5 wide, those of " + a +
                                  " 2^-6: compress all parts with the same --panel-width, as in --panel-width 2^-5\n");
    CHECK(error_of({a, d}) == "skein: error: " + d + ": its panels have 32 nodes, those of " + a +
                                  " 16: compress all parts with the same --nodes\n");
    CHECK(error_of({c, a}) == "skein: error: " + c + ": begins at index 131072, but " + a +
                                  ", the part before, ends earlier, at 65536: expected --first-index 65536\n");
    CHECK(error_of({e, c}) == "skein: error: " + c + ": begins at index 131072, but " + e +
                                  ", the part before, ends earlier, at 10: expected a multiple of 65536 samples in all "
                                  "parts but the last\n");
    const std::string help = run_program({"data", "merge", "--help"}).output;
    CHECK(help.find("data compress b.npy --panel-width 2^-17 --first-index") != std::string::npos);
}

TEST_CASE("program: numbers too large to sum up are named by their rows, with panels that would do") {
    const TemporaryDirectory directory;
    std::vector<double> x(70'000, 0.75), y(70'000, 0.5);
    const auto error_of = [&](const Arguments& more) {
        write_npy<double>(directory.file("x.npy"), x, std::vector<std::size_t>{x.size()});
        write_npy<double>(directory.file("y.npy"), y, std::vector<std::size_t>{y.size()});
        Arguments arguments{"data",
                            "compress",
                            in(directory, "x.npy") + "," + in(directory, "y.npy"),
                            "--out",
                            in(directory, "out.skc"),
                            "--force"};
        arguments.insert(arguments.end(), more.begin(), more.end());
        const ProgramResult result = run_program(arguments);
        CHECK(result.exit_code == (result.errors.empty() ? 0 : 2));
        return result.errors;
    };
    x[66'000] = -1e14;
    CHECK(error_of({"--first-index=65536"}) ==
          "skein: error: x of sample 66001 is -1e+14: expected less than 2^62 times the width of the finest panels, "
          "2^-17: wide enough are panels of 2^-15\n");
    CHECK(error_of({"--panel-width=2^-15"}) == "");
    x[66'000] = 1e200;
    CHECK(error_of({}) == "skein: error: x of sample 66001 is 1e+200, too large: sums of such squares overflow\n");
    x[66'000] = 0.5;
    y[69'999] = -1e200;
    CHECK(error_of({}) == "skein: error: y of sample 70000 is -1e+200, too large: sums of such squares overflow\n");
    const ProgramResult infinite = run_program(
        {"data", "compress", "teacher:samples=10,input_scale=1e308", "--out", in(directory, "out.skc"), "--force"});
    CHECK(infinite.exit_code == 2);
    CHECK(infinite.errors.find("too large") != std::string::npos);
}

TEST_CASE("program: a signal ends a compression in one line, wherever it is made") {
    const TemporaryDirectory directory;
    const std::string data = "teacher:samples=1e12";
    const auto check = [](const Arguments& arguments, int signal, const std::string& name) {
        RunningProgram running(arguments);
        std::this_thread::sleep_for(std::chrono::milliseconds(300));
        running.send(signal);
        const ProgramResult result = running.wait();
        CHECK(result.exit_code == 128 + signal);
        CHECK(result.output == "");
        CHECK(result.errors == "skein: error: stopped by " + name +
                                   " in the middle of compressing the data: nothing of it has been written\n");
    };
    check({"data", "compress", data, "--out", in(directory, "a.skc")}, SIGINT, "SIGINT");
    check({"train", "--data", data, "--compress", "--steps=3", "--out", in(directory, "run")}, SIGINT, "SIGINT");
    check({"sweep", "--data", data, "--compress", "--steps=3", "--axis=learning_rate=log10:0.1:1:2", "--out",
           in(directory, "sweep")},
          SIGTERM, "SIGTERM");
    CHECK(directory.num_entries() == 0);
}

TEST_CASE("program: options without effect beside compressed data, or beside samples, are refused") {
    const TemporaryDirectory directory;
    const std::string file = in(directory, "data.skc"), samples = "sine:samples=1000",
                      chain = in(directory, "a/chain.json");
    REQUIRE(run_program({"data", "compress", samples, "--out", file}).exit_code == 0);
    REQUIRE(run_program({"train", "--data", samples, "--steps=1", "--out", in(directory, "a")}).exit_code == 0);
    REQUIRE(run_program({"train", "--data", file, "--steps=1", "--out", in(directory, "b")}).exit_code == 0);
    const auto error_of = [](const Arguments& arguments) {
        const ProgramResult result = run_program(arguments);
        CHECK(result.exit_code == 2);
        CHECK(result.output == "");
        return result.errors;
    };
    const std::string axis = "--axis=learning_rate=log10:0.1:1:2";
    const std::string no_order = "has no effect: compressed data have no order, all batches are full\n",
                      not_compressed = "has no effect: --data is not compressed: expected --compress, or a .skc file\n";
    for (const std::string kind : {"full", "blocks", "none", "with_replacement"}) {
        CHECK(error_of({"train", "--data", file, "--shuffle", kind}) == "skein: error: --shuffle: " + no_order);
    }
    CHECK(error_of({"train", "--data", samples, "--compress", "--shuffle=none"}) ==
          "skein: error: --shuffle: " + no_order);
    CHECK(error_of({"sweep", "--data", file, axis, "--shuffle=none"}) == "skein: error: --shuffle: " + no_order);
    const std::string tolerance = "skein: error: --tolerance: ";
    CHECK(error_of({"train", "--data", samples, "--tolerance=1e-3"}) == tolerance + not_compressed);
    CHECK(error_of({"train", "--tolerance=1e-3"}) == tolerance + not_compressed);
    CHECK(error_of({"sweep", "--data", samples, axis, "--tolerance=1e-3"}) == tolerance + not_compressed);
    CHECK(error_of({"sweep", "--preset=trainability", "--tolerance=1e-3"}).find("is not compressed") !=
          std::string::npos);
    CHECK(error_of({"boundary", "--data", samples, axis, "--tolerance=1e-3"}) == tolerance + not_compressed);
    for (const std::string command : {"evaluate", "gradient"}) {
        CHECK(error_of({command, "--chain", chain, "--data", samples, "--tolerance=1e-3"}) ==
              tolerance + "has no effect: --data is not compressed: expected a .skc file\n");
    }
    CHECK(error_of({"gradient", "--chain", chain, "--x=1", "--y=1", "--tolerance=1e-3"}) ==
          tolerance + "has no effect: one sample is not compressed\n");

    // Of a file of options: where it has the data too.
    const auto options = [&](const std::string& text) { return directory.file("options.toml", text).string(); };
    const auto runs = [](const Arguments& arguments) {
        const ProgramResult result = run_program(arguments);
        CHECK(result.errors == "");
        return result.exit_code == 0;
    };
    const std::string both = options("steps = 1\nshuffle = 'none'\ndata = '" + file + "'\n");
    CHECK(error_of({"train", "--config", both}) == "skein: error: " + both + ", line 2: shuffle: " + no_order);
    CHECK(runs({"train", "--config", both, "--data", samples}));
    options("steps = 1\ntolerance = 1e-3\ndata = '" + samples + "'\n");
    CHECK(error_of({"train", "--config", both})
              .find("line 2: tolerance: has no effect: " + both + ", line 3: data is not compressed") !=
          std::string::npos);
    CHECK(runs({"train", "--config", both, "--compress"}));
    CHECK(runs({"train", "--config", both, "--data", file}));
    // A file that serves several runs, with the data elsewhere; what it does not use is not kept.
    options("steps = 1\ntolerance = 1e-3\nshuffle = 'none'\n");
    CHECK(error_of({"train", "--config", options("shuffle = 'nonne'"), "--data", file}).find("did you mean") !=
          std::string::npos);
    options("steps = 1\ntolerance = 1e-3\nshuffle = 'none'\n");
    CHECK(runs({"train", "--config", both, "--data", file, "--out", in(directory, "c")}));
    CHECK(runs({"train", "--config", both, "--data", samples, "--out", in(directory, "d")}));
    const auto stored = [&](const std::string& name) {
        return Json::parse(content_of(in(directory, name + "/run.json")))["configuration"];
    };
    CHECK(!stored("c").contains("shuffle"));
    CHECK(stored("c")["tolerance"] == 1e-3);
    CHECK(stored("d")["shuffle"] == "none");
    CHECK(stored("d")["tolerance"] == 1e-10);
    // Earlier runs, with their defaults, for data of either kind.
    CHECK(runs({"train", "--config", in(directory, "a/run.json"), "--data", file, "--batch=full"}));
    CHECK(runs({"train", "--config", in(directory, "b/run.json"), "--data", samples}));
    // The command that a sweep prints for a point.
    for (const std::string& data : {file, samples}) {
        const ProgramResult point = run_program({"sweep", both, "--data", data, axis, "--point=1"});
        REQUIRE(point.exit_code == 0);
        std::istringstream words(point.output);
        Arguments command;
        for (std::string word; words >> word;) command.push_back(word);
        command.erase(command.begin());
        CHECK(runs(command));
    }
}

TEST_CASE("program: what compressed data cannot do is refused in one line") {
    const TemporaryDirectory directory;
    const std::string file = in(directory, "data.skc");
    REQUIRE(run_program({"data", "compress", "sine:samples=1000", "--out", file}).exit_code == 0);
    const auto error_of = [](const Arguments& arguments) {
        const ProgramResult result = run_program(arguments);
        CHECK(result.exit_code == 2);
        return result.errors;
    };
    CHECK(json_of(run_program({"data", "info", file, "--json"}))["data_sets"][0]["samples"] == 1000);
    CHECK(error_of({"data", "info", file, "sine"}).find("expected one kind at a time") != std::string::npos);
    CHECK(error_of({"data", "info", file, "--picture", "x.png"}).find("no samples to draw") != std::string::npos);
    CHECK(error_of({"data", "convert", file, "--out", "x.npy"}).find("single samples are not there") !=
          std::string::npos);
    CHECK(error_of({"data", "compress", "sine", "--out", file}).find(file) != std::string::npos);
    CHECK(error_of({"data", "compress", "sine", "--out", "x.skc", "--panel-width=0.3"}) ==
          "skein: error: --panel-width: '0.3' is no power of two from 2^-500 to 2^500, such as 2^-6\n");
    CHECK(error_of({"data", "compress", "sine", "--out", "x.skc", "--nodes=20"}) ==
          "skein: error: the number of nodes of a panel is 20: expected 16, 32, 48 or 64\n");
    CHECK(error_of({"data", "compress", "sine", "--out", "x.npy"}).find("expected a name that ends in .skc") !=
          std::string::npos);
    CHECK(error_of({"data", "compress", file, "--out", "x.skc"}).find("is compressed already") != std::string::npos);
    CHECK(error_of({"data", "compres", "sine"}) ==
          "skein: error: unknown subcommand of data 'compres': did you mean 'compress'?\n");
    CHECK(error_of({"train", "--data", file, "--activation=relu"}).find("is relu: expected an analytic one") !=
          std::string::npos);
    CHECK(error_of({"train", "--data", file, "--batch=10"}).find("expected the full batch") != std::string::npos);
    CHECK(error_of({"train", "--data", file, "--compress"}).find("is compressed already") != std::string::npos);
    CHECK(error_of({"train", "--data", file, "--validation=0.1"}).find("cannot be split") != std::string::npos);
    CHECK(error_of({"train", "--data", file, "--tolerance=0"}).find("--tolerance: 0 is out of range") !=
          std::string::npos);
    const ProgramResult beyond = run_program({"train", "--data", file, "--tolerance=1e-300", "--json"});
    CHECK(beyond.exit_code == 0);
    const Json json = Json::parse(beyond.output);
    CHECK(json["status"] == "stopped");
    CHECK(json["cause"] == "compression_tolerance");
    CHECK(json["loss"].is_null());
    CHECK(json["compression"]["largest_bound"] == 0.0);
    CHECK(json["compression"]["largest_refused_bound"] > 1e-300);
    // Saturated throughout: every derivative is 0, and bounded by what the chain's slopes are.
    const Json saturated = json_of(run_program({"train", "--data", file, "--weights=999,999,999", "--json"}));
    CHECK(saturated["status"] == "reached_max_steps");
    CHECK(saturated["compression"]["largest_bound"] < 1e-8);
}

}  // namespace skein::test
