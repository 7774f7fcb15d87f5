// How runs of skein train end: targets, times, signals.
#include <doctest/doctest.h>
#include <signal.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <thread>
#include <vector>

#include "skein/files/chain_file.hpp"
#include "skein/trainer.hpp"
#include "support/run_program.hpp"
#include "support/temporary_directory.hpp"
#include "support/train_program.hpp"

namespace skein::test {

TEST_CASE("target loss, time and divergence are outcomes") {
    const Arguments train{"train", "--data", "teacher:samples=1000"};
    const Json converged = run_json(train + Arguments{"--epochs", "1000", "--target-loss", "1e-3"});
    CHECK(converged["status"] == "converged");
    CHECK(converged["cause"] == "target_loss");
    CHECK(converged["loss"].get<double>() <= 1e-3);
    const Json late = run_json(train + Arguments{"--max-seconds", "0.05"});
    CHECK(late["status"] == "stopped");
    CHECK(late["cause"] == "max_seconds");

    const Arguments diverging{
        "train",        "--data", "sine:samples=100", "--activation", "identity", "--layers", "20",
        "--init-scale", "2",      "--learning-rate",  "100"};
    const TemporaryDirectory directory;
    const Json diverged = run_json(diverging + Arguments{"--out", directory.file("run").string()});
    CHECK(diverged["status"] == "diverged");
    CHECK(diverged["loss"].is_null());
    CHECK(Json::parse(content_of(directory.file("run") / "run.json"))["outcome"]["status"] == "diverged");
    const ProgramResult in_words = run_program(diverging);
    CHECK(in_words.exit_code == 0);
    CHECK(in_words.output.starts_with("diverged at step 2: "));
    CHECK(contains(in_words.output, "a smaller --learning-rate, or --clip-norm, may help\n"));
    const ProgramResult at_start = run_program({"train", "--weights=1e308,1e308", "--activation=identity"});
    CHECK(at_start.output.starts_with(
        "diverged at step 1: the loss of the start is not finite: expected smaller weights or data\n"));
}

TEST_CASE("a target alone has a limit, and the summary says where it is not reached") {
    const Arguments train{"train", "--data", "sine:samples=20", "--layers", "1"};
    CHECK(run_json(train)["epochs"] == 300);
    const TemporaryDirectory directory;
    const Arguments target{"--target-loss", "1e-9", "--out", directory.file("run").string()};
    const Json unreached = run_json(train + target);
    CHECK(unreached["epochs"] == 1000);
    CHECK(unreached["cause"] == "max_epochs");
    CHECK(Json::parse(content_of(directory.file("run") / "run.json"))["configuration"]["epochs"] == 1000);
    CHECK(run_json(train + Arguments{"--gradient-norm", "0"})["epochs"] == 1000);
    CHECK(run_program(train + target + Arguments{"--force"})
              .output.starts_with(
                  "done: 1,000 steps, and the target loss is not reached (1,000 epochs at most: see --epochs)\n"));
    CHECK(run_program(train + Arguments{"--gradient-norm", "0", "--steps", "7"})
              .output.starts_with("done: 7 steps, and the gradient norm is not reached\n"));
    CHECK(run_program(train + Arguments{"--epochs", "3"}).output.starts_with("done: 3 steps\n"));
    CHECK(run_program({"train", "--help"}).output.find("1000 with") != std::string::npos);
}

TEST_CASE("SIGINT and SIGTERM stop a run, write everything, and exit 130 and 143") {
    struct Case {
        int signal, exit_code;
        std::string name;
    };
    for (const Case& stop : {Case{SIGINT, 130, "SIGINT"}, Case{SIGTERM, 143, "SIGTERM"}}) {
        const TemporaryDirectory directory;
        const std::filesystem::path run = directory.file("run");
        RunningProgram program(
            {"train", "--data", "teacher:samples=10000", "--epochs", "100000000", "--out", run.string(), "--json"});
        while (!std::filesystem::exists(run)) {  // signals are caught from before that on
            std::this_thread::sleep_for(std::chrono::milliseconds(10));
        }
        program.send(stop.signal);
        const ProgramResult result = program.wait();
        INFO(result.errors);
        CHECK(result.exit_code == stop.exit_code);
        const Json printed = Json::parse(result.output);
        CHECK(printed["status"] == "stopped");
        CHECK(printed["cause"] == stop.name);
        CHECK(printed["loss"].is_number());
        const Json stored = Json::parse(content_of(run / "run.json"));
        CHECK(stored["outcome"]["status"] == "stopped");
        CHECK(stored["outcome"]["steps"] == printed["steps"]);
        // On a busy machine the signal may come before the first step: then there is only the line of names.
        CHECK(csv_rows(content_of(run / "history.csv")).back()[0] ==
              (printed["steps"] == 0 ? "step" : printed["steps"].dump()));
        CHECK(std::ranges::equal(read_chain<double>(run / "chain.json").weights(),
                                 printed["weights"].get<std::vector<double>>()));
    }
}

/// A run whose first step, and whose losses, would take hours.
class EndlessRun {
public:
    explicit EndlessRun(const std::filesystem::path& directory)
        : program_({"train", "--data", "teacher:samples=1e12", "--validation", "0.5", "--batch", "full", "--weights",
                    "0.5,0.7", "--out", directory.string(), "--json"}) {
        while (!std::filesystem::exists(directory)) {  // signals are caught from before that on
            std::this_thread::sleep_for(std::chrono::milliseconds(10));
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(100));
    }
    RunningProgram* operator->() { return &program_; }

private:
    RunningProgram program_;
};

TEST_CASE("a signal does not wait for the end of a long step, or of long losses") {
    const TemporaryDirectory directory;
    const std::filesystem::path run = directory.file("run");
    EndlessRun program(run);
    program->send(SIGINT);
    const ProgramResult result = program->wait();
    INFO(result.errors);
    CHECK(result.exit_code == 130);
    const Json printed = Json::parse(result.output);
    CHECK(printed["status"] == "stopped");
    CHECK(printed["cause"] == "SIGINT");
    CHECK(printed["steps"] == 0);
    CHECK(printed["loss"].is_null());
    CHECK(printed["validation_loss"].is_null());
    CHECK(printed["weights"] == Json{0.5, 0.7});
    CHECK(Json::parse(content_of(run / "run.json"))["outcome"]["status"] == "stopped");
    CHECK(csv_rows(content_of(run / "history.csv")).size() == 1);
}

TEST_CASE("a second signal quits at once, and its directory takes another run") {
    const TemporaryDirectory directory;
    const std::filesystem::path run = directory.file("run");
    EndlessRun program(run);
    program->send(SIGTERM);
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    program->send(SIGINT);
    const ProgramResult result = program->wait();
    CHECK(result.exit_code == 130);
    CHECK(result.output == "");
    CHECK(std::filesystem::is_empty(run));
    CHECK(run_program({"train", "--steps", "1", "--out", run.string()}).exit_code == 0);
}

}  // namespace skein::test
