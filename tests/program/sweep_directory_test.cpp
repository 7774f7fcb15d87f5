// skein sweep and the directory it is given: what is replaced, refused, or in use.
#include <doctest/doctest.h>
#include <signal.h>

#include <algorithm>
#include <chrono>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "skein/files.hpp"
#include "support/program_checks.hpp"
#include "support/run_program.hpp"

namespace skein::test {
namespace {

ProgramResult sweep_into(const fs::path& out, const Arguments& more) {
    Arguments arguments{"sweep", "--steps=5", "--data=teacher:samples=4", "--quiet", "--out=" + out.string()};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return run_program(arguments);
}

const Arguments kLine{"--layers=2", "--axis=learning_rate=values:0.1:0.2"};

std::string refusal(const ProgramResult& result) {
    CHECK(result.exit_code == 2);
    CHECK(std::ranges::count(result.errors, '\n') == 1);
    return result.errors;
}

std::set<std::string> names_in(const fs::path& directory) {
    std::set<std::string> names;
    for (const fs::directory_entry& entry : fs::directory_iterator(directory)) {
        names.insert(entry.path().filename().string());
    }
    return names;
}

}  // namespace

TEST_CASE("--force leaves nothing of the sweep it replaces, and what is none of its files") {
    const TemporaryDirectory directory;
    const fs::path out = directory.file("s"), fresh = directory.file("fresh");
    REQUIRE(sweep_into(out, {"--layers=2", "--mark-loss=1", "--record-last=2", "--picture=loss",
                             "--axis=learning_rate=values:0.1:0.2,weight[1]=values:1:2,weight[2]=values:1:2:3"})
                .exit_code == 0);
    REQUIRE(fs::exists(out / "axis_3.npy"));
    REQUIRE(fs::exists(out / "picture_002.png"));
    write_file(out / "axis_notes.npy", "mine");
    Arguments forced = kLine;
    forced.push_back("--force");
    REQUIRE(sweep_into(out, forced).exit_code == 0);
    REQUIRE(sweep_into(fresh, kLine).exit_code == 0);
    std::set<std::string> expected = names_in(fresh);
    expected.insert("axis_notes.npy");
    CHECK(names_in(out) == expected);
}

TEST_CASE("--force over an unfinished sweep removes its checkpoint before anything is written") {
    const TemporaryDirectory directory;
    const fs::path out = directory.file("s");
    REQUIRE(sweep_into(out, kLine).exit_code == 0);
    write_file(out / "checkpoint", "");
    // Ends the new sweep while it makes its arrays, as a kill would.
    fs::remove(out / "loss.npy");
    fs::create_directory(out / "loss.npy");
    Arguments forced = kLine;
    forced.insert(forced.end(), {"--learning-rate=0.9", "--force"});
    CHECK(sweep_into(out, forced).exit_code == 1);
    CHECK(!fs::exists(out / "checkpoint"));
    // The same command without --force begins the new one again.
    fs::remove(out / "loss.npy");
    forced.pop_back();
    CHECK(sweep_into(out, forced).exit_code == 0);
}

TEST_CASE("a sweep does not go on with another data file of the same name") {
    const TemporaryDirectory directory;
    const fs::path out = directory.file("s"), data = directory.file("data.csv");
    const std::string content = "x,y\n1,0.5\n2,0.25\n";
    write_file(data, content);
    Arguments settings{"sweep", "--steps=5", "--quiet", "--data=" + data.string(), "--out=" + out.string()};
    settings.insert(settings.end(), kLine.begin(), kLine.end());
    REQUIRE(run_program(settings).exit_code == 0);
    // Ends a new sweep while it makes its arrays, as a kill would.
    fs::remove(out / "loss.npy");
    fs::create_directory(out / "loss.npy");
    settings.emplace_back("--force");
    REQUIRE(run_program(settings).exit_code == 1);
    settings.pop_back();
    fs::remove(out / "loss.npy");
    write_file(data, "x,y\n1,0.5\n2,0.75\n");
    CHECK(refusal(run_program(settings)) ==
          "skein: error: --out: " + out.string() + " holds a sweep of other data: " + data.string() +
              " has changed since: expected the same, another directory, or --force\n");
    fs::remove(data);
    write_file(data, content);  // a copy is as good
    CHECK(run_program(settings).exit_code == 0);
}

TEST_CASE("files of others and damaged run.json are refused by name") {
    const TemporaryDirectory directory;
    const fs::path out = directory.file("mine");
    fs::create_directory(out);
    write_file(out / "loss.npy", "mine");
    CHECK(contains(
        refusal(sweep_into(out, kLine)),
        (out / "loss.npy").string() + " exists, but no run.json of a sweep: expected a new directory, or --force"));
    CHECK(content_of(out / "loss.npy") == "mine");
    for (const char* text :
         {R"({"skein": 3})", R"({"skein": "sweep", "status": "running", "numerics_version": "x"})",
          R"({"skein": "sweep", "status": "running", "numerics_version": 2, "configuration": 3})", "{", "", "[]"}) {
        write_file(out / "run.json", text);
        CHECK(contains(refusal(sweep_into(out, kLine)),
                       (out / "run.json").string() + " is damaged: expected what a sweep writes (skein, status, "
                                                     "numerics_version, configuration), a new directory, or --force"));
    }
    Arguments forced = kLine;
    forced.push_back("--force");
    CHECK(sweep_into(out, forced).exit_code == 0);
}

TEST_CASE("a directory is used by one sweep at a time") {
    const TemporaryDirectory directory;
    const fs::path out = directory.file("s");
    // Hours, were it not killed.
    RunningProgram first({"sweep", "--layers=8", "--steps=1000000", "--data=teacher:samples=100000", "--batch=full",
                          "--axis=learning_rate=linear:0.1:1:64", "--threads=1", "--out=" + out.string()});
    while (!fs::exists(out / "checkpoint")) {
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    Arguments forced = kLine;
    forced.push_back("--force");
    for (const Arguments& second : {kLine, forced}) {
        CHECK(contains(refusal(sweep_into(out, second)), out.string() + " is in use by another sweep"));
    }
    first.send(SIGKILL);
    first.wait();
    CHECK(contains(refusal(sweep_into(out, kLine)), "holds a sweep of other settings"));
    CHECK(sweep_into(out, forced).exit_code == 0);
}

}  // namespace skein::test
