// A run of skein train, as several tests run it.
#pragma once

#include <string>
#include <vector>

#include "skein/trainer.hpp"
#include "support/program_checks.hpp"

namespace skein::test {

inline std::vector<std::vector<std::string>> csv_rows(const std::string& text) {
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

inline const Arguments kShortRun{
    "train", "--data", "teacher:samples=3000,noise=0.1", "--batch", "1024", "--epochs", "3", "--init", "normal"};

}  // namespace skein::test
