// Bad input: one clear line on standard error, exit code 2, nothing written.
#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "skein/files/npy.hpp"
#include "support/program_checks.hpp"
#include "support/run_program.hpp"
#include "support/temporary_directory.hpp"

namespace skein::test {
namespace {

using Arguments = std::vector<std::string>;

/// Runs in an empty directory of its own, and checks that nothing has got into it.
void check_refused(const Arguments& arguments, const Arguments& expected_words, const ProgramSettings& settings = {}) {
    const TemporaryDirectory directory;
    ProgramSettings inside = settings;
    inside.directory = directory.path();
    const ProgramResult result = run_program(arguments, inside);
    INFO(result.errors);
    CHECK(result.exit_code == 2);
    CHECK(result.output == "");
    CHECK(result.errors.starts_with("skein: error: "));
    CHECK(std::ranges::count(result.errors, '\n') == 1);
    CHECK(result.errors.ends_with('\n'));
    for (const std::string& word : expected_words) {
        INFO(word);
        CHECK(result.errors.find(word) != std::string::npos);
    }
    CHECK(directory.num_entries() == 0);
}

/// skein train --out run, with more arguments.
void check_train_refused(const Arguments& more, const Arguments& expected_words) {
    Arguments arguments{"train", "--out", "run"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    check_refused(arguments, expected_words);
}

/// A data file of this name and content.
void check_data_refused(const std::string& name, const std::string& content, const Arguments& expected_words) {
    const TemporaryDirectory directory;
    const std::string path = directory.file(name, content);
    Arguments words = expected_words;
    words.push_back(name);
    check_train_refused({"--data", path}, words);
}

/// A .npy file, format version 1.0.
std::string npy(std::string dictionary, const std::string& bytes) {
    dictionary += std::string((64 - (10 + dictionary.size() + 1) % 64) % 64, ' ') + "\n";
    const auto size = static_cast<std::uint16_t>(dictionary.size());
    return std::string("\x93NUMPY\x01\x00", 8) + static_cast<char>(size & 255) + static_cast<char>(size >> 8) +
           dictionary + bytes;
}

}  // namespace

TEST_CASE("wrong commands and options name the nearest right ones") {
    check_refused({}, {"a command is missing"});
    check_refused({"trian"}, {"unknown command 'trian'", "did you mean 'train'?"});
    check_refused({"--verison"}, {"did you mean '--version'?"});
    check_refused({"--version", "now"}, {"unexpected argument 'now'"});
    check_train_refused({"--layer", "3"}, {"unknown option '--layer'", "did you mean '--layers'?"});
    check_train_refused({"--learning_rte=3"}, {"did you mean '--learning-rate'?"});
    check_train_refused({"-q"}, {"unknown option '-q' (see skein train --help)"});
    check_train_refused({"--fox"}, {"unknown option '--fox' (see skein train --help)"});
    check_train_refused({"-layers", "3"}, {"unknown option '-layers': did you mean '--layers'?"});
    check_train_refused({"--help=3"}, {"--help: takes no value, found '3'"});
    check_train_refused({"now"}, {"unexpected argument 'now'"});
    check_train_refused({"--layers"}, {"--layers", "a value is missing"});
    check_train_refused({"--seed", "1", "--seed", "2"}, {"--seed", "2 times"});
    check_train_refused({"--json=yes"}, {"--json", "expected no value, or true or false, found 'yes'"});
    check_refused({"gradient", "--weigths", "1", "--x", "1", "--y", "1"}, {"did you mean '--weights'?"});
    check_refused({"evaluate", "--chian", "c.json"}, {"did you mean '--chain'?"});
}

TEST_CASE("wrong words and numbers name their option") {
    check_train_refused({"--activation", "tahn"}, {"--activation", "did you mean 'tanh'?"});
    check_train_refused({"--optimizer", "adam"}, {"--optimizer", "did you mean 'adamw'?"});
    check_train_refused({"--schedule", "cosin"}, {"--schedule", "did you mean 'cosine'?"});
    check_train_refused({"--shuffle", "ful"}, {"--shuffle", "did you mean 'full'?"});
    check_train_refused({"--init", "zero"}, {"--init", "unknown init 'zero'"});
    check_train_refused({"--precision", "float16"}, {"--precision", "did you mean"});
    check_train_refused({"--learning-rate", "abc"}, {"--learning-rate: 'abc' is not a number"});
    check_train_refused({"--learning-rate", "0.1x"}, {"'0.1x' is not a number"});
    check_train_refused({"--weights", "1,nan"}, {"--weights: 'nan' is not a number"});
    check_train_refused({"--weights", "1,,2"}, {"--weights: '' is not a number"});
    check_train_refused({"--weights", "1e39", "--precision", "float32"},
                        {"'1e39' is out of the range of float32", "3.4e+38"});
    check_train_refused({"--learning-rate", "1e400"}, {"'1e400' is out of the range of float64", "1.8e+308"});
    check_train_refused({"--data", "sine:noise=1e400"}, {"noise: '1e400' is out of the range of float64"});
    check_train_refused({"--weights", "inf"}, {"--weights: 'inf' is not a number"});
    check_train_refused({"--layers", "1e20"}, {"--layers: '1e20' is out of range: expected from 1 to 1000000"});
    check_train_refused({"--seed", "99999999999999999999"},
                        {"is out of range: expected from 0 to 18446744073709551615"});
    check_train_refused({"--seed", "1e17"}, {"--seed", "'1e17'", "beyond 2^53 write all digits"});
    check_train_refused({"--epochs=-3"}, {"--epochs: '-3' is out of range: expected from 0 to 9007199254740992"});
    check_train_refused({"--layers", "2.5"}, {"--layers: '2.5' is not a whole number"});
    check_train_refused({"--epochs", "1.5"}, {"--epochs: '1.5' is not a whole number"});
    check_train_refused({"--steps", "-1"}, {"--steps: '-1' is out of range: expected from 0 to"});
    check_train_refused({"--layers", "0"}, {"--layers", "at least 1"});
    check_train_refused({"--learning-rate", "0"}, {"--learning-rate", "positive"});
    check_train_refused({"--learning-rate=-0.1"}, {"--learning-rate", "positive"});
    check_train_refused({"--threads", "99999"}, {"--threads", "at most"});
    check_train_refused({"--max-seconds=-1"}, {"--max-seconds", "0 or more"});
    check_train_refused({"--momentum", "1.5", "--optimizer", "momentum"}, {"momentum", "1.5"});
}

TEST_CASE("options that disagree") {
    check_train_refused({"--weights", "1,2", "--layers", "3"}, {"--layers", "3", "--weights", "2"});
    check_train_refused({"--layers", "3", "--activation", "tanh,relu"}, {"--activation", "2 activations for 3 layers"});
    check_train_refused({"--layers", "3", "--learning-rate", "1,2"}, {"--learning-rate", "2 rates for 3 layers"});
    check_train_refused({"--epochs", "3", "--steps", "2"}, {"--epochs", "--steps"});
    check_refused({"train", "--force"}, {"--force: has no effect: nothing is written: expected --out"});
    check_refused({"train", "--history-every=5"}, {"--history-every: has no effect", "expected --out"});
    check_train_refused({"--momentum", "0.5"},
                        {"--momentum has no effect", "--optimizer momentum, nesterov or rmsprop"});
    check_train_refused({"--weights", "1", "--init", "normal"}, {"--init", "--weights"});
    check_train_refused({"--batch", "101", "--data", "sine:samples=100"}, {"--batch", "101", "100"});
    check_train_refused({"--data", "sine:samples=100", "--batch", "full", "--shuffle", "with_replacement"},
                        {"--shuffle", "full batches have one order"});
    check_train_refused({"--data", "sine:samples=30", "--shuffle", "with-replacement"},
                        {"--shuffle", "full batches have one order", "--batch N"});
    check_train_refused({"--batch", "half"}, {"--batch", "'half'", "full"});
    check_train_refused({"--schedule", "cosine", "--max-seconds", "1"}, {"--schedule", "--epochs or --steps"});
    check_train_refused({"--validation", "1.5"}, {"--validation", "less than 1"});
    check_refused({"gradient", "--weights", "1", "--x", "1"}, {"--x and --y"});
    check_refused({"gradient", "--x", "1", "--y", "1"}, {"--weights or --chain is missing"});
    check_refused({"gradient", "--weights", "1,2,3", "--activation", "tanh,relu", "--x", "1", "--y", "1"},
                  {"2 activations for 3 layers"});
    check_refused({"gradient", "--weights", "1", "--x", "1", "--y", "1", "--json", "--format", "latex"},
                  {"--format has no effect with --json"});
    check_refused({"gradient", "--weights", "1", "--x", "1", "--y", "1", "--digits", "3", "--json"},
                  {"--digits has no effect with --json"});
    check_refused({"evaluate", "--data", "sine"}, {"--chain is missing"});
}

TEST_CASE("words for data sets") {
    check_train_refused({"--data", "techer:samples=10"}, {"--data", "did you mean 'teacher'?"});
    check_train_refused({"--data", "teacher:sampels=10"}, {"key of teacher data", "did you mean 'samples'?"});
    check_train_refused({"--data", "sine:weight=1"}, {"unknown key of sine data 'weight'"});
    check_train_refused({"--data", "sine:samples=0"}, {"samples: 0 is out of range: expected at least 1"});
    check_train_refused({"--data", "sine:samples"}, {"key=value"});
    check_train_refused({"--data", "sine:seed=1,seed=2"}, {"seed is given twice"});
    check_train_refused({"--data", "sine:noise=-1"}, {"noise"});
    check_train_refused({"--data", "sine:input=norml"}, {"did you mean 'normal'?"});
    check_train_refused({"--data", "teacher:weights=1:a"}, {"weights: 'a' is not a number"});
    check_train_refused({"--data", "teacher:weights=1:2,layers=3"}, {"weights and layers exclude each other"});
    check_train_refused({"--data", "missing.csv"}, {"missing.csv"});
    check_train_refused({"--data", "data.txt"}, {"data.txt"});
}

TEST_CASE("bad CSV files, with row and column") {
    check_data_refused("empty.csv", "", {"empty"});
    check_data_refused("header.csv", "x,y\n", {"no samples"});
    check_data_refused("nan.csv", "1,2\n3,nan\n", {"row 2", "column 2", "nan"});
    check_data_refused("text.csv", "x,y\n1,2\n3,four\n", {"row 3", "column 2", "'four'"});
    check_data_refused("missing.csv", "1\n2\n", {"row 1", "1 column"});
    check_data_refused("empty_field.csv", "1,2\n3,\n", {"row 2", "column 2"});
    check_data_refused("ragged.csv", "1,2\n3,4,5\n", {"row 2", "3 columns"});
}

TEST_CASE("bad .npy files") {
    const std::string numbers(32, '\0');
    check_data_refused("type.npy", npy("{'descr': '<c16', 'fortran_order': False, 'shape': (1, 2), }", numbers),
                       {"dtype '<c16' is not supported", "a.real"});
    check_data_refused("shape.npy", npy("{'descr': '<f8', 'fortran_order': False, 'shape': (4, 1), }", numbers),
                       {"(4, 1)"});
    check_data_refused("truncated.npy", npy("{'descr': '<f8', 'fortran_order': False, 'shape': (20, 2), }", numbers),
                       {"(20, 2)"});
    check_data_refused(
        "hostile.npy",
        npy("{'descr': '<f8', 'fortran_order': False, 'shape': (9223372036854775807, 9223372036854775807), }", numbers),
        {});
    check_data_refused("damaged.npy", "\x93NUMPY", {});
    check_data_refused("no.npy", "x,y\n1,2\n", {});
    check_data_refused("empty.npy", "", {});
}

TEST_CASE("two .npy files of different lengths") {
    const TemporaryDirectory directory;
    const std::vector<double> x(3, 1.0);
    const std::vector<double> y(4, 1.0);
    write_npy<double>(directory.file("x.npy"), x, std::vector<std::size_t>{3});
    write_npy<double>(directory.file("y.npy"), y, std::vector<std::size_t>{4});
    check_train_refused({"--data", directory.file("x.npy").string() + "," + directory.file("y.npy").string()},
                        {"3", "4"});
}

TEST_CASE("bad configuration files, with line and nearest key") {
    const TemporaryDirectory directory;
    const auto check_file = [&](const std::string& content, Arguments expected_words) {
        const std::string path = directory.file("bad.toml", content);
        check_train_refused({"--config", path}, expected_words);
    };
    check_file("layers = 3\nlearning_rat = 3\n", {"bad.toml, line 2", "did you mean 'learning-rate'?"});
    check_file("layers = 3\n\nsteps = \"many\"\n",
               {"bad.toml, line 3: steps", "a whole number, found the string 'many'"});
    check_file("layers = \"3\"\n", {"bad.toml, line 1: layers: expected a whole number, found the string '3'"});
    check_file("weights = [1, \"2\"]\n", {"an array of numbers, found an array of mixed types"});
    check_file("weights = [[1], [2]]\n", {"an array of numbers, found an array of other things"});
    check_file("weights = []\n", {"an array of numbers, found an empty array"});
    check_file("momentum = 0.5\n",
               {"bad.toml, line 1: momentum has no effect with --optimizer sgd: expected --optimizer momentum"});
    check_file("optimizer = \"adamw\"\nsmoothing = 0.5\n", {"line 2: smoothing has no effect with --optimizer adamw"});
    check_file("tolerance = 1e-8\n", {"line 1: tolerance: has no effect: --data is not compressed"});
    check_file("seed = true\n", {"a whole number, found true"});
    check_file("[seed]\na = 1\n", {"a whole number, found a table"});
    check_file("seed = [1, 2]\n", {"a whole number, found the numbers 1,2"});
    check_file("seed = 1979-05-27\n", {"a whole number, found a date or time"});
    check_file("layers = 3.5\n", {"bad.toml, line 1: layers", "'3.5'"});
    check_file("activation = [1, 2]\n", {"bad.toml, line 1: activation", "unknown activation '1'"});
    check_file("activation = \"tahn\"\n", {"bad.toml, line 1: activation", "did you mean 'tanh'?"});
    check_file("layers = \n", {"bad.toml, line 1"});
    check_file("epochs = 3\nsteps = 3\n", {"line 1: epochs", "line 2: steps"});
    check_train_refused({"--config", "missing.toml"}, {"missing.toml: cannot be read: No such file or directory"});
    check_train_refused({"--config", directory.file("").string()}, {"is a directory: expected a file"});
    for (const std::string name : {"zero.toml", "zero.json"}) {  // a file without an end
        std::filesystem::create_symlink("/dev/zero", directory.file(name));
        check_train_refused({"--config", directory.file(name).string()},
                            {"has more than 16,777,216 bytes: expected options"});
    }
    check_refused({"gradient", "--chain", directory.file("zero.json").string(), "--x", "1", "--y", "1"},
                  {"zero.json: has more than 268435456 bytes: expected a smaller file"});
    const std::string of_sweep =
        directory.file("run.json", "{\"skein\": \"sweep\", \"configuration\": {\"axis\": [\"seed=values:1\"]}}");
    check_train_refused({"--config", of_sweep}, {"is of skein sweep: its 'axis' is no option of skein train"});
    const std::string json = directory.file("bad.json", "{}");
    check_train_refused({"--config", json}, {"bad.json", "configuration"});
}

TEST_CASE("directories that cannot take a run") {
    const TemporaryDirectory directory;
    const std::string file = directory.file("file", "something");
    check_refused({"train", "--steps", "1", "--out", file + "/run"}, {"file"});
    check_refused({"train", "--steps", "1", "--out", file}, {"file"});
    check_refused({"train", "--steps", "1", "--out", "/proc/skein/run"}, {"/proc/skein"});

    const std::string run = directory.file("run");
    REQUIRE(run_program({"train", "--steps", "1", "--out", run}).exit_code == 0);
    const std::string before = content_of(run + "/run.json");
    check_refused({"train", "--steps", "2", "--out", run},
                  {"already holds a run (run.json)", "expected a new directory, or --force"});
    CHECK(content_of(run + "/run.json") == before);
    CHECK(run_program({"train", "--steps", "2", "--out", run, "--force"}).exit_code == 0);
    CHECK(content_of(run + "/run.json") != before);
    // A start that fails leaves also the old run alone.
    const std::string second = content_of(run + "/run.json");
    check_refused({"train", "--steps", "2", "--out", run, "--force", "--data", "missing.csv"}, {"missing.csv"});
    CHECK(content_of(run + "/run.json") == second);
}

TEST_CASE("bad chains, predictions and instruction sets") {
    const TemporaryDirectory directory;
    const std::string bad = directory.file("bad.json", "{\"weights\": [1, \"two\"], \"activations\": [\"tanh\"]}");
    check_refused({"evaluate", "--chain", bad, "--data", "sine"}, {"bad.json"});
    check_refused({"gradient", "--chain", "missing.json", "--x", "1", "--y", "1"}, {"missing.json"});
    const std::string chain = directory.file("c.json", "{\"weights\": [1], \"activations\": [\"tanh\"]}");
    check_refused({"evaluate", "--chain", chain, "--data", "sine", "--predictions", "p.txt"}, {"p.txt", ".npy"});
    check_refused({"evaluate", "--chain", chain, "--data", "sine", "--predictions", "no/p.csv"}, {"--predictions"});
    check_refused({"evaluate", "--chain", chain, "--data", "sine", "--force"}, {"--force: has no effect"});
    const std::string run = directory.file("run.json", "{\"skein\": \"train\", \"version\": 1}");
    check_refused({"evaluate", "--chain", run, "--data", "sine"}, {"run.json: is the run.json of a run: expected"});
    const std::string taken = directory.file("p.csv", "mine");
    check_refused({"evaluate", "--chain", chain, "--data", "sine", "--predictions", taken}, {"--force"});
    CHECK(content_of(taken) == "mine");
    check_refused({"train", "--steps", "1"}, {"SKEIN_INSTRUCTION_SET", "'avx3'"},
                  {.environment = {"SKEIN_INSTRUCTION_SET=avx3"}});
}

TEST_CASE("two spellings of one option in a file are refused") {
    const TemporaryDirectory directory;
    const std::string file = directory.file("two.toml", "layers = 2\nlearning-rate = 0.1\nlearning_rate = 0.3\n");
    check_refused({"train", "--config", file},
                  {"two.toml, line 3: 'learning_rate' is the same option as 'learning-rate'"});
}

TEST_CASE("OMP_NUM_THREADS beyond all reason is bounded, and that is said") {
    const ProgramResult result = run_program(
        {"train", "--data", "teacher:samples=300000,layers=2", "--layers", "2", "--batch", "full", "--steps", "3"},
        {.environment = {"OMP_NUM_THREADS=99999"}});
    CHECK(result.exit_code == 0);
    CHECK(contains(result.errors, "OMP_NUM_THREADS is 99999: skein makes 1024 threads at most"));
    CHECK(contains(result.output, "1,024 threads)"));
}

TEST_CASE("sample weights may have any unit, and mini-batches without weight are no divergence") {
    const TemporaryDirectory directory;
    const std::string chain = directory.file("identity.json", R"({"weights": [1], "activations": ["identity"]})");
    for (const char* weight : {"1e-310", "1e306", "1"}) {
        const std::string data =
            directory.file("weights.csv", std::string("x,y,m\n1,2,") + weight + "\n1,2," + weight + "\n");
        CHECK(run_json({"evaluate", "--chain", chain, "--data", data})["loss"] == 1.0);
    }
    const std::string least = directory.file("least.csv", "x,y,m\n1,2,1e-45\n1,2,1e-45\n");
    CHECK(run_json({"evaluate", "--chain", chain, "--data", least, "--precision", "float32"})["loss"] == 1.0);
    const std::string zero = directory.file("zero.csv", "x,y,m\n1,2,0\n2,1,1\n3,1,0\n4,2,3\n");
    const Json run = run_json({"train", "--data", zero, "--weights", "0.1,0.2", "--batch", "1"});
    CHECK(run["status"] == "reached_max_steps");
}

}  // namespace skein::test
