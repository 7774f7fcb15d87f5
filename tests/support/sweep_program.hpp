// skein sweep as its tests run it.
#pragma once

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "skein/files/array_file.hpp"
#include "support/program_checks.hpp"
#include "support/run_program.hpp"
#include "support/temporary_directory.hpp"

namespace skein::test {

inline const std::string kPlane = "--axis=learning_rate[1]=log10:0.1:1000:16,learning_rate[3]=log10:0.1:1000:16";

inline ProgramResult sweep(const Arguments& more) {
    Arguments arguments{"sweep"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return run_program(arguments);
}

inline std::string error_of(const Arguments& more) {
    const ProgramResult result = sweep(more);
    CHECK(result.exit_code == 2);
    CHECK(std::ranges::count(result.errors, '\n') == 1);
    CHECK(result.errors.starts_with("skein: error: "));
    return result.errors.substr(14, result.errors.size() - 15);
}

template <class T>
std::vector<T> read_array(const fs::path& path, ElementType type, const std::vector<std::size_t>& shape) {
    const ArrayFile file = ArrayFile::open(path, type, shape);
    std::vector<T> values(static_cast<std::size_t>(file.num_elements()));
    file.template read<T>(0, std::span<T>(values));
    return values;
}

/// The words of a command that --point prints, which quotes nothing here.
inline Arguments words_of(const std::string& command) {
    Arguments words;
    for (std::size_t begin = 0; begin < command.size();) {
        const std::size_t end = std::min(command.find_first_of(" \n", begin), command.size());
        words.push_back(command.substr(begin, end - begin));
        begin = end + 1;
    }
    return words;
}

/// Every file of a sweep that outcomes are in.
inline std::vector<std::pair<std::string, std::string>> arrays_of(const fs::path& directory) {
    std::vector<std::pair<std::string, std::string>> arrays;
    for (const auto& entry : fs::directory_iterator(directory)) {
        if (entry.path().extension() == ".npy") {
            arrays.emplace_back(entry.path().filename().string(), content_of(entry.path()));
        }
    }
    std::ranges::sort(arrays);
    return arrays;
}

}  // namespace skein::test
