// Pipes and signals, for skein data and skein evaluate.
#include <doctest/doctest.h>
#include <signal.h>
#include <sys/stat.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <thread>
#include <vector>

#include "skein/trainer.hpp"
#include "support/data_program.hpp"
#include "support/run_program.hpp"
#include "support/temporary_directory.hpp"

namespace skein::test {

TEST_CASE("data come through a named pipe, whoever opens it first, and however slowly") {
    const TemporaryDirectory directory;
    const fs::path pipe = directory.file("pipe.csv");
    REQUIRE(::mkfifo(pipe.c_str(), 0600) == 0);
    RunningProgram running({"data", "info", pipe.string(), "--json"});
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    std::ofstream writer(pipe);
    writer << "1,2\n" << std::flush;
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    for (int row = 0; row < 50'000; ++row) {
        writer << "3,4\n";
    }
    writer.close();
    const ProgramResult result = running.wait();
    CAPTURE(result.errors);
    REQUIRE(result.exit_code == 0);
    CHECK(Json::parse(result.output)["data_sets"][0]["samples"] == 50'001);
    RunningProgram converting({"data", "convert", pipe.string(), "--out", directory.file("a.npy").string(), "--json"});
    std::ofstream(pipe) << "1,2\n3,4\n";
    CHECK(Json::parse(converting.wait().output)["samples"] == 2);
}

TEST_CASE("data stopped by a signal leaves nothing behind") {
    const TemporaryDirectory directory;
    const auto check = [&](const Arguments& arguments, int signal, const std::string& expected) {
        RunningProgram running(arguments);
        const bool writes = arguments[1] == "make";
        while (writes && directory.num_entries() == 0) {
            std::this_thread::sleep_for(std::chrono::milliseconds(1));
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(50));
        running.send(signal);
        const ProgramResult result = running.wait();
        CHECK(result.exit_code == 128 + signal);
        CHECK(result.output.starts_with("stopped by " + expected + " after "));
        CHECK(directory.num_entries() == 0);
    };
    const std::string spec = "teacher:samples=1e8,layers=64";  // a minute's work
    check({"data", "make", spec, "--out", directory.file("a.npy")}, SIGINT, "SIGINT");
    check({"data", "make", spec, "--out", directory.file("x.npy").string() + "," + directory.file("y.npy").string()},
          SIGTERM, "SIGTERM");
    check({"data", "make", spec, "--out", directory.file("a.csv")}, SIGINT, "SIGINT");
    ::signal(SIGHUP, SIG_DFL);  // which nohup may have ignored, for the program as well
    check({"data", "make", spec, "--out", directory.file("a.csv")}, SIGHUP, "SIGHUP");
    RunningProgram running({"data", "info", "teacher:samples=1e12", "--json"});
    std::this_thread::sleep_for(std::chrono::milliseconds(300));
    running.send(SIGINT);
    const ProgramResult result = running.wait();
    CHECK(result.exit_code == 130);
    CHECK(Json::parse(result.output)["status"] == "stopped");
}

TEST_CASE("predictions stopped by a signal leave nothing behind") {
    const TemporaryDirectory directory;
    const std::string run = directory.file("run").string();
    REQUIRE(run_program({"train", "--data=sine:samples=10", "--layers=1", "--steps=1", "--out", run}).exit_code == 0);
    const fs::path out = directory.file("out");
    fs::create_directory(out);
    for (const std::string name : {"predictions.csv", "predictions.npy"}) {
        RunningProgram running({"evaluate", "--chain", run + "/chain.json", "--data=sine:samples=2e7", "--predictions",
                                (out / name).string()});
        while (fs::is_empty(out)) {
            std::this_thread::sleep_for(std::chrono::milliseconds(1));
        }
        running.send(SIGTERM);
        const ProgramResult result = running.wait();
        CHECK(result.exit_code == 143);
        CHECK(result.errors == "skein: error: stopped by SIGTERM: " + (out / name).string() + " is not written\n");
        CHECK(fs::is_empty(out));
    }
}

}  // namespace skein::test
