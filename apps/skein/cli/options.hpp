// What an option is, to all that deal with options: the command line, configuration files, help and run.json.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace skein::app {

/// The type of an option's value, as TOML and JSON know it. On the command line lists are separated by commas.
enum class ValueType : std::uint8_t { flag, count, number, text, numbers, texts, count_or_text, number_or_text };

struct Option {
    std::string_view group;        // the heading in --help
    std::string_view name;         // without dashes
    std::string_view placeholder;  // of its value, in --help
    ValueType type;
    std::string_view default_value;  // empty: none, or one that depends on others (then `help` says so)
    std::string_view help;
    bool is_stored = false;  // part of the configuration in run.json
};

/// A command: its options, and what --help says before them.
struct Command {
    std::string_view name;
    std::string_view summary;
    std::string_view examples;
    std::span<const Option> options;
    std::string_view notes = {};  // after the options
    /// Pairs of options that say the same thing in two ways: the one given makes up for the other; one on the command
    /// line replaces the other in a file.
    std::span<const std::array<std::string_view, 2>> alternatives = {};
    std::string_view positional = {};  // the option whose value may stand without its name
    bool takes_words = false;          // words that belong to no option, any number of them: Configuration::words()
};

/// The names of a command's options, for errors that suggest the nearest one.
std::vector<std::string_view> names_of(std::span<const Option> options);

/// The text of `skein COMMAND --help`.
std::string help_text(const Command& command);

}  // namespace skein::app
