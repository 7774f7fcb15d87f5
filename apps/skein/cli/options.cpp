#include "cli/options.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace skein::app {
namespace {

constexpr std::size_t kHelpColumn = 32;
constexpr std::size_t kLineWidth = 100;

/// `text` in lines of at most kLineWidth. Each starts at `column`; the first is there already.
std::string wrapped(std::string_view text, std::size_t column) {
    std::string lines;
    std::size_t width = column;
    while (!text.empty()) {
        const std::size_t length = std::min(text.find(' '), text.size());
        if (width > column && width + 1 + length > kLineWidth) {
            lines += "\n" + std::string(column, ' ');
            width = column;
        } else if (width > column) {
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
    std::string text =
        fmt::format("  --{}{}{}", option.name, option.placeholder.empty() ? "" : " ", option.placeholder);
    text += text.size() + 2 > kHelpColumn ? "\n" + std::string(kHelpColumn, ' ')
                                          : std::string(kHelpColumn - text.size(), ' ');
    std::string help = help_of(option);
    if (!option.default_value.empty()) {
        help.pop_back();  // the full stop
        help += fmt::format(" (default: {}).", option.default_value);
    }
    return text + wrapped(help, kHelpColumn) + "\n";
}

}  // namespace

bool Command::ignores(std::string_view option) const { return std::ranges::find(ignored, option) != ignored.end(); }

std::string help_text(const Command& command) {
    std::string text = fmt::format("Examples\n{}\n{}\n", command.examples,
                                   wrapped(fmt::format("skein {} {}", command.name, command.summary), 0));
    std::string_view group;
    for (const Option& option : command.options) {
        if (command.ignores(option.name)) {
            continue;
        }
        if (option.group != group) {
            group = option.group;
            text += fmt::format("\n{}\n", group);
        }
        text += option_help(option);
    }
    text += fmt::format("{:<{}}Show this text.\n", "  -h, --help", kHelpColumn);
    return command.notes.empty() ? text : fmt::format("{}\n{}", text, command.notes);
}

}  // namespace skein::app
