#include "console/json.hpp"

#include <cmath>
#include <optional>

#include "console/numbers.hpp"

namespace skein::app {
namespace {

using Json = nlohmann::ordered_json;

std::string text_of(const Json& json, int indent) {
    return json.dump(indent, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace

Json exact_json(double value) { return std::isfinite(value) ? Json(value) : Json(nullptr); }

/// A double with the decimals of the float, not with those of its exact value.
Json exact_json(float value) {
    const std::optional<double> decimal = parse_number<double>(shortest(value));
    return decimal ? Json(*decimal) : Json(nullptr);
}

std::string json_line(const Json& json) { return text_of(json, -1); }

std::string json_text(const Json& json) { return text_of(json, 2); }

}  // namespace skein::app
