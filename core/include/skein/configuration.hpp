// The values of a command's options, whichever way they came.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cli/options.hpp"

namespace skein::app {

/// Who has given a value: the command line, a file of options or a preset, or the run.json of an earlier run, which has
/// the defaults too.
enum class Source : std::uint8_t { command_line, options_file, stored_run };

/// Each value is kept as the text that the command line would have, with a word on where it was given: errors name it.
/// What is read from it is checked; the readers throw BadInput.
class Configuration {
public:
    explicit Configuration(const Command& command) : command_(command) {}

    const Command& command() const noexcept { return command_; }

    /// Keeps `text` as the value of option `name`. `where` is what errors call it: "--seed", "run.toml, line 3: seed".
    void set(std::string_view name, std::string text, std::string where, Source source = Source::command_line);
    /// Keeps a value that follows from others, as if it had been given.
    void resolve(std::string_view name, std::string text);

    /// The words that belong to no option, of a command that takes some.
    const std::vector<std::string>& words() const noexcept { return words_; }
    void add_word(std::string word) { words_.push_back(std::move(word)); }

    /// Whether it has been given, on the command line or in a file.
    bool is_given(std::string_view name) const { return values_.contains(name); }
    bool is_on_command_line(std::string_view name) const {
        return is_given(name) && where(name) == "--" + std::string(name);
    }
    /// Whether another option that makes up for this one has been given (Command::alternatives).
    bool is_alternative_given(std::string_view name) const;
    std::string where(std::string_view name) const;

    /// The value, or the default, or empty.
    std::string text(std::string_view name) const;
    bool flag(std::string_view name) const { return text(name) == "true"; }
    std::uint64_t count(std::string_view name, std::uint64_t min, std::uint64_t max) const;
    template <class Scalar = double>
    Scalar number(std::string_view name) const;
    double positive_number(std::string_view name) const;
    /// A number that may be left out; one without a default.
    std::optional<double> optional_number(std::string_view name) const;
    template <class Scalar = double>
    std::vector<Scalar> numbers(std::string_view name) const;
    std::vector<std::string> texts(std::string_view name) const;
    /// The enumerator of that name: its position among `names` (see parse_word in skein/names.hpp).
    template <class Enum>
    Enum word(std::string_view name, std::span<const std::string_view> names) const {
        return static_cast<Enum>(word_index(name, text(name), names));
    }
    template <class Enum>
    std::vector<Enum> words(std::string_view name, std::span<const std::string_view> names) const {
        std::vector<Enum> found;
        for (const std::string& part : texts(name)) {
            found.push_back(static_cast<Enum>(word_index(name, part, names)));
        }
        return found;
    }

    /// Throws BadInput("where: message").
    [[noreturn]] void fail(std::string_view name, const std::string& message) const;
    /// For an option that has no effect beside the value of `other`: throws BadInput where that was plain to whoever
    /// gave it, on the command line, or in the file of options that has the other one too. A value from elsewhere is
    /// dropped: a file may serve several runs, and a run.json has what was a default.
    void drop_without_effect(std::string_view name, std::string_view other, const std::string& reason);

private:
    struct Value {
        std::string text;
        std::string where;
        Source source;
    };
    const Option& option(std::string_view name) const;
    std::size_t word_index(std::string_view name, std::string word, std::span<const std::string_view> names) const;

    const Command& command_;
    std::map<std::string, Value, std::less<>> values_;
    std::vector<std::string> words_;
};

}  // namespace skein::app
