#include "skein/files/chain_file.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <span>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <vector>

#include "base/floating_point_environment.hpp"
#include "base/text.hpp"
#include "files/io/file_error.hpp"
#include "files/io/input_file.hpp"
#include "skein/files/run_directory.hpp"
#include "skein/names.hpp"

namespace skein {

using namespace internal;

namespace internal::files {
namespace {

constexpr std::array<std::string_view, 4> kKeys{"layers", "activations", "weights", "precision"};
constexpr std::array<std::string_view, 2> kPrecisions{"float32", "float64"};

template <class Scalar>
constexpr std::string_view kPrecision = kPrecisions[std::is_same_v<Scalar, double> ? 1 : 0];

/// Numbers are rounded once, from the decimals to Scalar: 7.038531e-26 by way of double is the wrong float.
template <class Scalar>
using Json = nlohmann::basic_json<std::map, std::vector, std::string, bool, std::int64_t, std::uint64_t, Scalar>;

/// "[json.exception.parse_error.101] parse error at ..." without the part in brackets.
std::string without_id(std::string_view message) {
    const std::size_t end = message.find("] ");
    return std::string(end == std::string_view::npos ? message : message.substr(end + 2));
}

template <class Scalar>
class ChainReader {
public:
    ChainReader(const std::filesystem::path& path, const std::string& text) : path_(path), json_(parse(text)) {
        if (!json_.is_object()) fail(path_, "holds no chain: expected a JSON object, found " + kind(json_));
        for (const auto& [key, value] : json_.items()) {
            if (std::ranges::find(kKeys, key) == kKeys.end()) fail(path_, unknown_word("key", shown(key), kKeys));
        }
    }

    std::string precision() const {
        if (!json_.contains("precision")) return "float64";
        const std::string found = text_of(json_["precision"], "precision");
        if (std::ranges::find(kPrecisions, found) == kPrecisions.end()) {
            fail(path_, unknown_word("precision", shown(found), kPrecisions));
        }
        return found;
    }

    Chain<Scalar> chain() const {
        const std::vector<Scalar> weights = read_weights();
        const std::vector<Activation> activations = read_activations();
        require_layers(weights.size());
        if (activations.size() != weights.size()) {
            fail(path_, "has " + std::to_string(activations.size()) + " activations: expected " +
                            std::to_string(weights.size()) + ", one per weight");
        }
        return Chain<Scalar>(weights, activations);
    }

private:
    using Value = Json<Scalar>;

    Value parse(const std::string& text) const {
        std::set<std::string> keys;
        const auto refuse_duplicates = [&](int depth, typename Value::parse_event_t event, Value& parsed) {
            if (event == Value::parse_event_t::key && depth == 1) {
                const auto key = parsed.template get<std::string>();
                if (!keys.insert(key).second) fail(path_, "'" + shown(key) + "' stands there twice");
            }
            return true;
        };
        try {
            return Value::parse(text, refuse_duplicates);
        } catch (const typename Value::out_of_range& error) {
            fail(path_, without_id(error.what()) + ": expected a " + std::string(kPrecision<Scalar>));
        } catch (const typename Value::exception& error) {
            fail(path_, without_id(error.what()));
        }
    }

    const Value& array(const std::string& key) const {
        if (!json_.contains(key)) fail(path_, "'" + key + "' is missing");
        const Value& found = json_[key];
        if (!found.is_array()) fail(path_, "'" + key + "' is " + kind(found) + ": expected an array");
        if (found.empty()) fail(path_, "'" + key + "' is empty: expected one per layer");
        return found;
    }

    std::vector<Scalar> read_weights() const {
        std::vector<Scalar> weights;
        for (const Value& weight : array("weights")) {
            if (!weight.is_number()) {
                fail(path_,
                     "weight " + std::to_string(weights.size() + 1) + " is " + kind(weight) + ": expected a number");
            }
            weights.push_back(weight.template get<Scalar>());
        }
        return weights;
    }

    std::vector<Activation> read_activations() const {
        std::vector<Activation> activations;
        for (const Value& activation : array("activations")) {
            const std::string layer = "activation " + std::to_string(activations.size() + 1);
            const std::string word = text_of(activation, layer);
            const auto found = std::ranges::find(kActivationNames, word);
            if (found == kActivationNames.end()) {
                fail(path_, layer + ": " + unknown_word("activation", shown(word), kActivationNames));
            }
            activations.push_back(static_cast<Activation>(found - kActivationNames.begin()));
        }
        return activations;
    }

    void require_layers(std::size_t num_layers) const {
        if (!json_.contains("layers")) return;
        const Value& layers = json_["layers"];
        if (layers.is_number_unsigned() && layers.template get<std::uint64_t>() == num_layers) return;
        fail(path_, "'layers' is " + (layers.is_number() ? layers.dump() : kind(layers)) + ": expected " +
                        std::to_string(num_layers) + ", one per weight");
    }

    std::string text_of(const Value& value, const std::string& what) const {
        if (!value.is_string()) fail(path_, "'" + what + "' is " + kind(value) + ": expected a string");
        return value.template get<std::string>();
    }

    static std::string kind(const Value& value) {
        if (value.is_null()) return "null";
        return (value.is_array() || value.is_object() ? "an " : "a ") + std::string(value.type_name());
    }

    const std::filesystem::path& path_;
    const Value json_;
};

/// A number that JSON readers take for a real one: "-0" alone would come back as the integer 0.
template <class Scalar>
std::string format_weight(Scalar weight) {
    const std::string text = to_text(weight);
    return text.find_first_of(".e") == std::string::npos ? text + ".0" : text;
}

template <class Items, class Format>
std::string format_array(const Items& items, const Format& format) {
    std::string text;
    for (const auto& item : items) text += (text.empty() ? "" : ", ") + format(item);
    return "[" + text + "]";
}

}  // namespace
}  // namespace internal::files

template <class Scalar>
void write_chain(const std::filesystem::path& path, const Chain<Scalar>& chain) {
    const FloatingPointEnvironment environment;
    const auto quoted = [](Activation activation) { return '"' + std::string(name(activation)) + '"'; };
    write_file(path, "{\n  \"layers\": " + std::to_string(chain.num_layers()) +
                         ",\n  \"activations\": " + files::format_array(chain.activations(), quoted) +
                         ",\n  \"weights\": " + files::format_array(chain.weights(), files::format_weight<Scalar>) +
                         ",\n  \"precision\": \"" + std::string(files::kPrecision<Scalar>) + "\"\n}\n");
}

template <class Scalar>
Chain<Scalar> read_chain(const std::filesystem::path& path) {
    const FloatingPointEnvironment environment;
    const std::string text = files::read_file(path);
    const files::ChainReader<Scalar> reader(path, text);
    const bool is_float64 = reader.precision() == "float64";
    if (is_float64 || std::is_same_v<Scalar, float>) return reader.chain();
    const Chain<float> stored = files::ChainReader<float>(path, text).chain();
    const std::vector<Scalar> weights(stored.weights().begin(), stored.weights().end());
    return Chain<Scalar>(weights, stored.activations());
}

std::string read_chain_precision(const std::filesystem::path& path) {
    return files::ChainReader<double>(path, files::read_file(path)).precision();
}

template void write_chain(const std::filesystem::path&, const Chain<float>&);
template void write_chain(const std::filesystem::path&, const Chain<double>&);
template Chain<float> read_chain(const std::filesystem::path&);
template Chain<double> read_chain(const std::filesystem::path&);

}  // namespace skein
