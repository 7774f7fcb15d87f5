/// The values of a command's options, whichever way they came.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "skein/option.hpp"
#include "skein/option_value.hpp"

namespace skein {

/// Who gave a value: the command line, a file of options or a preset, or the run.json of an earlier run, which holds
/// the defaults too.
enum class OptionSource : std::uint8_t { command_line, options_file, stored_run };

/// Keeps each value as text, and where it was given: errors name that. The readers check; they throw
/// std::invalid_argument. Names that are no option of the set throw std::logic_error.
class Configuration {
public:
    /// The options must outlive the configuration.
    explicit Configuration(const OptionSet& set) : set_(set) {}

    const OptionSet& set_of_options() const noexcept { return set_; }
    bool has_option(std::string_view name) const noexcept;

    /// Keeps `text` as the value of option `name`. `where` is what errors call it: "--seed", "run.toml, line 3: seed".
    void set(std::string_view name, std::string text, std::string where,
             OptionSource source = OptionSource::command_line);
    /// Keeps a value that follows from others, as if it had been given.
    void resolve(std::string_view name, std::string text);

    /// The words that belong to no option, of a command that takes some.
    const std::vector<std::string>& words() const noexcept { return words_; }
    void add_word(std::string word) { words_.push_back(std::move(word)); }

    /// Whether a value was given, on the command line or in a file.
    bool is_given(std::string_view name) const { return values_.contains(name); }
    bool is_on_command_line(std::string_view name) const;
    /// Whether an alternative of this option (OptionSet::alternatives) was given.
    bool is_alternative_given(std::string_view name) const;
    std::string where(std::string_view name) const;

    /// The value, or the default, or empty.
    std::string text(std::string_view name) const;
    OptionValue value(std::string_view name) const { return {name, text(name), where(name)}; }

    bool flag(std::string_view name) const { return value(name).flag(); }
    std::uint64_t count(std::string_view name, std::uint64_t min, std::uint64_t max) const {
        return value(name).count({min, max});
    }
    template <class Scalar = double>
    Scalar number(std::string_view name) const {
        return value(name).template number<Scalar>();
    }
    double positive_number(std::string_view name) const { return value(name).number(kPositive); }
    /// A number that may be left out; one without a default.
    std::optional<double> optional_number(std::string_view name) const {
        return is_given(name) ? std::optional(number(name)) : std::nullopt;
    }
    template <class Scalar = double>
    std::vector<Scalar> numbers(std::string_view name) const {
        return value(name).template numbers<Scalar>();
    }
    std::vector<std::string> texts(std::string_view name) const { return value(name).texts(); }
    template <class Enum>
    Enum word(std::string_view name, std::span<const std::string_view> names) const {
        return value(name).template word<Enum>(names);
    }
    template <class Enum>
    std::vector<Enum> words(std::string_view name, std::span<const std::string_view> names) const {
        return value(name).template words<Enum>(names);
    }

    /// Throws std::invalid_argument("where: message").
    [[noreturn]] void fail(std::string_view name, std::string_view message) const { value(name).fail(message); }
    /// Whether a value of `name` must have an effect: it was given on the command line; or in a file of options, and
    /// the command line says nothing of `other`, on which the effect depends. A file may serve several runs, and a
    /// run.json holds defaults.
    bool must_have_effect(std::string_view name, std::string_view other) const;
    /// For an option that has no effect together with the value of `other`. Throws std::invalid_argument if it must
    /// have one; else drops the value.
    void drop_without_effect(std::string_view name, std::string_view other, std::string_view reason);

private:
    struct Value {
        std::string text;
        std::string where;
        OptionSource source;
    };
    const Option& option(std::string_view name) const;

    OptionSet set_;
    std::map<std::string, Value, std::less<>> values_;
    std::vector<std::string> words_;
};

}  // namespace skein
