#include "cli/config_file.hpp"

#define TOML_HEADER_ONLY 1
#include <fmt/format.h>
#include <toml++/toml.h>

#include <algorithm>
#include <fstream>
#include <iterator>

#include "console/exit_codes.hpp"
#include "skein/configuration_reader.hpp"
#include "skein/files/run_configuration.hpp"
#include "skein/names.hpp"
#include "skein/text.hpp"

namespace skein::app {
namespace {

std::string place_of(const toml::node& node) { return fmt::format("line {}", node.source().begin.line); }

/// What a node is, if it is no value of any option.
std::string_view kind_in_words(const toml::node& node) {
    return node.is_table() ? "a table" : node.is_array() ? "an array of other things" : "a date or time";
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
        return array_value(parts);
    }
    return std::nullopt;
}

/// Throws for keys that an axis does not have, and for values of the wrong kind.
void check_axis(const toml::table& table, std::string_view path) {
    constexpr std::string_view kKeys[] = {"parameter", "scale", "from", "to", "points", "values", "reduction"};
    for (const auto& [key, value] : table) {
        const std::string where = fmt::format("{}, line {}: ", path, key.source().begin.line);
        if (std::ranges::find(kKeys, key.str()) == std::ranges::end(kKeys)) {
            throw BadInput(where + unknown_word("key of an axis", key.str(), kKeys));
        }
        if (!value_of(value)) {
            throw BadInput(fmt::format("{}{}: expected {}", where, key.str(),
                                       key.str() == "values" ? "an array of numbers" : "one value"));
        }
    }
}

/// A table [[axis]] of a sweep, as the command line would spell it (skein/axis.hpp).
std::string axis_text(const toml::table& table, std::string_view path) {
    check_axis(table, path);
    const auto text_of = [&](std::string_view key) {
        if (!table.contains(key)) {
            throw BadInput(fmt::format("{}, {}: an axis has no '{}'", path, place_of(table), key));
        }
        return value_of(*table.get(key))->text;
    };
    const std::string parameter = text_of("parameter");
    const std::string reduction = table.contains("reduction") ? ":" + text_of("reduction") : "";
    if (table.contains("values")) {
        std::string values = text_of("values");
        std::ranges::replace(values, ',', ':');
        return fmt::format("{}=values:{}{}", parameter, values, reduction);
    }
    return fmt::format("{}={}:{}:{}:{}{}", parameter, table.contains("scale") ? text_of("scale") : "linear",
                       text_of("from"), text_of("to"), text_of("points"), reduction);
}

FileValue axes_value(const toml::array& tables, std::string_view path) {
    FileValue value{"", ValueType::texts};
    for (const toml::node& table : tables) {
        value.text += (value.text.empty() ? "" : ",") + axis_text(*table.as_table(), path);
    }
    return value;
}

void take(ConfigurationReader& reader, const std::string& key, const toml::node& node, const std::string& place,
          const std::string& path) {
    const std::string_view name = reader.find(key, place).name;
    if (name == "config") {
        throw BadInput(fmt::format("{}, {}: 'config' cannot stand in a file of options", path, place));
    }
    const bool has_axes = name == "axis" && node.is_array_of_tables();
    reader.take(key, has_axes ? axes_value(*node.as_array(), path) : value_of(node), place, kind_in_words(node));
}

void add_toml(Configuration& configuration, const std::string& text, const std::string& path) {
    ConfigurationReader reader(configuration, path, OptionSource::options_file);
    try {
        const toml::table table = toml::parse(text, path);
        for (const auto& [key, value] : table) {
            take(reader, std::string(key.str()), value, fmt::format("line {}", key.source().begin.line), path);
        }
    } catch (const toml::parse_error& error) {
        throw BadInput(fmt::format("{}, line {}: {}", path, error.source().begin.line, error.description()));
    }
}

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
        throw BadInput(fmt::format("--config: {}: cannot be read", path.string()));
    }
    return text;
}

}  // namespace

void add_config_file(Configuration& configuration, const std::filesystem::path& path) {
    const std::string text = read_text(path);
    if (path.extension() == ".json") {
        add_run_configuration(configuration, text, path.string());
    } else {
        add_toml(configuration, text, path.string());
    }
}

}  // namespace skein::app
