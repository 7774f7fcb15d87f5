// skein data as its tests run it.
#pragma once

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "skein/files/npy.hpp"
#include "support/program_checks.hpp"
#include "support/run_program.hpp"
#include "support/temporary_directory.hpp"

namespace skein::test {

inline ProgramResult data(const Arguments& more) {
    Arguments arguments{"data"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return run_program(arguments);
}

inline ProgramResult run_well(const Arguments& more) {
    ProgramResult result = data(more);
    INFO(result.errors);
    REQUIRE(result.exit_code == 0);
    return result;
}

/// The one data set that `skein data info --json` describes.
inline Json info(const Arguments& more) {
    Arguments arguments{"info", "--json", "--quiet"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    const Json report = Json::parse(run_well(arguments).output);
    REQUIRE(report["data_sets"].size() == 1);
    return report["data_sets"][0];
}

/// The error of a command that is refused, and that changes nothing in the directory it runs in.
inline std::string error_of(const Arguments& more, const TemporaryDirectory& directory) {
    const std::size_t num_entries = directory.num_entries();
    Arguments arguments{"data"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    const ProgramResult result = run_program(arguments, {.directory = directory.path()});
    CHECK(result.exit_code == 2);
    CHECK(result.output.empty());
    CHECK(std::ranges::count(result.errors, '\n') == 1);
    CHECK(directory.num_entries() == num_entries);
    REQUIRE(result.errors.starts_with("skein: error: "));
    return result.errors.substr(14, result.errors.size() - 15);
}

/// A file of samples of these columns.
inline std::string table_file(const TemporaryDirectory& directory, const std::vector<std::vector<double>>& columns) {
    std::vector<double> table;
    for (std::size_t row = 0; row < columns[0].size(); ++row) {
        for (const std::vector<double>& column : columns) table.push_back(column[row]);
    }
    const std::string path = directory.file("table.npy").string();
    write_npy<double>(path, table, std::array<std::size_t, 2>{columns[0].size(), columns.size()});
    return path;
}

inline constexpr std::size_t kManySamples = 200'003;  // three blocks and a bit

/// Numbers that come in no order: a multiple of the golden ratio, without its whole part.
inline std::vector<double> scattered(std::size_t count) {
    std::vector<double> numbers;
    for (std::size_t index = 0; index < count; ++index) {
        const double multiple = double(index) * 0.6180339887498949;
        numbers.push_back(multiple - std::floor(multiple));
    }
    return numbers;
}

inline std::vector<double> scaled(std::vector<double> x, double factor, double offset = 0) {
    for (double& value : x) value = offset + factor * value;
    return x;
}

}  // namespace skein::test
