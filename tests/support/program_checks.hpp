// What the tests of the program have in common.
#pragma once

#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <vector>

#include "support/run_program.hpp"
#include "support/temporary_directory.hpp"

namespace skein::test {

using Json = nlohmann::json;
using Arguments = std::vector<std::string>;
namespace fs = std::filesystem;

/// A SPEC of samples to compress.
inline const std::string kNoisyTeacher = "teacher:samples=200000,layers=3,noise=0.05";

inline Arguments operator+(Arguments left, const Arguments& right) {
    left.insert(left.end(), right.begin(), right.end());
    return left;
}

inline std::string in(const TemporaryDirectory& directory, const std::string& name) {
    return directory.file(name).string();
}

inline Json json_of(const ProgramResult& result) {
    CAPTURE(result.errors);
    REQUIRE(result.exit_code == 0);
    return Json::parse(result.output);
}

inline bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

/// Standard error without what skein train says of a fit: short runs are bad ones.
inline std::string without_findings(const std::string& errors) {
    std::istringstream lines(errors);
    std::string rest;
    for (std::string line; std::getline(lines, line);) {
        rest += line.starts_with("skein: finding: ") ? "" : line + "\n";
    }
    return rest;
}

/// What a command prints with --json.
inline Json run_json(const Arguments& arguments) {
    const ProgramResult result = run_program(arguments + Arguments{"--json"});
    INFO(result.errors);
    REQUIRE(result.exit_code == 0);
    REQUIRE(std::ranges::count(result.output, '\n') == 1);
    return Json::parse(result.output);
}

}  // namespace skein::test
