#include "skein/files/chain_file.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>
#include <type_traits>
#include <vector>

#include "base/floating_point_environment.hpp"
#include "files/io/file_error.hpp"
#include "files/io/input_file.hpp"
#include "files/io/json.hpp"
#include "files/io/parse_number.hpp"
#include "skein/files/run_directory.hpp"
#include "skein/names.hpp"

namespace skein {

using namespace internal;

namespace {

namespace fs = std::filesystem;
using files::fail;
using files::JsonValue;
using files::shown;
using Kind = JsonValue::Kind;

constexpr std::array<std::string_view, 5> kKeys{"layers", "activations", "weights", "precision", "scaling"};
constexpr std::array<std::string_view, 2> kScalingKeys{"x", "y"};
constexpr std::array<std::string_view, 2> kMapKeys{"offset", "factor"};
constexpr std::array<std::string_view, 2> kPrecisions{"float32", "float64"};

template <class Scalar>
constexpr std::string_view kPrecision = kPrecisions[std::is_same_v<Scalar, double> ? 1 : 0];

class ChainReader {
public:
    explicit ChainReader(const fs::path& path) : path_(path), json_(files::parse_json(path, files::read_file(path))) {
        if (!json_.is(Kind::object)) {
            fail(path_, "holds no chain: expected a JSON object, found ", json_.kind_in_words());
        }
        if (json_.find("skein") != nullptr) {
            fail(path_, "is the run.json of a run: expected its chain.json");
        }
        for (const std::string& key : json_.keys) {
            if (std::ranges::find(kKeys, key) == kKeys.end()) fail(path_, unknown_word("key", shown(key), kKeys));
        }
    }

    std::string precision() const {
        const JsonValue* const found = json_.find("precision");
        if (found == nullptr) return "float64";
        const std::string& word = text_of(*found, "precision");
        if (std::ranges::find(kPrecisions, word) == kPrecisions.end()) {
            fail(path_, unknown_word("precision", shown(word), kPrecisions));
        }
        return word;
    }

    /// Weights are rounded once, from their decimals to the precision of the file or to Scalar, whichever is narrower:
    /// 7.038531e-26 by way of double is the wrong float.
    template <class Scalar>
    Chain<Scalar> chain() const {
        const bool is_float64 = precision() == "float64";
        const std::vector<Scalar> weights = is_float64 ? read_weights<Scalar, Scalar>() : read_weights<Scalar, float>();
        const std::vector<Activation> activations = read_activations();
        require_layers(weights.size());
        if (activations.size() != weights.size()) {
            fail(path_, "has ", counted(activations.size(), "activation"), ": expected ", weights.size(),
                 ", one per weight");
        }
        return Chain<Scalar>(weights, activations);
    }

    bool has_scaling() const { return json_.find("scaling") != nullptr; }

    Scaling scaling() const {
        if (!has_scaling()) return {};
        const JsonValue& found = *json_.find("scaling");
        require_keys(found, "scaling", kScalingKeys);
        return {affine_map(*found.find("x"), "scaling.x"), affine_map(*found.find("y"), "scaling.y")};
    }

private:
    template <std::size_t count>
    void require_keys(const JsonValue& value, const std::string& what,
                      const std::array<std::string_view, count>& keys) const {
        if (!value.is(Kind::object)) fail(path_, "'", what, "' is ", value.kind_in_words(), ": expected an object");
        for (const std::string& key : value.keys) {
            if (std::ranges::find(keys, key) == keys.end()) {
                fail(path_, "'", what, "': ", unknown_word("key", shown(key), keys));
            }
        }
        for (const std::string_view key : keys) {
            if (value.find(key) == nullptr) fail(path_, "'", what, ".", key, "' is missing");
        }
    }

    AffineMap affine_map(const JsonValue& value, const std::string& what) const {
        require_keys(value, what, kMapKeys);
        const AffineMap map{number_of<double>(*value.find("offset"), what + ".offset"),
                            number_of<double>(*value.find("factor"), what + ".factor")};
        if (!(map.factor > 0.0)) fail(path_, "'", what, ".factor' is ", map.factor, ": expected a positive number");
        return map;
    }

    const std::vector<JsonValue>& array(std::string_view key) const {
        const JsonValue* const found = json_.find(key);
        if (found == nullptr) fail(path_, "'", key, "' is missing");
        if (!found->is(Kind::array)) fail(path_, "'", key, "' is ", found->kind_in_words(), ": expected an array");
        if (found->items.empty()) fail(path_, "'", key, "' is empty: expected one per layer");
        return found->items;
    }

