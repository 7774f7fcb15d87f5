#include "skein/files/run_configuration.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>
#include <stdexcept>
#include <vector>

#include "base/text.hpp"
#include "skein/configuration_reader.hpp"
#include "skein/numbers.hpp"

namespace skein {

using namespace internal;

namespace {

using Json = nlohmann::ordered_json;

Json number_json(const std::string& text) {
    if (const std::optional<std::uint64_t> count = parse_count(text)) {
        return *count;
    }
    return parse_number<double>(text).value_or(0.0);
}

Json numbers_json(const std::vector<std::string>& parts) {
    Json array = Json::array();
    for (const std::string& part : parts) {
        array.push_back(number_json(part));
    }
    return array;
}

Json value_json(const OptionValue& value, ValueType type) {
    switch (type) {
        case ValueType::flag: return value.flag();
        case ValueType::count:
        case ValueType::number: return number_json(value.text());
        case ValueType::text: return value.text();
        case ValueType::numbers: return numbers_json(value.texts());
        case ValueType::texts: return value.texts();
        case ValueType::count_or_text:
        case ValueType::number_or_text:
            return parse_number<double>(value.text()) ? number_json(value.text()) : Json(value.text());
    }
    return nullptr;
}

std::optional<FileValue> value_of(const Json& node) {
    if (node.is_boolean()) return FileValue{node.get<bool>() ? "true" : "false", ValueType::flag};
    if (node.is_number_integer()) return FileValue{node.dump(), ValueType::count};
    if (node.is_number()) return FileValue{to_text(node.get<double>()), ValueType::number};
    if (node.is_string()) return FileValue{node.get<std::string>(), ValueType::text};
    if (node.is_array()) {
        std::vector<std::optional<FileValue>> parts;
        for (const Json& part : node) {
            parts.push_back(part.is_array() ? std::nullopt : value_of(part));
        }
        return array_value(parts);
    }
    return std::nullopt;
}

/// What a node is, if it is no value of any option.
std::string_view kind_in_words(const Json& node) {
    if (!node.is_array()) return node.is_object() ? "an object" : "null";
    if (node.empty()) return "an empty array";
    const auto differs = [&](const Json& part) { return part.type() != node.front().type(); };
    return std::ranges::any_of(node, differs) ? "an array of mixed types" : "an array of other things";
}

/// Throws for a key of another command's run. Keys that both have may go from one to the other.
void require_command(const Configuration& configuration, const Json& run, const std::string& key,
                     const std::string& path) {
    const std::string_view command = configuration.set_of_options().command;
    const auto found = run.find("skein");
    const auto* const other = found == run.end() ? nullptr : found->get_ptr<const std::string*>();
    if (other != nullptr && *other != command && !configuration.has_option(key)) {
        throw std::invalid_argument(
            to_text(path, ": is of skein ", *other, ": its '", key, "' is no option of skein ", command));
    }
}

}  // namespace

std::string configuration_json(const Configuration& configuration) {
    Json stored = Json::object();
    for (const Option& option : configuration.set_of_options().options) {
        const bool has_default = !option.default_value.empty() && !configuration.is_alternative_given(option.name);
        if (option.is_stored && (configuration.is_given(option.name) || has_default)) {
            stored[std::string(option.name)] = value_json(configuration.value(option.name), option.type);
        }
    }
    return stored.dump(-1, ' ', false, Json::error_handler_t::replace);
}

void add_run_configuration(Configuration& configuration, std::string_view run_json, const std::string& path) {
    const Json run = Json::parse(run_json, nullptr, false);
    if (!run.is_object() || !run.contains("configuration") || !run["configuration"].is_object()) {
        throw std::invalid_argument(to_text(path, ": is no run.json: expected an object with a \"configuration\""));
    }
    ConfigurationReader reader(configuration, path, OptionSource::stored_run);
    for (const auto& [key, value] : run["configuration"].items()) {
        require_command(configuration, run, key, path);
        reader.take(key, value_of(value), "configuration", kind_in_words(value));
    }
}

}  // namespace skein
