// Files and output that cannot be written, through the program.
#include <doctest/doctest.h>
#include <signal.h>
#include <sys/resource.h>

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

/// While it lives, programs that are started cannot make a file longer than so many bytes: their disk is full.
class FullDisk {
public:
    explicit FullDisk(rlim_t max_bytes) : handler_(::signal(SIGXFSZ, SIG_IGN)) {
        ::getrlimit(RLIMIT_FSIZE, &before_);
        const rlimit small{max_bytes, before_.rlim_max};
        ::setrlimit(RLIMIT_FSIZE, &small);
    }
    FullDisk(const FullDisk&) = delete;
    FullDisk& operator=(const FullDisk&) = delete;
    ~FullDisk() {
        ::setrlimit(RLIMIT_FSIZE, &before_);
        ::signal(SIGXFSZ, handler_);
    }

private:
    rlimit before_{};
    void (*handler_)(int);
};

// LLVM's OpenMP does not start where it may not write its page of shared memory.
#if defined(__clang__)
constexpr bool kNeedsSharedMemory = true;
#else
constexpr bool kNeedsSharedMemory = false;
#endif

TEST_CASE("on a full disk a run says what is there, and tells its outcome all the same" *
          doctest::skip(kNeedsSharedMemory)) {
    const TemporaryDirectory directory;
    const std::string run = directory.file("run");
    const FullDisk full_disk(1000);
    const ProgramResult result =
        run_program({"train", "--data", "sine:samples=50", "--batch", "10", "--epochs", "30", "--out", run, "--quiet"});
    INFO(result.errors);
    CHECK(result.exit_code == 1);
    CHECK(result.errors.find("history.csv: cannot be written: File too large") != std::string::npos);
    CHECK(result.errors.find("run.json: cannot be written: File too large") != std::string::npos);
    CHECK(result.errors.ends_with("; of this run " + run + " holds only chain.json\n"));
    CHECK(result.output.starts_with("done: 150 steps"));
    CHECK(result.output.find(run + ": chain.json\n") != std::string::npos);
    CHECK_NOTHROW(read_chain<double>(run + "/chain.json"));
}

TEST_CASE("weights that cannot be stored are told to the bit") {
    for (const Arguments& more : {Arguments{}, Arguments{"--json"}}) {
        const TemporaryDirectory directory;
        const std::filesystem::path run = directory.file("run");
        RunningProgram program(Arguments{"train", "--data", "teacher:samples=1e5", "--weights",
                                         "0.1,0.30000000000000004", "--learning-rate", "1e-300", "--epochs",
                                         "100000000", "--out", run.string()} +
                               more);
        while (!std::filesystem::exists(run)) {
            std::this_thread::sleep_for(std::chrono::milliseconds(10));
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(100));
        std::filesystem::create_directory(run / "chain.json");
        program.send(SIGINT);
        const ProgramResult result = program.wait();
        INFO(result.errors);
        CHECK(result.exit_code == 1);
        CHECK(result.errors.find("chain.json: is a directory") != std::string::npos);
        CHECK(result.output.find("0.30000000000000004") != std::string::npos);
        const Json stored = Json::parse(content_of(run / "run.json"))["outcome"];
        CHECK(stored["weights"] == Json{0.1, 0.30000000000000004});
        CHECK(stored["files"][0] == "run.json");
        CHECK(stored["files"][1] == "history.csv");
    }
}

TEST_CASE("output that cannot be written is a failure") {
    const ProgramResult full = run_program({"train", "--steps", "1"}, {.output_path = "/dev/full"});
    CHECK(full.exit_code == 1);
    CHECK(full.errors.starts_with("skein: error: standard output cannot be written"));
}

}  // namespace skein::test
