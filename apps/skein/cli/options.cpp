#include "cli/options.hpp"

#include <algorithm>

namespace skein::app {
namespace {

constexpr std::size_t kHelpColumn = 32;
constexpr std::size_t kLineWidth = 100;

/// `text` in lines of at most kLineWidth, each after the first starting at kHelpColumn.
std::string wrapped(std::string_view text) {
    std::string lines;
    std::size_t width = kHelpColumn;
    while (!text.empty()) {
        const std::size_t length = std::min(text.find(' '), text.size());
        if (width > kHelpColumn && width + 1 + length > kLineWidth) {
            lines += "\n" + std::string(kHelpColumn, ' ');
            width = kHelpColumn;
        } else if (width > kHelpColumn) {
            lines += ' ';
            ++width;
        }
        lines += text.substr(0, length);
        width += length;
        text.remove_prefix(std::min(length + 1, text.size()));
    }
    return lines;
}

std::string option_help(const Option& option) {
    std::string text = "  --" + std::string(option.name);
    if (!option.placeholder.empty()) {
        text += " " + std::string(option.placeholder);
    }
    text += text.size() + 2 > kHelpColumn ? "\n" + std::string(kHelpColumn, ' ')
                                          : std::string(kHelpColumn - text.size(), ' ');
    std::string help(option.help);
    if (!option.default_value.empty()) {
        help.pop_back();  // the full stop
        help += " (default: " + std::string(option.default_value) + ").";
    }
    return text + wrapped(help) + "\n";
}

}  // namespace

std::vector<std::string_view> names_of(std::span<const Option> options) {
    std::vector<std::string_view> names;
    for (const Option& option : options) {
        names.push_back(option.name);
    }
    return names;
}

std::string help_text(const Command& command) {
    std::string text = "Examples\n" + std::string(command.examples) + "\nskein " + std::string(command.name) + " " +
                       std::string(command.summary) + "\n";
    std::string_view group;
    for (const Option& option : command.options) {
        if (option.group != group) {
            group = option.group;
            text += "\n" + std::string(group) + "\n";
        }
        text += option_help(option);
    }
    return text + "  -h, --help" + std::string(kHelpColumn - 12, ' ') + "Show this text.\n" +
           (command.notes.empty() ? "" : "\n" + std::string(command.notes));
}

}  // namespace skein::app
