// Data that cannot be read on in the middle of a run of skein train.
#include <doctest/doctest.h>

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "skein/files/npy.hpp"
#include "skein/trainer.hpp"
#include "support/program_checks.hpp"
#include "support/run_program.hpp"
#include "support/temporary_directory.hpp"

namespace skein::test {

namespace {

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

TEST_CASE("where the data cannot be read on, a run tells the time and the work until then") {
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

TEST_CASE("where the samples behind compressed data cannot be read on, their part is not told") {
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

}  // namespace skein::test
