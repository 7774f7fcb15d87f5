// Help and version of the program.
#include <doctest/doctest.h>

#include <string>

#include "skein/trainer.hpp"
#include "skein/version.hpp"
#include "support/program_checks.hpp"
#include "support/run_program.hpp"

namespace skein::test {

TEST_CASE("help opens with examples, version has three lines, progress is for terminals") {
    const ProgramResult help = run_program({"--help"});
    CHECK(help.exit_code == 0);
    CHECK(help.output.starts_with("Examples\n"));
    for (const char* command : {"train", "gradient", "evaluate"}) {
        const ProgramResult command_help = run_program({command, "--help"});
        CHECK(command_help.exit_code == 0);
        CHECK(command_help.output.starts_with("Examples\n"));
        CHECK(command_help.output.find("SPEC") != std::string::npos);
        CHECK(command_help.errors == "");
    }
    const std::string boundary = run_program({"boundary", "--help"}).output;
    CHECK(contains(boundary, "--between"));
    CHECK(!contains(boundary, "--picture"));
    CHECK(!contains(boundary, "--record-last"));
    CHECK(contains(run_program({"sweep", "--help"}).output, "--record-last"));
    const ProgramResult version_text = run_program({"--version"});
    CHECK(version_text.output.starts_with("skein " + std::string(version()) + "\nnumerics version "));
    CHECK(run_program({"train", "--max-seconds", "0.6"}).errors == "");
}

}  // namespace skein::test
