/// What an option is, to all that show or read options: command lines, files, help, documentation.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace skein {

/// The type of an option's value, as TOML and JSON know it. As text, the parts of a list are separated by commas.
enum class ValueType : std::uint8_t { flag, count, number, text, numbers, texts, count_or_text, number_or_text };

struct Option {
    std::string_view group;        ///< the heading that it is listed under
    std::string_view name;         ///< "learning-rate"
    std::string_view placeholder;  ///< of its value, in help: "R[,R..]"
    ValueType type;
    std::string_view default_value;  ///< empty: none, or it depends on other options (then `help` says so)
    std::string_view help;           ///< "{}" in it stands for the words
    bool is_stored = false;          ///< part of the configuration in run.json
    std::span<const std::string_view> words = {};  ///< that the value may be, if only these
};

/// The same option under another heading.
[[nodiscard]] constexpr Option under(std::string_view group, Option option) noexcept {
    option.group = group;
    return option;
}

/// The help of an option, with its words in place of "{}": "tanh, identity or relu: one for all layers, or one per
/// layer."
[[nodiscard]] std::string help_of(const Option& option);

/// The options of a command.
struct OptionSet {
    std::string_view command;  ///< errors point to its help: "(see skein train --help)"
    std::span<const Option> options;
    /// Pairs of options that exclude each other: --epochs and --steps. One on the command line replaces the other in a
    /// file.
    std::span<const std::array<std::string_view, 2>> alternatives = {};
};

/// The names of options, for errors that suggest the nearest one.
[[nodiscard]] std::vector<std::string_view> names_of(std::span<const Option> options);

}  // namespace skein
