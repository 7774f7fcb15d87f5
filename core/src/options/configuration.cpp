#include "skein/configuration.hpp"

#include <algorithm>
#include <stdexcept>

#include "base/text.hpp"

namespace skein {

using namespace internal;

bool Configuration::has_option(std::string_view name) const noexcept {
    return std::ranges::find(set_.options, name, &Option::name) != set_.options.end();
}

void Configuration::set(std::string_view name, std::string text, std::string where, OptionSource source) {
    values_.insert_or_assign(std::string(option(name).name), Value{std::move(text), std::move(where), source});
}

void Configuration::resolve(std::string_view name, std::string text) {
    std::string place = where(name);
    const auto found = values_.find(name);
    const OptionSource source = found == values_.end() ? OptionSource::command_line : found->second.source;
    set(name, std::move(text), std::move(place), source);
}

bool Configuration::is_on_command_line(std::string_view name) const {
    return is_given(name) && where(name) == to_text("--", name);
}

bool Configuration::is_alternative_given(std::string_view name) const {
    return std::ranges::any_of(set_.alternatives, [&](const auto& pair) {
        return (pair[0] == name && is_given(pair[1])) || (pair[1] == name && is_given(pair[0]));
    });
}

std::string Configuration::where(std::string_view name) const {
    const auto found = values_.find(name);
    return found == values_.end() ? to_text("--", name) : found->second.where;
}

std::string Configuration::text(std::string_view name) const {
    const auto found = values_.find(name);
    return found == values_.end() ? std::string(option(name).default_value) : found->second.text;
}

bool Configuration::must_have_effect(std::string_view name, std::string_view other) const {
    const auto found = values_.find(name);
    if (found == values_.end() || found->second.source == OptionSource::stored_run) {
        return false;
    }
    const auto decisive = values_.find(other);
    return found->second.source == OptionSource::command_line || decisive == values_.end() ||
           decisive->second.source == OptionSource::options_file;
}

void Configuration::drop_without_effect(std::string_view name, std::string_view other, std::string_view reason) {
    if (must_have_effect(name, other)) {
        fail(name, to_text("has no effect: ", reason));
    }
    if (const auto found = values_.find(name); found != values_.end()) {
        values_.erase(found);
    }
}

const Option& Configuration::option(std::string_view name) const {
    const auto found = std::ranges::find(set_.options, name, &Option::name);
    if (found == set_.options.end()) {
        throw std::logic_error(to_text("the command ", set_.command, " has no option ", name));
    }
    return *found;
}

}  // namespace skein
