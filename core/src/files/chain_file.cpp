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

constexpr std::array<std::string_view, 4> kKeys{"layers", "activations", "weights", "precision"};
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

private:
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
            weights.push_back(static_cast<Scalar>(number_of<Stored>(weight, weights.size() + 1)));
        }
        return weights;
    }

    template <class Stored>
    Stored number_of(const JsonValue& weight, std::size_t layer) const {
        if (!weight.is(Kind::number)) {
            fail(path_, "weight ", layer, " is ", weight.kind_in_words(), ": expected a number");
        }
        Stored number = 0;
        const char* begin = weight.text.data();
        if (files::parse_number(begin, begin + weight.text.size(), number) != files::Parsed::number) {
            fail(path_, "weight ", layer, " is ", shown(weight.text), ": expected a number in the range of ",
                 kPrecision<Stored>);
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

template <class Items, class Format>
std::string format_array(const Items& items, const Format& format) {
    std::string text;
    for (const auto& item : items) text += (text.empty() ? "" : ", ") + format(item);
    return to_text("[", text, "]");
}

}  // namespace

template <class Scalar>
void write_chain(const fs::path& path, const Chain<Scalar>& chain) {
    const FloatingPointEnvironment environment;
    const auto quoted = [](Activation activation) { return to_text('"', activation_name(activation), '"'); };
    write_file(path, to_text("{\n  \"layers\": ", chain.num_layers(),
                             ",\n  \"activations\": ", format_array(chain.activations(), quoted),
                             ",\n  \"weights\": ", format_array(chain.weights(), format_weight<Scalar>),
                             ",\n  \"precision\": \"", kPrecision<Scalar>, "\"\n}\n"));
}

template <class Scalar>
Chain<Scalar> read_chain(const fs::path& path) {
    const FloatingPointEnvironment environment;
    return ChainReader(path).chain<Scalar>();
}

std::string read_chain_precision(const fs::path& path) { return ChainReader(path).precision(); }

template void write_chain(const fs::path&, const Chain<float>&);
template void write_chain(const fs::path&, const Chain<double>&);
template Chain<float> read_chain(const fs::path&);
template Chain<double> read_chain(const fs::path&);

}  // namespace skein
