// skein data merge, through the program.
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "support/program_checks.hpp"
#include "support/run_program.hpp"
#include "support/temporary_directory.hpp"

namespace skein::test {

TEST_CASE("parts that are merged are the whole") {
    const TemporaryDirectory directory;
    const std::string all = in(directory, "all.npy");
    REQUIRE(run_program({"data", "make", kNoisyTeacher, "--out", all}).exit_code == 0);
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

TEST_CASE("parts that do not fit together are named") {
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

}  // namespace skein::test