    template <class Scalar, class Stored>
    std::vector<Scalar> read_weights() const {
        std::vector<Scalar> weights;
        for (const JsonValue& weight : array("weights")) {
            weights.push_back(static_cast<Scalar>(number_of<Stored>(weight, to_text("weight ", weights.size() + 1))));
        }
        return weights;
    }

    template <class Stored>
    Stored number_of(const JsonValue& value, const std::string& what) const {
        if (!value.is(Kind::number)) {
            fail(path_, what, " is ", value.kind_in_words(), ": expected a number");
        }
        Stored number = 0;
        const char* begin = value.text.data();
        if (files::parse_number(begin, begin + value.text.size(), number) != files::Parsed::number) {
            fail(path_, what, " is ", shown(value.text), ": expected a number in the range of ", kPrecision<Stored>);
        }
        return number;
    }

    std::vector<Activation> read_activations() const {
        std::vector<Activation> activations;
        for (const JsonValue& activation : array("activations")) {
            const std::string layer = to_text("activation ", activations.size() + 1);
            const std::string& word = text_of(activation, layer);
            const auto found = std::ranges::find(kActivationNames, word);
            if (found == kActivationNames.end()) {
                fail(path_, layer, ": ", unknown_word("activation", shown(word), kActivationNames));
            }
            activations.push_back(static_cast<Activation>(found - kActivationNames.begin()));
        }
        return activations;
    }

    void require_layers(std::size_t num_layers) const {
        const JsonValue* const layers = json_.find("layers");
        if (layers == nullptr) return;
        const bool is_number = layers->is(Kind::number);
        if (is_number && layers->text == to_text(num_layers)) return;
        fail(path_, "'layers' is ", is_number ? layers->text : layers->kind_in_words(), ": expected ", num_layers,
             ", one per weight");
    }

    const std::string& text_of(const JsonValue& value, std::string_view what) const {
        if (!value.is(Kind::string)) fail(path_, "'", what, "' is ", value.kind_in_words(), ": expected a string");
        return value.text;
    }

    const fs::path& path_;
    const JsonValue json_;
};

/// With a point or an exponent, so that JSON readers take it for a real number: "-0" would become the integer 0.
template <class Scalar>
std::string format_weight(Scalar weight) {
    const std::string text = to_text(weight);
    return text.find_first_of(".e") == std::string::npos ? text + ".0" : text;
}

std::string format_map(const AffineMap& map) {
    return to_text("{\"offset\": ", format_weight(map.offset), ", \"factor\": ", format_weight(map.factor), "}");
}

std::string format_scaling(const Scaling& scaling) {
    return scaling.is_none()
               ? ""
               : to_text(",\n  \"scaling\": {\"x\": ", format_map(scaling.x), ", \"y\": ", format_map(scaling.y), "}");
}

template <class Items, class Format>
std::string format_array(const Items& items, const Format& format) {
    std::string text;
    for (const auto& item : items) text += (text.empty() ? "" : ", ") + format(item);
    return to_text("[", text, "]");
}

}  // namespace

template <class Scalar>
void write_chain(const fs::path& path, const Chain<Scalar>& chain, const Scaling& scaling) {
    const FloatingPointEnvironment environment;
    const auto quoted = [](Activation activation) { return to_text('"', activation_name(activation), '"'); };
    write_file(path, to_text("{\n  \"layers\": ", chain.num_layers(),
                             ",\n  \"activations\": ", format_array(chain.activations(), quoted),
                             ",\n  \"weights\": ", format_array(chain.weights(), format_weight<Scalar>),
                             ",\n  \"precision\": \"", kPrecision<Scalar>, "\"", format_scaling(scaling), "\n}\n"));
}

template <class Scalar>
ScaledChain<Scalar> read_scaled_chain(const fs::path& path) {
    const FloatingPointEnvironment environment;
    const ChainReader reader(path);
    return {reader.chain<Scalar>(), reader.scaling()};
}

template <class Scalar>
Chain<Scalar> read_chain(const fs::path& path) {
    const FloatingPointEnvironment environment;
    const ChainReader reader(path);
    if (reader.has_scaling()) {
        fail(path,
             "has a 'scaling': it was trained on scaled data (--scale), and alone it is another function: expected "
             "skein evaluate, which heeds it");
    }
    return reader.chain<Scalar>();
}

std::string read_chain_precision(const fs::path& path) { return ChainReader(path).precision(); }

template void write_chain(const fs::path&, const Chain<float>&, const Scaling&);
template void write_chain(const fs::path&, const Chain<double>&, const Scaling&);
template ScaledChain<float> read_scaled_chain(const fs::path&);
template ScaledChain<double> read_scaled_chain(const fs::path&);
template Chain<float> read_chain(const fs::path&);
template Chain<double> read_chain(const fs::path&);

}  // namespace skein
