#include "cli/config_file.hpp"

#define TOML_HEADER_ONLY 1
#include <toml++/toml.h>

#include <algorithm>
#include <fstream>
#include <iterator>

#include "console/errors.hpp"
#include "console/numbers.hpp"
#include "skein/names.hpp"

namespace skein::app {
namespace {

/// One value of a file, as the command line would spell it.
struct FileValue {
    std::string text;
    ValueType type;  // of the value as it stands in the file
};

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
    const std::string shown = value.text.size() > kMostShown ? value.text.substr(0, kMostShown) + "..." : value.text;
    switch (value.type) {
        case ValueType::text: return "the string '" + shown + "'";
        case ValueType::numbers: return "the numbers " + shown;
        case ValueType::texts: return "the strings " + shown;
        default: return shown;
    }
}

/// What it holds where that is no value of any option.
std::string kind_in_words(const toml::node& node) {
    return node.is_table() ? "a table" : node.is_array() ? "an array of other things" : "a date or time";
}
std::string kind_in_words(const Json& node) {
    return node.is_object() ? "an object" : node.is_array() ? "an array of other things" : "null";
}

/// Whether an option of type `wanted` takes a value of type `found`. A count may be written as 1e7: its digits are
/// looked at later.
bool takes(ValueType wanted, ValueType found) {
    const bool is_number = found == ValueType::count || found == ValueType::number;
    switch (wanted) {
        case ValueType::flag: return found == ValueType::flag;
        case ValueType::count:
        case ValueType::number: return is_number;
        case ValueType::text: return found == ValueType::text;
        case ValueType::numbers: return is_number || found == ValueType::numbers;
        case ValueType::texts: return found == ValueType::text || found == ValueType::texts;
        case ValueType::count_or_text:
        case ValueType::number_or_text: return is_number || found == ValueType::text;
    }
    return false;
}

std::optional<FileValue> joined(const std::vector<std::optional<FileValue>>& parts) {
    FileValue all{"", ValueType::texts};
    for (const std::optional<FileValue>& part : parts) {
        const bool is_number = part && (part->type == ValueType::count || part->type == ValueType::number);
        if (!part || (!is_number && part->type != ValueType::text)) {
            return std::nullopt;
        }
        if (&part == &parts.front()) {
            all.type = is_number ? ValueType::numbers : ValueType::texts;
        }
        if (is_number != (all.type == ValueType::numbers)) {
            return std::nullopt;
        }
        all.text += (&part == &parts.front() ? "" : ",") + part->text;
    }
    return all;
}

std::optional<FileValue> value_of(const toml::node& node) {
    if (const auto* flag = node.as_boolean()) return FileValue{flag->get() ? "true" : "false", ValueType::flag};
    if (const auto* count = node.as_integer()) return FileValue{std::to_string(count->get()), ValueType::count};
    if (const auto* number = node.as_floating_point()) return FileValue{shortest(number->get()), ValueType::number};
    if (const auto* text = node.as_string()) return FileValue{text->get(), ValueType::text};
    if (const auto* array = node.as_array()) {
        std::vector<std::optional<FileValue>> parts;
        for (const toml::node& part : *array) {
            parts.push_back(part.is_array() ? std::nullopt : value_of(part));
        }
        return joined(parts);
    }
    return std::nullopt;
}

std::optional<FileValue> value_of(const Json& node) {
    if (node.is_boolean()) return FileValue{node.boolean() ? "true" : "false", ValueType::flag};
    if (node.is_integer()) return FileValue{node.dump(), ValueType::count};
    if (node.is_number()) return FileValue{shortest(node.number()), ValueType::number};
    if (node.is_string()) return FileValue{node.string(), ValueType::text};
    if (node.is_array()) {
        std::vector<std::optional<FileValue>> parts;
        for (const Json& part : node.items()) {
            parts.push_back(part.is_array() ? std::nullopt : value_of(part));
        }
        return joined(parts);
    }
    return std::nullopt;
}

/// A table [[axis]] of a sweep, as the command line would spell it (axis.hpp).
std::string axis_text(const toml::table& table, const std::string& path) {
    constexpr std::string_view kKeys[] = {"parameter", "scale", "from", "to", "points", "values", "reduction"};
    for (const auto& [key, value] : table) {
        const std::string where = path + ", line " + std::to_string(key.source().begin.line) + ": ";
        if (std::ranges::find(kKeys, key.str()) == std::ranges::end(kKeys)) {
            throw BadInput(where + unknown_word("key of an axis", key.str(), kKeys));
        }
        if (!value_of(value)) {
            throw BadInput(where + std::string(key.str()) + ": expected " +
                           (key.str() == "values" ? "an array of numbers" : "one value"));
        }
    }
    const auto text_of = [&](std::string_view key) {
        if (!table.contains(key)) {
            throw BadInput(path + ", line " + std::to_string(table.source().begin.line) + ": an axis has no '" +
                           std::string(key) + "'");
        }
        return value_of(*table.get(key))->text;
    };
    std::string text = text_of("parameter") + "=";
    if (table.contains("values")) {
        std::string values = text_of("values");
        std::ranges::replace(values, ',', ':');
        text += "values:" + values;
    } else {
        text += (table.contains("scale") ? text_of("scale") : "linear") + ":" + text_of("from") + ":" + text_of("to") +
                ":" + text_of("points");
    }
    return table.contains("reduction") ? text + ":" + text_of("reduction") : text;
}

FileValue axes_value(const toml::array& tables, const std::string& path) {
    FileValue value{"", ValueType::texts};
    for (const toml::node& table : tables) {
        value.text += (value.text.empty() ? "" : ",") + axis_text(*table.as_table(), path);
    }
    return value;
}

/// Keeps the values of one file in a configuration.
class FileReader {
public:
    FileReader(Configuration& configuration, std::string path, Source source)
        : configuration_(configuration), path_(std::move(path)), source_(source), command_line_(configuration) {}

