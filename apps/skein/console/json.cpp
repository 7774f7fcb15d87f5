#include "console/json.hpp"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <utility>

#include "console/numbers.hpp"
#include "console/overloaded.hpp"

namespace skein::app {
namespace {

/// The library's type: it reads and writes the text. It is used in this file only, since it takes seconds to compile.
using Node = nlohmann::ordered_json;

Node node_of(const Json& json) {
    return std::visit(Overloaded{[](const Json::Array& items) {
                                     Node array = Node::array();
                                     for (const Json& item : items) {
                                         array.push_back(node_of(item));
                                     }
                                     return array;
                                 },
                                 [](const Json::Object& members) {
                                     Node object = Node::object();
                                     for (const Json::Member& member : members) {
                                         object[member.key] = node_of(member.value);
                                     }
                                     return object;
                                 },
                                 [](const auto& value) { return Node(value); }},
                      json.value());
}

Json json_of(const Node& node) {
    if (node.is_array()) {
        Json array = Json::array();
        for (const Node& item : node) {
            array.push_back(json_of(item));
        }
        return array;
    }
    if (node.is_object()) {
        Json object = Json::object();
        for (const auto& [key, value] : node.items()) {
            object[key] = json_of(value);
        }
        return object;
    }
    if (node.is_string()) return node.get<std::string>();
    if (node.is_boolean()) return node.get<bool>();
    if (node.is_number_unsigned()) return node.get<std::uint64_t>();
    if (node.is_number_integer()) return node.get<std::int64_t>();
    return node.is_number() ? Json(node.get<double>()) : Json();
}

std::string text_of(const Json& json, int indent) {
    return node_of(json).dump(indent, ' ', false, Node::error_handler_t::replace);
}

auto place_of(auto& members, std::string_view key) { return std::ranges::find(members, key, &Json::Member::key); }

}  // namespace

Json::Json() noexcept = default;
Json::Json(std::nullptr_t) noexcept {}
Json::Json(double value) {
    if (std::isfinite(value)) {
        value_ = value;
    }
}
/// A double with the decimals of the float, not with those of its exact value.
Json::Json(float value) : Json(parse_number<double>(shortest(value)).value_or(std::nan(""))) {}
Json::Json(std::string value) : value_(std::move(value)) {}
Json::Json(std::string_view value) : value_(std::string(value)) {}
Json::Json(const char* value) : value_(std::string(value)) {}
Json::Json(std::initializer_list<Member> members) : value_(Object(members)) {}
Json::Json(const Json&) = default;
Json::Json(Json&&) noexcept = default;
Json& Json::operator=(const Json&) = default;
Json& Json::operator=(Json&&) noexcept = default;
Json::~Json() = default;

void Json::set(bool value) { value_ = value; }
void Json::set(std::int64_t value) { value_ = value; }
void Json::set(std::uint64_t value) { value_ = value; }

Json Json::array() {
    Json json;
    json.value_ = Array();
    return json;
}

Json Json::object() {
    Json json;
    json.value_ = Object();
    return json;
}

std::optional<Json> Json::parse(std::string_view text) {
    constexpr int kDeepest = 200;  // the stack has room for more
    bool is_too_deep = false;
    const auto look_at = [&](int depth, Node::parse_event_t, const Node&) {
        is_too_deep = is_too_deep || depth > kDeepest;
        return !is_too_deep;
    };
    const Node node = Node::parse(text, look_at, false);
    return node.is_discarded() || is_too_deep ? std::nullopt : std::optional(json_of(node));
}

bool Json::is_null() const noexcept { return std::holds_alternative<std::nullptr_t>(value_); }
bool Json::is_boolean() const noexcept { return std::holds_alternative<bool>(value_); }
bool Json::is_integer() const noexcept {
    return std::holds_alternative<std::int64_t>(value_) || std::holds_alternative<std::uint64_t>(value_);
}
bool Json::is_number() const noexcept { return is_integer() || std::holds_alternative<double>(value_); }
bool Json::is_string() const noexcept { return std::holds_alternative<std::string>(value_); }
bool Json::is_array() const noexcept { return std::holds_alternative<Array>(value_); }
bool Json::is_object() const noexcept { return std::holds_alternative<Object>(value_); }

bool Json::boolean() const { return std::get<bool>(value_); }
double Json::number() const {
    if (const auto* whole = std::get_if<std::uint64_t>(&value_)) return static_cast<double>(*whole);
    if (const auto* whole = std::get_if<std::int64_t>(&value_)) return static_cast<double>(*whole);
    return std::get<double>(value_);
}
const std::string& Json::string() const { return std::get<std::string>(value_); }
const Json::Array& Json::items() const { return std::get<Array>(value_); }
const Json::Object& Json::members() const { return std::get<Object>(value_); }

void Json::push_back(Json item) { std::get<Array>(value_).push_back(std::move(item)); }

Json& Json::operator[](std::string_view key) {
    if (is_null()) {
        value_ = Object();
    }
    Object& members = std::get<Object>(value_);
    const auto found = place_of(members, key);
    return found == members.end() ? members.emplace_back(Member{std::string(key), {}}).value : found->value;
}

const Json& Json::operator[](std::string_view key) const {
    static const Json none;
    const auto found = place_of(members(), key);
    return found == members().end() ? none : found->value;
}

bool Json::contains(std::string_view key) const { return place_of(members(), key) != members().end(); }

void Json::erase(std::string_view key) {
    Object& members = std::get<Object>(value_);
    if (const auto found = place_of(members, key); found != members.end()) {
        members.erase(found);
    }
}

void Json::update(const Json& other) {
    for (const Member& member : other.members()) {
        (*this)[member.key] = member.value;
    }
}

std::string Json::dump() const { return text_of(*this, -1); }

bool operator==(const Json& one, const Json& other) {
    if (one.is_number() && other.is_number() && one.value_.index() != other.value_.index()) {
        return one.number() == other.number();
    }
    return one.value_ == other.value_;
}

std::string json_line(const Json& json) { return text_of(json, -1) + "\n"; }

std::string json_text(const Json& json) { return text_of(json, 2) + "\n"; }

}  // namespace skein::app
