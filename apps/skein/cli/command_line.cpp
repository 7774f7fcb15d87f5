#include "cli/command_line.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>

#include "console/errors.hpp"
#include "skein/names.hpp"

namespace skein::app {
namespace {

/// One line about the first argument that is nobody's.
std::string unknown_argument(const Command& command, const std::string& argument) {
    if (!argument.starts_with('-')) {
        return "unexpected argument '" + argument + "' (see skein " + std::string(command.name) + " --help)";
    }
    const std::string word = argument.substr(0, argument.find('='));
    std::vector<std::string> flags{"--help"};
    for (const std::string_view name : names_of(command.options)) {
        flags.push_back("--" + std::string(name));
    }
    const std::vector<std::string_view> candidates(flags.begin(), flags.end());
    const std::string_view nearest = nearest_word(word, candidates);
    return "unknown option '" + word + "'" +
           (nearest.empty() ? " (see skein " + std::string(command.name) + " --help)"
                            : ": did you mean '" + std::string(nearest) + "'?");
}

/// CLI11 knows the options by name only; what their values must be is checked by Configuration.
void add_options(CLI::App& parser, const Command& command) {
    parser.set_help_flag();
    parser.add_flag("-h,--help");
    parser.allow_extras();
    const auto accept = [](const CLI::results_t&) { return true; };
    for (const Option& option : command.options) {
        const std::string flag = "--" + std::string(option.name);
        CLI::Option* added =
            option.type == ValueType::flag ? parser.add_flag(flag) : parser.add_option(flag, accept)->expected(1);
        added->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
    }
}

void parse(CLI::App& parser, std::vector<std::string> arguments) {
    std::reverse(arguments.begin(), arguments.end());  // as CLI11 wants them
    try {
        parser.parse(std::move(arguments));
    } catch (const CLI::ArgumentMismatch& error) {
        const std::string text = error.what();  // "--seed: 1 required ... missing"
        throw BadInput(text.substr(0, text.find(": ")) + ": a value is missing");
    } catch (const CLI::ParseError& error) {
        const std::string text = error.what();
        throw BadInput(text.substr(0, text.find('\n')));
    }
}

std::string value_of(const CLI::Option& given, const Option& option) {
    const std::string flag = "--" + std::string(option.name);
    const std::vector<std::string>& values = given.results();
    if (values.size() > 1) {
        throw BadInput(flag + " is given " + std::to_string(values.size()) + " times: expected once");
    }
    if (option.type == ValueType::flag && values[0] != "true" && values[0] != "false") {
        throw BadInput(flag + ": takes no value, found '" + values[0] + "'");
    }
    return values[0];
}

}  // namespace

std::optional<Configuration> read_command_line(const Command& command, std::vector<std::string> arguments) {
    CLI::App parser;
    add_options(parser, command);
    parse(parser, std::move(arguments));
    if (parser.count("--help") > 0) {
        return std::nullopt;
    }
    Configuration configuration(command);
    std::vector<std::string> rest = parser.remaining();
    if (!command.positional.empty() && !rest.empty() && !rest.front().starts_with('-')) {
        configuration.set(command.positional, rest.front(), rest.front());
        rest.erase(rest.begin());
    }
    for (const std::string& argument : rest) {
        if (!command.takes_words || argument.starts_with('-')) {
            throw BadInput(unknown_argument(command, argument));
        }
        configuration.add_word(argument);
    }
    for (const Option& option : command.options) {
        const std::string flag = "--" + std::string(option.name);
        if (const CLI::Option* given = parser.get_option(flag); given->count() > 0) {
            if (configuration.is_given(option.name)) {
                throw BadInput(flag + " has no place beside " + configuration.where(option.name));
            }
            configuration.set(option.name, value_of(*given, option), flag);
        }
    }
    return configuration;
}

}  // namespace skein::app
