// Counts, names and lists as they stand in a sentence.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace skein::app {

/// "1 layer", "3 layers", "1,024 samples".
std::string counted(std::uint64_t count, std::string_view noun);

/// "reached_max_steps" as "reached max steps".
std::string in_words(std::string_view name);

/// The name of an enumerator, from the names in the order of the enumerators.
template <class Enum, std::size_t count>
constexpr std::string_view name_of(Enum value, const std::array<std::string_view, count>& names) {
    return names[static_cast<std::size_t>(value)];
}

/// "float32" or "float64".
template <class Scalar>
constexpr std::string_view float_name() {
    return sizeof(Scalar) == 4 ? "float32" : "float64";
}

/// The texts of a list with `separator` between them.
template <class Texts>
std::string joined(const Texts& texts, std::string_view separator = ", ") {
    std::string all;
    bool is_first = true;
    for (const auto& text : texts) {
        all += is_first ? std::string_view() : separator;
        all += text;
        is_first = false;
    }
    return all;
}

}  // namespace skein::app
