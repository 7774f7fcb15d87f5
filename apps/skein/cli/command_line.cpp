#include "cli/command_line.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "console/exit_codes.hpp"
#include "skein/names.hpp"

namespace skein::app {
namespace {

/// A part of a command line: an option with its value, or a word, which has no option.
struct Token {
    const Option* option;
    std::string text;
};

std::string see_help(const Command& command) { return fmt::format("(see skein {} --help)", command.name); }

/// One line about an option that the command does not have.
[[noreturn]] void fail_unknown(const Command& command, std::string_view flag) {
    std::vector<std::string_view> names = names_of(command.options);
    std::erase_if(names, [&](std::string_view name) { return command.ignores(name); });
    names.push_back("help");
    const std::string_view word = flag.substr(std::min(flag.find_first_not_of('-'), flag.size()));
    const std::string_view nearest = nearest_word(word, names);
    throw BadInput(nearest.empty() ? fmt::format("unknown option '{}' {}", flag, see_help(command))
                                   : fmt::format("unknown option '{}': did you mean '--{}'?", flag, nearest));
}

const Option& find_option(const Command& command, std::string_view flag) {
    const auto found = std::ranges::find_if(
        command.options, [&](const Option& option) { return flag.starts_with("--") && flag.substr(2) == option.name; });
    if (found == command.options.end()) {
        fail_unknown(command, flag);
    }
    if (command.ignores(found->name)) {
        throw BadInput(
            fmt::format("{} has no effect on skein {} (a file may have it, for other commands)", flag, command.name));
    }
    return *found;
}

/// The value of an option, which is the next argument. Minus signs begin values, too; two of them begin an option.
const std::string& take_value(std::string_view flag, const std::vector<std::string>& arguments, std::size_t& at) {
    if (++at == arguments.size()) {
        throw BadInput(fmt::format("{}: a value is missing", flag));
    }
    if (arguments[at].starts_with("--")) {
        throw BadInput(fmt::format("{0}: a value is missing: found '{1}' (as a value: {0}={1})", flag, arguments[at]));
    }
    return arguments[at];
}

/// The option at arguments[at], with its value; `at` moves on if that is the next argument.
Token take_option(const Command& command, const std::vector<std::string>& arguments, std::size_t& at) {
    const std::string& argument = arguments[at];
    const std::size_t equals = argument.find('=');
    const std::string flag = argument.substr(0, equals);
    const bool has_value = equals != std::string::npos;
    if (flag == "--help" || flag == "-h") {
        throw BadInput(fmt::format("{}: takes no value, found '{}'", flag, argument.substr(equals + 1)));
    }
    const Option& option = find_option(command, flag);
    if (option.type != ValueType::flag) {
        return {&option, has_value ? argument.substr(equals + 1) : take_value(flag, arguments, at)};
    }
    const std::string value = has_value ? argument.substr(equals + 1) : "true";
    if (value != "true" && value != "false") {
        throw BadInput(fmt::format("{}: expected no value, or true or false, found '{}'", flag, value));
    }
    return {&option, value};
}

std::vector<Token> tokens_of(const Command& command, const std::vector<std::string>& arguments) {
    std::vector<Token> tokens;
    bool are_words = false;
    for (std::size_t at = 0; at < arguments.size(); ++at) {
        if (are_words || !arguments[at].starts_with('-') || arguments[at] == "-") {
            tokens.push_back({nullptr, arguments[at]});
        } else if (arguments[at] == "--") {
            are_words = true;
        } else {
            tokens.push_back(take_option(command, arguments, at));
        }
    }
    return tokens;
}

/// Whether -h or --help stands among the arguments, also among wrong ones.
bool asks_for_help(const std::vector<std::string>& arguments) {
    const auto end = std::ranges::find(arguments, "--");
    return std::any_of(arguments.begin(), end,
                       [](const std::string& argument) { return argument == "-h" || argument == "--help"; });
}

void add_word(const Command& command, const std::string& word, Configuration& configuration) {
    if (!command.positional.empty() && !configuration.is_given(command.positional)) {
        configuration.set(command.positional, word, word);
    } else if (command.takes_words) {
        configuration.add_word(word);
    } else {
        const bool has_data =
            std::ranges::any_of(command.options, [](const Option& option) { return option.name == "data"; });
        throw BadInput(has_data && std::filesystem::exists(word)
                           ? fmt::format("unexpected argument '{0}': did you mean '--data {0}'?", word)
                           : fmt::format("unexpected argument '{}' {}", word, see_help(command)));
    }
}

void add_option(const Token& token, std::size_t num_times, Configuration& configuration) {
    const std::string flag = fmt::format("--{}", token.option->name);
    if (num_times > 1) {
        const bool is_list = token.option->placeholder.find("..") != std::string_view::npos;
        throw BadInput(fmt::format("{} is given {} times: expected once{}", flag, num_times,
                                   is_list ? fmt::format(", as {} {}", flag, token.option->placeholder) : ""));
    }
    if (configuration.is_given(token.option->name)) {
        throw BadInput(fmt::format("{} cannot be combined with {}", flag, configuration.where(token.option->name)));
    }
    configuration.set(token.option->name, token.text, flag);
}

}  // namespace

std::optional<Configuration> read_command_line(const Command& command, const std::vector<std::string>& arguments) {
    if (asks_for_help(arguments)) {
        return std::nullopt;
    }
    const std::vector<Token> tokens = tokens_of(command, arguments);
    Configuration configuration(command.option_set());
    for (const Token& token : tokens) {
        if (token.option == nullptr) {
            add_word(command, token.text, configuration);
        }
    }
    for (const Token& token : tokens) {
        if (token.option != nullptr) {
            const auto num_times = std::ranges::count(tokens, token.option, &Token::option);
            add_option(token, static_cast<std::size_t>(num_times), configuration);
        }
    }
    return configuration;
}

}  // namespace skein::app
