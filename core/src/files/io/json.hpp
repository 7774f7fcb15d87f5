/// JSON from files.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace skein::internal::files {

/// A JSON value. A number keeps its decimals, so that it is rounded once, to the type in which it is needed.
struct JsonValue {
    enum class Kind : std::uint8_t { null, boolean, number, string, array, object };

    Kind kind = Kind::null;
    std::string text;               // of a number or a string; "true" or "false"
    std::vector<JsonValue> items;   // of an array or an object
    std::vector<std::string> keys;  // of an object: one per item

    bool is(Kind wanted) const noexcept { return kind == wanted; }
    /// "an array", "null"
    std::string_view kind_in_words() const noexcept;
    /// The value of a key of an object, or nullptr.
    const JsonValue* find(std::string_view key) const noexcept;
};

/// Throws FileError about `path` if `text` is not JSON, has a key twice in one object, or is nested more than 64 times.
JsonValue parse_json(const std::filesystem::path& path, std::string_view text);

}  // namespace skein::internal::files
