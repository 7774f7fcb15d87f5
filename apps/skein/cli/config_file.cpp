#include "cli/config_file.hpp"

#define TOML_HEADER_ONLY 1
#include <fmt/format.h>
#include <toml++/toml.h>

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <map>
#include <span>
#include <system_error>
#include <vector>

#include "console/exit_codes.hpp"
#include "skein/axis.hpp"
#include "skein/configuration_reader.hpp"
#include "skein/files/run_configuration.hpp"
#include "skein/names.hpp"
#include "skein/numbers.hpp"
#include "skein/text.hpp"

namespace skein::app {
namespace {

std::string place_of(const toml::node& node) { return fmt::format("line {}", node.source().begin.line); }

/// What a node is, if it is no value of any option.
std::string_view kind_in_words(const toml::node& node) {
    const toml::array* const array = node.as_array();
    return node.is_table()           ? "a table"
           : array == nullptr        ? "a date or time"
           : array->empty()          ? "an empty array"
           : array->is_homogeneous() ? "an array of other things"
                                     : "an array of mixed types";
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

/// A key of a table [[axis]]: what its value is, and the words that it may be.
struct AxisKey {
    std::string_view name;
    std::string_view value;
    std::span<const std::string_view> words = {};
};
constexpr AxisKey kAxisKeys[] = {{"parameter", "a string"},
                                 {"scale", "a string", kAxisScaleNames},
                                 {"from", "a number"},
                                 {"to", "a number"},
                                 {"points", "a whole number"},
                                 {"values", "an array of numbers"},
                                 {"reduction", "a string", kReductionNames}};

const AxisKey& find_axis_key(std::string_view name, const std::string& where) {
    const auto found = std::ranges::find(kAxisKeys, name, &AxisKey::name);
    if (found == std::ranges::end(kAxisKeys)) {
        std::vector<std::string_view> names;
        std::ranges::transform(kAxisKeys, std::back_inserter(names), &AxisKey::name);
        throw BadInput(where + unknown_word("key of an axis", name, names));
    }
    return *found;
}

void check_axis_value(const AxisKey& key, const toml::node& node, const std::string& where) {
    const std::optional<FileValue> value = value_of(node);
    const bool is_right = key.value == "a string"              ? node.is_string()
                          : key.value == "an array of numbers" ? value && value->type == ValueType::numbers
                                                               : node.is_number();
    if (!is_right) {
        throw BadInput(fmt::format("{}{}: expected {}", where, key.name, key.value));
    }
    if (!key.words.empty() && std::ranges::find(key.words, value->text) == key.words.end()) {
        throw BadInput(where + unknown_word(key.name, value->text, key.words));
    }
}

/// Throws for keys that an axis does not have, for values of the wrong kind, and for bounds of a list of values.
void check_axis(const toml::table& table, std::string_view path) {
    for (const auto& [name, value] : table) {
        const std::string where = fmt::format("{}, line {}: ", path, name.source().begin.line);
        const AxisKey& key = find_axis_key(name.str(), where);
        check_axis_value(key, value, where);
        const bool is_bound = key.name == "from" || key.name == "to" || key.name == "points" ||
                              (key.name == "scale" && value_of(value)->text != "values");
        if (is_bound && table.contains("values")) {
            throw BadInput(fmt::format("{}{} has no effect with values: expected one of the two", where, key.name));
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
    const std::string scale = table.contains("scale") ? text_of("scale") : "linear";
    if (table.contains("values") || scale == "values") {
        std::string values = text_of("values");
        std::ranges::replace(values, ',', ':');
        return fmt::format("{}=values:{}{}", parameter, values, reduction);
    }
    return fmt::format("{}={}:{}:{}:{}{}", parameter, scale, text_of("from"), text_of("to"), text_of("points"),
                       reduction);
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
    if (name == "axis" && node.is_table()) {
        throw BadInput(fmt::format("{}, {}: found [axis]: expected [[axis]]", path, place));
    }
    const bool has_axes = name == "axis" && node.is_array_of_tables();
    reader.take(key, has_axes ? axes_value(*node.as_array(), path) : value_of(node), place, kind_in_words(node));
}

void add_toml(Configuration& configuration, const std::string& text, const std::string& path) {
    ConfigurationReader reader(configuration, path, OptionSource::options_file);
    try {
        const toml::table table = toml::parse(text, path);
        std::map<std::string_view, std::string> spellings;  // of each option that was there
        for (const auto& [key, value] : table) {
            const std::string place = fmt::format("line {}", key.source().begin.line);
            const auto [other, is_new] =
                spellings.emplace(reader.find(std::string(key.str()), place).name, std::string(key.str()));
            if (!is_new) {
                throw BadInput(fmt::format("{}, {}: '{}' is the same option as '{}': expected one of them", path, place,
                                           key.str(), other->second));
            }
            take(reader, std::string(key.str()), value, place, path);
        }
    } catch (const toml::parse_error& error) {
        const bool is_too_large = error.description().find("not representable in 64 bits") != std::string_view::npos;
        throw BadInput(
            fmt::format("{}, line {}: {}{}", path, error.source().begin.line, error.description(),
                        is_too_large ? ": TOML has whole numbers up to 2^63 - 1: expected larger ones in quotes" : ""));
    }
}

/// Some special files never end.
constexpr std::size_t kMostOptionBytes = 1 << 24;

}  // namespace

std::string read_options(const std::filesystem::path& path) {
    std::error_code ignored;
    if (std::filesystem::is_directory(path, ignored)) {
        throw BadInput(fmt::format("{}: is a directory: expected a file", path.string()));
    }
    errno = 0;
    std::ifstream file(path, std::ios::binary);
    std::string text;
    for (std::string piece(1 << 16, '\0'); file && text.size() <= kMostOptionBytes;) {
        file.read(piece.data(), static_cast<std::streamsize>(piece.size()));
        text.append(piece, 0, static_cast<std::size_t>(file.gcount()));
    }
    if (text.size() > kMostOptionBytes) {
        throw BadInput(
            fmt::format("{}: has more than {} bytes: expected options", path.string(), grouped(kMostOptionBytes)));
    }
    if (!file.eof()) {
        throw BadInput(fmt::format("{}: cannot be read{}", path.string(),
                                   errno == 0 ? "" : ": " + std::generic_category().message(errno)));
    }
    return text;
}

void add_config_file(Configuration& configuration, const std::filesystem::path& path) {
    const std::string text = read_options(path);
    if (path.extension() == ".json") {
        add_run_configuration(configuration, text, path.string());
    } else {
        add_toml(configuration, text, path.string());
    }
}

}  // namespace skein::app
