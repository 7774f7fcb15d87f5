#include "skein/configuration_reader.hpp"

#include <algorithm>
#include <stdexcept>

#include "base/text.hpp"
#include "skein/names.hpp"
#include "skein/numbers.hpp"

namespace skein {

using namespace internal;

namespace {

std::string_view type_name(ValueType type) {
    switch (type) {
        case ValueType::flag: return "true or false";
        case ValueType::count: return "a whole number";
        case ValueType::number: return "a number";
        case ValueType::text: return "a string";
        case ValueType::numbers: return "a number or an array of numbers";
        case ValueType::texts: return "a string or an array of strings";
        case ValueType::count_or_text: return "a whole number or a string";
        case ValueType::number_or_text: return "a number or a string";
    }
    return "";
}

/// What a file holds, as an error says it.
std::string in_words(const FileValue& value) {
    constexpr std::size_t kMostShown = 40;
    const std::string shown =
        value.text.size() > kMostShown ? to_text(value.text.substr(0, kMostShown), "...") : value.text;
    switch (value.type) {
        case ValueType::text: return to_text("the string '", shown, "'");
        case ValueType::numbers: return to_text("the numbers ", shown);
        case ValueType::texts: return to_text("the strings ", shown);
        default: return shown;
    }
}

bool is_number(ValueType type) { return type == ValueType::count || type == ValueType::number; }

/// Whether an option of type `wanted` takes a value. A count may be written as 1e7: its digits are checked later. One
/// beyond 2^63 - 1 is a string, as TOML has no such numbers. Texts may be numbers, of columns say.
bool takes(ValueType wanted, const FileValue& value) {
    const ValueType found = value.type;
    switch (wanted) {
        case ValueType::flag: return found == ValueType::flag;
        case ValueType::count:
            return is_number(found) || (found == ValueType::text && parse_count(value.text).value_or(0) > INT64_MAX);
        case ValueType::number: return is_number(found);
        case ValueType::text: return found == ValueType::text;
        case ValueType::numbers: return is_number(found) || found == ValueType::numbers;
        case ValueType::texts: return found != ValueType::flag;
        case ValueType::count_or_text:
        case ValueType::number_or_text: return is_number(found) || found == ValueType::text;
    }
    return false;
}

}  // namespace

std::optional<FileValue> array_value(const std::vector<std::optional<FileValue>>& parts) {
    if (parts.empty()) {
        return std::nullopt;
    }
    const bool all_numbers = std::ranges::all_of(parts, [](const auto& part) { return part && is_number(part->type); });
    const bool all_texts =
        std::ranges::all_of(parts, [](const auto& part) { return part && part->type == ValueType::text; });
    if (!all_numbers && !all_texts) {
        return std::nullopt;
    }
    FileValue all{"", all_texts ? ValueType::texts : ValueType::numbers};
    for (const std::optional<FileValue>& part : parts) {
        all.text += to_text(&part == &parts.front() ? "" : ",", part->text);
    }
    return all;
}

ConfigurationReader::ConfigurationReader(Configuration& configuration, std::string path, OptionSource source)
    : configuration_(configuration), path_(std::move(path)), source_(source), before_(configuration) {}

const Option& ConfigurationReader::find(const std::string& key, std::string_view place) const {
    std::string name = key;
    std::ranges::replace(name, '_', '-');
    const OptionSet& set = configuration_.set_of_options();
    const auto found = std::ranges::find(set.options, name, &Option::name);
    if (found != set.options.end()) {
        return *found;
    }
    const std::string_view nearest = nearest_word(key, names_of(set.options));
    throw std::invalid_argument(to_text(path_, ", ", place, ": unknown key '", key, '\'',
                                        nearest.empty() ? to_text(" (see skein ", set.command, " --help)")
                                                        : to_text(": did you mean '", nearest, "'?")));
}

void ConfigurationReader::take(const std::string& key, const std::optional<FileValue>& value, std::string_view place,
                               std::string_view found) {
    const Option& option = find(key, place);
    const std::string where = to_text(path_, ", ", place, ": ", key);
    if (!value || !takes(option.type, *value)) {
        throw std::invalid_argument(to_text(where, ": expected ", type_name(option.type), ", found ",
                                            value ? in_words(*value) : std::string(found)));
    }
    if (!before_.is_given(option.name) && !before_.is_alternative_given(option.name)) {
        configuration_.set(option.name, value->text, where, source_);
    }
}

}  // namespace skein
