// JSON as the program prints it.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace skein::app {

/// A number with the fewest decimals that give the same bits; null for what is not finite.
nlohmann::ordered_json exact_json(float value);
nlohmann::ordered_json exact_json(double value);

/// An array of exact numbers.
template <class Numbers>
nlohmann::ordered_json exact_array(const Numbers& numbers) {
    auto array = nlohmann::ordered_json::array();
    for (const auto number : numbers) {
        array.push_back(exact_json(number));
    }
    return array;
}

/// One line. Bytes that are no UTF-8, which names of files may hold, become the replacement character.
std::string json_line(const nlohmann::ordered_json& json);

/// The same in many lines, for files.
std::string json_text(const nlohmann::ordered_json& json);

}  // namespace skein::app
