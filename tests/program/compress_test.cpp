// skein data compress, through the program.
#include <doctest/doctest.h>
#include <signal.h>
#include <sys/stat.h>

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include "skein/files/npy.hpp"
#include "skein/trainer.hpp"
#include "support/program_checks.hpp"
#include "support/run_program.hpp"
#include "support/temporary_directory.hpp"

namespace skein::test {

TEST_CASE("text, numbers, several files and pipes compress to the same bytes") {
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
}

TEST_CASE("files with and without sample weights are compressed together, bad ones are named") {
    const TemporaryDirectory directory;
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
    const std::string numbers = in(directory, "all.npy");
    REQUIRE(run_program({"data", "make", "teacher:samples=150000", "--out", numbers}).exit_code == 0);
    directory.file("late.csv", "0.5,1\n0.25,inf\n");
    const ProgramResult late =
        run_program({"data", "compress", numbers, in(directory, "late.csv"), "--out", in(directory, "late.skc")});
    CHECK(late.exit_code == 2);
    CHECK(late.errors.find("late.csv: row 2, column 2: 'inf'") != std::string::npos);
    CHECK(!std::filesystem::exists(in(directory, "late.skc")));
}

TEST_CASE("numbers too large to sum up are named by their rows, with panels that would do") {
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

TEST_CASE("a signal ends a compression in one line, wherever it is made") {
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

}  // namespace skein::test
