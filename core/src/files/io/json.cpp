#include "files/io/json.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <nlohmann/json.hpp>
#include <utility>

#include "files/io/file_error.hpp"

namespace skein::internal::files {
namespace {

using Kind = JsonValue::Kind;

constexpr std::size_t kMaxDepth = 64;

/// "[json.exception.parse_error.101] parse error at ..." without the part in brackets.
std::string_view without_id(std::string_view message) {
    const std::size_t end = message.find("] ");
    return end == std::string_view::npos ? message : message.substr(end + 2);
}

/// Builds a value from the events of nlohmann's parser. Each function returns whether to go on.
class Builder final : public nlohmann::json_sax<nlohmann::json> {
public:
    explicit Builder(const std::filesystem::path& path) : path_(path) {}

    JsonValue take() { return std::move(root_); }

    bool null() override { return add({}); }
    bool boolean(bool value) override { return add({Kind::boolean, value ? "true" : "false", {}, {}}); }
    bool number_integer(std::int64_t value) override { return add({Kind::number, to_text(value), {}, {}}); }
    bool number_unsigned(std::uint64_t value) override { return add({Kind::number, to_text(value), {}, {}}); }
    bool number_float(double, const std::string& digits) override {
        std::string text = digits;
        // nlohmann's parser writes the decimal point of the locale.
        const auto point = text.find_first_not_of("0123456789+-eE");
        if (point != std::string::npos) text[point] = '.';
        return add({Kind::number, std::move(text), {}, {}});
    }
    bool string(std::string& value) override { return add({Kind::string, std::move(value), {}, {}}); }
    bool binary(nlohmann::json::binary_t&) override { return false; }  // not in JSON

    bool start_array(std::size_t) override { return open({Kind::array, {}, {}, {}}); }
    bool start_object(std::size_t) override { return open({Kind::object, {}, {}, {}}); }
    bool end_array() override { return close(); }
    bool end_object() override { return close(); }
    bool key(std::string& name) override {
        std::vector<std::string>& keys = open_.back()->keys;
        if (std::ranges::find(keys, name) != keys.end()) fail(path_, "'", shown(name), "' appears twice");
        keys.push_back(std::move(name));
        return true;
    }

    bool parse_error(std::size_t, const std::string&, const nlohmann::json::exception& error) override {
        fail(path_, without_id(error.what()));
    }

private:
    bool add(JsonValue value) {
        place(std::move(value));
        return true;
    }
    bool open(JsonValue value) {
        if (open_.size() == kMaxDepth) fail(path_, "is nested too deeply: expected at most ", kMaxDepth, " levels");
        open_.push_back(place(std::move(value)));
        return true;
    }
    bool close() {
        open_.pop_back();
        return true;
    }
    /// The place stays valid while the value is open: nothing is appended to the one around it meanwhile.
    JsonValue* place(JsonValue value) {
        if (open_.empty()) return &(root_ = std::move(value));
        return &open_.back()->items.emplace_back(std::move(value));
    }

    const std::filesystem::path& path_;
    JsonValue root_;
    std::vector<JsonValue*> open_;  // from the outermost to the innermost
};

}  // namespace

std::string_view JsonValue::kind_in_words() const noexcept {
    constexpr std::array<std::string_view, 6> kWords{"null",     "a boolean", "a number",
                                                     "a string", "an array",  "an object"};
    return kWords[static_cast<std::size_t>(kind)];
}

const JsonValue* JsonValue::find(std::string_view key) const noexcept {
    const auto found = std::ranges::find(keys, key);
    return found == keys.end() ? nullptr : &items[static_cast<std::size_t>(found - keys.begin())];
}

JsonValue parse_json(const std::filesystem::path& path, std::string_view text) {
    Builder builder(path);
    nlohmann::json::sax_parse(text, &builder);
    return builder.take();
}

}  // namespace skein::internal::files
