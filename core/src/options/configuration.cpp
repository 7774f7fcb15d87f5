#include "cli/configuration.hpp"

#include <algorithm>
#include <stdexcept>

#include "console/errors.hpp"
#include "console/numbers.hpp"
#include "skein/names.hpp"

namespace skein::app {

void Configuration::set(std::string_view name, std::string text, std::string where, Source source) {
    values_.insert_or_assign(std::string(option(name).name), Value{std::move(text), std::move(where), source});
}

void Configuration::resolve(std::string_view name, std::string text) {
    std::string place = where(name);
    const auto found = values_.find(name);
    const Source source = found == values_.end() ? Source::command_line : found->second.source;
    set(name, std::move(text), std::move(place), source);
}

bool Configuration::is_alternative_given(std::string_view name) const {
    return std::ranges::any_of(command_.alternatives, [&](const auto& pair) {
        return (pair[0] == name && is_given(pair[1])) || (pair[1] == name && is_given(pair[0]));
    });
}

std::string Configuration::where(std::string_view name) const {
    const auto found = values_.find(name);
    return found == values_.end() ? "--" + std::string(name) : found->second.where;
}

std::string Configuration::text(std::string_view name) const {
    const auto found = values_.find(name);
    return found == values_.end() ? std::string(option(name).default_value) : found->second.text;
}

std::uint64_t Configuration::count(std::string_view name, std::uint64_t min, std::uint64_t max) const {
    const std::optional<std::uint64_t> value = parse_count(text(name));
    if (!value) {
        fail(name, count_fault(text(name), min, max));
    }
    if (*value < min || *value > max) {
        fail(name, text(name) + " is out of range: expected " +
                       (*value < min ? "at least " + std::to_string(min) : "at most " + std::to_string(max)));
    }
    return *value;
}

template <class Scalar>
Scalar Configuration::number(std::string_view name) const {
    const std::optional<Scalar> value = parse_number<Scalar>(text(name));
    if (!value) {
        fail(name, number_fault<Scalar>(text(name)));
    }
    return *value;
}
template float Configuration::number(std::string_view) const;
template double Configuration::number(std::string_view) const;

double Configuration::positive_number(std::string_view name) const {
    const double value = number(name);
    if (!(value > 0)) {
        fail(name, text(name) + " is out of range: expected a positive number");
    }
    return value;
}

std::optional<double> Configuration::optional_number(std::string_view name) const {
    return is_given(name) ? std::optional(number(name)) : std::nullopt;
}

template <class Scalar>
std::vector<Scalar> Configuration::numbers(std::string_view name) const {
    std::vector<Scalar> values;
    for (const std::string& part : texts(name)) {
        const std::optional<Scalar> value = parse_number<Scalar>(part);
        if (!value) {
            fail(name, number_fault<Scalar>(part));
        }
        values.push_back(*value);
    }
    return values;
}
template std::vector<float> Configuration::numbers(std::string_view) const;
template std::vector<double> Configuration::numbers(std::string_view) const;

std::vector<std::string> Configuration::texts(std::string_view name) const {
    const std::string value = text(name);
    if (value.empty()) {
        fail(name, "is empty: expected at least one value");
    }
    return split(value, ',');
}

void Configuration::fail(std::string_view name, const std::string& message) const {
    throw BadInput(where(name) + ": " + message);
}

void Configuration::drop_without_effect(std::string_view name, std::string_view other, const std::string& reason) {
    const auto found = values_.find(name);
    if (found == values_.end()) {
        return;
    }
    const auto decisive = values_.find(other);
    const bool is_of_one_file = found->second.source == Source::options_file && decisive != values_.end() &&
                                decisive->second.source == Source::options_file;
    if (found->second.source == Source::command_line || is_of_one_file) {
        fail(name, "has no effect: " + reason);
    }
    values_.erase(found);
}

const Option& Configuration::option(std::string_view name) const {
    const auto found = std::ranges::find(command_.options, name, &Option::name);
    if (found == command_.options.end()) {
        throw std::logic_error("the command " + std::string(command_.name) + " has no option " + std::string(name));
    }
    return *found;
}

std::size_t Configuration::word_index(std::string_view name, std::string word,
                                      std::span<const std::string_view> names) const {
    std::ranges::replace(word, '-', '_');
    try {
        return parse_word(name, word, names);
    } catch (const std::invalid_argument& error) {
        fail(name, error.what());
    }
}

}  // namespace skein::app
