// skein train and skein evaluate, through the program.
#include <doctest/doctest.h>
#include <signal.h>
#include <sys/resource.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <fstream>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "skein/files/chain_file.hpp"
#include "skein/files/figure.hpp"
#include "skein/files/npy.hpp"
#include "skein/skein.hpp"
#include "support/run_program.hpp"
#include "support/temporary_directory.hpp"

namespace skein::test {
namespace {

using Json = nlohmann::json;
using Arguments = std::vector<std::string>;

Arguments operator+(Arguments left, const Arguments& right) {
    left.insert(left.end(), right.begin(), right.end());
    return left;
}

/// What a command prints with --json.
Json run_json(const Arguments& arguments) {
    const ProgramResult result = run_program(arguments + Arguments{"--json"});
    INFO(result.errors);
    REQUIRE(result.exit_code == 0);
    REQUIRE(std::ranges::count(result.output, '\n') == 1);
    return Json::parse(result.output);
}

std::vector<std::vector<std::string>> csv_rows(const std::string& text) {
    std::vector<std::vector<std::string>> rows(1, {""});
    for (const char letter : text) {
        if (letter == '\n') {
            rows.push_back({""});
        } else if (letter == ',') {
            rows.back().push_back("");
        } else {
            rows.back().back() += letter;
        }
    }
    rows.pop_back();
    return rows;
}

double output(const Json& run, Activation activation, double x) {
    const auto weights = run["weights"].get<std::vector<double>>();
    return back_propagate(Chain<double>(weights, activation), x, 0.0).activations.back();
}

double sum_of_inverse_squares(const Json& run) {
    double sum = 0.0;
    for (const double weight : run["weights"].get<std::vector<double>>()) {
        sum += 1.0 / (weight * weight);
    }
    return sum;
}

const Arguments kShortRun{"train", "--data", "teacher:samples=3000,noise=0.1", "--epochs", "3", "--init", "normal"};

/// Those of the run above, as the library is asked for it.
template <class Scalar>
std::vector<Scalar> weights_by_the_library(std::uint64_t seed) {
    GeneratedData data;
    data.num_samples = 3000;
    data.noise = 0.1;
    data.teacher_weights.assign(4, 1.2);
    TrainingSettings settings;
    settings.learning_rates = {0.1};
    settings.batch_size = 1024;
    settings.seed = seed;
    settings.stop.max_epochs = 3;
    TrainingState<Scalar> state(Chain<Scalar>(initial_weights<Scalar>(4, {}, seed)));
    train(state, generate<Scalar>(data), settings);
    return {state.chain.weights().begin(), state.chain.weights().end()};
}

/// A .npy file of samples that are left in their file: (1, 0.5), zeros, which take no room on the disk, and at
/// `nan_row` an x that is not a number.
void write_large_samples(const std::filesystem::path& path, std::optional<std::uint64_t> nan_row) {
    constexpr std::uint64_t kRows = 20'000'000, kRowBytes = 2 * sizeof(float);
    write_npy<float>(path, std::vector<float>{1.0F, 0.5F}, std::array<std::size_t, 2>{1, 2});
    std::string bytes = content_of(path);
    const std::size_t header_bytes = bytes.size() - kRowBytes;
    const std::string of_one = "(1, 2), }", of_all = "(" + std::to_string(kRows) + ", 2), }";
    bytes.replace(bytes.find(of_one), of_one.size(), of_all);
    bytes.erase(bytes.find('\n') - (of_all.size() - of_one.size()), of_all.size() - of_one.size());
    std::ofstream(path, std::ios::binary) << bytes;
    std::filesystem::resize_file(path, header_bytes + kRows * kRowBytes);
    if (nan_row) {
        std::fstream file(path, std::ios::binary | std::ios::in | std::ios::out);
        file.seekp(static_cast<std::streamoff>(header_bytes + *nan_row * kRowBytes));
        const float nan = std::numeric_limits<float>::quiet_NaN();
        file.write(reinterpret_cast<const char*>(&nan), sizeof nan);
    }
}

}  // namespace

// Tolerances as in published_runs_test.cpp: the printed digits of the sources.
TEST_CASE("program: checks 1 and 2, a sigmoid unit learns slowly from a bad start") {
    // M. Nielsen, Neural Networks and Deep Learning, ch. 3.
    const TemporaryDirectory directory;
    const std::string data = directory.file("one.csv", "x,y\n1,0\n");
    struct Run {
        std::string weight;
        double first_output, last_output;
    };
    for (const Run& run : {Run{"1.5", 0.8175744762, 0.0939556949}, Run{"4.0", 0.9820137900, 0.2028484243}}) {
        const Arguments arguments{"train", "--weights", run.weight, "--activation",    "sigmoid", "--data",
                                  data,    "--batch",   "full",     "--learning-rate", "0.15",    "--steps"};
        const Json start = run_json(arguments + Arguments{"0"});
        const Json end = run_json(arguments + Arguments{"300"});
        CHECK(std::abs(output(start, Activation::sigmoid, 1.0) - run.first_output) <= 1e-10);
        CHECK(std::abs(output(end, Activation::sigmoid, 1.0) - run.last_output) <= 1e-10);
        CHECK(std::abs(std::sqrt(end["loss"].get<double>()) - run.last_output) <= 1e-10);
        CHECK(end["steps"] == 300);
        CHECK(end["status"] == "reached_max_steps");
    }
}

TEST_CASE("program: check 3, gradient descent at the edge of stability converges below it") {
    // X. Zhu et al., ICLR 2023, arXiv 2210.03294, theorem 3.1 and figure 2.
    const TemporaryDirectory directory;
    const Json run = run_json({"train", "--weights", "2.6,0.5,2.6,0.5", "--activation", "identity", "--data",
                               directory.file("one.csv", "1,1\n"), "--learning-rate", "0.1", "--steps", "100000"});
    CHECK(std::abs(sum_of_inverse_squares(run) - 9.9273602178) <= 1e-10);
    CHECK(run["loss"].get<double>() < 1e-20);
}

TEST_CASE("program: check 4, convergence to a minimum of known sharpness") {
    // L. MacDonald et al., Convergence Rates for Gradient Descent on the Edge of Stability.
    const TemporaryDirectory directory;
    const Json run = run_json({"train", "--weights=1.05,0.98,1,1.01,0.97", "--activation", "identity", "--data",
                               directory.file("one.csv", "1,1\n"), "--learning-rate", "0.19", "--steps", "100000"});
    CHECK(std::abs(sum_of_inverse_squares(run) - 5.0075729275574) <= 1e-12);
}

TEST_CASE("program: train --json has everything, and weights to the bit") {
    const Json run = run_json(kShortRun + Arguments{"--seed", "5"});
    CHECK(run["weights"].get<std::vector<double>>() == weights_by_the_library<double>(5));
    CHECK(run["status"] == "reached_max_steps");
    CHECK(run["cause"] == "max_epochs");
    CHECK(run["steps"] == 9);
    CHECK(run["loss"].is_number());
    CHECK(run["validation_loss"].is_null());
    CHECK(run["seconds"].get<double>() > 0);
    CHECK(run["sample_layers_per_second"].get<double>() > 0);
    CHECK(run["precision"] == "float64");
    CHECK(run["seed"] == 5);
    CHECK(run["version"] == std::string(version()));
    CHECK(run["numerics_version"] == kNumericsVersion);
    CHECK(run["instruction_set"].is_string());
    CHECK(run["threads"].get<int>() >= 1);
}

TEST_CASE("program: float32 weights to the bit, printed and stored") {
    const TemporaryDirectory directory;
    const Json run = run_json(kShortRun + Arguments{"--precision", "float32", "--out", directory.file("run").string()});
    const std::vector<float> expected = weights_by_the_library<float>(0);
    CHECK(run["weights"].get<std::vector<float>>() == expected);
    const auto stored = read_chain<float>(directory.file("run") / "chain.json");
    CHECK(std::ranges::equal(stored.weights(), expected));
    CHECK(read_chain_precision(directory.file("run") / "chain.json") == "float32");
}

TEST_CASE("program: the number of threads and the instruction set change no bit") {
    const Arguments arguments{"train", "--data", "teacher:samples=50000,layers=8", "--layers", "8", "--batch",
                              "20000", "--json"};
    const Json one = Json::parse(run_program(arguments + Arguments{"--threads", "1"}).output);
    const Json two = Json::parse(run_program(arguments + Arguments{"--threads", "2"}).output);
    const Json portable =
        Json::parse(run_program(arguments, {.environment = {"SKEIN_INSTRUCTION_SET=portable"}}).output);
    CHECK(one["weights"] == two["weights"]);
    CHECK(one["loss"] == two["loss"]);
    CHECK(portable["instruction_set"] == "portable");
    CHECK(one["weights"] == portable["weights"]);
    CHECK(one["threads"] == 1);
    CHECK(two["threads"] == 2);
}

TEST_CASE("program: negative weights with and without an equals sign") {
    for (const Arguments& weights : {Arguments{"--weights=-1e-3,2"}, Arguments{"--weights", "-1e-3,2"}}) {
        CHECK(run_json(Arguments{"train", "--steps", "0"} + weights)["weights"] == Json{-1e-3, 2.0});
    }
}

TEST_CASE("program: a run directory is complete, and reproduces its run") {
    const TemporaryDirectory directory;
    const std::filesystem::path run = directory.file("runs") / "first";
    const Json printed = run_json({"train",
                                   "--data",
                                   "sine:samples=2000,frequency=0.1,noise=0.1",
                                   "--validation",
                                   "0.1",
                                   "--batch",
                                   "100",
                                   "--optimizer",
                                   "adamw",
                                   "--schedule",
                                   "cosine",
                                   "--warm-up",
                                   "5",
                                   "--epochs",
                                   "4",
                                   "--seed",
                                   "3",
                                   "--activation",
                                   "tanh,sigmoid,identity",
                                   "--weights",
                                   "1,-0.5,2",
                                   "--out",
                                   run.string()});
    const Json stored = Json::parse(content_of(run / "run.json"));
    CHECK(stored["outcome"]["weights"] == printed["weights"]);
    CHECK(stored["outcome"]["status"] == "reached_max_steps");
    CHECK(stored["seed"] == 3);
    CHECK(stored["numerics_version"] == kNumericsVersion);
    for (const char* key : {"cpu", "cores", "compiler", "instruction_set"}) {
        CHECK(stored["machine"].contains(key));
    }
    CHECK(std::filesystem::exists(run / "loss.png") == can_draw_figures());
    CHECK(std::ranges::equal(read_chain<double>(run / "chain.json").weights(),
                             printed["weights"].get<std::vector<double>>()));

    const auto rows = csv_rows(content_of(run / "history.csv"));
    CHECK(rows.front() == Arguments{"step", "epoch", "learning_rate", "loss", "gradient_norm", "validation_loss"});
    CHECK(rows.size() == 1 + 72);
    CHECK(rows.back()[0] == "72");
    CHECK(rows.back()[1] == "4");
    CHECK(std::stod(rows.back()[5]) == printed["validation_loss"].get<double>());
    CHECK(rows[18][5] != "");  // an epoch's end
    CHECK(rows[17][5] == "");

    const Json again = run_json({"train", "--config", (run / "run.json").string()});
    CHECK(again["weights"] == printed["weights"]);
    CHECK(again["validation_loss"] == printed["validation_loss"]);
}

TEST_CASE("program: without --out nothing is written") {
    const TemporaryDirectory directory;
    const ProgramResult result = run_program(kShortRun, {.directory = directory.path()});
    CHECK(result.exit_code == 0);
    CHECK(result.output.starts_with("done: 9 steps\n"));
    CHECK(result.errors == "");
    CHECK(directory.num_entries() == 0);
}

TEST_CASE("program: where the data cannot be read on, a run tells the time and the work until then") {
    const TemporaryDirectory directory;
    const std::string file = directory.file("samples.npy").string();
    write_large_samples(file, 10'000'003);  // not one of those that are looked at for their order
    const Arguments train{"train", "--data", file, "--shuffle=none", "--layers=3", "--steps=1000000"};
    const auto check_failed = [&](const ProgramResult& result, const std::string& steps, const std::string& row) {
        CHECK(result.exit_code == 1);
        CHECK(result.errors.find("row " + row + ", column 1: 'nan'") != std::string::npos);
        CHECK(result.errors.find("(after " + steps + " steps") != std::string::npos);
    };
    const std::string run = directory.file("run").string();
    const ProgramResult result = run_program(train + Arguments{"--batch=1000", "--json", "--out", run});
    check_failed(result, "10,000", "10000004");
    const Json told = Json::parse(result.output), stored = Json::parse(content_of(run + "/run.json"))["outcome"];
    CHECK(told["cause"] == "data_error");
    CHECK(told["steps"] == 10'000);
    CHECK(told["loss"].is_null());
    CHECK(stored["seconds"] == told["seconds"]);
    const double seconds = told["seconds"];
    CHECK(seconds > 1e-3);
    CHECK(told["sample_layers_per_second"].get<double>() == doctest::Approx(1e7 * 3 / seconds));

    // No step is done: there is a time, and no rate.
    const ProgramResult full = run_program(train + Arguments{"--batch=full"});
    check_failed(full, "0", "10000004");
    CHECK(full.output.find("sample-layers/s") == std::string::npos);
    CHECK(full.output.find("  time              0 us") == std::string::npos);
    CHECK(full.output.find("\n  time              ") != std::string::npos);
    const Json full_json = Json::parse(run_program(train + Arguments{"--batch=full", "--json"}).output);
    CHECK(full_json["seconds"] > 1e-3);
    CHECK(full_json["sample_layers_per_second"].is_null());

    // In the validation data, when all is trained.
    const ProgramResult validated =
        run_program({"train", "--data=sine:samples=1000", "--batch=10", "--steps=7", "--json", "--out",
                     directory.file("validated").string(), "--validation", file});
    check_failed(validated, "7", "10000004");
    const Json whole = Json::parse(validated.output);
    CHECK(whole["cause"] == "max_steps");
    CHECK(whole["loss"].is_number());
    CHECK(whole["validation_loss"].is_null());
    CHECK(whole["sample_layers_per_second"] > 0.0);
    CHECK(std::filesystem::exists(directory.file("validated") / "chain.json"));
}

TEST_CASE("program: where the samples behind compressed data cannot be read on, their part is not told") {
    const TemporaryDirectory directory;
    const std::string file = directory.file("samples.npy").string();
    const std::filesystem::path run = directory.file("run");
    write_large_samples(file, std::nullopt);
    RunningProgram program({"train", "--data", file, "--compress", "--tolerance=1e-300", "--steps=1000000", "--json",
                            "--out", run.string()});
    while (!std::filesystem::exists(run)) {
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    std::filesystem::resize_file(file, 1'000'000);
    const ProgramResult result = program.wait();
    CHECK(result.exit_code == 1);
    const Json told = Json::parse(result.output);
    CHECK(told["cause"] == "data_error");
    CHECK(told["compression"].is_null());
    CHECK(told["sample_layers_per_second"].is_null());
    CHECK(told["seconds"] > 0.0);
}

TEST_CASE("program: without gnuplot a run has no picture, one line says so, and nothing fails") {
    const TemporaryDirectory directory;
    const Arguments arguments{"train", "--steps", "3", "--out", directory.file("run").string(), "--force"};
    const ProgramResult result = run_program(arguments, {.environment = {"PATH=/nowhere"}});
    CHECK(result.exit_code == 0);
    CHECK(result.errors == "skein: warning: loss.png is not drawn: gnuplot is not installed (Debian: gnuplot-nox)\n");
    CHECK(std::filesystem::exists(directory.file("run") / "run.json"));
    CHECK(!std::filesystem::exists(directory.file("run") / "loss.png"));
    CHECK(run_program(arguments + Arguments{"--quiet"}, {.environment = {"PATH=/nowhere"}}).errors == "");
}

TEST_CASE("program: a long run has about 1,000 rows of history") {
    const TemporaryDirectory directory;
    run_json({"train", "--data", "sine:samples=50", "--batch", "10", "--epochs", "3000", "--validation",
              "sine:samples=20,seed=1", "--out", directory.file("run").string()});
    const auto rows = csv_rows(content_of(directory.file("run") / "history.csv"));
    CHECK(rows.size() >= 500);
    CHECK(rows.size() <= 2001);
    CHECK(rows.back()[0] == "15000");
    CHECK(rows[1][5] != "");
    run_json({"train", "--data", "sine:samples=50", "--batch", "10", "--epochs", "3", "--history-every", "2", "--out",
              directory.file("run"), "--force"});
    const auto every_second = csv_rows(content_of(directory.file("run") / "history.csv"));
    CHECK(every_second.size() == 1 + 9);
    CHECK(every_second[3][0] == "5");
}

TEST_CASE("program: the command line wins over a configuration file") {
    const TemporaryDirectory directory;
    const std::string file = directory.file("run.toml",
                                            "# a run\n"
                                            "layers = 3\n"
                                            "activation = [\"tanh\", \"sigmoid\", \"identity\"]\n"
                                            "learning_rate = [0.1, 0.2, 1e-2]\n"
                                            "data = \"sine:samples=100\"\n"
                                            "batch = \"full\"\n"
                                            "steps = 5\n"
                                            "seed = 7\n"
                                            "clip-norm = 1\n");
    const Json by_file = run_json({"train", "--config", file});
    const Json by_flags =
        run_json({"train", "--layers", "3", "--activation", "tanh,sigmoid,identity", "--learning-rate", "0.1,0.2,0.01",
                  "--data", "sine:samples=100", "--batch", "full", "--steps", "5", "--seed", "7", "--clip-norm", "1"});
    CHECK(by_file["weights"] == by_flags["weights"]);
    CHECK(by_file["steps"] == 5);
    const Json overruled = run_json({"train", "--config", file, "--epochs", "2", "--seed", "8", "--weights", "1,2,3"});
    CHECK(overruled["steps"] == 2);
    CHECK(overruled["seed"] == 8);
}

TEST_CASE("program: target loss, time and divergence are outcomes") {
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
    CHECK(in_words.output.find("--learning-rate") != std::string::npos);
}

TEST_CASE("program: a target alone has a limit, and the summary says where it is not reached") {
    const Arguments train{"train", "--data", "sine:samples=20", "--layers", "1"};
    CHECK(run_json(train)["epochs"] == 10);
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

TEST_CASE("program: SIGINT and SIGTERM stop a run, write everything, and exit 130 and 143") {
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
        CHECK(csv_rows(content_of(run / "history.csv")).back()[0] == printed["steps"].dump());
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

TEST_CASE("program: a signal does not wait for the end of a long step, or of long losses") {
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

TEST_CASE("program: a second signal quits at once, and its directory takes another run") {
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

TEST_CASE("program: on a full disk a run says what is there, and tells its outcome all the same" *
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

TEST_CASE("program: weights that cannot be stored are told to the bit") {
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

TEST_CASE("program: evaluate tells the loss of a stored chain, and writes predictions") {
    const TemporaryDirectory directory;
    const Json trained = run_json(kShortRun + Arguments{"--out", directory.file("run").string()});
    const std::string chain = directory.file("run") / "chain.json";
    const Json same = run_json({"evaluate", "--chain", chain, "--data", "teacher:samples=3000,noise=0.1"});
    CHECK(same["loss"] == trained["loss"]);
    CHECK(same["samples"] == 3000);
    CHECK(same["root_mean_square_error"].get<double>() == std::sqrt(trained["loss"].get<double>()));

    const std::string data = directory.file("data.csv", "x,y,m\n0.5,1,1\n-2,0.25,3\n");
    const Json weighted =
        run_json({"evaluate", "--chain", chain, "--data", data, "--predictions", directory.file("p.csv").string()});
    const auto stored = read_chain<double>(chain);
    const double first = back_propagate(stored, 0.5, 1.0).activations.back();
    const double second = back_propagate(stored, -2.0, 0.25).activations.back();
    const double mean = ((first - 1.0) * (first - 1.0) + 3.0 * (second - 0.25) * (second - 0.25)) / 4.0;
    CHECK(std::abs(weighted["loss"].get<double>() - mean) <= 4e-16 * mean);
    const auto rows = csv_rows(content_of(directory.file("p.csv")));
    CHECK(rows.size() == 3);
    CHECK(rows[0] == Arguments{"x", "y", "prediction"});
    CHECK(std::stod(rows[1][2]) == first);
    CHECK(std::stod(rows[2][2]) == second);
    run_json({"evaluate", "--chain", chain, "--data", data, "--predictions", directory.file("p.npy").string()});
    const auto array = read_npy<double>(directory.file("p.npy"));
    CHECK(array.shape == std::vector<std::size_t>{2, 3});
    CHECK(array.values == std::vector<double>{0.5, 1.0, first, -2.0, 0.25, second});
}

TEST_CASE("program: help opens with examples, version has three lines, progress is for terminals") {
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
    const ProgramResult version_text = run_program({"--version"});
    CHECK(version_text.output.starts_with("skein " + std::string(version()) + "\nnumerics version "));
    CHECK(run_program({"train", "--max-seconds", "0.6"}).errors == "");
}

TEST_CASE("program: output that cannot be written is a failure") {
    const ProgramResult full = run_program({"train", "--steps", "1"}, {.output_path = "/dev/full"});
    CHECK(full.exit_code == 1);
    CHECK(full.errors.starts_with("skein: error: standard output cannot be written"));
}

}  // namespace skein::test
