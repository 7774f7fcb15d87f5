/// Options that carry the field they set: one row is all that help, files and readers know of an option.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <variant>
#include <vector>

#include "skein/configuration.hpp"
#include "skein/option.hpp"
#include "skein/option_value.hpp"

namespace skein {

/// The field of `Settings` that an option sets, or a function that reads the text and sets what it means.
template <class Settings>
using OptionField =
    std::variant<bool& (*)(Settings&), std::uint64_t& (*)(Settings&), std::optional<std::uint64_t>& (*)(Settings&),
                 double& (*)(Settings&), std::optional<double>& (*)(Settings&), std::vector<double>& (*)(Settings&),
                 std::string& (*)(Settings&), void (*)(const OptionValue&, Settings&)>;

/// field_of<Settings, &Settings::inner, &Inner::field>(settings) is settings.inner.field.
template <class Settings, auto... path>
auto& field_of(Settings& settings) {
    return (settings.*....*path);
}

/// The allowed range of a count, or of each number of a list. Options whose field is a function check for themselves.
using OptionCheck = std::variant<std::monostate, NumberCheck, CountRange>;

/// An option that acts only with some values of another one, which names an enumerator.
struct OptionEffect {
    std::string_view needs;                    ///< the other option: "optimizer"
    std::span<const std::string_view> values;  ///< the names of its enumerators
    bool (*acts)(std::size_t enumerator);
};

template <class Settings>
struct OptionRow {
    Option option;
    OptionCheck check;
    OptionField<Settings> field;
    const OptionEffect* effect = nullptr;  ///< null: always
};

namespace internal {

inline const NumberCheck& number_check(const OptionCheck& check) {
    const auto* found = std::get_if<NumberCheck>(&check);
    return found != nullptr ? *found : kAnyNumber;
}

inline CountRange count_range(const OptionCheck& check) {
    const auto* found = std::get_if<CountRange>(&check);
    return found != nullptr ? *found : CountRange{};
}

/// Reads the value as the type of the field.
template <class Field>
Field read_field(const OptionValue& value, const OptionCheck& check) {
    if constexpr (std::is_same_v<Field, bool>) {
        return value.flag();
    } else if constexpr (std::is_constructible_v<Field, std::string>) {
        return value.text();
    } else if constexpr (std::is_same_v<Field, std::vector<double>>) {
        return value.numbers(number_check(check));
    } else if constexpr (std::is_same_v<Field, double> || std::is_same_v<Field, std::optional<double>>) {
        return value.number(number_check(check));
    } else {
        return value.count(count_range(check));
    }
}

}  // namespace internal

/// Sets the field of a row. Throws std::invalid_argument, naming the option, its value and what was expected.
template <class Settings>
void read_option(const OptionRow<Settings>& row, const OptionValue& value, Settings& settings) {
    std::visit(
        [&](const auto& field) {
            if constexpr (std::is_invocable_v<decltype(field), const OptionValue&, Settings&>) {
                field(value, settings);
            } else {
                auto& target = field(settings);
                target = internal::read_field<std::remove_reference_t<decltype(target)>>(value, row.check);
            }
        },
        row.field);
}

/// Sets the fields of all rows whose options have a value, in the order of the rows. A row without a value, or whose
/// option the configuration does not know, leaves its field alone.
template <class Settings>
void read_options(std::span<const OptionRow<Settings>> rows, const Configuration& configuration, Settings& settings) {
    for (const OptionRow<Settings>& row : rows) {
        const std::string_view name = row.option.name;
        if (configuration.is_given(name) || (configuration.has_option(name) && !configuration.text(name).empty())) {
            read_option(row, configuration.value(name), settings);
        }
    }
}

/// The options of all rows.
template <class Settings>
[[nodiscard]] std::vector<Option> options_of(std::span<const OptionRow<Settings>> rows) {
    std::vector<Option> options;
    for (const OptionRow<Settings>& row : rows) {
        options.push_back(row.option);
    }
    return options;
}

/// Throws std::invalid_argument if the option does not act (OptionEffect), but must have an effect
/// (Configuration::must_have_effect()).
void require_effect(const Option& option, const OptionEffect& effect, const Configuration& configuration);

/// The same for all rows.
template <class Settings>
void require_effects(std::span<const OptionRow<Settings>> rows, const Configuration& configuration) {
    for (const OptionRow<Settings>& row : rows) {
        if (row.effect != nullptr) {
            require_effect(row.option, *row.effect, configuration);
        }
    }
}

}  // namespace skein
