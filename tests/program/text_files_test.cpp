// Text files that were not made for skein, through every command that reads data.
#include <doctest/doctest.h>

#include <cstddef>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "skein/files/npy.hpp"
#include "support/train_program.hpp"

namespace skein::test {
namespace {

constexpr const char* kSensors =
    "id,time,\"temperature\",note\n"
    "a,-0.5,0.25,fine\n"
    "b,1.5,NA,\n"
    "c,0.75,-0.5,\"door, open\"\n"
    "d,0.25,-0.125,fine\n";
constexpr const char* kSamples = "x,y\n-0.5,0.25\n0.75,-0.5\n0.25,-0.125\n";

const Arguments kTrain{"train", "--layers", "2", "--steps", "40", "--batch", "full"};
const Arguments kChoose{"--columns", "time,temperature", "--skip-bad-rows"};

std::string error_of_program(const Arguments& arguments, const ProgramSettings& settings = {}) {
    const ProgramResult result = run_program(arguments, settings);
    CHECK(result.exit_code == 2);
    CHECK(result.output.empty());
    REQUIRE(result.errors.starts_with("skein: error: "));
    return result.errors.substr(14, result.errors.size() - 15);
}

TEST_CASE("columns of any names, without bad rows: trains as the plain file does") {
    const TemporaryDirectory directory;
    const std::string sensors = directory.file("sensors.csv", kSensors), plain = directory.file("plain.csv", kSamples);
    const Json expected = run_json(kTrain + Arguments{"--data", plain});
    const ProgramResult result = run_program(kTrain + kChoose + Arguments{"--data", sensors, "--json"});
    const Json got = json_of(result);
    CHECK(got["weights"] == expected["weights"]);
    CHECK(got["loss"] == expected["loss"]);
    CHECK(got["samples"] == 3);
    CHECK(got["skipped_rows"] == 1);
    CHECK(expected["skipped_rows"] == 0);
    CHECK(contains(result.errors,
                   "skein: warning: " + sensors +
                       ": 1 row left out, as --skip-bad-rows asks: row 3, column 3: 'NA' is not a number\n"));
    const ProgramResult summary = run_program(kTrain + kChoose + Arguments{"--data", sensors, "--quiet"});
    CHECK(contains(summary.output, "3 samples, 1 bad row left out\n"));
    CHECK(summary.errors.empty());
    CHECK(error_of_program(kTrain + Arguments{"--data", sensors}) ==
          sensors +
              ": row 1 has the names 'id', 'time', 'temperature', 'note': expected x,y or x,y,m, or --columns, as in "
              "--columns id,time");
    CHECK(error_of_program(kTrain + Arguments{"--data", sensors, "--columns", "2,3"}) ==
          sensors + ": row 3, column 3: 'NA' is not a number (--skip-bad-rows leaves such rows out)");
}

TEST_CASE("every command that reads data takes --columns and --skip-bad-rows") {
    const TemporaryDirectory directory;
    const std::string sensors = directory.file("sensors.csv", kSensors), out = in(directory, "o.npy");
    CHECK(json_of(run_program({"data", "convert", sensors, "--out", out, "--json", "--columns", "time,3",
                               "--skip-bad-rows"}))["skipped_rows"] == 1);
    CHECK(read_npy<double>(out).values == std::vector<double>{-0.5, 0.25, 0.75, -0.5, 0.25, -0.125});
    const Json described = run_json(Arguments{"data", "info", sensors} + kChoose);
    CHECK(described["data_sets"][0]["samples"] == 3);
    CHECK(described["data_sets"][0]["skipped_rows"] == 1);
    CHECK(run_json(Arguments{"data", "compress", sensors, "--out", in(directory, "o.skc")} + kChoose)["samples"] == 3);
    CHECK(run_json(Arguments{"gradient", "--weights", "0.5,1", "--data", sensors} + kChoose)["samples"] == 3);
    const ProgramResult sweep =
        run_program(Arguments{"sweep", "--axis", "learning_rate=linear:0.1:0.2:3", "--layers", "2", "--steps", "3",
                              "--data", sensors, "--out", in(directory, "s"), "--json"} +
                    kChoose);
    CHECK(json_of(sweep)["points"] == 3);
}

TEST_CASE("options of text without text, and standard input twice, are refused") {
    const TemporaryDirectory directory;
    const std::string effect = ": has no effect: ", expected = " is no text: expected a .csv file, say";
    CHECK(error_of_program(kTrain + Arguments{"--columns", "1,2"}) == "--columns" + effect + "--data" + expected);
    CHECK(error_of_program({"data", "info", "sine:samples=9", "--skip-bad-rows"}) ==
          "--skip-bad-rows" + effect + "sine:samples=9" + expected);
    CHECK(error_of_program(kTrain + Arguments{"--data", "-", "--validation", "-"}) ==
          "-: standard input can be read once: expected a file in one of the places");
    const std::string plain = directory.file("plain.csv", kSamples);
    CHECK(error_of_program(kTrain + Arguments{"--data", plain, "--columns", "1"}) ==
          plain + ": --columns: 1 column: expected those of x,y or x,y,m");
}

TEST_CASE("standard input, through every command that reads data once") {
    const TemporaryDirectory directory;
    const std::string plain = directory.file("plain.csv", kSamples);
    const ProgramSettings from_input{.input_path = plain};
    const Json expected = run_json(kTrain + Arguments{"--data", plain});
    const Json got = json_of(run_program(kTrain + Arguments{"--data", "-", "--json"}, from_input));
    CHECK(got["weights"] == expected["weights"]);
    const std::string out = in(directory, "o.npy");
    CHECK(run_program({"data", "convert", "-", "--out", out}, from_input).exit_code == 0);
    CHECK(read_npy<double>(out).values == std::vector<double>{-0.5, 0.25, 0.75, -0.5, 0.25, -0.125});
    CHECK(json_of(run_program({"data", "info", "-", "--json"}, from_input))["data_sets"][0]["samples"] == 3);
    CHECK(run_program({"data", "compress", "-", "--out", in(directory, "o.skc")}, from_input).exit_code == 0);
    CHECK(error_of_program({"data", "info", "-"}) == "standard input: is empty: expected rows of x,y or x,y,m");
    CHECK(error_of_program({"data", "info", "-"}, {.input_path = out}) ==
          "standard input: is a .npy file: expected text; a .npy file has a name that ends in .npy");
}

TEST_CASE("columns in files of options and in run.json, and blanks after commas") {
    const TemporaryDirectory directory;
    const std::string sensors = directory.file("sensors.csv", kSensors);
    const Json expected =
        run_json(kTrain + kChoose + Arguments{"--quiet", "--data", sensors, "--out", in(directory, "r")});
    for (const std::string columns : {"[\"time\", \"temperature\"]", "[2, 3]", "\"time, 3\""}) {
        const std::string options = directory.file("o.toml", "columns = " + columns + "\nskip-bad-rows = true\n");
        CHECK(run_json(kTrain + Arguments{"--config", options, "--data", sensors})["weights"] == expected["weights"]);
    }
    CHECK(run_json({"train", "--config", in(directory, "r") + "/run.json"})["weights"] == expected["weights"]);
    CHECK(run_json({"evaluate", "--chain", in(directory, "r")})["samples"] == 3);
    // The default data are not text: the options of a file of options then have no effect, and are no error.
    const std::string options = directory.file("o.toml", "columns = [2, 3]\n");
    CHECK(run_json(kTrain + Arguments{"--config", options, "--data", "sine:samples=10"})["samples"] == 10);
}

TEST_CASE("a weighted third column is said to be one") {
    const TemporaryDirectory directory;
    const std::string data = directory.file("index.csv", "1,2,0\n3,4,1\n5,6,2\n");
    CHECK(contains(run_program(kTrain + Arguments{"--data", data}).output, "3 samples weighted by the third column\n"));
}

}  // namespace
}  // namespace skein::test
