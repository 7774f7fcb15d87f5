// JSON values, as the program writes and reads them.
#pragma once

#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <ranges>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace skein::app {

/// A JSON value. An object keeps its members in the order in which they were added.
class Json {
public:
    struct Member;
    using Array = std::vector<Json>;
    using Object = std::vector<Member>;
    using Value = std::variant<std::nullptr_t, bool, std::int64_t, std::uint64_t, double, std::string, Array, Object>;

    /// null
    Json() noexcept;
    Json(std::nullptr_t) noexcept;
    template <std::same_as<bool> Boolean>
    Json(Boolean value) : Json() {
        set(value);
    }
    template <std::integral Integer>
    requires(!std::same_as<Integer, bool>) Json(Integer value) : Json() {
        if (value < 0) {
            set(static_cast<std::int64_t>(value));
        } else {
            set(static_cast<std::uint64_t>(value));
        }
    }
    /// A number with the fewest decimals that give the same bits; null if it is not finite.
    Json(double value);
    Json(float value);
    Json(std::string value);
    Json(std::string_view value);
    Json(const char* value);
    /// An object.
    Json(std::initializer_list<Member> members);
    /// An array.
    template <std::ranges::input_range Range>
    requires(!std::convertible_to<Range, std::string_view>) Json(const Range& range) : Json(array()) {
        for (const auto& item : range) {
            push_back(item);
        }
    }

    Json(const Json&);
    Json(Json&&) noexcept;
    Json& operator=(const Json&);
    Json& operator=(Json&&) noexcept;
    ~Json();

    static Json array();
    static Json object();
    /// The value that all of `text` spells, or nothing if it is no JSON (or nested hundreds of times).
    static std::optional<Json> parse(std::string_view text);

    bool is_null() const noexcept;
    bool is_boolean() const noexcept;
    bool is_number() const noexcept;
    bool is_integer() const noexcept;
    bool is_string() const noexcept;
    bool is_array() const noexcept;
    bool is_object() const noexcept;

    const Value& value() const noexcept { return value_; }
    /// These throw std::bad_variant_access if the value is of another type.
    bool boolean() const;
    double number() const;
    const std::string& string() const;
    const Array& items() const;
    const Object& members() const;

    /// Appends to an array.
    void push_back(Json item);

    /// The member of an object, appended as null if there is none; null becomes an object.
    Json& operator[](std::string_view key);
    /// The member of an object, or null if there is none.
    const Json& operator[](std::string_view key) const;
    bool contains(std::string_view key) const;
    void erase(std::string_view key);
    /// Adds the members of `other`; they replace members of the same name.
    void update(const Json& other);

    /// In one line. A byte that is no UTF-8, which names of files may hold, becomes the replacement character.
    std::string dump() const;

    /// Numbers are equal if their values are; objects if they have equal members in the same order.
    friend bool operator==(const Json& one, const Json& other);

private:
    // Out of line: a vector of Member may be made and destroyed only where Member is complete.
    void set(bool value);
    void set(std::int64_t value);
    void set(std::uint64_t value);

    Value value_;
};

struct Json::Member {
    std::string key;
    Json value;
    bool operator==(const Member&) const = default;
};

/// dump() and a line feed.
std::string json_line(const Json& json);

/// The same in many lines, indented, for files.
std::string json_text(const Json& json);

}  // namespace skein::app