    /// Takes a node of TOML or JSON; `place` is "line 3" or "configuration".
    template <class Node>
    void take(const std::string& key, const Node& node, const std::string& place) {
        const Option& option = find(key, place);
        std::optional<FileValue> value = value_of(node);
        if constexpr (std::is_same_v<Node, toml::node>) {
            if (option.name == "axis" && node.is_array_of_tables()) {
                value = axes_value(*node.as_array(), path_);
            }
        }
        const std::string where = path_ + ", " + place + ": " + key;
        if (!value || !takes(option.type, value->type)) {
            throw BadInput(where + ": expected " + std::string(type_name(option.type)) + ", found " +
                           (value ? in_words(*value) : kind_in_words(node)));
        }
        if (!is_overruled(option.name)) {
            configuration_.set(option.name, value->text, where, source_);
        }
    }

private:
    const Option& find(const std::string& key, const std::string& place) const {
        std::string name = key;
        std::ranges::replace(name, '_', '-');
        const std::span<const Option> options = configuration_.command().options;
        const auto found = std::ranges::find(options, name, &Option::name);
        if (found != options.end() && found->name == "config") {
            throw BadInput(path_ + ", " + place + ": 'config' has no place in a file of options");
        }
        if (found == options.end()) {
            const std::string_view nearest = nearest_word(key, names_of(options));
            throw BadInput(path_ + ", " + place + ": unknown key '" + key + "'" +
                           (nearest.empty() ? " (see skein " + std::string(configuration_.command().name) + " --help)"
                                            : ": did you mean '" + std::string(nearest) + "'?"));
        }
        return *found;
    }

    bool is_overruled(std::string_view name) const {
        return command_line_.is_given(name) || command_line_.is_alternative_given(name);
    }

    Configuration& configuration_;
    std::string path_;
    Source source_;
    Configuration command_line_;  // what was given before the file
};

std::string read_text(const std::filesystem::path& path) {
    std::error_code ignored;
    std::ifstream file(path, std::ios::binary);
    std::string text;
    if (file && !std::filesystem::is_directory(path, ignored)) {
        text.assign(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
    } else {
        file.setstate(std::ios::badbit);
    }
    if (file.bad()) {
        throw BadInput("--config: " + path.string() + ": cannot be read");
    }
    return text;
}

void add_toml(FileReader& reader, const std::string& text, const std::string& path) {
    try {
        const toml::table table = toml::parse(text, path);
        for (const auto& [key, value] : table) {
            reader.take(std::string(key.str()), value, "line " + std::to_string(key.source().begin.line));
        }
    } catch (const toml::parse_error& error) {
        throw BadInput(path + ", line " + std::to_string(error.source().begin.line) + ": " +
                       std::string(error.description()));
    }
}

void add_json(FileReader& reader, const std::string& text, const std::string& path) {
    const std::optional<Json> run = Json::parse(text);
    if (!run || !run->is_object() || !(*run)["configuration"].is_object()) {
        throw BadInput(path + ": is no run.json: expected an object with a \"configuration\"");
    }
    for (const auto& [key, value] : (*run)["configuration"].members()) {
        reader.take(key, value, "configuration");
    }
}

Json number_json(const std::string& text) {
    if (const std::optional<std::uint64_t> count = parse_count(text)) {
        return *count;
    }
    return parse_number<double>(text).value_or(0.0);
}

Json value_json(const Configuration& configuration, const Option& option) {
    const std::string text = configuration.text(option.name);
    Json array = Json::array();
    switch (option.type) {
        case ValueType::flag: return configuration.flag(option.name);
        case ValueType::count:
        case ValueType::number: return number_json(text);
        case ValueType::text: return text;
        case ValueType::numbers:
            for (const std::string& part : split(text, ',')) array.push_back(number_json(part));
            return array;
        case ValueType::texts: return split(text, ',');
        case ValueType::count_or_text:
        case ValueType::number_or_text: return parse_number<double>(text) ? number_json(text) : Json(text);
    }
    return nullptr;
}

}  // namespace

void add_config_file(Configuration& configuration, const std::filesystem::path& path) {
    const std::string text = read_text(path);
    if (path.extension() != ".json") {
        return add_config_text(configuration, text, path.string());
    }
    FileReader reader(configuration, path.string(), Source::stored_run);
    add_json(reader, text, path.string());
}

void add_config_text(Configuration& configuration, const std::string& text, const std::string& name) {
    FileReader reader(configuration, name, Source::options_file);
    add_toml(reader, text, name);
}

Json stored_configuration(const Configuration& configuration) {
    Json stored = Json::object();
    for (const Option& option : configuration.command().options) {
        const bool has_default = !option.default_value.empty() && !configuration.is_alternative_given(option.name);
        if (option.is_stored && (configuration.is_given(option.name) || has_default)) {
            stored[option.name] = value_json(configuration, option);
        }
    }
    return stored;
}

}  // namespace skein::app
