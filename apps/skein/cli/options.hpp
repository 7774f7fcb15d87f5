// Commands, their options and their help.
#pragma once

#include <array>
#include <span>
#include <string>
#include <string_view>

#include "skein/option.hpp"

namespace skein::app {

/// A command: its options, and what --help says before them.
struct Command {
    std::string_view name;
    std::string_view summary;
    std::string_view examples;
    std::span<const Option> options;
    std::string_view notes = {};                                         // after the options
    std::span<const std::array<std::string_view, 2>> alternatives = {};  // OptionSet::alternatives
    std::string_view positional = {};  // the option whose value may stand without its name
    bool takes_words = false;          // words that belong to no option, any number of them: Configuration::words()
    std::span<const std::string_view> ignored = {};  // options that files may have, but not the command line

    bool ignores(std::string_view option) const;
    OptionSet option_set() const { return {name, options, alternatives}; }
};

/// The text of `skein COMMAND --help`.
std::string help_text(const Command& command);

}  // namespace skein::app
